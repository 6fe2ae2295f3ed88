import { COUNT_TOO_HIGH, READ_AT_ONCE } from '../split/kernelLayout'
import { isLongSlot, SLOT_BYTES, slots, used } from './table'

/*
 * Hands the sorted table over (split/kernelLayout.ts says how its slots look then), some pieces at a time, in three arrays one behind the other:
 *
 *   f64 counts [READ_AT_ONCE] · u32 lengths [READ_AT_ONCE] · the bytes of the pieces
 */

const PORTION: usize = READ_AT_ONCE * SLOT_BYTES
const HIGHEST: u64 = (1 << 53) - 1

@inline function lengthOf(slot: usize): usize {
  return isLongSlot(slot) ? <usize>load<u32>(slot, 24) : <usize>load<u8>(slot, 15)
}

/** The bytes of all pieces together. */
export function sortedBytes(): u64 {
  const end = slots + used * SLOT_BYTES
  let sum: u64 = 0
  let slot = slots
  for (; slot + PORTION < end; slot += PORTION) sum += bytesOfSome(slot, slot + PORTION)
  return sum + bytesOfSome(slot, end)
}

function bytesOfSome(slot: usize, end: usize): u64 {
  let sum: u64 = 0
  for (; slot < end; slot += SLOT_BYTES) sum += <u64>lengthOf(slot)
  return sum
}

/**
 * Writes pieces from number `first` on to memory[to, end), as many as there is room for. Returns how many, or COUNT_TOO_HIGH.
 */
export function readSorted(first: usize, to: usize, end: usize): i32 {
  const lengths = to + 8 * READ_AT_ONCE
  let bytes = lengths + 4 * READ_AT_ONCE
  const count = min(used - first, READ_AT_ONCE)
  for (let i: usize = 0; i < count; i++) {
    const slot = slots + (first + i) * SLOT_BYTES
    const length = lengthOf(slot)
    if (bytes + max(length, 16) > end) return <i32>i
    if (isLongSlot(slot)) memory.copy(bytes, <usize>load<u32>(slot, 28), length)
    else v128.store(bytes, v128.load(slot))
    bytes += length
    const times = load<u64>(slot, 16)
    if (times > HIGHEST) return COUNT_TOO_HIGH
    store<f64>(to + (i << 3), <f64>times)
    store<u32>(lengths + (i << 2), <u32>length)
  }
  return <i32>count
}
