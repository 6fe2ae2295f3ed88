import { isAscii } from 'node:buffer'
import { PretokError } from '../errors.ts'
import { createMatcher, NO_MATCH, UNDECIDED } from '../pattern/match.ts'
import { toRegExps } from '../pattern/toRegExp.ts'
import { parsePattern } from '../pattern/parse.ts'
import { dropByte, isDropped, nextBoundary, setBoundary, type Block, type PassPosition } from './block.ts'
import type { SplitStage } from '../types.ts'
import type { SplitPass } from './pass.ts'

/*
 * The reference tier: one JavaScript RegExp over pinned Unicode tables. It is the specification of every faster one, so it does what the
 * definition says and no more: at each position, the pattern matches there (a piece) or it does not (a code point of a gap).
 */

/**
 * A pass that cuts each segment of a block by a stage's pattern.
 *
 * @throws PretokError 'pattern' if the pattern is outside the supported subset.
 */
export const createRegexPass = (stage: SplitStage): SplitPass => {
  const pattern = parsePattern(stage.pattern, stage.dialect)
  const { closed, open, lookBehind } = toRegExps(pattern)
  const matchSlowly = createMatcher(pattern.root)

  /** Where the match that begins at text[index] ends; NO_MATCH or UNDECIDED. */
  const matchEnd = (text: string, index: number, isClosed: boolean): number => {
    const regexp = isClosed ? closed : open
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

  const dropsGaps = stage.gaps === 'drop'

  /** Cuts [at, end), the end of a segment or, if not `isClosed`, as far as it is known. Returns the position up to which all is decided. */
  const splitSegment = (block: Block, { segmentStart }: PassPosition, at: number, end: number, isClosed: boolean): number => {
    const contextStart = backward(block.bytes, at, segmentStart, lookBehind)
    const text = decode(block.bytes, contextStart, end)
    const byteLength = text.length === end - contextStart ? (from: number, to: number) => to - from : (from: number, to: number) => utf8Length(text, from, to)
    let index = lookBehind === 0 ? 0 : decode(block.bytes, contextStart, at).length
    while (index < text.length) {
      const end = matchEnd(text, index, isClosed)
      if (end === UNDECIDED) break
      const isMatch = end !== NO_MATCH
      let next = isMatch ? end : index
      const isGap = next === index
      if (isMatch && isGap && stage.refusesEmptyMatches) throw new PretokError('pattern', `pattern: it matches the empty string, which its engine does not allow, in ${JSON.stringify(stage.pattern)}`)
      if (isGap) next += text.codePointAt(index)! > 0xffff ? 2 : 1
      if (isMatch) setBoundary(block, at)
      const start = at
      at += byteLength(index, next)
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
      }
    },
  }
}

const decode = (bytes: Uint8Array, start: number, end: number): string => {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start)
  return isAscii(view) ? view.toString('latin1') : view.toString('utf8')
}

/** `count` code points back from a position, but not before `stop`. */
const backward = (bytes: Uint8Array, position: number, stop: number, count: number): number => {
  for (; count > 0 && position > stop; count--) do position--
    while (position > stop && (bytes[position] & 0xc0) === 0x80)
  return position
}

const utf8Length = (text: string, from: number, to: number): number => {
  let length = 0
  for (let i = from; i < to; i++) {
    const unit = text.charCodeAt(i)
    if (unit < 0x80) length += 1
    else if (unit < 0x800) length += 2
    else if (unit >= 0xd800 && unit < 0xdc00) {
      length += 4
      i++
    } else length += 3
  }
  return length
}
