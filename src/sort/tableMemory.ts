import { loadWasm, MAX_PAGES, PAGE_BYTES, reserveMemory } from '../loadWasm.ts'
import type { Pieces } from './sortPieces.ts'

/** Distinct pieces and their counts, as they travel from a worker: entry i is arena[starts[i], starts[i + 1]) with counts[i]. */
export interface CountedPieces extends Pieces {
  counts: Float64Array
  size: number
}

/** Makes a table that is to be filled, with pieces of so many bytes together. */
export type NewTable = (pieceBytes: number, size: number) => CountedPieces

export const newTable: NewTable = (pieceBytes, size) => ({
  arena: new Uint8Array(pieceBytes),
  starts: new Uint32Array(size + 1),
  counts: new Float64Array(size),
  size,
})

/** One that another thread gets without a copy. */
export const newSharedTable: NewTable = (pieceBytes, size) => ({
  arena: new Uint8Array(new SharedArrayBuffer(pieceBytes)),
  starts: new Uint32Array(new SharedArrayBuffer(4 * (size + 1))),
  counts: new Float64Array(new SharedArrayBuffer(8 * size)),
  size,
})

interface TableExports {
  freeMemory(): number
  goOnWith(pieces: number, bytes: number): void
  mergeSome(...addresses: number[]): void
  putSome(...addresses: number[]): void
  takenA: { value: number }
  takenB: { value: number }
  size: { value: number }
  end: { value: number }
  sumTable(starts: number, counts: number, size: number): void
  countSum: { value: number }
  byteSum: { value: number }
  orderByCount(counts: number, entries: number, order: number, spare: number): void
  takeInOrder(...addresses: number[]): number
}

/** Before the tables: what the module has for itself. */
const OWN_PAGES = 2
/** What can be taken of one memory at most, in bytes: WebAssembly has addresses of 32 bits. */
export const MOST_MEMORY = (MAX_PAGES - OWN_PAGES) * PAGE_BYTES
/** Behind each array. */
const SPARE = 16

/** What a table takes in such a memory, in bytes. */
export const tableBytes = (pieceBytes: number, size: number): number => pieceBytes + 12 * size + 4 + 6 * SPARE

/** Memory for WebAssembly (kernel/merge.ts), which is fast from the first call on, and tables in it. */
export class TableMemory {
  readonly exports: TableExports
  readonly buffer: ArrayBuffer
  private free: number

  /** @param bytes of all that is taken, MOST_MEMORY at most; what is not used costs nothing */
  constructor(bytes: number) {
    const pages = OWN_PAGES + Math.ceil(bytes / PAGE_BYTES)
    const memory = reserveMemory(pages, pages)
    this.exports = new WebAssembly.Instance(loadWasm('merge'), { env: { memory } }).exports as unknown as TableExports
    this.buffer = memory.buffer as ArrayBuffer
    this.free = this.exports.freeMemory()
  }

  take(bytes: number): number {
    const address = this.free
    this.free = Math.ceil((address + bytes + SPARE) / SPARE) * SPARE
    if (this.free > this.buffer.byteLength) throw new Error('more memory is taken than was asked for')
    return address
  }

  newTable(pieceBytes: number, size: number): PlacedTable {
    return new PlacedTable(this, [this.take(pieceBytes), this.take(4 * (size + 1)), this.take(8 * size)], pieceBytes, size)
  }

  /** A copy of the table. */
  put({ arena, starts, counts, size }: CountedPieces): PlacedTable {
    const placed = this.newTable(starts[size], size)
    placed.arena.set(arena.subarray(0, starts[size]))
    placed.starts.set(starts.subarray(0, size + 1))
    placed.counts.set(counts.subarray(0, size))
    return placed
  }
}

/** A table in such a memory. */
export class PlacedTable implements CountedPieces {
  readonly memory: TableMemory
  /** Of its arrays. */
  readonly addresses: readonly [arena: number, starts: number, counts: number]
  readonly arena: Uint8Array
  readonly starts: Uint32Array
  readonly counts: Float64Array
  readonly size: number

  constructor(memory: TableMemory, addresses: readonly [arena: number, starts: number, counts: number], pieceBytes: number, size: number) {
    const [arena, starts, counts] = addresses
    this.memory = memory
    this.addresses = addresses
    this.arena = new Uint8Array(memory.buffer, arena, pieceBytes)
    this.starts = new Uint32Array(memory.buffer, starts, size + 1)
    this.counts = new Float64Array(memory.buffer, counts, size)
    this.size = size
  }

  /** Its first entries. */
  firstOf(size: number): PlacedTable {
    return new PlacedTable(this.memory, this.addresses, this.starts[size], size)
  }
}
