import { PretokError } from '../errors.ts'
import { MAX_PAGES, PAGE_BYTES, reserveMemory } from '../loadWasm.ts'

/** Texts one behind the other, good until the next call. */
export interface Rows {
  text: Buffer
  ends: Uint32Array
  /** Behind the rows. */
  after: number
}

/** Where parsers put the blocks that they are given. */
export interface RowInput {
  /** Made larger by `reserve`. */
  readonly input: Buffer
  /** Makes room for so many bytes of input and keeps those that are there. */
  reserve(bytes: number): void
}

/** Memory for a block of so many bytes behind `length` bytes of input. */
export const roomBehind = (rows: RowInput, length: number, bytes: number): Buffer => {
  rows.reserve(length + bytes)
  return rows.input.subarray(length, length + bytes)
}

/** Puts a block behind `length` bytes of input, unless it stands there already; the length with it. */
export const append = (rows: RowInput, length: number, block: Buffer): number => {
  const end = length + block.length
  rows.reserve(end)
  const { input } = rows
  const isThere = block.buffer === input.buffer && block.byteOffset === input.byteOffset + length
  if (!isThere) input.set(block, length)
  return end
}

/** Bytes behind input and output that may be touched. */
const PADDING = 64
const FIRST_INPUT = 2 ** 18
/** Rows that are taken at a time. */
export const MAX_ROWS = 8192

/**
 * The memory of a kernel that reads rows. Behind what the kernel keeps for itself come what is taken once, where texts end, the input, and
 * as much room for the texts.
 */
export class RowMemory {
  readonly memory = reserveMemory(1, MAX_PAGES)
  /** The input; made larger by `reserve`. */
  input = Buffer.alloc(0)
  inputAt = 0
  outputAt = 0
  endsAt = 0
  bytes = Buffer.alloc(0)
  words = new Uint32Array()
  private free = 0
  /** What is read, in errors. */
  private readonly format: string

  constructor(format: string) {
    this.format = format
  }

  /** Call first, when the kernel has been started. */
  begin(firstFree: number): void {
    this.free = firstFree
  }

  /** Memory that stays where it is. Throws 'limit' when there is none. */
  take(bytes: number): number {
    const address = this.free
    this.free = (address + bytes + 63) & ~63
    this.grow(this.free)
    return address
  }

  /** Call when all is taken. */
  open(): void {
    this.endsAt = this.take(4 * MAX_ROWS)
    this.inputAt = this.free
    this.reserve(FIRST_INPUT)
  }

  /** Makes room for so many bytes of input and keeps those that are there. Throws 'limit' when memory runs out. */
  reserve(size: number): void {
    if (size <= this.input.length) return
    const outputAt = this.inputAt + size + PADDING
    this.grow(outputAt + size + PADDING)
    this.outputAt = outputAt // now that it is there
    this.bytes = Buffer.from(this.memory.buffer)
    this.words = new Uint32Array(this.memory.buffer)
    this.input = this.bytes.subarray(this.inputAt, this.inputAt + size)
  }

  /** What a kernel has put down: so many rows, up to an address. */
  rows(count: number, end: number): Rows {
    const ends = this.words.subarray(this.endsAt >>> 2, (this.endsAt >>> 2) + count)
    const length = count === 0 ? 0 : ends[count - 1]
    return { text: this.bytes.subarray(this.outputAt, this.outputAt + length), ends, after: (end >>> 0) - this.inputAt }
  }

  private grow(end: number): void {
    const pages = Math.ceil(end / PAGE_BYTES) - this.memory.buffer.byteLength / PAGE_BYTES
    if (pages <= 0) return
    try {
      this.memory.grow(pages)
    } catch (error) {
      throw new PretokError('limit', `reading ${this.format}: there is no memory for a row as long as this`, { cause: error })
    }
  }
}
