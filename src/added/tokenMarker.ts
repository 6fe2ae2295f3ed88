import { createKeptText } from './keptText.ts'
import type { TextStage } from '../normalize/textStage.ts'
import type { AddedTokens } from './addedTokens.ts'
import type { TokenSet } from './tokenSet.ts'
import { NONE, UNDECIDED } from './tokenTrie.ts'

/** Tokens in a text, in order: token `tokens[i]` is text[starts[i], ends[i]). */
export interface Marks {
  starts: Uint32Array
  ends: Uint32Array
  tokens: Uint32Array
  count: number
}

/** Whether all tokens are special, raw and without flags: then text can be marked instead of being cut. */
export const canBeMarked = ({ raw, normalized }: AddedTokens): boolean =>
  normalized.tokens.length === 0 && !raw.lstrip && !raw.rstrip && !raw.singleWord && raw.tokens.every(({ special }) => special)

/**
 * Looks for the same tokens as `createTokenCutter`, if they `canBeMarked`, and tells where they are instead of cutting the text: one call for
 * many short documents. The text and the marks are good until the call returns.
 */
export const createTokenMarker = ({ trie }: TokenSet, take: (text: Buffer, marks: Marks) => void): TextStage => {
  const kept = createKeptText()
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
        if (marks.count === marks.starts.length) marks = larger(marks)
        const end = at + trie.lengths[token]
        marks.starts[marks.count] = at
        marks.ends[marks.count] = end
        marks.tokens[marks.count++] = token
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

const createMarks = (size: number): Marks => ({
  starts: new Uint32Array(size),
  ends: new Uint32Array(size),
  tokens: new Uint32Array(size),
  count: 0,
})

const larger = ({ starts, ends, tokens, count }: Marks): Marks => {
  const grown = createMarks(2 * count)
  grown.starts.set(starts)
  grown.ends.set(ends)
  grown.tokens.set(tokens)
  return { ...grown, count }
}
