import type { CountedPieces } from '../count/sortedTable.ts'
import { loadWasm } from '../loadWasm.ts'

/* Adding up tables that are small by WebAssembly (kernel/merge.ts), which is fast from the first call on. */

interface MergeExports {
  freeMemory(): number
  mergeTables(...addresses: number[]): number
}

const PAGE = 65536
/** For both tables and their sum. Of larger ones most of the time is spent in code that has been compiled, and memory is short. */
const MOST_BYTES = 2 ** 25
/** Behind each array. */
const SPARE = 16

const bytesOf = (pieceBytes: number, size: number): number => pieceBytes + 12 * size + 4 + 6 * SPARE

export const areSmall = (a: CountedPieces, b: CountedPieces): boolean =>
  2 * bytesOf(a.starts[a.size] + b.starts[b.size], a.size + b.size) <= MOST_BYTES

/** The sum of two tables whose pieces are in the order of their bytes, and which are small. */
export const mergeSmall = (a: CountedPieces, b: CountedPieces): CountedPieces => {
  const [size, pieceBytes] = [a.size + b.size, a.starts[a.size] + b.starts[b.size]]
  const pages = 2 + Math.ceil((2 * bytesOf(pieceBytes, size)) / PAGE)
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages })
  const exports = new WebAssembly.Instance(loadWasm('merge'), { env: { memory } }).exports as unknown as MergeExports
  let free = exports.freeMemory()
  const take = (bytes: number): number => {
    const address = free
    free = Math.ceil((free + bytes + SPARE) / SPARE) * SPARE
    return address
  }
  const put = (table: CountedPieces): number[] => {
    const [arena, starts, counts] = [take(table.starts[table.size]), take(4 * (table.size + 1)), take(8 * table.size)]
    new Uint8Array(memory.buffer, arena).set(table.arena.subarray(0, table.starts[table.size]))
    new Uint32Array(memory.buffer, starts).set(table.starts.subarray(0, table.size + 1))
    new Float64Array(memory.buffer, counts).set(table.counts.subarray(0, table.size))
    return [arena, starts, counts, table.size]
  }
  const [arena, starts, counts] = [take(pieceBytes), take(4 * (size + 1)), take(8 * size)]
  const merged = exports.mergeTables(...put(a), ...put(b), arena, starts, counts)
  const mergedStarts = new Uint32Array(memory.buffer, starts, merged + 1).slice()
  return {
    arena: new Uint8Array(memory.buffer, arena, mergedStarts[merged]).slice(),
    starts: mergedStarts,
    counts: new Float64Array(memory.buffer, counts, merged).slice(),
    size: merged,
  }
}
