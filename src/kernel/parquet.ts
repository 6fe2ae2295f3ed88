/*
 * The pages of Parquet files (parquet.wasm): Snappy, and values that stand each behind its length. The caller puts pages into the memory, and
 * addresses into the functions. Up to 16 bytes behind what is read and written are touched, but never used.
 */

/** The first address that is free for the caller. */
export function firstFree(): usize {
  return (__heap_base + 63) & ~63
}

/** Of each tag, u16: the size that it tells, the high part of an offset (as it is, bits 8 to 10), and how many bytes behind it belong to it (from bit 11). */
const TAGS: usize = memory.data(512, 2)
const SIZE: u32 = 0xff
const OFFSET: u32 = 0x700

/** Call first. */
export function start(): void {
  for (let tag: u32 = 0; tag < 256; tag++) {
    const isShort = (tag & 3) == 1
    const size = isShort ? ((tag >>> 2) & 7) + 4 : (tag >>> 2) + 1
    store<u16>(TAGS + <usize>(tag << 1), <u16>(size | (isShort ? (tag >>> 5) << 8 : 0) | (<u32>argumentBytes(tag) << 11)))
  }
}

/** Behind a tag and what belongs to it, and behind what it writes, so many bytes may be touched by one step of `unsnapMany`. */
const STEP_INPUT: usize = 80
const STEP_OUTPUT: usize = 80

/**
 * Decompresses [from, end) in Snappy's block format (its format_description.txt): the length, then literals, and copies of what came before.
 * `to` has room for `length` bytes, which must come out. Returns false if the data is damaged.
 */
export function unsnap(from: usize, end: usize, to: usize, length: usize): bool {
  let stated: u64 = 0
  for (let shift: u64 = 0, byte: u32 = 0x80; byte >= 0x80; shift += 7) {
    if (from == end || shift > 28) return false
    byte = load<u8>(from++)
    stated |= <u64>(byte & 0x7f) << shift
  }
  if (stated != <u64>length) return false
  const first = to
  const toEnd = to + length
  while (from < end) {
    from = unsnapMany(from, end, first, to, toEnd)
    to = written
    if (from == end) break
    const tag = <u32>load<u8>(from++)
    const bytes = argumentBytes(tag)
    if (bytes > end - from) return false
    const argument = <usize>(load<u32>(from) & <u32>((<u64>1 << (<u64>bytes << 3)) - 1))
    from += bytes
    let size = <usize>(tag >>> 2) + 1
    if ((tag & 3) == 0) {
      if (bytes > 0) size = argument + 1
      if (size == 0 || size > end - from || size > toEnd - to) return false
      copyApart(from, to, size)
      from += size
    } else {
      let offset = argument
      if ((tag & 3) == 1) {
        size = <usize>((tag >>> 2) & 7) + 4
        offset |= <usize>(tag >>> 5) << 8
      }
      if (offset == 0 || offset > to - first || size > toEnd - to) return false
      if (offset >= 16) copyApart(to - offset, to, size)
      else repeat(offset, to, size)
    }
    to += size
  }
  return to == toEnd
}

/** Where `unsnapMany` has stopped to write. */
let written: usize = 0

/**
 * The usual literals and copies, far from the ends: those of up to 64 bytes, copies from no less than 16 bytes back. Whether one is the one or the
 * other cannot be foretold, so nothing branches on it. Returns where something else begins.
 */
function unsnapMany(from: usize, end: usize, first: usize, to: usize, toEnd: usize): usize {
  while (from + STEP_INPUT < end && to + STEP_OUTPUT < toEnd) {
    const tag = <usize>load<u8>(from)
    const entry = <u32>load<u16>(TAGS + (tag << 1))
    const bytes = entry >>> 11
    const copying: usize = (tag & 3) == 0 ? 0 : -1 // as a mask
    const offset = <usize>((entry & OFFSET) + (load<u32>(from, 1) & <u32>((<u64>1 << <u64>(bytes << 3)) - 1)))
    const size = <usize>(entry & SIZE)
    const literal = from + 1
    const back = (offset & copying) | (16 & ~copying)
    if (back < 16 || back > to - first || (~copying & <usize>bytes) != 0) break
    const source = ((to - offset) & copying) | (literal & ~copying)
    v128.store(to, v128.load(source))
    if (size > 16) {
      v128.store(to, v128.load(source, 16), 16)
      v128.store(to, v128.load(source, 32), 32)
      v128.store(to, v128.load(source, 48), 48)
    }
    from = literal + <usize>bytes + (size & ~copying)
    to += size
  }
  written = to
  return from
}

/** How many bytes behind a tag belong to it: the length of a long literal, or an offset. */
function argumentBytes(tag: u32): usize {
  const kind = tag & 3
  if (kind == 0) return tag >>> 2 < 60 ? 0 : <usize>(tag >>> 2) - 59
  return <usize>1 << (kind - 1)
}

/** For places that do not overlap, or by so much that 16 bytes at a time are right. */
function copyApart(from: usize, to: usize, size: usize): void {
  const end = to + size
  for (; to < end; from += 16, to += 16) v128.store(to, v128.load(from))
}

/** Writes the last `offset` bytes, fewer than 16, again and again. */
function repeat(offset: usize, to: usize, size: usize): void {
  const end = to + size
  if (offset >= 8) for (; to < end; to += 8) store<u64>(to, load<u64>(to - offset))
  else for (; to < end; to++) store<u8>(to, load<u8>(to - offset))
}

/**
 * Puts `count` values of a page [at, end), each behind its length, one behind the other to `text`, where there is room up to `textEnd`, and
 * where they end there to `ends`, u32 each.
 *
 * @returns the number of values: fewer where one is not all there, finds no room, or begins inside a code point
 */
export function takeValues(at: usize, end: usize, count: i32, text: usize, textEnd: usize, ends: usize): i32 {
  let to = text
  for (let value: i32 = 0; value < count; value++) {
    if (end - at < 4) return value
    const size = <usize>load<u32>(at)
    at += 4
    if (size > end - at || size > textEnd - to || (size > 0 && (load<u8>(at) & 0xc0) == 0x80)) return value
    copyApart(at, to, size)
    at += size
    to += size
    store<u32>(ends + (<usize>value << 2), <u32>(to - text))
  }
  return count
}
