import type { CountedPieces } from '../sort/tableMemory.ts'
import type { PieceCount } from '../types.ts'

/** Some pieces and their counts: piece i is bytes[starts[i], ends[i]). Good until the next one is asked for. */
export interface PieceBatch {
  bytes: Uint8Array
  starts: Uint32Array
  ends: Uint32Array
  counts: Float64Array
  size: number
  /** Whether each piece begins where the one before it ends. */
  isConsecutive: boolean
}

export const BATCH = 256

export const emptyBatch = (bytes: Uint8Array, isConsecutive = false): PieceBatch => ({
  bytes,
  isConsecutive,
  starts: new Uint32Array(BATCH),
  ends: new Uint32Array(BATCH),
  counts: new Float64Array(BATCH),
  size: 0,
})

const VIEW = 1024

/** The pieces of a table as they stand: nothing is copied. */
export function* batchesOf({ arena, starts, counts, size }: CountedPieces): Generator<PieceBatch> {
  for (let from = 0; from < size; from += VIEW) {
    const to = Math.min(size, from + VIEW)
    yield {
      bytes: arena,
      starts: starts.subarray(from, to),
      ends: starts.subarray(from + 1, to + 1),
      counts: counts.subarray(from, to),
      size: to - from,
      isConsecutive: true,
    }
  }
}

/** Pieces that come one by one. */
export function* inBatches(entries: Iterable<PieceCount>): Generator<PieceBatch> {
  const batch = emptyBatch(new Uint8Array(2 ** 14), true)
  let length = 0
  const put = (piece: Uint8Array, count: number): void => {
    const i = batch.size++
    batch.starts[i] = length
    batch.bytes.set(piece, length)
    length += piece.length
    batch.ends[i] = length
    batch.counts[i] = count
  }
  for (const { piece, count } of entries) {
    if (batch.size === BATCH || length + piece.length > batch.bytes.length) {
      if (batch.size > 0) yield batch
      batch.size = 0
      length = 0
      if (piece.length > batch.bytes.length) batch.bytes = new Uint8Array(1.5 * piece.length)
    }
    put(piece, count)
  }
  if (batch.size > 0) yield batch
}
