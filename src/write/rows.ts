import { loadWasm, PAGE_BYTES, reserveMemory } from '../loadWasm.ts'
import type { PieceBatch } from './pieceBatch.ts'
import { utf8Length } from './pieceText.ts'

/*
 * How rows of pieces and counts are written, in all formats: by WebAssembly (kernel/encode.ts), for results of short runs are written before
 * JavaScript would have been compiled.
 */

/** What stands around a piece and its count. */
export interface RowLayout {
  /** Before all rows. */
  start: string
  /** Between rows. */
  separator: string
  before: string
  escapes: Escapes
  between: string
  after: string
  /** After all rows. */
  end: string
}

/**
 * What to write in place of a byte, by its value; `undefined` where it is written as it is. One of 0x80 or more is looked up only where it is not
 * valid UTF-8.
 */
export type Escapes = readonly (string | undefined)[]

/** Escapes from a function that names the text for each byte; a byte whose text is the byte itself is not escaped. */
export const makeEscapes = (textOf: (byte: number) => string): Escapes =>
  Array.from({ length: 256 }, (_, byte) => (textOf(byte) === String.fromCharCode(byte) ? undefined : textOf(byte)))

interface EncoderExports {
  separator: WebAssembly.Global<'i32'>
  before: WebAssembly.Global<'i32'>
  between: WebAssembly.Global<'i32'>
  after: WebAssembly.Global<'i32'>
  escapes: WebAssembly.Global<'i32'>
  isFirst: { value: number }
  encodeRows(rows: number, bytes: number, first: number, ends: number, counts: number, out: number): number
  encodePart(bytes: number, length: number, out: number): number
  start(): void
  freeMemory(): number
}

const MOST_ROWS = 1024
/** Of pieces that are encoded at a time. */
const MOST_BYTES = 2 ** 15
const LONGEST_ESCAPE = 6 // \udc80
/** For what stands around a piece, and its count. */
const AROUND = 128

/** Most that comes at a time. */
export const MOST_ENCODED = LONGEST_ESCAPE * MOST_BYTES + AROUND * MOST_ROWS

/** Written behind what is encoded. */
const SPARE = 16

const PAGES = 1 + Math.ceil((12 * MOST_ROWS + MOST_BYTES + MOST_ENCODED + SPARE) / PAGE_BYTES)

/** The place, or if that is inside a character, where this begins. */
const characterEnd = (bytes: Uint8Array, place: number, end: number): number => {
  for (let back = 1; back < 4; back++) if (utf8Length(bytes, place - back, end) > back) return place - back
  return place
}

export class RowEncoder {
  private readonly exports: EncoderExports
  private readonly memory: Uint8Array
  private readonly counts: Float64Array
  private readonly ends: Uint32Array
  /** Addresses. */
  private readonly bytes: number
  private readonly out: number
  private readonly layout: RowLayout

  constructor(layout: RowLayout) {
    const memory = reserveMemory(PAGES, PAGES)
    this.exports = new WebAssembly.Instance(loadWasm('encode'), { env: { memory } }).exports as unknown as EncoderExports
    const { separator, before, between, after, escapes } = this.exports
    const counts = this.exports.freeMemory()
    const ends = counts + 8 * MOST_ROWS
    this.bytes = ends + 4 * MOST_ROWS
    this.out = this.bytes + MOST_BYTES
    this.memory = new Uint8Array(memory.buffer)
    this.counts = new Float64Array(memory.buffer, counts, MOST_ROWS)
    this.ends = new Uint32Array(memory.buffer, ends, MOST_ROWS)
    this.layout = layout
    const put = (text: string, address: number): void => {
      this.memory[address] = text.length
      this.memory.set(Buffer.from(text), address + 1)
    }
    put(layout.separator, separator.value)
    put(layout.before, before.value)
    put(layout.between, between.value)
    put(layout.after, after.value)
    layout.escapes.forEach((text, byte) => text !== undefined && put(text, escapes.value + 8 * byte))
    this.exports.start()
  }

  /** The rows of a batch, encoded: bytes that are good until the next are asked for, `MOST_ENCODED` of them at most. */
  *encode(batch: PieceBatch): Generator<Uint8Array> {
    for (let next = 0; next < batch.size;) {
      const rows = batch.isConsecutive ? this.takeAll(batch, next) : this.take(batch, next)
      if (rows === 0) yield* this.encodeLong(batch, next)
      else yield this.encodeTaken(rows, batch.isConsecutive ? batch.starts[next] : 0)
      next += Math.max(1, rows)
    }
  }

  /** Copies pieces from number `first` on, as many as there is room for; returns how many. */
  private take({ bytes: from, starts, ends, counts, size }: PieceBatch, first: number): number {
    const { memory } = this
    const last = Math.min(size, first + MOST_ROWS)
    const end = this.bytes + MOST_BYTES
    let to = this.bytes
    let i = first
    for (; i < last; i++) {
      const stop = ends[i]
      let at = starts[i]
      if (to + stop - at > end) break
      while (at < stop) memory[to++] = from[at++]
      this.ends[i - first] = to - this.bytes
      this.counts[i - first] = counts[i]
    }
    return i - first
  }

  /** The same for pieces that stand one behind the other: some of these, for which there is room. */
  private takeAll({ bytes, starts, ends, counts, size }: PieceBatch, first: number): number {
    let rows = Math.min(size - first, MOST_ROWS)
    while (rows > 0 && ends[first + rows - 1] - starts[first] > MOST_BYTES) rows >>>= 1
    if (rows === 0) return 0
    this.memory.set(bytes.subarray(starts[first], ends[first + rows - 1]), this.bytes)
    this.ends.set(ends.subarray(first, first + rows))
    this.counts.set(counts.subarray(first, first + rows))
    return rows
  }

  /** @param start what the ends of these pieces are counted from, modulo 2^32 */
  private encodeTaken(rows: number, start: number): Uint8Array {
    const { exports, bytes, ends, counts, out } = this
    return this.memory.subarray(out, exports.encodeRows(rows, bytes, bytes - start, ends.byteOffset, counts.byteOffset, out))
  }

  /** A piece that is longer than the room for pieces, in parts that end where characters do. */
  private *encodeLong({ bytes: from, starts, ends, counts }: PieceBatch, i: number): Generator<Uint8Array> {
    const { exports, layout, memory, bytes, out } = this
    yield Buffer.from(`${exports.isFirst.value === 1 ? '' : layout.separator}${layout.before}`)
    exports.isFirst.value = 0
    for (let at = starts[i]; at < ends[i];) {
      const stop = characterEnd(from, Math.min(ends[i], at + MOST_BYTES), ends[i])
      memory.set(from.subarray(at, stop), bytes)
      yield memory.subarray(out, exports.encodePart(bytes, stop - at, out))
      at = stop
    }
    yield Buffer.from(`${layout.between}${counts[i]}${layout.after}`)
  }
}
