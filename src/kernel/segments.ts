import { DROPPED_BIT, ENTRY_NEXT_SHIFT } from '../pattern/layout'
import { Pass, POSITION } from './pass'
import { skipIdle } from './idle'
import { bytesOfLong, classOfLong, step } from './read'

/*
 * Short segments: a pass behind another mostly gets pieces of a few bytes, and calling for each of them what long ones are worth
 * (read.ts, windows.ts) would take longer than reading them. Here they are read one after the other in one loop, and those in which the pass
 * has nothing to do are passed on.
 */

const SHORT: usize = 512
/** The same where windows of text are read at one go. */
const SHORT_FOR_WINDOWS: usize = 16
/** Room for the slots behind the cuts. */
const SLOT_ROOM: usize = 4 * 128

/**
 * Reads the segments that end at the cuts in [inputs, inputEnd), up to the first that is not short, or until there are `many` bytes of cuts
 * that have not been used, or there is no room for more. Returns the place of the first cut that is left.
 */
export function readShortSegments(pass: Pass, text: usize, inputs: usize, inputEnd: usize, many: usize): usize {
  if (pass.classColumns == 0 || pass.backward != 0) return passOnIdle(pass, text, inputs, inputEnd, many)
  const rows = pass.rows
  const classRows = rows + pass.classColumns
  const endColumn = classRows + (pass.symbolCount << 2)
  const direct: usize = pass.readsBytes != 0 ? 256 : 128
  const stop = min(pass.used + many, pass.room - SLOT_ROOM)
  let row = pass.row - rows
  let cut = pass.cutEnd
  let p = text + pass.at
  let segmentStart = text + pass.segmentStart
  const skips = pass.idle != 0
  const short = pass.family != 0 ? SHORT_FOR_WINDOWS : SHORT
  const lastEnd = text + <usize>(load<u32>(inputEnd - 4) & POSITION)
  let idleEnd = p // all bytes from p to there are idle
  for (; inputs < inputEnd; inputs += 4) {
    const input = load<u32>(inputs)
    const end = text + <usize>(input & POSITION)
    if (skips && p == segmentStart) {
      if (p >= idleEnd) idleEnd = skipIdle(pass, p, lastEnd)
      if (end <= idleEnd && end > p && cut < stop) {
        store<u32>(cut, input)
        cut += 4
        p = end
        segmentStart = end
        continue
      }
    }
    if (end - p > short || cut + ((end - p) << 2) >= stop) break
    if (<i32>input < 0) {
      store<u32>(cut, <u32>(end - text) | DROPPED_BIT)
      cut += 4
      p = end
      segmentStart = end
      continue
    }
    while (p < end) {
      const byte = <usize>load<u8>(p)
      const position = <u32>(p - text)
      let entry: u32
      if (byte < direct) {
        entry = load<u32>(row + (rows + (byte << 2)))
        p++
      } else {
        entry = load<u32>(row + (classRows + (classOfLong(pass, p, byte) << 2)))
        p += bytesOfLong(byte)
      }
      cut = step(pass, entry, cut, position)
      row = entry >>> ENTRY_NEXT_SHIFT
    }
    if (end == segmentStart) continue
    const entry = load<u32>(row + endColumn)
    cut = step(pass, entry, cut, <u32>(end - text))
    row = 0
    segmentStart = end
  }
  pass.row = rows + row
  pass.cutEnd = cut
  pass.at = p - text
  pass.segmentStart = segmentStart - text
  return inputs
}

/** Passes on the cuts of idle segments, up to the first that is not. Returns the place of the first cut that is left. */
function passOnIdle(pass: Pass, text: usize, inputs: usize, inputEnd: usize, many: usize): usize {
  if (pass.idle == 0 || inputs == inputEnd || pass.at != pass.segmentStart) return inputs
  const stop = min(pass.used + many, pass.room - SLOT_ROOM)
  const p = text + pass.at
  const idleEnd = <u32>(skipIdle(pass, p, text + <usize>(load<u32>(inputEnd - 4) & POSITION)) - text)
  let last = <u32>pass.at
  for (; inputs < inputEnd && pass.cutEnd < stop; inputs += 4) {
    const input = load<u32>(inputs)
    if ((input & POSITION) > idleEnd || (input & POSITION) == last) break
    last = input & POSITION
    store<u32>(pass.cutEnd, input)
    pass.cutEnd += 4
  }
  pass.at = <usize>last
  pass.segmentStart = <usize>last
  return inputs
}
