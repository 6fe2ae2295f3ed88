import { utf8Length } from './pieceText.ts'

/**
 * What to write in place of a byte, by its value; `undefined` where it is written as it is. A value of 0x80 or more is looked up only where
 * the byte is not valid UTF-8.
 */
export type Escapes = readonly (string | undefined)[]

/** Escapes from a function that names the text for each byte; a byte whose text is the byte itself is not escaped. */
export const makeEscapes = (textOf: (byte: number) => string): Escapes =>
  Array.from({ length: 256 }, (_, byte) => (textOf(byte) === String.fromCharCode(byte) ? undefined : textOf(byte)))

const LONGEST_ESCAPE = 6 // \udc80
const LONGEST_INTEGER = 16 // 2^53

/** Bytes on their way to a file. Grows when a piece is larger than the room that is left. */
export class ByteBuffer {
  private bytes: Uint8Array
  length = 0

  constructor(capacity: number) {
    this.bytes = new Uint8Array(capacity)
  }

  /** The bytes, as a view that holds until the next call. Empties the buffer. */
  take(): Uint8Array {
    const taken = this.bytes.subarray(0, this.length)
    this.length = 0
    return taken
  }

  /** A byte for which room was reserved. */
  private put(byte: number): void {
    this.bytes[this.length++] = byte
  }

  private reserve(bytes: number): void {
    const needed = this.length + bytes
    if (needed <= this.bytes.length) return
    const grown = new Uint8Array(Math.max(needed, 2 * this.bytes.length))
    grown.set(this.bytes.subarray(0, this.length))
    this.bytes = grown
  }

  ascii(text: string): void {
    this.reserve(text.length)
    for (let i = 0; i < text.length; i++) this.put(text.charCodeAt(i))
  }

  /** A whole number from 0 to 2^53, in decimal. */
  integer(value: number): void {
    this.reserve(LONGEST_INTEGER)
    // Numbers below 2^31 are nearly all there are: digits by integer division, from the last to the first, make no string.
    if (value >= 2 ** 31) return this.ascii(String(value))
    let digits = 1
    for (let limit = 10; limit <= value; limit *= 10) digits++
    let rest = value | 0
    for (let at = this.length + digits - 1; at >= this.length; at--) {
      const tenth = (rest / 10) | 0
      this.bytes[at] = 0x30 + rest - 10 * tenth
      rest = tenth
    }
    this.length += digits
  }

  /** A piece as UTF-8 text, with `escapes` for what must not stand in it. */
  escaped(piece: Uint8Array, escapes: Escapes): void {
    const end = piece.length
    this.reserve(LONGEST_ESCAPE * end)
    for (let at = 0; at < end;) {
      const length = piece[at] < 0x80 ? 1 : utf8Length(piece, at, end)
      const escape = length <= 1 ? escapes[piece[at]] : undefined
      const next = at + (length || 1)
      if (escape !== undefined) this.ascii(escape)
      else for (let i = at; i < next; i++) this.put(piece[i])
      at = next
    }
  }

  /** A piece's bytes as they are, but `byte` twice wherever it occurs. */
  doubling(piece: Uint8Array, byte: number): void {
    this.reserve(2 * piece.length)
    for (let i = 0; i < piece.length; i++) {
      if (piece[i] === byte) this.put(byte)
      this.put(piece[i])
    }
  }
}
