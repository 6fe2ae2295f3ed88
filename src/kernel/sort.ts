import { HASH_FACTOR, HASH_SPREAD, HASH_START, PARTITIONS, PARTITIONS_LOG } from '../spill/layout'
import { LONG, putAllBack, SLOT_BYTES, slotCount, slots, swapSlots, used } from './table'

/*
 * Sorts the counting table in place: by partition (for spilling; or all in one), then by the bytes of the piece.
 *
 *   used slots to the front → keys → by partition (radix) → each partition by bytes of its keys (radix) → by key (quicksort)
 *
 * In place, because it is done when the memory is full. A slot's first 16 bytes become its key, two big-endian numbers: the first 15 bytes
 * of the piece, zeros behind it, then its length (LONG if it is longer than 15). Keys sort as pieces do, and are equal only for two longer
 * pieces, which are then compared in the arena. At last the keys become bytes again; of a longer piece the slot then holds
 *
 *   0   15 bytes   the first bytes of the piece, then LONG
 *   16  u64        count
 *   24  u32        length
 *   28  u32        address of its bytes in the arena
 *
 * which is no hash table any more: it must be cleared.
 *
 * Loops over all slots are done in portions: V8 puts faster code in place of a function only where it is called, and short runs sort once.
 */

const PORTION: usize = 4096 * SLOT_BYTES

/** Where each partition ends, as a number of slots: u32 each. */
export const partitionEnds: usize = memory.data(32 * 4)
const partitionAt: usize = memory.data(32 * 4)
const SMALL: usize = 12 * 32

let random: u32 = 1
let isByPartition: bool = false

/** @param isPartitioned whether by partition first; otherwise all pieces are in partition 0 */
export function sortTable(isPartitioned: bool): void {
  isByPartition = isPartitioned
  putAllBack()
  gatherKeys()
  if (isPartitioned) distribute()
  else for (let p: usize = 0; p < <usize>PARTITIONS; p++) store<u32>(partitionEnds + (p << 2), <u32>used)
  let from = slots
  for (let partition: usize = 0; partition < <usize>PARTITIONS; partition++) {
    const to = slots + <usize>load<u32>(partitionEnds + (partition << 2)) * SLOT_BYTES
    sortByBytes(from, to, 0)
    from = to
  }
  restoreAll()
}

/** Keys become bytes again. */
function restoreAll(): void {
  const end = slots + used * SLOT_BYTES
  let at = slots
  for (; at + PORTION < end; at += PORTION) restoreSome(at, at + PORTION)
  restoreSome(at, end)
}

function restoreSome(from: usize, end: usize): void {
  for (let at = from; at < end; at += SLOT_BYTES) {
    store<u64>(at, bswap<u64>(load<u64>(at)))
    store<u64>(at, bswap<u64>(load<u64>(at, 8)), 8)
  }
}

/** The used slots, with keys, to the front; counts how many are in each partition. */
function gatherKeys(): void {
  memory.fill(partitionAt, 0, <usize>PARTITIONS * 4)
  const end = slots + slotCount * SLOT_BYTES
  let at = slots
  let to = slots
  for (; at + PORTION < end; at += PORTION) to = gatherSome(at, at + PORTION, to)
  gatherSome(at, end, to)
}

/** Those of slots [from, end) to `to` and behind; returns where they end. */
function gatherSome(from: usize, end: usize, to: usize): usize {
  for (let at = from; at < end; at += SLOT_BYTES) {
    const low = load<u64>(at)
    const high = load<u64>(at, 8)
    if (high == 0) continue
    const count = load<u64>(at, 16)
    let partition: usize
    if (high >>> 56 == LONG) {
      const address = <usize>(high & 0xffffffff)
      const length = <usize>load<u32>(at, 24)
      partition = partitionOf(address, length)
      store<u64>(to, bswap<u64>(load<u64>(address)))
      store<u64>(to, bswap<u64>(((load<u64>(address, 8) << 8) >>> 8) | (LONG << 56)), 8)
      store<u32>(to, <u32>length, 24)
      store<u32>(to, <u32>address, 28)
    } else {
      partition = partitionOf(at, <usize>(high >>> 56))
      store<u64>(to, bswap<u64>(low))
      store<u64>(to, bswap<u64>(high), 8)
      store<u64>(to, partition, 24)
    }
    store<u64>(to, count, 16)
    const counter = partitionAt + (partition << 2)
    store<u32>(counter, load<u32>(counter) + 1)
    to += SLOT_BYTES
  }
  return to
}

function partitionOf(start: usize, length: usize): usize {
  if (!isByPartition) return 0
  let hash = <u32>HASH_START
  for (let p = start; p < start + length; p++) hash = (hash ^ <u32>load<u8>(p)) * <u32>HASH_FACTOR
  return <usize>((hash * <u32>HASH_SPREAD) >>> <u32>(32 - PARTITIONS_LOG))
}

/** The partition of a slot with a key: noted for short pieces, computed again for longer ones. */
function partitionOfSlot(at: usize): usize {
  return (load<u64>(at, 8) & 0xff) == LONG ? partitionOf(<usize>load<u32>(at, 28), <usize>load<u32>(at, 24)) : <usize>load<u64>(at, 24)
}

/** Brings the slots into the order of their partitions. */
function distribute(): void {
  let sum: u32 = 0
  for (let p: usize = 0; p < <usize>PARTITIONS * 4; p += 4) {
    const count = load<u32>(partitionAt + p)
    store<u32>(partitionAt + p, sum)
    sum += count
    store<u32>(partitionEnds + p, sum)
  }
  for (let placed: u32 = 0; placed < sum; ) {
    for (let p: usize = 0; p < <usize>PARTITIONS * 4; p += 4) {
      const end = load<u32>(partitionEnds + p)
      let place = load<u32>(partitionAt + p)
      placed += end - place
      for (; place + PLACES < end; place += PLACES) distributeSome(place, place + PLACES)
      distributeSome(place, end)
    }
  }
}

/** As `placeSome`, to partitions. */
function distributeSome(place: u32, end: u32): void {
  for (; place < end; place++) {
    const at = slots + <usize>place * SLOT_BYTES
    swapSlots(at, slots + takePlace(partitionAt + (partitionOfSlot(at) << 2)))
  }
}

/** Fewer slots are sorted by comparing. */
const FEW: usize = 128 * 32
/** For the first 8 bytes of a key, and each value of that byte: where its slots end, as a number of slots: u32 each. */
const bucketEnds: usize = memory.data(8 * 256 * 4)
/** For the first 8 bytes of a key: the values that there are, times 4: u32 each. */
const bucketsThere: usize = memory.data(8 * 256 * 4)
/** Those that are not in order. */
const bucketsLeft: usize = memory.data(256 * 4)
const bucketAt: usize = memory.data(256 * 4)

/** Brings slots whose keys have the first `depth` bytes in common into order: a comparison would be mispredicted every other time. */
function sortByBytes(from: usize, to: usize, depth: usize): void {
  if (to - from <= FEW || depth == 8) {
    sortRange(from, to)
    return
  }
  const shift = <u64>(56 - (depth << 3))
  const ends = bucketEnds + (depth << 10)
  const there = bucketsThere + (depth << 10)
  memory.fill(ends, 0, 256 * 4)
  let at = from
  for (; at + PORTION < to; at += PORTION) countSome(at, at + PORTION, shift, ends)
  countSome(at, to, shift, ends)
  const thereEnd = there + listBuckets(ends, there)
  if (thereEnd > there + 4) placeAll(from, ends, there, thereEnd, shift)
  let start = from
  for (let bucket = there; bucket < thereEnd; bucket += 4) {
    const end = from + <usize>load<u32>(ends + load<u32>(bucket)) * SLOT_BYTES
    if (end - start > SLOT_BYTES) sortByBytes(start, end, depth + 1)
    start = end
  }
}

/** Numbers of slots become where the buckets begin (`bucketAt`) and end; lists those that have any, and returns how long the list is. */
function listBuckets(ends: usize, list: usize): usize {
  let sum: u32 = 0
  let listed: usize = 0
  for (let b: usize = 0; b < 256 * 4; b += 4) {
    const count = load<u32>(ends + b)
    store<u32>(bucketAt + b, sum)
    sum += count
    store<u32>(ends + b, sum)
    store<u32>(list + listed, <u32>b)
    listed += <usize>(count != 0) << 2
  }
  return listed
}

/** Brings all slots to their buckets. */
function placeAll(from: usize, ends: usize, list: usize, listEnd: usize, shift: u64): void {
  memory.copy(bucketsLeft, list, listEnd - list)
  let leftEnd = bucketsLeft + (listEnd - list)
  while (leftEnd > bucketsLeft) {
    let kept = bucketsLeft
    for (let left = bucketsLeft; left < leftEnd; left += 4) {
      const b = load<u32>(left)
      const end = load<u32>(ends + b)
      let place = load<u32>(bucketAt + b)
      for (; place + PLACES < end; place += PLACES) placeSome(from, place, place + PLACES, shift)
      placeSome(from, place, end, shift)
      store<u32>(kept, b)
      kept += <usize>(load<u32>(bucketAt + b) != end) << 2
    }
    leftEnd = kept
  }
}

/** How many slots have each byte. */
function countSome(from: usize, to: usize, shift: u64, counters: usize): void {
  for (let at = from; at < to; at += SLOT_BYTES) {
    const counter = counters + byteOf(at, shift)
    store<u32>(counter, load<u32>(counter) + 1)
  }
}

const PLACES: u32 = 4096

/**
 * Each of the slots in the places [place, end) changes places with the next one, in the bucket where it belongs, that has not been put there. What comes
 * in its place is looked at another time: so the processor need not wait for it, and works at several.
 */
function placeSome(from: usize, place: u32, end: u32, shift: u64): void {
  for (; place < end; place++) {
    const at = from + <usize>place * SLOT_BYTES
    swapSlots(at, from + takePlace(bucketAt + byteOf(at, shift)))
  }
}

/** The offset of the next place in a bucket. */
@inline function takePlace(bucket: usize): usize {
  const place = load<u32>(bucket)
  store<u32>(bucket, place + 1)
  return <usize>place * SLOT_BYTES
}

/** A byte of a slot's key, times 4. */
@inline function byteOf(at: usize, shift: u64): usize {
  return <usize>((load<u64>(at) >>> shift) & 0xff) << 2
}

function sortRange(from: usize, to: usize): void {
  while (to - from > SMALL) {
    // a pivot chosen at random, so that no corpus makes it slow
    random = random * 1664525 + 1013904223
    swapSlots(from, from + (<usize>(random >>> 4) % ((to - from) / SLOT_BYTES)) * SLOT_BYTES)
    let left = from
    let right = to
    for (;;) {
      do left += SLOT_BYTES
      while (left < to && isLess(left, from))
      do right -= SLOT_BYTES
      while (isLess(from, right))
      if (left >= right) break
      swapSlots(left, right)
    }
    swapSlots(from, right)
    // the smaller part first: so the depth is at most the logarithm of the number
    if (right - from < to - right) {
      sortRange(from, right)
      from = right + SLOT_BYTES
    } else {
      sortRange(right + SLOT_BYTES, to)
      to = right
    }
  }
  for (let at = from + SLOT_BYTES; at < to; at += SLOT_BYTES)
    for (let b = at; b > from && isLess(b, b - SLOT_BYTES); b -= SLOT_BYTES) swapSlots(b, b - SLOT_BYTES)
}

@inline function isLess(a: usize, b: usize): bool {
  const high = load<u64>(a)
  const otherHigh = load<u64>(b)
  if (high != otherHigh) return high < otherHigh
  const low = load<u64>(a, 8)
  const otherLow = load<u64>(b, 8)
  return low != otherLow ? low < otherLow : (low & 0xff) == LONG && a != b && isLongLess(a, b)
}

function isLongLess(a: usize, b: usize): bool {
  const length = <usize>load<u32>(a, 24)
  const otherLength = <usize>load<u32>(b, 24)
  const order = memory.compare(<usize>load<u32>(a, 28), <usize>load<u32>(b, 28), min(length, otherLength))
  return order != 0 ? order < 0 : length < otherLength
}
