import { createAlphabet } from '../pattern/alphabet.ts'
import { treatmentOf } from '../pattern/behavior.ts'
import { createMatcher, NO_MATCH, UNDECIDED } from '../pattern/match.ts'
import { patternError } from '../pattern/patternError.ts'
import { toRegExps } from '../pattern/toRegExp.ts'
import { isForRegExps, maxLookBehind } from '../pattern/nodes.ts'
import { parsePattern } from '../pattern/parse.ts'
import { bytesOf } from '../unicode/utf8.ts'
import { backward, backwardBytes } from './codePoints.ts'
import { dropByte, isDropped, nextBoundary, setBoundary, type Block, type PassPosition } from './block.ts'
import type { PlacedSplit } from './phases.ts'

/*
 * The reference tier: one JavaScript RegExp over classes from pinned Unicode tables. It is the specification of every faster one, so it
 * does what the definition says and no more: at each position, the pattern matches there (a piece) or not (a code point of a gap).
 */

/** One stage of a pipeline at work: adds its boundary bits to a block. */
export interface RegexPass {
  /** How many code points before a piece's start it can depend on. */
  readonly lookBehind: number
  /**
   * Goes on from `position.decided` towards `limit` (a position up to which the bits of the passes before are final) and moves
   * `position.decided` as far as no text behind `limit` can change. A bit at `limit` means that the segment ends there.
   */
  run(block: Block, position: PassPosition, limit: number): void
}

/**
 * A pass that cuts each segment of a block by a stage's pattern.
 *
 * @throws PretokError 'pattern' if the pattern is outside the supported subset.
 */
export const createRegexPass = ({ stage, unit }: PlacedSplit): RegexPass => {
  const pattern = parsePattern(stage.pattern, stage.dialect)
  const alphabet = createAlphabet(pattern.root, unit)
  const regexps = isForRegExps(pattern.root) ? toRegExps(pattern.root, alphabet) : undefined
  const matchSlowly = createMatcher(pattern.root, alphabet)
  const lookBehind = maxLookBehind(pattern.root)
  const back = unit === 'bytes' ? backwardBytes : backward

  /** Where the match that begins at text[index] ends; NO_MATCH or UNDECIDED. */
  const matchEnd = (text: string, index: number, isClosed: boolean, searchStart: number): number => {
    if (regexps === undefined) return matchSlowly(text, index, !isClosed, searchStart)
    const regexp = isClosed ? regexps.closed : regexps.open
    regexp.lastIndex = index
    try {
      if (!regexp.test(text)) return NO_MATCH
    } catch (error) {
      // V8 keeps a RegExp's ways back on a stack of limited size: a run of some millions of characters is too long for it
      if (error instanceof RangeError) return matchSlowly(text, index, !isClosed)
      throw error
    }
    return !isClosed && regexp.lastIndex === text.length ? UNDECIDED : regexp.lastIndex
  }

  const { drops, joins } = treatmentOf(stage)

  /** Whether there is a border between what ends and what begins at a position. `isMatch`: there is a match, if only an empty one. */
  const isBorder = (before: PassPosition['before'], after: 'gap' | 'match', isMatch: boolean): boolean => {
    if (before === 'start') return false // the segment's own
    return before === 'gap' && after === 'gap' ? isMatch : joins !== `${before} and ${after}`
  }

  /** Goes on from `position.read` to `end`, the end of a segment or, if not `isClosed`, as far as it is known. */
  const splitSegment = (block: Block, position: PassPosition, end: number, isClosed: boolean): void => {
    const contextStart = back(block.bytes, position.read, position.segmentStart, lookBehind)
    const text = alphabet.spell(block.bytes, contextStart, end)
    const isSingleBytes = text.length === end - contextStart
    let index = lookBehind === 0 ? 0 : alphabet.spell(block.bytes, contextStart, position.read).length
    while (index < text.length) {
      const matched = matchEnd(text, index, isClosed, position.isSearchStart ? index : NOT_HERE)
      if (matched === UNDECIDED) break
      const isMatch = matched !== NO_MATCH
      const isGap = matched <= index // no match, or an empty one
      if (isMatch && isGap && stage.refusesEmptyMatches)
        throw patternError('it matches the empty string, at which tiktoken fails, or passes over text without a word,', stage.pattern)
      const kind = isGap ? 'gap' : 'match'
      const start = position.read
      // the next search begins behind the match, or behind the code point that an empty match steps over
      position.isSearchStart = isMatch
      if (isBorder(position.before, kind, isMatch)) setBoundary(block, start)
      const next = isGap ? index + 1 : matched
      position.read += isSingleBytes ? next - index : bytesOf(block.bytes, start, next - index)
      position.before = kind
      index = next
      if (isGap ? drops === 'gaps' : drops === 'matches') for (let i = start; i < position.read; i++) dropByte(block, i)
    }
  }

  /**
   * Up to where the borders of a segment that goes on are known. Behind a match there is one, if nothing is joined; at the end of a gap that
   * is dropped there may be one, and then it need not be kept. Otherwise what follows decides whether there is one.
   */
  const decideOpen = (block: Block, { read, before, segmentStart }: PassPosition): number => {
    if (read === segmentStart) return read
    if (before === 'match' ? joins !== 'nothing' : drops !== 'gaps') return back(block.bytes, read, segmentStart, 1)
    setBoundary(block, read)
    return read
  }

  return {
    lookBehind,
    run(block, position, limit) {
      while (position.read < limit) {
        const border = nextBoundary(block, position.read + 1, limit)
        const isClosed = border !== -1
        if (!isClosed || !isDropped(block, position.read)) splitSegment(block, position, isClosed ? border : limit, isClosed)
        if (!isClosed) {
          position.decided = decideOpen(block, position)
          return
        }
        position.read = border
        position.before = 'start'
        position.segmentStart = border
        position.isSearchStart = true
        position.decided = border
      }
    },
  }
}

/** No position: `\G` holds nowhere. */
const NOT_HERE = -1
