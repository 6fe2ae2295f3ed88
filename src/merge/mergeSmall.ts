import { bytesOfTable, TableMemory, tableBytes, type CountedPieces } from '../sort/tableMemory.ts'

/** For both tables and their sum. Of larger ones most of the time is spent in code that has been compiled, and memory is short. */
const MOST_BYTES = 2 ** 25

const sumOf = (a: CountedPieces, b: CountedPieces): [pieceBytes: number, size: number] => [a.starts[a.size] + b.starts[b.size], a.size + b.size]

export const areSmall = (a: CountedPieces, b: CountedPieces): boolean => 2 * tableBytes(...sumOf(a, b)) <= MOST_BYTES

/** The sum of two tables whose pieces are in the order of their bytes, and which are small. */
export const mergeSmall = (a: CountedPieces, b: CountedPieces): CountedPieces => {
  const sum = sumOf(a, b)
  const memory = new TableMemory(bytesOfTable(a) + bytesOfTable(b) + tableBytes(...sum))
  const to = memory.takeTable(...sum)
  return memory.tableAt(to, memory.exports.mergeTables(...memory.put(a), a.size, ...memory.put(b), b.size, ...to))
}
