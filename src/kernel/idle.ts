import { IDLE_STATE } from '../pattern/layout'
import { Pass } from './pass'

/*
 * Most text is idle to many stages: a stage that cuts digits does nothing where there are none. Such stretches are looked for 16 bytes at a time,
 * and the pass steps over them.
 *
 * Which bytes are busy is told by a set (pattern/byteSet.ts).
 */

/** Bit k is set in byte k, and in byte 8 + k. */
@inline function bitOfHighBits(high: v128): v128 {
  return v128.swizzle(v128(1, 2, 4, 8, 16, 32, 64, -128, 1, 2, 4, 8, 16, 32, 64, -128), high)
}

/** Bytes that are not 0 where a byte is in a set, of which these are the two tables. */
@inline export function membersOf(lower: v128, upper: v128, bytes: v128): v128 {
  const low = v128.and(bytes, i8x16.splat(15))
  const high = i8x16.shr_u(bytes, 4)
  const table = v128.bitselect(v128.swizzle(upper, low), v128.swizzle(lower, low), i8x16.shr_s(bytes, 7))
  return v128.and(table, bitOfHighBits(high))
}

/** The first busy byte in [p, end), or `end`. Up to 15 bytes behind `end` are loaded. */
export function skipIdle(pass: Pass, p: usize, end: usize): usize {
  const lower = v128.load(pass.idle)
  const upper = v128.load(pass.idle, 16)
  for (; p < end; p += 16) {
    const busy = membersOf(lower, upper, v128.load(p))
    if (!v128.any_true(busy)) continue
    p += <usize>ctz(i8x16.bitmask(i8x16.ne(busy, i8x16.splat(0))))
    break
  }
  return min(p, end)
}

/** The state behind idle text, as the address of its row. */
function idleRow(pass: Pass): usize {
  return pass.rows + <usize>load<u32>(pass.idle + IDLE_STATE) * pass.rowBytes
}

/** Passes over idle text before `to`, if the machine stands where that changes nothing but its state. */
export function passOverIdle(pass: Pass, text: usize, to: usize): void {
  if (pass.idle == 0) return
  const row = idleRow(pass)
  if (pass.row != row && pass.at != pass.segmentStart) return
  const end = skipIdle(pass, text + pass.at, text + to) - text
  if (end > pass.at) pass.row = row
  pass.at = end
}
