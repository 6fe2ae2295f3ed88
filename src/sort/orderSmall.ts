import { bytesOfTable, TableMemory, type CountedPieces } from './tableMemory.ts'

/*
 * What is done with tables that are small when all is counted. JavaScript is slow the first time; of larger ones most of the time is spent in code
 * that has been compiled.
 */

/** Of tables, all of which is copied. */
const MOST_BYTES = 2 ** 24
/** Of tables of which the counts are. */
const MOST_ENTRIES = 2 ** 20

export const isSmall = (table: CountedPieces): boolean => bytesOfTable(table) <= MOST_BYTES
export const areFew = (counts: Float64Array): boolean => counts.length <= MOST_ENTRIES

/** For the order, and as much again while it is made. */
const orderBytes = (entries: number): number => 8 * entries + 64

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

/** The sums of a small table, and the same table with the highest count first; entries with equal counts stay as they stand. */
export const arrangeSmall = (table: CountedPieces): Sums & { byCount: CountedPieces } => {
  const { starts, size } = table
  const memory = new TableMemory(2 * bytesOfTable(table) + orderBytes(size))
  const { exports } = memory
  const from = memory.put(table)
  exports.sumTable(from[1], from[2], size)
  const to = memory.takeTable(starts[size], size)
  exports.takeInOrder(...from, size, orderIn(memory, from[2], size), ...to)
  return { total: exports.countSum.value, textBytes: exports.byteSum.value, byCount: memory.tableAt(to, size) }
}
