/*
 * Writes rows of pieces and counts as text, for all formats (write/rows.ts says what stands around them):
 *
 *   separator (but before the first row) · before · the piece, escaped · between · the count, in decimal · after
 *
 * The caller gives pieces of known lengths, one behind the other, and room for what comes of them: at most 6 bytes for each of theirs, what is around
 * each, and 16 bytes more.
 */

/** Each of them: its length in the first byte, then up to 31 bytes. */
export const separator: usize = memory.data(32)
export const before: usize = memory.data(32)
export const between: usize = memory.data(32)
export const after: usize = memory.data(32)
/**
 * What is written in place of a byte, 8 bytes for each: its length, 0 if the byte is written as it is; then up to 6 bytes. For bytes of 0x80 and
 * more it counts only where they are not valid UTF-8.
 */
export const escapes: usize = memory.data(256 * 8)
/** The same, to look sixteen bytes up at a time: for each low half of a byte, a bit for each high half with which something is written in its place. */
const escapedByLow: usize = memory.data(16)

/** To be called when `escapes` is filled. */
export function start(): void {
  memory.fill(escapedByLow, 0, 16)
  for (let byte: usize = 0; byte < 0x80; byte++) {
    const column = escapedByLow + (byte & 15)
    if (load<u8>(escapes + (byte << 3)) != 0) store<u8>(column, load<u8>(column) | (<u8>1 << <u8>(byte >>> 4)))
  }
}

/** Where memory is free, in the first page. */
export function freeMemory(): usize {
  return (__heap_base + 63) & ~63
}

/** Whether no row has been written. */
export let isFirst: bool = true

let to: usize = 0

/**
 * Writes `rows` rows to `out`, of the pieces at `bytes`, which end at `origin` and what `ends` (u32) say, with their counts (f64). Returns where
 * the rows end.
 */
export function encodeRows(rows: usize, bytes: usize, origin: usize, ends: usize, counts: usize, out: usize): usize {
  to = out
  for (let i: usize = 0; i < rows; i++) {
    const end = origin + <usize>load<u32>(ends + (i << 2))
    if (!isFirst) put(separator)
    isFirst = false
    put(before)
    to = escape(bytes, end, to)
    put(between)
    putNumber(<u64>load<f64>(counts + (i << 3)))
    put(after)
    bytes = end
  }
  return to
}

/** Writes a part of a piece, whole characters, to `out`. Returns where it ends. */
export function encodePart(bytes: usize, length: usize, out: usize): usize {
  return escape(bytes, bytes + length, out)
}

function put(text: usize): void {
  const length = <usize>load<u8>(text)
  v128.store(to, v128.load(text, 1))
  if (length > 16) v128.store(to, v128.load(text, 17), 16)
  to += length
}

/** Up to 16 bytes behind the piece are read, and as many behind what comes of it are written. */
function escape(at: usize, end: usize, out: usize): usize {
  const columns = v128.load(escapedByLow)
  const rows = i8x16(1, 2, 4, 8, 16, 32, 64, -128, 0, 0, 0, 0, 0, 0, 0, 0)
  while (at < end) {
    const bytes = v128.load(at)
    v128.store(out, bytes)
    const escaped = v128.and(i8x16.swizzle(columns, v128.and(bytes, i8x16.splat(15))), i8x16.swizzle(rows, i8x16.shr_u(bytes, 4)))
    const others = i8x16.bitmask(i8x16.ne(escaped, i8x16.splat(0))) | i8x16.bitmask(bytes)
    const plain = min(<usize>ctz(others | 0x10000), end - at)
    at += plain
    out += plain
    if (plain == 16) continue
    while (at < end) {
      const byte = load<u8>(at)
      const text = escapes + (<usize>byte << 3)
      const length: usize = byte < 0x80 ? 1 : utf8Length(at, end)
      if (load<u8>(text) == 0 || length > 1) {
        if (length == 1) break
        store<u32>(out, load<u32>(at))
        at += max(length, 1)
        out += max(length, 1)
      } else {
        store<u64>(out, load<u64>(text) >>> 8)
        out += <usize>load<u8>(text)
        at++
      }
    }
  }
  return out
}

/** Length of the UTF-8 sequence at `at`: 2 to 4; 0 if no valid and whole one begins there (write/pieceText.ts has the rules). */
function utf8Length(at: usize, end: usize): usize {
  const first = load<u8>(at)
  if (first < 0xc2 || first > 0xf4) return 0
  const length: usize = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
  if (at + length > end) return 0
  const second = load<u8>(at, 1)
  const low: u8 = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80
  const high: u8 = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf
  if (second < low || second > high) return 0
  if (length > 2 && (load<u8>(at, 2) & 0xc0) != 0x80) return 0
  if (length > 3 && (load<u8>(at, 3) & 0xc0) != 0x80) return 0
  return length
}

function putNumber(value: u64): void {
  // most counts are small
  if (value < 10) {
    store<u8>(to++, 0x30 + <u8>value)
    return
  }
  let digits: usize = 1
  for (let limit: u64 = 10; limit <= value; limit *= 10) digits++
  to += digits
  let at = to
  for (; value > 0xffffffff; value /= 10) store<u8>(--at, <u8>(0x30 + value % 10))
  // divided much faster
  let small = <u32>value
  do {
    store<u8>(--at, <u8>(0x30 + small % 10))
    small /= 10
  } while (small != 0)
}
