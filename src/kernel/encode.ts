/*
 * Writes rows of pieces and counts as text, for all formats (write/rows.ts says what stands around them):
 *
 *   separator (but before the first row) · before · the piece, escaped · between · the count, in decimal · after
 *
 * The caller gives pieces of known lengths, one behind the other, and room for what comes of them: at most 6 bytes for each of theirs, and
 * ROOM for what is around each.
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

function escape(at: usize, end: usize, out: usize): usize {
  while (at < end) {
    const byte = load<u8>(at)
    const text = escapes + (<usize>byte << 3)
    if (byte < 0x80) {
      at++
      if (load<u8>(text) == 0) {
        store<u8>(out++, byte)
        continue
      }
    } else {
      const length = utf8Length(at, end)
      if (length != 0 || load<u8>(text) == 0) {
        const next = at + max(length, 1)
        while (at < next) store<u8>(out++, load<u8>(at++))
        continue
      }
      at++
    }
    store<u64>(out, load<u64>(text) >>> 8)
    out += <usize>load<u8>(text)
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
  let digits: usize = 1
  for (let limit: u64 = 10; limit <= value; limit *= 10) digits++
  to += digits
  let at = to
  for (; value > 0xffffffff; value /= 10) store<u8>(--at, <u8>(0x30 + value % 10))
  // most counts are small, and divided much faster
  let small = <u32>value
  do {
    store<u8>(--at, <u8>(0x30 + small % 10))
    small /= 10
  } while (small != 0)
}
