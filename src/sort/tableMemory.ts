import { loadWasm } from '../loadWasm.ts'
import type { Pieces } from './sortPieces.ts'

/** Distinct pieces and their counts, as they travel from a worker: entry i is arena[starts[i], starts[i + 1]) with counts[i]. */
export interface CountedPieces extends Pieces {
  counts: Float64Array
  size: number
}

interface TableExports {
  freeMemory(): number
  mergeTables(...addresses: number[]): number
  sumTable(starts: number, counts: number, size: number): void
  countSum: { value: number }
  byteSum: { value: number }
  orderByCount(counts: number, entries: number, order: number, spare: number): void
  takeInOrder(...addresses: number[]): void
}

const PAGE = 65536
/** Behind each array. */
const SPARE = 16

/** What a table takes in such a memory, in bytes. */
export const tableBytes = (pieceBytes: number, size: number): number => pieceBytes + 12 * size + 4 + 6 * SPARE

export const bytesOfTable = ({ starts, size }: CountedPieces): number => tableBytes(starts[size], size)

/** Memory for WebAssembly (kernel/merge.ts), which is fast from the first call on, and tables in it. */
export class TableMemory {
  readonly exports: TableExports
  private readonly buffer: ArrayBuffer
  private free: number

  /** @param bytes of all that is taken */
  constructor(bytes: number) {
    const pages = 2 + Math.ceil(bytes / PAGE)
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages })
    this.exports = new WebAssembly.Instance(loadWasm('merge'), { env: { memory } }).exports as unknown as TableExports
    this.buffer = memory.buffer as ArrayBuffer
    this.free = this.exports.freeMemory()
  }

  take(bytes: number): number {
    const address = this.free
    this.free = Math.ceil((address + bytes + SPARE) / SPARE) * SPARE
    return address
  }

  /** Room for a table: the addresses of its arena, starts and counts. */
  takeTable(pieceBytes: number, size: number): [arena: number, starts: number, counts: number] {
    return [this.take(pieceBytes), this.take(4 * (size + 1)), this.take(8 * size)]
  }

  put({ arena, starts, counts, size }: CountedPieces): [arena: number, starts: number, counts: number] {
    const [toArena, toStarts] = [this.take(starts[size]), this.take(4 * (size + 1))]
    new Uint8Array(this.buffer, toArena).set(arena.subarray(0, starts[size]))
    new Uint32Array(this.buffer, toStarts).set(starts.subarray(0, size + 1))
    return [toArena, toStarts, this.putCounts(counts.subarray(0, size))]
  }

  putCounts(counts: Float64Array): number {
    const address = this.take(8 * counts.length)
    new Float64Array(this.buffer, address).set(counts)
    return address
  }

  /** A copy of the table that is there. */
  tableAt([arena, starts, counts]: [arena: number, starts: number, counts: number], size: number): CountedPieces {
    const ownStarts = this.words(starts, size + 1)
    return {
      arena: new Uint8Array(this.buffer, arena, ownStarts[size]).slice(),
      starts: ownStarts,
      counts: new Float64Array(this.buffer, counts, size).slice(),
      size,
    }
  }

  /** A copy. */
  words(address: number, length: number): Uint32Array {
    return new Uint32Array(this.buffer, address, length).slice()
  }
}
