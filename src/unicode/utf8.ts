/* Code points in valid UTF-8. */

/** The code point that begins at `at`. */
export const codePointAt = (text: Uint8Array, at: number): number => {
  const lead = text[at]
  if (lead < 0x80) return lead
  if (lead < 0xe0) return ((lead & 0x1f) << 6) | (text[at + 1] & 0x3f)
  if (lead < 0xf0) return ((lead & 0x0f) << 12) | ((text[at + 1] & 0x3f) << 6) | (text[at + 2] & 0x3f)
  return ((lead & 0x07) << 18) | ((text[at + 1] & 0x3f) << 12) | ((text[at + 2] & 0x3f) << 6) | (text[at + 3] & 0x3f)
}

/** `at`, or the place a little before it where the code point begins that has this byte, but not before `stop`. */
export const codePointStart = (text: Uint8Array, at: number, stop = 0): number => {
  while (at > stop && (text[at] & 0xc0) === 0x80) at--
  return at
}

/** `at`, or the place a little behind it where the next code point begins, but not behind `stop`. */
export const nextCodePoint = (text: Uint8Array, at: number, stop: number): number => {
  while (at < stop && (text[at] & 0xc0) === 0x80) at++
  return at
}

/** Where the code point begins that ends at `end`, which is not 0. */
export const codePointBefore = (text: Uint8Array, end: number): number => codePointStart(text, end - 1)

/** Where the code point ends that begins at `at`. */
export const codePointEnd = (text: Uint8Array, at: number): number => {
  const lead = text[at]
  return at + (lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4)
}

/** The first byte of the UTF-8 of a code point from U+0080 on. */
export const firstByteOf = (codePoint: number): number =>
  codePoint < 0x800 ? 0xc0 | (codePoint >> 6) : codePoint < 0x10000 ? 0xe0 | (codePoint >> 12) : 0xf0 | (codePoint >> 18)

/** Bytes that `count` code points take from `at` on, in valid UTF-8. */
export const bytesOf = (bytes: Uint8Array, at: number, count: number): number => {
  let end = at
  for (let i = 0; i < count; i++) end = codePointEnd(bytes, end)
  return end - at
}
