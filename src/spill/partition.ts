import { HASH_FACTOR, HASH_SPREAD, HASH_START, PARTITIONS_LOG } from './layout.ts'

/**
 * The partition, from 0, of the piece that is bytes[start, end). Partitions are parts of the result that have nothing to do with each
 * other: they are sorted, merged and looked up one by one.
 */
export const partitionOf = (bytes: Uint8Array, start = 0, end = bytes.length): number => {
  let hash = HASH_START | 0
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i], HASH_FACTOR)
  return Math.imul(hash, HASH_SPREAD) >>> (32 - PARTITIONS_LOG)
}
