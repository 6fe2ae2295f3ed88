import type { AddedTokens } from '../added/addedTokens.ts'
import { isWhiteSpace, isWord, whiteSpaceEnd, whiteSpaceStart } from '../added/neighbours.ts'
import { createTokenSet, type TokenSet } from '../added/tokenSet.ts'
import { NONE, type TokenTrie } from '../added/tokenTrie.ts'
import { codePointBefore, codePointStart, nextCodePoint } from '../unicode/utf8.ts'

/* Where text can be cut as far as added tokens go. What is said here is certain whatever stands before and behind the text. */

/** The places at or after `from` where a string of a trie stands, overlapping or not, with the end of the longest one. */
function* placesIn(trie: TokenTrie, text: Buffer, from: number): Generator<[start: number, end: number]> {
  const search = trie.searchIn(text)
  for (let at = search(from); at < text.length; at = search(at + 1)) {
    const token = trie.longestAt(text, at, true)
    if (token !== NONE) yield [at, at + trie.lengths[token]]
  }
}

/**
 * The places in text[from, to) where a cut changes nothing because a raw token begins there. There must be `maxLength` bytes of text before
 * `from` and behind `to`, or the source's own start or end.
 *
 * @param atPieces also in front of tokens that are not special
 */
export function* tokenCuts({ raw, normalized }: AddedTokens, text: Buffer, from: number, to: number, atPieces: boolean): Generator<number> {
  // a special token in normalized text could end the document just before a place, and nothing here would tell
  const isDocumentKnown = atPieces && !normalized.tokens.some(({ special }) => special)
  const hasPieces = isDocumentKnown && raw.tokens.some(({ special }) => !special)
  // in a run of tokens that overlap each place takes long, and the next one is like the last
  let [failures, specialFailures] = [0, 0]
  for (const [at] of placesIn(raw.trie, text, from)) {
    const areEndsLeft = specialFailures <= MOST_SPECIAL_FAILURES
    const arePiecesLeft = hasPieces && failures <= MOST_FAILURES
    if (at >= to || !(areEndsLeft || arePiecesLeft)) return
    const isEnd = isSpecial(raw, text, at)
    if (!(isEnd ? areEndsLeft : arePiecesLeft)) continue
    if (isTaken(raw, text, at) && (isEnd || isInDocument(raw, text, at))) yield at
    else if (isEnd) specialFailures++
    else failures++
  }
}

/** So many places are looked at before the others of a window are passed over; more of them where only they can be cut at. */
const MOST_FAILURES = 64
const MOST_SPECIAL_FAILURES = 1024
/** Of a window in which there are more tokens, the rest is not looked for text between them. */
const MOST_TOKENS = 4096

const tokenAt = (set: TokenSet, text: Buffer, at: number): number => set.trie.longestAt(text, at, true)

const isSpecial = (set: TokenSet, text: Buffer, at: number): boolean => set.tokens[tokenAt(set, text, at)].special

/** Whether the token at a place is found and taken in any case, and what is before it does not depend on it, nor it on that. */
const isTaken = (set: TokenSet, text: Buffer, at: number): boolean => {
  const { singleWord, lstrip } = set.tokens[tokenAt(set, text, at)]
  if (singleWord || (lstrip && isBehind(isWhiteSpace, text, at))) return false
  // a token that ends here, if there is one, looks at what is behind it
  if ((set.rstrip && isWhiteSpace(text, at)) || (set.singleWord && isWord(text, at))) return false
  return !someBefore(set, text, at, (end) => end > at)
}

/** Whether the document has text before a place (more than a byte-order mark): else it would be a new one, which must be counted. */
const isInDocument = (set: TokenSet, text: Buffer, at: number): boolean =>
  at > 3 && !(set.rstrip && isBehind(isWhiteSpace, text, at)) && !someBefore(set, text, at, (end) => end === at)

const isBehind = (isOne: (text: Uint8Array, at: number) => boolean, text: Buffer, at: number): boolean =>
  at > 0 && isOne(text, codePointBefore(text, at))

/** Whether one of the tokens that begin before a place ends where it must not. */
const someBefore = (set: TokenSet, text: Buffer, at: number, isBad: (end: number) => boolean): boolean => {
  for (const [start, end] of placesIn(set.trie, text, Math.max(0, at - set.trie.maxLength))) {
    if (start >= at) return false
    if (isBad(end)) return true
  }
  return false
}

/**
 * The stretches of text[from, to) in which no token takes anything: no token, and no white space beside one that could strip it. Both must be
 * where code points begin, and there must be text around them as for `tokenCuts`. Only the first of them, if there are very many tokens.
 */
export function* textBetween({ raw, normalized, all }: AddedTokens, text: Buffer, from: number, to: number): Generator<[number, number]> {
  const areStripping = [raw, normalized].some(({ lstrip, rstrip }) => lstrip || rstrip)
  const inner = (start: number, end: number): [number, number] =>
    areStripping ? [whiteSpaceEnd(text, start), whiteSpaceStart(text, end, start)] : [start, end]
  let start = from
  let tokens = 0
  for (const [at, end] of placesIn(all, text, Math.max(0, from - all.maxLength))) {
    if (++tokens > MOST_TOKENS) return
    if (at >= to) break
    if (at > start) yield inner(start, at)
    start = Math.max(start, end)
  }
  if (start < to) yield inner(start, to)
}

const NO_TOKENS = createTokenSet([])

/**
 * Makes a search for safe cuts in normalized text look only between the tokens that are found in such text, and the white space that they strip; and away
 * from the ends of its window, for one may reach into it from text of which nothing is known.
 */
export const betweenTokens = (find: (window: Buffer) => number, normalized: TokenSet): ((window: Buffer) => number) => {
  const { maxLength } = normalized.trie
  if (maxLength === 0) return find
  const tokens: AddedTokens = { raw: NO_TOKENS, normalized, all: normalized.trie }
  return (window) => {
    const first = nextCodePoint(window, maxLength, window.length)
    const last = codePointStart(window, window.length - maxLength, first)
    if (last <= first) return -1
    const from = whiteSpaceEnd(window, first)
    const to = whiteSpaceStart(window, last, from)
    for (const [start, end] of textBetween(tokens, window, from, to)) {
      const cut = start < end ? find(window.subarray(start, end)) : -1
      if (cut !== -1) return start + cut
    }
    return -1
  }
}
