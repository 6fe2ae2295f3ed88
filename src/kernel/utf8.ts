/* Code points of valid UTF-8. What reads very many of them has this written out: a call would take as long as all the rest. */

/** How many bytes a code point has, by the first of them. */
export function bytesOf(lead: u32): usize {
  return lead < 0x80 ? 1 : 2 + <usize>(lead >= 0xe0) + <usize>(lead >= 0xf0)
}

/** Whether the byte at a place is not the first of its code point. */
export function isContinuation(at: usize): bool {
  return (load<u8>(at) & 0xc0) == 0x80
}

/** Where the code point begins that ends at `at`. */
export function before(at: usize): usize {
  do at--
  while (isContinuation(at))
  return at
}

/** The code point at a place. */
export function decode(at: usize): usize {
  const byte = <usize>load<u8>(at)
  if (byte < 0x80) return byte
  if (byte < 0xe0) return ((byte & 31) << 6) | (load<u8>(at, 1) & 63)
  if (byte < 0xf0) return ((byte & 15) << 12) | ((<usize>load<u8>(at, 1) & 63) << 6) | (load<u8>(at, 2) & 63)
  return ((byte & 7) << 18) | ((<usize>load<u8>(at, 1) & 63) << 12) | ((<usize>load<u8>(at, 2) & 63) << 6) | (load<u8>(at, 3) & 63)
}

/** Puts a code point in UTF-8 in front of `end`; returns how many bytes that are. */
export function encodeBefore(end: usize, codePoint: u32): usize {
  if (codePoint < 0x80) {
    store<u8>(end - 1, <u8>codePoint)
    return 1
  }
  store<u8>(end - 1, <u8>(0x80 | (codePoint & 63)))
  if (codePoint < 0x800) {
    store<u8>(end - 2, <u8>(0xc0 | (codePoint >>> 6)))
    return 2
  }
  store<u8>(end - 2, <u8>(0x80 | ((codePoint >>> 6) & 63)))
  if (codePoint < 0x10000) {
    store<u8>(end - 3, <u8>(0xe0 | (codePoint >>> 12)))
    return 3
  }
  store<u8>(end - 3, <u8>(0x80 | ((codePoint >>> 12) & 63)))
  store<u8>(end - 4, <u8>(0xf0 | (codePoint >>> 18)))
  return 4
}
