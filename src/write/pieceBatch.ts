import type { PieceCount } from '../types.ts'

/** Some pieces and their counts: piece i is bytes[starts[i], ends[i]). Good until the next one is asked for. */
export interface PieceBatch {
  bytes: Uint8Array
  starts: Uint32Array
  ends: Uint32Array
  counts: Float64Array
  size: number
}

export const BATCH = 256

export const emptyBatch = (bytes: Uint8Array): PieceBatch => ({
  bytes,
  starts: new Uint32Array(BATCH),
  ends: new Uint32Array(BATCH),
  counts: new Float64Array(BATCH),
  size: 0,
})

/** Pieces that come one by one. */
export function* inBatches(entries: Iterable<PieceCount>): Generator<PieceBatch> {
  const batch = emptyBatch(new Uint8Array(2 ** 14))
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
      if (piece.length > batch.bytes.length) batch.bytes = new Uint8Array(piece.length)
    }
    put(piece, count)
  }
  if (batch.size > 0) yield batch
}
