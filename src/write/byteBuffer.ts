import { utf8Length } from './pieceText.ts'

/** What to write in place of a byte. */
export interface Escapes {
  /** 1 for the bytes of ASCII that are written as they are. */
  plain: Uint8Array
  /** By the value of the byte; `undefined` where it is written as it is. One of 0x80 or more is looked up only where it is not valid UTF-8. */
  texts: readonly (string | undefined)[]
}

/** Escapes from a function that names the text for each byte; a byte whose text is the byte itself is not escaped. */
export const makeEscapes = (textOf: (byte: number) => string): Escapes => {
  const texts = Array.from({ length: 256 }, (_, byte) => (textOf(byte) === String.fromCharCode(byte) ? undefined : textOf(byte)))
  return { plain: Uint8Array.from(texts, (text, byte) => (byte < 0x80 && text === undefined ? 1 : 0)), texts }
}

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

  /** The piece from[start, end) as UTF-8 text, with `escapes` for what must not stand in it. */
  escaped(from: Uint8Array, start: number, end: number, escapes: Escapes): void {
    this.reserve(LONGEST_ESCAPE * (end - start))
    const { plain } = escapes
    for (let at = start; at < end;)
      if (plain[from[at]] === 1) this.bytes[this.length++] = from[at++]
      else at = this.escapedAt(from, at, end, escapes)
  }

  /** One character, or one byte of what is none. Returns where the next begins. */
  private escapedAt(from: Uint8Array, at: number, end: number, { texts }: Escapes): number {
    const length = utf8Length(from, at, end)
    const text = length <= 1 ? texts[from[at]] : undefined
    const next = at + (length || 1)
    if (text !== undefined) this.ascii(text)
    else for (let i = at; i < next; i++) this.put(from[i])
    return next
  }

  /** The bytes from[start, end) as they are, but `byte` twice wherever it occurs. */
  doubling(from: Uint8Array, start: number, end: number, byte: number): void {
    this.reserve(2 * (end - start))
    for (let at = start; at < end; at++) {
      if (from[at] === byte) this.put(byte)
      this.put(from[at])
    }
  }
}
