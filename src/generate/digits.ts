import type { Cursor } from './cursor.ts'
import type { Random } from './random.ts'

/** Four digits for each number below 10,000, as a little-endian word. */
const DIGITS = Uint32Array.from({ length: 10_000 }, (_, n) => {
  const digit = (divisor: number): number => 48 + (Math.floor(n / divisor) % 10)
  return digit(1000) + (digit(100) << 8) + (digit(10) << 16) + (digit(1) << 24)
})

/** The last one to four digits of a number below 10,000. */
export const writeLastDigits = (cursor: Cursor, n: number, count: number): void => {
  cursor.view.setUint32(cursor.at, DIGITS[n] >>> (8 * (4 - count)), true)
  cursor.at += count
}

/** A number in decimal digits. */
export const writeNumber = (cursor: Cursor, n: number): void => {
  if (n < 10_000) return writeLastDigits(cursor, n, n < 10 ? 1 : n < 100 ? 2 : n < 1000 ? 3 : 4)
  const high = Math.floor(n / 10_000)
  writeNumber(cursor, high)
  writeLastDigits(cursor, n - high * 10_000, 4)
}

/** The low 16 bits as four hexadecimal digits: a nibble to a byte, then '0' added to all, and 39 more to those that are letters. */
const hexDigits = (n: number): number => {
  const bytes = (n & 0xff) | ((n & 0xff00) << 8)
  const nibbles = (bytes | (bytes << 4)) & 0x0f0f0f0f
  const letters = ((nibbles + 0x06060606) >>> 4) & 0x01010101
  return nibbles + 0x30303030 + letters * 39
}

/** Random hexadecimal digits, a multiple of four. */
export const writeHex = (cursor: Cursor, random: Random, digits: number): void => {
  for (let i = 0; i < digits; i += 4) cursor.view.setUint32(cursor.at + i, hexDigits(random() >>> 8), true)
  cursor.at += digits
}
