import type { Codec } from './codec.ts'
import { escapedByte } from './pieceText.ts'
import { makeEscapes } from './rows.ts'
import type { Scanner } from './scanner.ts'

/*
 * One object, an entry a line:
 *
 *   {
 *   " the": 48211,
 *   "\udcff": 1
 *   }
 *
 * A byte that is not valid UTF-8 is written as the lone surrogate that stands for it (see pieceText.ts). What is read may be any JSON with
 * the same content, on one line or indented. It never becomes a JavaScript object or string, so that neither `__proto__` nor a file larger
 * than a string can be means anything special.
 */

/** JSON's own escapes, from the built-in that knows them. */
export const ESCAPES = makeEscapes((byte) => JSON.stringify(String.fromCharCode(byte < 0x80 ? byte : 0xdc00 + byte)).slice(1, -1))

const QUOTE = 0x22
const BACKSLASH = 0x5c
const LETTER_U = 0x75
/** The character behind a backslash → the byte it stands for. */
const UNESCAPED = new Map(['""', '\\\\', '//', 'b\b', 'f\f', 'n\n', 'r\r', 't\t'].map((pair) => [pair.charCodeAt(0), pair.charCodeAt(1)]))

/** Reads a JSON string as the piece. */
export const readString = (input: Scanner): void => {
  input.beginPiece()
  input.expect('"', 'a piece (a JSON string)')
  for (let byte; (byte = input.peek()) !== QUOTE;)
    if (byte === BACKSLASH) readEscape(input)
    else input.takeCharacter(byte)
  input.skip()
}

const readEscape = (input: Scanner): void => {
  input.skip()
  const letter = input.peek()
  const byte = UNESCAPED.get(letter)
  if (byte === undefined && letter !== LETTER_U) throw input.expected('one of "\\/bfnrtu behind the backslash')
  input.skip()
  if (byte === undefined) putCodeUnit(input, input.readHexadecimal(4))
  else input.put(byte)
}

const isHighSurrogate = (unit: number): boolean => unit >= 0xd800 && unit < 0xdc00
const isLowSurrogate = (unit: number): boolean => unit >= 0xdc00 && unit < 0xe000

const putCodeUnit = (input: Scanner, unit: number): void => {
  if (isHighSurrogate(unit)) {
    const low = input.take('\\u') ? input.readHexadecimal(4) : 0
    if (!isLowSurrogate(low)) throw loneSurrogate(input, unit)
    putCodePoint(input, 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00))
  } else if (isLowSurrogate(unit)) {
    const byte = escapedByte(unit)
    if (byte === -1) throw loneSurrogate(input, unit)
    input.put(byte)
  } else putCodePoint(input, unit)
}

const putCodePoint = (input: Scanner, codePoint: number): void => {
  const tail = (bits: number): number => 0x80 | ((codePoint >> bits) & 0x3f)
  if (codePoint < 0x80) input.put(codePoint)
  else if (codePoint < 0x800) putAll(input, 0xc0 | (codePoint >> 6), tail(0))
  else if (codePoint < 0x10000) putAll(input, 0xe0 | (codePoint >> 12), tail(6), tail(0))
  else putAll(input, 0xf0 | (codePoint >> 18), tail(12), tail(6), tail(0))
}

const putAll = (input: Scanner, ...bytes: number[]): void => {
  for (const byte of bytes) input.put(byte)
}

const loneSurrogate = (input: Scanner, unit: number) =>
  input.pieceError(`the lone surrogate \\u${unit.toString(16)} stands for no byte (expected a pair, or \\udc80 to \\udcff)`)

export const json: Codec = {
  layout: { start: '{', separator: ',', before: '\n"', escapes: ESCAPES, between: '": ', after: '', end: '\n}\n' },

  readStart: (input) => {
    input.skipSpace()
    input.expect('{', '{ (one JSON object of counts)')
  },
  readEntry: (input, isFirst) => {
    input.skipSpace()
    if (input.take('}')) return false
    if (!isFirst) input.expect(',', '"," or "}"')
    input.skipSpace()
    readString(input)
    input.skipSpace()
    input.expect(':')
    input.skipSpace()
    input.readCount()
    return true
  },
}
