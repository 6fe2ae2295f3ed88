import { PretokError } from '../errors.ts'
import { codePointBefore } from '../unicode/utf8.ts'
import { createTextTail } from './textTail.ts'
import { isWord, whiteSpaceEnd, whiteSpaceStart } from './neighbours.ts'
import type { TokenSet } from './tokenSet.ts'
import { NONE, UNDECIDED } from './tokenTrie.ts'

/*
 * Cuts a stream of text at added tokens, as the reference does (tokenizers/src/tokenizer/added_vocabulary.rs, find_matches):
 *
 * - from left to right, the longest token at each place; the search goes on where the token ends
 * - a token that must be a word and is not is passed over, and nothing else is looked for in its place
 * - a token that strips takes the white space beside it along, on its left only as far as the token before has not taken it
 * - but the search knows nothing of what was stripped: a token that begins with white space is found in what the token before took on its
 *   right, too, and then this text is in both; and text goes on where the last token ended, even if it had been taken
 */

export interface TokenSink {
  /** Text between tokens; the view is good until the call returns. */
  text(bytes: Buffer): void
  /** A token, by its number in the set, and the text that it took: itself and what it stripped. The same is true of the view. */
  token(token: number, bytes: Buffer): void
}

export interface TokenCutter {
  /** Takes text (whole code points of valid UTF-8) and hands on what is decided. */
  push(text: Buffer): void
  /** The text ends: hands on the rest. What comes next is another text. */
  end(): void
}

/**
 * Besides what may be the beginning of a token, white space that a token could strip is kept until what follows it is there.
 *
 * @param maxKept more than so many bytes that must be kept are an error, 'piece-too-long'
 */
export const createTokenCutter = (set: TokenSet, sink: TokenSink, maxKept = Infinity): TokenCutter => {
  if (set.tokens.length === 0) return { push: (text) => text.length > 0 && sink.text(text), end: () => {} }
  const { trie, tokens, bytes } = set
  const kept = createTextTail()
  let at = 0 // the search has come so far
  let handedOn = 0 // text before this place has been
  let blankEnd = 0 // text[handedOn, blankEnd) is white space, kept in case that a token strips it
  let strippedEnd = 0 // what the token at `at` strips on its right reaches at least to here

  const handOn = (text: Buffer, to: number): void => {
    if (to <= handedOn) return
    sink.text(text.subarray(handedOn, to))
    handedOn = to
  }

  /** Hands on the token that stands at `at` and the text before it. Returns false if it takes more text to do so. */
  const takeToken = (text: Buffer, token: number, isEnd: boolean): boolean => {
    const { singleWord, lstrip, rstrip } = tokens[token]
    const start = at
    const end = start + bytes[token].length
    if ((singleWord || rstrip) && end === text.length && !isEnd) return false
    if (!singleWord || !isBesideWord(text, start, end)) {
      const to = rstrip ? whiteSpaceEnd(text, Math.max(end, strippedEnd)) : end
      strippedEnd = to
      if (rstrip && to === text.length && !isEnd) return false
      const from = lstrip ? Math.max(handedOn, whiteSpaceStart(text, start, handedOn)) : start
      if (from > to) throw takenError(tokens[token].content)
      handOn(text, from)
      if (from < to) sink.token(token, text.subarray(from, to))
      handedOn = to
    }
    strippedEnd = 0
    at = end
    return true
  }

  const cut = (text: Buffer, isEnd: boolean): void => {
    const search = trie.searchIn(text)
    for (at = search(at); at < text.length; at = search(at)) {
      const token = trie.longestAt(text, at, isEnd)
      if (token === NONE) at++
      else if (token === UNDECIDED || !takeToken(text, token, isEnd)) return
    }
  }

  /** Up to where no token to come can strip. */
  const decidedEnd = (text: Buffer): number => {
    if (!set.lstrip) return at
    const known = Math.max(handedOn, blankEnd)
    const start = whiteSpaceStart(text, at, known)
    blankEnd = at
    return start === known ? handedOn : start
  }

  const keep = (text: Buffer): void => {
    let from = Math.min(at, handedOn)
    if (set.singleWord && from > 0) from = codePointBefore(text, from)
    kept.keep(text, from)
    if (kept.length > maxKept) throw keptError(maxKept)
    at -= from
    handedOn -= from
    blankEnd -= from
    strippedEnd = Math.max(0, strippedEnd - from)
  }

  return {
    push(added) {
      const text = kept.with(added)
      cut(text, false)
      handOn(text, decidedEnd(text))
      keep(text)
    },
    end() {
      const text = kept.alone
      cut(text, true)
      handOn(text, text.length)
      kept.keep(text, text.length)
      at = handedOn = blankEnd = strippedEnd = 0
    },
  }
}

const isBesideWord = (text: Buffer, start: number, end: number): boolean =>
  (start > 0 && isWord(text, codePointBefore(text, start))) || (end < text.length && isWord(text, end))

const takenError = (content: string): PretokError =>
  new PretokError(
    'tokenizer',
    `added tokens: ${JSON.stringify(content)} strips white space on its left that the token before it has stripped on its right, and is white space ` +
      'itself; the reference fails at this',
  )

const keptError = (limit: number): PretokError =>
  new PretokError('piece-too-long', `white space beside an added token that strips it is longer than ${limit} bytes`)
