import { totalTooHigh } from '../errors.ts'
import { ArrangedTable } from '../sort/arrangedTable.ts'
import { comparePieces, sortPieces } from '../sort/sortPieces.ts'
import type { CountedPieces } from '../sort/tableMemory.ts'

/** Counted pieces, to be looked up and walked through. */
export interface CountTable extends CountedPieces {
  /** All counts together. */
  readonly total: number
  /** The entry number of the piece bytes[start, end); -1 if it is not in the table. */
  find(bytes: Uint8Array, start?: number, end?: number): number
}

/** A table in the order of the bytes, which does not change any more: no memory but that of its arrays. */
export class SortedTable implements CountTable {
  readonly arena: Uint8Array
  readonly starts: Uint32Array
  readonly counts: Float64Array
  readonly size: number
  readonly total: number
  /** Bytes of all pieces: length × count. Past 2^53 it is not exact. */
  readonly textBytes: number
  /** The same, to walk through from the highest count on. */
  readonly arranged: ArrangedTable

  /** Throws 'limit' when the counts are more than 2^53 together. */
  constructor(table: CountedPieces) {
    this.arranged = new ArrangedTable(table)
    const { total, textBytes } = this.arranged.sums
    if (total > Number.MAX_SAFE_INTEGER) throw totalTooHigh()
    const { arena, starts, counts, size } = this.arranged.table
    this.arena = arena
    this.starts = starts
    this.counts = counts
    this.size = size
    this.total = total
    this.textBytes = textBytes
  }

  find(bytes: Uint8Array, start = 0, end = bytes.length): number {
    const { arena, starts, size } = this
    let low = 0
    for (let high = size; low < high;) {
      const middle = (low + high) >>> 1
      const order = comparePieces(arena, starts[middle], starts[middle + 1], bytes, start, end)
      if (order === 0) return middle
      if (order < 0) low = middle + 1
      else high = middle
    }
    return -1
  }
}

/** The bytes of all pieces: length × count. Past 2^53 it is not exact, but no less than that. */
export const textBytesOf = ({ starts, counts, size }: CountedPieces): number => {
  let bytes = 0
  for (let i = 0; i < size; i++) bytes += (starts[i + 1] - starts[i]) * counts[i]
  return bytes
}

/** The pieces of any table, in the order of their bytes. */
export const inByteOrder = ({ arena, starts, counts, size }: CountedPieces): CountedPieces => {
  const order = new Uint32Array(size).map((_, entry) => entry)
  sortPieces({ arena, starts }, new Float64Array(size), order)
  const sorted = { arena: new Uint8Array(starts[size]), starts: new Uint32Array(size + 1), counts: new Float64Array(size), size }
  order.forEach((entry, i) => {
    sorted.arena.set(arena.subarray(starts[entry], starts[entry + 1]), sorted.starts[i])
    sorted.starts[i + 1] = sorted.starts[i] + starts[entry + 1] - starts[entry]
    sorted.counts[i] = counts[entry]
  })
  return sorted
}
