import { bytesOfTable, newTable, PlacedTable, tableBytes, TableMemory, type CountedPieces, type NewTable } from './tableMemory.ts'

/*
 * What is done with tables that are small when all is counted. JavaScript is slow the first time; of larger ones most of the time is spent in code
 * that has been compiled.
 */

/** Of tables. */
const MOST_BYTES = 2 ** 26
/** Of tables of which the counts are. */
const MOST_ENTRIES = 2 ** 20

export const isSmall = (table: CountedPieces): boolean => bytesOfTable(table) <= MOST_BYTES
export const areFew = (counts: Float64Array): boolean => counts.length <= MOST_ENTRIES

/** Entries that are taken from a table at a time, and their bytes. */
const PART = 1024
const PART_BYTES = 2 ** 15

/** For the order, and as much again while it is made. */
const orderBytes = (entries: number): number => 8 * entries + 64
/** For what is done with a table, beside itself. */
const workBytes = (entries: number): number => orderBytes(entries) + tableBytes(PART_BYTES, PART)

/** Memory for arranging a table that is elsewhere: for a copy of it, and its order. Larger ones are not arranged. */
export const arrangingBytes = (bytes: number, entries: number): number => (bytes <= MOST_BYTES ? bytes + workBytes(entries) : 0)

/** A table that is arranged where it is, if it is small. */
export const newArrangedTable: NewTable = (pieceBytes, size) => {
  const bytes = tableBytes(pieceBytes, size)
  return bytes > MOST_BYTES ? newTable(pieceBytes, size) : new TableMemory(bytes + workBytes(size)).newTable(pieceBytes, size)
}

/** The sum of two tables whose pieces are in the order of their bytes. */
export const mergeSmall = (a: CountedPieces, b: CountedPieces): PlacedTable => {
  const sum: [pieceBytes: number, size: number] = [a.starts[a.size] + b.starts[b.size], a.size + b.size]
  const memory = new TableMemory(bytesOfTable(a) + bytesOfTable(b) + tableBytes(...sum) + workBytes(sum[1]))
  const [first, second, to] = [memory.put(a), memory.put(b), memory.newTable(...sum)]
  return to.firstOf(memory.exports.mergeTables(...first.addresses, a.size, ...second.addresses, b.size, ...to.addresses))
}

/** The numbers of the entries, the highest count first; entries with equal counts stay as they stand. */
export const orderFew = (counts: Float64Array): Uint32Array => {
  const memory = new TableMemory(8 * counts.length + orderBytes(counts.length))
  return memory.words(orderIn(memory, memory.putCounts(counts), counts.length), counts.length)
}

/** The address of the order. */
const orderIn = (memory: TableMemory, counts: number, entries: number): number => {
  const order = memory.take(4 * entries)
  memory.exports.orderByCount(counts, entries, order, memory.take(4 * entries))
  return order
}

/** The sums of a table: past 2^53 they are not exact, but no less than that. */
export interface Sums {
  /** All counts together. */
  total: number
  /** The bytes of all pieces: length × count. */
  textBytes: number
}

/** A small table, in WebAssembly's memory. */
export class ArrangedTable {
  readonly table: PlacedTable
  readonly sums: Sums
  /** The address of the order, when it is there. */
  private order: number | undefined
  private part: PlacedTable | undefined

  /** A copy of the table if it is not in such a memory; of `newArrangedTable` and `mergeSmall`, which have room for one order. */
  constructor(table: CountedPieces) {
    this.table = table instanceof PlacedTable ? table : new TableMemory(bytesOfTable(table) + workBytes(table.size)).put(table)
    const { exports } = this.table.memory
    exports.sumTable(this.table.addresses[1], this.table.addresses[2], table.size)
    this.sums = { total: exports.countSum.value, textBytes: exports.byteSum.value }
  }

  /** The same pieces with the highest count first, some at a time; entries with equal counts stay as they stand. Each is good until the next. */
  *byCount(): Generator<CountedPieces> {
    const { table } = this
    const { memory, addresses, size } = table
    const order = (this.order ??= orderIn(memory, addresses[2], size))
    const part = (this.part ??= memory.newTable(PART_BYTES, PART))
    const own = newTable(PART_BYTES, PART) // for several may walk through the same table
    for (let next = 0; next < size;) {
      const [arena, ...others] = part.addresses
      const taken = memory.exports.takeInOrder(...addresses, order, next, Math.min(size, next + PART), arena, PART_BYTES, ...others)
      if (taken === 0) yield entryOf(table, new Uint32Array(memory.buffer, order)[next])
      else {
        own.arena.set(part.arena.subarray(0, part.starts[taken]))
        own.starts.set(part.starts)
        own.counts.set(part.counts)
        yield { ...own, size: taken }
      }
      next += Math.max(1, taken)
    }
  }
}

/** A table of one entry of this one. */
const entryOf = ({ arena, starts, counts }: CountedPieces, entry: number): CountedPieces => {
  const piece = arena.subarray(starts[entry], starts[entry + 1])
  return { arena: piece, starts: Uint32Array.of(0, piece.length), counts: counts.subarray(entry, entry + 1), size: 1 }
}
