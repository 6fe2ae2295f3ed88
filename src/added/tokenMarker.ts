import { createTextTail } from './textTail.ts'
import type { TextStage } from '../normalize/textStage.ts'
import type { AddedTokens } from './addedTokens.ts'
import type { TokenSet } from './tokenSet.ts'
import { NONE, UNDECIDED } from './tokenTrie.ts'

/** Tokens in a text, in order: token `tokens[i]` is text[starts[i], ends[i]). Or a place where a document ends without any. */
export interface Marks {
  starts: Uint32Array
  ends: Uint32Array
  tokens: Uint32Array
  count: number
}

/** In place of a token: the document ends here. */
export const DOCUMENT_END = 0xffffffff

/** Whether all tokens are raw and without flags: then text can be marked instead of being cut. */
export const canBeMarked = ({ raw, normalized }: AddedTokens): boolean =>
  normalized.tokens.length === 0 && !raw.lstrip && !raw.rstrip && !raw.singleWord

/**
 * Whether the kernel can look for them (kernel/tokens.ts): besides those that can be marked, separators that strip white space, if there is none in any
 * token. A token that is a piece would not always be the same one.
 */
export const canBeInKernel = ({ raw, normalized }: AddedTokens): boolean =>
  normalized.tokens.length === 0 &&
  !raw.singleWord &&
  (!(raw.lstrip || raw.rstrip) ||
    raw.tokens.every(({ content, special, lstrip, rstrip }) => (special || !(lstrip || rstrip)) && !/\s|\x85/.test(content)))

/**
 * Looks for the same tokens as `createTokenCutter`, if they `canBeMarked`, and tells where they are instead of cutting the text: one call for
 * many short documents. The text and the marks are good until the call returns.
 */
export const createTokenMarker = ({ trie }: TokenSet, take: (text: Buffer, marks: Marks) => void): TextStage => {
  const kept = createTextTail()
  let marks: Marks = createMarks(1024)

  const mark = (text: Buffer, isEnd: boolean): number => {
    const search = trie.searchIn(text)
    marks.count = 0
    let at = search(0)
    while (at < text.length) {
      const token = trie.longestAt(text, at, isEnd)
      if (token === UNDECIDED) break
      if (token === NONE) at = search(at + 1)
      else {
        const end = at + trie.lengths[token]
        marks = withMark(marks, at, end, token)
        at = search(end)
      }
    }
    return at
  }

  const handOn = (text: Buffer, isEnd: boolean): void => {
    const decided = mark(text, isEnd)
    if (decided > 0) take(text.subarray(0, decided), marks)
    kept.keep(text, decided)
  }

  return {
    push: (added) => handOn(kept.with(added), false),
    end: () => handOn(kept.alone, true),
  }
}

/**
 * The same for many whole documents that stand one behind the other: no token reaches from one to the next, and where each ends there is a
 * mark of its own.
 *
 * @returns a function that takes their text and where each ends in it
 */
export const createDocumentsMarker = ({ trie }: TokenSet, take: (text: Buffer, marks: Marks) => void) => {
  let marks = createMarks(1024)
  return (text: Buffer, documentEnds: Uint32Array): void => {
    const search = trie.searchIn(text)
    marks.count = 0
    let at = search(0)
    for (const documentEnd of documentEnds) {
      while (at < documentEnd) {
        const token = trie.longestAt(text, at, true, documentEnd)
        const end = token === NONE ? at + 1 : at + trie.lengths[token]
        if (token !== NONE) marks = withMark(marks, at, end, token)
        at = search(end)
      }
      marks = withMark(marks, documentEnd, documentEnd, DOCUMENT_END)
    }
    take(text, marks)
  }
}

const createMarks = (size: number): Marks => ({
  starts: new Uint32Array(size),
  ends: new Uint32Array(size),
  tokens: new Uint32Array(size),
  count: 0,
})

const withMark = (marks: Marks, start: number, end: number, token: number): Marks => {
  const roomy = marks.count === marks.starts.length ? larger(marks) : marks
  roomy.starts[roomy.count] = start
  roomy.ends[roomy.count] = end
  roomy.tokens[roomy.count++] = token
  return roomy
}

const larger = ({ starts, ends, tokens, count }: Marks): Marks => {
  const grown = createMarks(2 * count)
  grown.starts.set(starts)
  grown.ends.set(ends)
  grown.tokens.set(tokens)
  return { ...grown, count }
}
