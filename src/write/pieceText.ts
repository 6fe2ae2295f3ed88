import { PretokError } from '../errors.ts'

/*
 * Pieces are bytes; people and file formats want text. Valid UTF-8 is read as itself. A byte that is in no valid sequence becomes a lone
 * surrogate, U+DC00 + byte, as in Python's `surrogateescape`. Since UTF-8 has no way to write a surrogate, no piece loses or gains a byte
 * on the way there and back.
 */

const ESCAPED_BYTE = 0xdc00

/** Length of the UTF-8 sequence at `at`: 1 (ASCII) to 4; 0 if no valid and whole one begins there. */
export const utf8Length = (bytes: Uint8Array, at: number, end: number): number => {
  const first = bytes[at]
  if (first < 0x80) return 1
  if (first < 0xc2 || first > 0xf4) return 0
  const length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
  if (at + length > end) return 0
  // the second byte has narrower limits where it would make an overlong form (E0, F0), a surrogate (ED) or a number past U+10FFFF (F4)
  const second = bytes[at + 1]
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf
  if (second < low || second > high) return 0
  for (let i = 2; i < length; i++) if ((bytes[at + i] & 0xc0) !== 0x80) return 0
  return length
}

/** The same bytes, which a Buffer decodes faster. */
export const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** The text of the piece bytes[start, end). A U+FEFF at its start is text like any other. */
export const pieceToString = (bytes: Uint8Array, start = 0, end = bytes.length): string => {
  const buffer = asBuffer(bytes)
  const text = buffer.toString('utf8', start, end)
  // the decoder puts U+FFFD for what is invalid; a text without any was valid
  return text.includes('\ufffd') ? decodeByteByByte(buffer, start, end) : text
}

const decodeByteByByte = (bytes: Buffer, start: number, end: number): string => {
  let text = ''
  let decoded = start
  for (let at = start; at < end;) {
    const length = utf8Length(bytes, at, end)
    if (length === 0) {
      text += bytes.toString('utf8', decoded, at) + String.fromCharCode(ESCAPED_BYTE + bytes[at])
      decoded = at + 1
    }
    at += length || 1
  }
  return text + bytes.toString('utf8', decoded, end)
}

/** The byte that a lone surrogate stands for; -1 if it stands for none. */
export const escapedByte = (surrogate: number): number =>
  surrogate >= ESCAPED_BYTE + 0x80 && surrogate <= ESCAPED_BYTE + 0xff ? surrogate - ESCAPED_BYTE : -1

const UTF8 = new TextEncoder()
const hex = (value: number): string => value.toString(16).toUpperCase()

/** The bytes of a piece's text, the inverse of `pieceToString`. Throws 'usage' for a lone surrogate that stands for no byte. */
export const pieceToBytes = (text: string): Uint8Array => {
  if (text.isWellFormed()) return UTF8.encode(text)
  const bytes: number[] = []
  for (const character of text) {
    const codePoint = character.codePointAt(0)!
    if (codePoint < 0xd800 || codePoint > 0xdfff) bytes.push(...UTF8.encode(character))
    else if (escapedByte(codePoint) !== -1) bytes.push(escapedByte(codePoint))
    else throw new PretokError('usage', `piece ${JSON.stringify(text)}: the lone surrogate U+${hex(codePoint)} stands for no byte`)
  }
  return Uint8Array.from(bytes)
}
