/*
 * White space beside tokens that strip it: what Unicode calls White_Space, as added/neighbours.ts has it. Text is valid UTF-8.
 */

/** Where the white space begins that ends at `end`; not before `lowest`, where a code point begins. */
export function blankStart(lowest: usize, end: usize): usize {
  while (end > lowest) {
    const bytes = blankBefore(lowest, end)
    if (bytes == 0) break
    end -= bytes
  }
  return end
}

/** Where the white space ends that begins at `start`; not behind `limit`. */
export function blankEnd(start: usize, limit: usize): usize {
  while (start < limit) {
    const bytes = blankAt(start, limit)
    if (bytes == 0) break
    start += bytes
  }
  return start
}

/** How many bytes of white space end here, one character of it. */
function blankBefore(lowest: usize, end: usize): usize {
  if (isAsciiBlank(load<u8>(end - 1))) return 1
  const room = end - lowest
  if (room >= 2 && isBlankOfTwo(load<u16>(end - 2))) return 2
  return room >= 3 && isBlankOfThree(load<u8>(end - 3), load<u16>(end - 2)) ? 3 : 0
}

function blankAt(at: usize, limit: usize): usize {
  if (isAsciiBlank(load<u8>(at))) return 1
  const room = limit - at
  if (room >= 2 && isBlankOfTwo(load<u16>(at))) return 2
  return room >= 3 && isBlankOfThree(load<u8>(at), load<u16>(at, 1)) ? 3 : 0
}

@inline function isAsciiBlank(byte: u8): bool {
  return byte == 0x20 || <u32>byte - 9 < 5
}

/** U+0085, U+00A0 */
@inline function isBlankOfTwo(bytes: u16): bool {
  return bytes == 0x85c2 || bytes == 0xa0c2
}

/** U+1680, U+2000 to U+200A, U+2028, U+2029, U+202F, U+205F, U+3000; the bytes behind the first as one little-endian number. */
function isBlankOfThree(first: u8, others: u16): bool {
  if (first == 0xe2) {
    const last = <u32>(others >>> 8)
    if ((others & 0xff) == 0x80) return last - 0x80 <= 0x0a || last == 0xa8 || last == 0xa9 || last == 0xaf
    return others == 0x9f81
  }
  return (first == 0xe1 && others == 0x809a) || (first == 0xe3 && others == 0x8080)
}
