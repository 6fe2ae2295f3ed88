import { PretokError } from '../errors.ts'
import { pieceToString, utf8Length } from './pieceText.ts'

/*
 * The cursor of all readers. A reader is written as if the whole file were in memory: it looks at the next byte, takes it, and says what
 * it expected when it finds something else. In truth there is a window:
 *
 *        committed        at           end
 *   ─────────┼─────────────┼────────────┼ ─ ─ ─ ─ the rest of the file
 *    read    │ entry that is being read │
 *
 * Looking beyond the window's end throws NEED_MORE. Then the cursor goes back to what was committed, more of the file is fed, and the entry
 * is read again from its start. That happens once in a chunk, so it costs nothing; an entry of many chunks is tried again when twice as
 * much of it is there, so that its cost stays linear.
 */

export const NEED_MORE = Symbol('the window ends inside an entry')

/** What `peek` gives at the end of the file. */
export const END = -1

const NEWLINE = 0x0a
/** To begin with, for there may be thousands of small files. */
const WINDOW = 1 << 16
// a piece of 64 MiB (the limit of a run) takes at most six times as much when every byte is escaped
const LONGEST_ENTRY = 512 * 2 ** 20
const MAX_COUNT = Number.MAX_SAFE_INTEGER
const SHOWN_CHARACTERS = 20

const isSpace = (byte: number): boolean => byte === 0x20 || byte === NEWLINE || byte === 0x0d || byte === 0x09

export class Scanner {
  /** The piece and the count that were read last. */
  piece: Uint8Array = new Uint8Array(1024)
  pieceLength = 0
  count = 0
  private readonly file: string
  private bytes: Uint8Array = new Uint8Array(WINDOW)
  private at = 0
  private end = 0
  private committed = 0
  private isWhole = false
  private enough = 0
  /** Where in the file the window begins: byte (from 0) and line (from 1). */
  private offset = 0
  private line = 1
  private pieceAt = 0

  /** `file` is the name for error messages. */
  constructor(file: string) {
    this.file = file
  }

  /** Adds what comes next in the file; bytes that were committed leave the window. */
  feed(chunk: Uint8Array): void {
    const kept = this.end - this.committed
    if (kept + chunk.length > LONGEST_ENTRY)
      throw this.error(`an entry longer than ${LONGEST_ENTRY} bytes (is a quote missing?)`, this.committed)
    this.line += this.newlines(this.committed)
    this.offset += this.committed
    const old = this.bytes
    if (kept + chunk.length > old.length) this.bytes = new Uint8Array(Math.max(kept + chunk.length, 2 * old.length))
    this.bytes.set(old.subarray(this.committed, this.end))
    this.bytes.set(chunk, kept)
    this.at = this.committed = 0
    this.end = kept + chunk.length
  }

  /** Says that the whole file has been fed. */
  finish(): void {
    this.isWhole = true
  }

  /** What was read up to here is dealt with. */
  commit(): void {
    this.committed = this.at
  }

  /** Back to where `commit` was called last, for the window has ended too early. */
  rewind(): void {
    this.at = this.committed
    this.enough = 2 * (this.end - this.committed)
  }

  /** Whether it is worth trying again. */
  get hasEnough(): boolean {
    return this.isWhole || this.end - this.committed >= this.enough
  }

  /** The next byte, which is not taken; END at the end of the file. */
  peek(): number {
    if (this.at < this.end) return this.bytes[this.at]
    if (!this.isWhole) throw NEED_MORE
    return END
  }

  /** Takes the byte that `peek` has shown. */
  skip(): void {
    this.at++
  }

  /** Takes `text`, a character a byte, if it comes next. */
  take(text: string): boolean {
    const start = this.at
    for (let i = 0; i < text.length; i++, this.at++)
      if (this.peek() !== text.charCodeAt(i)) {
        this.at = start
        return false
      }
    return true
  }

  /** Takes `text`, which must come next. `name` says what it is. */
  expect(text: string, name = JSON.stringify(text)): void {
    if (!this.take(text)) throw this.expected(name)
  }

  /** Skips blanks, tabs and line ends. */
  skipSpace(): void {
    while (isSpace(this.peek())) this.at++
  }

  /** Takes a line end, \n or \r\n, which must come next. */
  expectLineEnd(): void {
    if (!this.take('\r\n')) this.expect('\n', 'the end of the line')
  }

  /** Takes a count, which must come next and end there: no fraction, no exponent, no leading zero. */
  readCount(): void {
    const start = this.at
    let count = 0
    for (let byte; (byte = this.peek()) >= 0x30 && byte <= 0x39; this.at++) {
      if (count === 0 && byte === 0x30) break
      count = 10 * count + (byte - 0x30)
      if (count > MAX_COUNT) break
    }
    const next = this.peek()
    const ends = next !== 0x2e && next !== 0x45 && next !== 0x65 && !(next >= 0x30 && next <= 0x39) // . E e or a digit
    if (count === 0 || !ends) throw this.expected(`a count (a whole number from 1 to ${MAX_COUNT})`, start)
    this.count = count
  }

  /** Begins the piece that `put` and `putCharacter` then make. */
  beginPiece(): void {
    this.pieceLength = 0
    this.pieceAt = this.at
  }

  /** Adds a byte to the piece. */
  put(byte: number): void {
    if (this.pieceLength === this.piece.length) this.growPiece()
    this.piece[this.pieceLength++] = byte
  }

  /** Takes a character of UTF-8, whose first byte `peek` has shown, and adds it to the piece. Refuses control characters. */
  takeCharacter(byte: number): void {
    if (byte < 0x20) throw this.expected(byte === END ? 'the rest of the piece' : 'text (control characters must be escaped)')
    if (byte < 0x80) {
      this.put(byte)
      this.at++
      return
    }
    const length = utf8Length(this.bytes, this.at, this.end)
    if (length === 0) {
      if (this.end - this.at < 4 && !this.isWhole) throw NEED_MORE
      throw this.expected('text in UTF-8')
    }
    for (const next = this.at + length; this.at < next; this.at++) this.put(this.bytes[this.at])
  }

  /** Takes `digits` hexadecimal digits, which must come next; their value. */
  readHexadecimal(digits: number): number {
    let value = 0
    for (let i = 0; i < digits; i++, this.at++) {
      const byte = this.peek()
      const letter = byte | 0x20 // in lower case
      const digit = byte >= 0x30 && byte <= 0x39 ? byte - 0x30 : letter >= 0x61 && letter <= 0x66 ? letter - 0x61 + 10 : -1
      if (digit === -1) throw this.expected('a hexadecimal digit')
      value = 16 * value + digit
    }
    return value
  }

  /** The error for something else than `what` at the cursor, or `at` another place of the window. */
  expected(what: string, at = this.at): PretokError {
    const instead = at >= this.end ? 'but the file ends here (is it cut off?)' : `found ${this.show(at)}`
    return this.error(`expected ${what}, ${instead}`, at)
  }

  /** The error for the piece that was read last. */
  pieceError(problem: string): PretokError {
    return this.error(problem, this.pieceAt)
  }

  private error(problem: string, at: number): PretokError {
    const place = `line ${this.line + this.newlines(at)}, byte ${this.offset + at}`
    return new PretokError('format', `reading ${this.file}, ${place}: ${problem}`)
  }

  private show(at: number): string {
    // four bytes for each character: a sequence that the window cuts is not among those shown
    const text = [...pieceToString(this.bytes, at, Math.min(this.end, at + 4 * SHOWN_CHARACTERS))]
    return JSON.stringify(text.slice(0, SHOWN_CHARACTERS).join('')) + (text.length > SHOWN_CHARACTERS ? '…' : '')
  }

  /** Number of line ends in the window before `at`. */
  private newlines(at: number): number {
    let lines = 0
    for (let i = 0; i < at; i++) if (this.bytes[i] === NEWLINE) lines++
    return lines
  }

  private growPiece(): void {
    const grown = new Uint8Array(2 * this.piece.length)
    grown.set(this.piece)
    this.piece = grown
  }
}
