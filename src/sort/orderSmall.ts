import { bytesOfTable, TableMemory, type CountedPieces } from './tableMemory.ts'

/*
 * What is done with tables that are small when all is counted. JavaScript is slow the first time; of larger ones most of the time is spent in code
 * that has been compiled.
 */

/** Of tables, all of which is copied. */
const MOST_BYTES = 2 ** 23
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

/** A small table in that order. */
export const inOrderOfCounts = (table: CountedPieces): CountedPieces => {
  const { starts, size } = table
  const memory = new TableMemory(2 * bytesOfTable(table) + orderBytes(size))
  const from = memory.put(table)
  const to = memory.takeTable(starts[size], size)
  memory.exports.takeInOrder(...from, size, orderIn(memory, from[2], size), ...to)
  return memory.tableAt(to, size)
}

/** The address of the order. */
const orderIn = (memory: TableMemory, counts: number, entries: number): number =>
  memory.exports.orderByCount(counts, entries, memory.take(4 * entries), memory.take(4 * entries))

/** All counts of a small table together, and the bytes of all pieces: length × count. Not exact past 2^53, but no less than that then. */
export const sumSmall = (table: CountedPieces): { total: number; textBytes: number } => {
  const memory = new TableMemory(bytesOfTable(table))
  const [, starts, counts] = memory.put(table)
  memory.exports.sumTable(starts, counts, table.size)
  return { total: memory.exports.countSum.value, textBytes: memory.exports.byteSum.value }
}
