import { PretokError } from '../errors.ts'
import { createAlphabet, type Alphabet } from '../pattern/alphabet.ts'
import type { Node, Pattern } from '../pattern/ast.ts'
import { createMatcher, NO_MATCH, UNDECIDED } from '../pattern/match.ts'
import { holdsSearchStart, isForRegExps, maxLookBehind } from '../pattern/nodes.ts'
import { compileRegExp, toRegExps } from '../pattern/toRegExp.ts'
import { bytesOf, codePointBefore } from '../unicode/utf8.ts'
import { KeptText } from './keptText.ts'
import type { Step } from './textStage.ts'

/** Puts a text in place of each occurrence of another one, of one code point or more, from left to right. */
export const replaceLiteralStep = (literal: string, content: string): Step => {
  const wanted = Buffer.from(literal)
  const replacement = Buffer.from(content)
  return {
    replaces: { literal, content },
    start(emit) {
      let kept = Buffer.alloc(0)

      /** Hands on text with the literals in [0, end) replaced; returns where the rest begins. */
      const replaceIn = (text: Buffer): Buffer => {
        const parts: Buffer[] = []
        let at = 0
        for (let found; (found = text.indexOf(wanted, at)) !== -1; at = found + wanted.length)
          parts.push(text.subarray(at, found), replacement)
        const rest = text.subarray(at)
        const end = rest.length - beginningAtEnd(rest, wanted)
        parts.push(rest.subarray(0, end))
        const replaced = parts.length === 1 ? parts[0] : Buffer.concat(parts)
        if (replaced.length > 0) emit(replaced)
        return rest.subarray(end)
      }

      return {
        push(text) {
          const rest = replaceIn(kept.length === 0 ? text : Buffer.concat([kept, text]))
          kept = Buffer.from(rest)
        },
        end() {
          if (kept.length > 0) emit(kept)
          kept = Buffer.alloc(0)
        },
      }
    },
  }
}

/** How many bytes at the end of a text could be the beginning of what is wanted. */
const beginningAtEnd = (text: Buffer, wanted: Buffer): number => {
  for (let length = Math.min(text.length, wanted.length - 1); length > 0; length--)
    if (text.subarray(text.length - length).equals(wanted.subarray(0, length))) return length
  return 0
}

/** Undecided text of this many bytes is searched again only when there is twice as much. */
const LONG = 1 << 16

/**
 * Puts a text in place of each match of a pattern (Oniguruma's dialect), from left to right. The content is taken as it is. A match may be
 * empty, but not right after another match.
 *
 * The search is that of the reference tier (pattern/toRegExp.ts): in text that may go on, only what no further text can change is final.
 *
 * @throws PretokError 'pattern' if the pattern is outside the supported subset
 */
export const replaceRegexStep = ({ root }: Pattern, content: string): Step => {
  if (holdsSearchStart(root)) throw new PretokError('pattern', 'pattern: \\G is not supported in a Replace')
  const alphabet = createAlphabet(root)
  const findMatch = createSearch(root, alphabet)
  const lookBehind = maxLookBehind(root)
  const replacement = Buffer.from(content)

  return {
    start(emit) {
      const kept = new KeptText('text in which a Replace cannot yet decide what matches')
      let isEmpty = true
      let context = 0 // how many bytes of what is kept are only there for look-behinds
      let isBehindMatch = false // whether a match ended where the undecided text begins
      let wanted = 0

      const replaceIn = (text: Buffer, isClosed: boolean): void => {
        const letters = alphabet.spell(text, 0, text.length)
        const offsetOf = createOffsets(text, letters)
        const parts: Buffer[] = []
        let index = alphabet.spell(text, 0, context).length
        let lastEnd = isBehindMatch ? index : -1
        let done = context // of the text, how much is in `parts`
        let final = letters.length
        for (let match; (match = findMatch(letters, index, isClosed)) !== undefined;) {
          const { start, end } = match
          if (end === UNDECIDED) {
            final = start
            break
          }
          if (start < end || start !== lastEnd) {
            const startOffset = offsetOf(start)
            const endOffset = offsetOf(end)
            if (!replacement.equals(text.subarray(startOffset, endOffset))) {
              parts.push(text.subarray(done, startOffset), replacement)
              done = endOffset
            }
            lastEnd = end
          }
          index = start < end ? end : start + 1
          if (index > letters.length) break
        }
        isBehindMatch = lastEnd === final
        const decided = offsetOf(final)
        parts.push(text.subarray(done, decided))
        const rewritten = parts.length === 1 ? parts[0] : Buffer.concat(parts)
        if (rewritten.length > 0) emit(rewritten)
        const from = backward(text, decided, lookBehind)
        context = decided - from
        kept.add(text.subarray(from))
      }

      return {
        push(text) {
          if (text.length === 0) return
          isEmpty = false
          kept.add(text)
          if (kept.length < wanted) return
          replaceIn(kept.take(), false)
          wanted = kept.length < LONG ? 0 : 2 * kept.length
        },
        end() {
          if (!isEmpty) replaceIn(kept.take(), true)
          kept.take()
          isEmpty = true
          context = 0
          isBehindMatch = false
          wanted = 0
        },
      }
    },
  }
}

/** Where a match begins and ends, in letters. */
interface Match {
  start: number
  /** UNDECIDED: further text has a say in it. */
  end: number
}

type Search = (letters: string, from: number, isClosed: boolean) => Match | undefined

/** The first match that begins at `from` or after it. */
const createSearch = (root: Node, alphabet: Alphabet): Search => {
  const matchSlowly = createMatcher(root, alphabet)

  const searchSlowly: Search = (letters, from, isClosed) => {
    for (let start = from; start <= letters.length; start++) {
      const end = matchSlowly(letters, start, !isClosed)
      if (end !== NO_MATCH) return { start, end }
    }
    return undefined
  }

  if (!isForRegExps(root)) return searchSlowly
  const { closed, open } = toRegExps(root, alphabet)
  const closedSearch = compileRegExp(closed.source, 'g')
  const openSearch = compileRegExp(open.source, 'g')
  return (letters, from, isClosed) => {
    const regexp = isClosed ? closedSearch : openSearch
    regexp.lastIndex = from
    try {
      const match = regexp.exec(letters)
      if (match === null) return undefined
      return { start: match.index, end: !isClosed && regexp.lastIndex === letters.length ? UNDECIDED : regexp.lastIndex }
    } catch (error) {
      // V8 keeps a RegExp's ways back on a stack of limited size: a run of some millions of characters is too long for it
      if (error instanceof RangeError) return searchSlowly(letters, from, isClosed)
      throw error
    }
  }
}

/** A function from letters to bytes, to be asked for ascending numbers of letters. */
const createOffsets = (text: Buffer, letters: string): ((index: number) => number) => {
  if (letters.length === text.length) return (index) => index
  let index = 0
  let offset = 0
  return (wanted) => {
    offset += bytesOf(text, offset, wanted - index)
    index = wanted
    return offset
  }
}

/** `count` code points back from a position. */
const backward = (text: Buffer, position: number, count: number): number => {
  for (; count > 0 && position > 0; count--) position = codePointBefore(text, position)
  return position
}
