import { pieceToString } from '../write/pieceText.ts'

/*
 * Most pieces of a text have been in it before, and to find the string that was made of one takes less than to make another, which then takes
 * memory, too. So short pieces are remembered, each at the place that a hash of its bytes says, where it replaces the one that was there.
 */

const PLACES = 1 << 14
/** Of each place: the length of the piece, and its bytes. */
const KEY_BYTES = 16

const keys = new Uint8Array(PLACES * KEY_BYTES)
const strings: string[] = Array.from({ length: PLACES }, () => '')

/** The same as `pieceToString`. */
export const stringOfPiece = (bytes: Uint8Array, start: number, end: number): string => {
  const length = end - start
  if (length >= KEY_BYTES) return pieceToString(bytes, start, end)
  const place = placeOf(bytes, start, end)
  const key = place * KEY_BYTES
  if (keys[key] !== length || !isEqual(key + 1, bytes, start, end)) {
    strings[place] = pieceToString(bytes, start, end)
    keys[key] = length
    for (let i = 0; i < length; i++) keys[key + 1 + i] = bytes[start + i]
  }
  return strings[place]
}

/** FNV-1a. */
const placeOf = (bytes: Uint8Array, start: number, end: number): number => {
  let hash = 0x811c9dc5
  while (start < end) hash = Math.imul(hash ^ bytes[start++], 0x01000193)
  return (hash ^ (hash >>> 15)) & (PLACES - 1)
}

const isEqual = (key: number, bytes: Uint8Array, start: number, end: number): boolean => {
  while (start < end) if (keys[key++] !== bytes[start++]) return false
  return true
}
