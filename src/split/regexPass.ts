import { PretokError } from '../errors.ts'
import { bytesOf, createAlphabet } from '../pattern/alphabet.ts'
import { isDroppingGaps } from '../pattern/compile.ts'
import { createMatcher, NO_MATCH, UNDECIDED } from '../pattern/match.ts'
import { toRegExps } from '../pattern/toRegExp.ts'
import { holdsSearchStart, maxLookBehind, parsePattern } from '../pattern/parse.ts'
import { dropByte, isDropped, nextBoundary, setBoundary, type Block, type PassPosition } from './block.ts'
import type { SplitStage } from '../types.ts'
import type { SplitPass } from './pass.ts'

/*
 * The reference tier: one JavaScript RegExp over classes from pinned Unicode tables. It is the specification of every faster one, so it
 * does what the definition says and no more: at each position, the pattern matches there (a piece) or not (a code point of a gap).
 */

/**
 * A pass that cuts each segment of a block by a stage's pattern.
 *
 * @throws PretokError 'pattern' if the pattern is outside the supported subset.
 */
export const createRegexPass = (stage: SplitStage): SplitPass => {
  const pattern = parsePattern(stage.pattern, stage.dialect)
  const alphabet = createAlphabet(pattern.root)
  const regexps = holdsSearchStart(pattern.root) ? undefined : toRegExps(pattern.root, alphabet)
  const matchSlowly = createMatcher(pattern.root, alphabet)
  const lookBehind = maxLookBehind(pattern.root)

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

  const dropsGaps = isDroppingGaps(stage)

  /** Cuts [at, end), the end of a segment or, if not `isClosed`, as far as it is known. Returns the position up to which all is decided. */
  const splitSegment = (block: Block, position: PassPosition, at: number, end: number, isClosed: boolean): number => {
    const contextStart = backward(block.bytes, at, position.segmentStart, lookBehind)
    const text = alphabet.spell(block.bytes, contextStart, end)
    const isAscii = text.length === end - contextStart
    let index = lookBehind === 0 ? 0 : alphabet.spell(block.bytes, contextStart, at).length
    while (index < text.length) {
      const matched = matchEnd(text, index, isClosed, position.isSearchStart ? index : NOT_HERE)
      if (matched === UNDECIDED) break
      const isMatch = matched !== NO_MATCH
      const isGap = matched <= index // no match, or an empty one
      const next = isGap ? index + 1 : matched
      if (isMatch && isGap && stage.refusesEmptyMatches)
        throw new PretokError(
          'pattern',
          `pattern: it matches the empty string, which its engine does not allow, in ${JSON.stringify(stage.pattern)}`,
        )
      if (isMatch) setBoundary(block, at)
      // the next search begins behind the match, or behind the code point that an empty match steps over
      position.isSearchStart = isMatch
      const start = at
      at += isAscii ? next - index : bytesOf(block.bytes, at, next - index)
      index = next
      if (!isGap) setBoundary(block, at)
      else if (dropsGaps) for (let i = start; i < at; i++) dropByte(block, i)
    }
    // a dropped gap is no piece that must stay whole: let go of it
    if (dropsGaps) setBoundary(block, at)
    return at
  }

  return {
    lookBehind,
    run(block, position, limit) {
      let at = position.decided
      while (at < limit) {
        const border = nextBoundary(block, at + 1, limit)
        const isClosed = border !== -1
        if (isClosed && isDropped(block, at)) at = border
        else at = splitSegment(block, position, at, isClosed ? border : limit, isClosed)
        position.decided = at
        if (!isClosed) break
        position.segmentStart = at
        position.isSearchStart = true
      }
    },
  }
}

/** No position: `\G` holds nowhere. */
const NOT_HERE = -1

/** `count` code points back from a position, but not before `stop`. */
const backward = (bytes: Uint8Array, position: number, stop: number, count: number): number => {
  for (; count > 0 && position > stop; count--)
    do position--
    while (position > stop && (bytes[position] & 0xc0) === 0x80)
  return position
}
