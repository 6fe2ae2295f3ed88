import { LONG_LENGTH, SLOT } from '../split/kernelLayout'
import { allocateLeaving, allocateZeros, extend, limit, release, touch } from './memory'

/*
 * The counting table: pieces to counts. Open addressing, linear probing, at most 7/8 full, 32 bytes a slot:
 *
 *   0   16 bytes   a piece of up to 15 bytes, zeros behind it, its length in the last byte (0: the slot is empty)
 *                  a longer piece: u64 hash, u32 address of its bytes in the arena, 3 bytes zero, LONG
 *   16  u64        count
 *   24  u32        length of a longer piece
 *
 * The arena is a list of blocks that never move: u32 next block, u32 size, 8 bytes nothing, then bytes of pieces.
 *
 * The slots are the last block of the memory, if they can: then they grow where they stand, and so nearly all memory that is ever used is used in the
 * end (memory.ts says why that matters). For blocks of the arena and others, some memory is left before them.
 *
 * When the table should grow and the memory's limit does not let it, the caller is asked to take the counts away (`spill`) and to clear it.
 *
 * The hash is seeded with random numbers, so that nobody can prepare a corpus whose pieces all collide. For short pieces it is the sum of two
 * multiply-shift hashes (Dietzfelbinger et al., "A reliable randomized algorithm for the closest-pair problem", 1997), one for each half of
 * the key, with odd multipliers: two pieces share their highest k bits with a probability of about 2^(1-k). That does not hold for pieces
 * that differ in nothing but the highest bits of both halves (bytes 6, 7 and 14); of those at most 256 can share a place. With more halves
 * it would be 256 times as many for each, so the hash of longer pieces multiplies the two parts of each half by each other (Black et al.,
 * "UMAC: fast and secure message authentication", 1999, call it NH): there are no such bits then.
 */

export const SLOT_BYTES: usize = SLOT
export const LONG: u64 = LONG_LENGTH
const FIRST_SLOTS_LOG: u64 = 14
const MAX_SLOTS_LOG: u64 = 26
/** Left before the slots, at most: where memory is short, a sixteenth of it. */
const BEFORE_SLOTS: u64 = 1 << 22
const ARENA_BLOCK: usize = 1 << 18
const ARENA_HEADER: usize = 16

export let slots: usize = 0
export let slotCount: usize = 0
export let used: usize = 0
export let shift: u64 = 0
let arenaAt: usize = 0
let arenaEnd: usize = 0
let arenaBlocks: usize = 0

/** Memory that the table leaves to the text. */
export let spare: u64 = 0

/** Writes the pieces and their counts elsewhere and calls `clearTable`. Returns false if nobody wants them. Imported from JavaScript. */
declare function spill(): bool

export let k1: u64 = 0
export let k2: u64 = 0
let k3: u64 = 0
let k4: u64 = 0
let k5: u64 = 0

/** masks[n]: 16 bytes, the first n of them ones; n up to 16. */
export const masks: usize = memory.data(16 * 17)

/** Sets the table up, empty. Returns false if there is no memory. */
export function startTable(a: u64, b: u64, c: u64, d: u64, e: u64): bool {
  k1 = a | 1
  k2 = b | 1
  k3 = c | 1
  k4 = d | 1
  k5 = e | 1
  for (let n: usize = 0; n <= 16; n++) {
    memory.fill(masks + (n << 4), 0xff, n)
    memory.fill(masks + (n << 4) + n, 0, 16 - n)
  }
  const bytes = <usize>min(BEFORE_SLOTS, limit >>> 4)
  const before = allocateLeaving(bytes, spare)
  const isMade = makeSlots(FIRST_SLOTS_LOG)
  if (before != 0) release(before, bytes)
  return isMade
}

/** The table leaves `bytes` of the memory to the text. */
export function setTableSpare(bytes: u64): void {
  spare = bytes
}

function makeSlots(log: u64): bool {
  if (log > MAX_SLOTS_LOG) return false
  const count: usize = <usize>1 << <usize>log
  const start = allocateZeros(count * SLOT_BYTES, spare)
  if (start == 0) return false
  slots = start
  slotCount = count
  shift = 64 - log
  return true
}

/** Forgets all pieces, but not how many there were. The memory stays, for the pieces to come. */
export function clearTable(): void {
  memory.fill(slots, 0, slotCount * SLOT_BYTES)
  clearFrequent()
  used = 0
  arenaAt = 0
  arenaEnd = 0
  // the last one first: so each is beside those before, and they become few holes, whatever their sizes
  while (arenaBlocks != 0) {
    const block = arenaBlocks
    const size = <usize>load<u32>(block, 4)
    arenaBlocks = <usize>load<u32>(block)
    release(block, size)
  }
}

@inline function hashShort(low: u64, high: u64): u64 {
  return low * k1 + high * k2
}

/** Of a piece of at least 16 bytes: 16 at a time, the last ones together with some of those before. Most have no more than 32: no loop. */
export function hashLong(start: usize, length: usize): u64 {
  const last = start + length - 16
  let hash = hashBlock(start) + <u64>length
  for (let p = start + 16; p < last; p += 16) hash = join(hash, hashBlock(p))
  return join(hash, hashBlock(last)) * k5
}

@inline function join(hash: u64, next: u64): u64 {
  hash = hash * k5 + next
  return hash ^ (hash >>> 32)
}

@inline function hashBlock(p: usize): u64 {
  return multiplyHalves(load<u64>(p), k1, k2) + multiplyHalves(load<u64>(p, 8), k3, k4)
}

@inline function multiplyHalves(word: u64, a: u64, b: u64): u64 {
  return (a + (word & 0xffffffff)) * (b + (word >>> 32))
}

/**
 * Counts a piece of up to 15 bytes with this hash. What is met more often than the piece in its first slot changes places with it: the loop
 * above then finds it. All slots between the two are used, so whoever looks for the other one still gets to it.
 */
function addShort(hash: u64, low: u64, high: u64, times: u64): bool {
  const mask = (slotCount << 5) - 1
  const first = slots + (<usize>(hash >>> shift) << 5)
  let at = first
  for (let there = load<u64>(at, 8); there != 0; there = load<u64>(at, 8)) {
    if (there == high && load<u64>(at) == low) {
      const count = load<u64>(at, 16) + times
      const place = placeOf(hash)
      if (count > ELSEWHERE) {
        store<u64>(place, load<u64>(place, 16) + times, 16)
        return true
      }
      store<u64>(at, count, 16)
      if (count > load<u64>(first, 16)) {
        swapSlots(at, first)
        at = first
      }
      if (frequent != 0 && count > enough(load<u64>(place, 16))) makeFrequent(place, at)
      return true
    }
    at = slots + ((at - slots + SLOT_BYTES) & mask)
  }
  store<u64>(at, low)
  store<u64>(at, high, 8)
  store<u64>(at, times, 16)
  return growIfFull()
}

/*
 * Frequent pieces. In a large table nearly every piece met means a line of memory that is not in the cache. So when it has become large, the
 * few thousand pieces that are met most often (of up to 15 bytes) are counted in a small table, which stays there. By its hash each piece has
 * one place in it. Who has the place is counted in it, and its slot says ELSEWHERE. Whose count is much greater than that of the one in its
 * place takes the place over.
 */

export const FREQUENT_LOG: u64 = 13
/** 0: there is no such table yet. */
export let frequent: usize = 0
/** The count of a slot whose piece is counted in the table of frequent ones. */
const ELSEWHERE: u64 = 1 << 62

/** From now on frequent pieces are counted apart. Returns false if there is no memory. */
export function startFrequent(): bool {
  frequent = allocateLeaving(SLOT_BYTES << <usize>FREQUENT_LOG, spare)
  if (frequent == 0) return false
  clearFrequent()
  return true
}

function clearFrequent(): void {
  if (frequent != 0) memory.fill(frequent, 0, SLOT_BYTES << <usize>FREQUENT_LOG)
}

/** With a greater count than this, a piece takes the place over from one that was counted so often: much greater, or two would take turns. */
@inline export function enough(count: u64): u64 {
  return count + (count >>> 3) + 16
}

/** Where a piece with this hash has its place. */
@inline export function placeOf(hash: u64): usize {
  return frequent + (<usize>(hash >>> (64 - FREQUENT_LOG)) << 5)
}

/** The piece of a slot takes a place over. */
function makeFrequent(place: usize, slot: usize): void {
  putBack(place)
  v128.store(place, v128.load(slot))
  store<u64>(place, load<u64>(slot, 16), 16)
  store<u64>(slot, ELSEWHERE, 16)
}

/** Writes the count of the piece in a place to its slot. */
function putBack(place: usize): void {
  const low = load<u64>(place)
  const high = load<u64>(place, 8)
  if (high == 0) return
  const mask = (slotCount << 5) - 1
  let at = slots + (<usize>(hashShort(low, high) >>> shift) << 5)
  while (load<u64>(at, 8) != high || load<u64>(at) != low) at = slots + ((at - slots + SLOT_BYTES) & mask)
  store<u64>(at, load<u64>(place, 16), 16)
}

/** Brings the counts of all slots up to date, before the table is read. */
export function putAllBack(): void {
  if (frequent == 0) return
  const end = frequent + (SLOT_BYTES << <usize>FREQUENT_LOG)
  for (let place = frequent; place < end; place += SLOT_BYTES) putBack(place)
  clearFrequent()
}

export function swapSlots(a: usize, b: usize): void {
  const low = v128.load(a)
  const high = v128.load(a, 16)
  v128.store(a, v128.load(b))
  v128.store(a, v128.load(b, 16), 16)
  v128.store(b, low)
  v128.store(b, high, 16)
}

export function add(start: usize, length: usize, times: u64): bool {
  if (length > 15) return addLong(start, length, times)
  const bits = masks + (length << 4)
  const low = load<u64>(start) & load<u64>(bits)
  const high = (load<u64>(start, 8) & load<u64>(bits, 8)) | (<u64>length << 56)
  return addShort(hashShort(low, high), low, high, times)
}

function addLong(start: usize, length: usize, times: u64): bool {
  return addHashed(hashLong(start, length), start, length, times)
}

/** Counts a piece of at least 16 bytes with this hash. */
export function addHashed(hash: u64, start: usize, length: usize, times: u64): bool {
  const mask = (slotCount << 5) - 1
  let at = slots + (<usize>(hash >>> shift) << 5)
  while (load<u64>(at, 8) != 0 && !isSame(at, hash, start, length)) at = slots + ((at - slots + SLOT_BYTES) & mask)
  if (load<u64>(at, 8) == 0) return insertLong(at, hash, start, length, times)
  store<u64>(at, load<u64>(at, 16) + times, 16)
  return true
}

/** Whether a slot has a longer piece. */
export function isLongSlot(at: usize): bool {
  return load<u8>(at, 15) == <u8>LONG
}

function isSame(at: usize, hash: u64, start: usize, length: usize): bool {
  if (load<u64>(at) != hash || !isLongSlot(at) || <usize>load<u32>(at, 24) != length) return false
  return areEqual(<usize>load<u32>(at, 8), start, length)
}

/** Whether two pieces of at least 16 bytes are equal. (memory.compare goes byte by byte.) */
function areEqual(a: usize, b: usize, length: usize): bool {
  const last = length - 16
  let difference = v128.or(v128.xor(v128.load(a), v128.load(b)), v128.xor(v128.load(a + last), v128.load(b + last)))
  for (let i: usize = 16; i < last; i += 16) difference = v128.or(difference, v128.xor(v128.load(a + i), v128.load(b + i)))
  return !v128.any_true(difference)
}

function insertLong(at: usize, hash: u64, start: usize, length: usize, times: u64): bool {
  let to = reserve(length, spare)
  if (to == 0) {
    if (!spill()) return false
    at = slots + (<usize>(hash >>> shift) << 5) // the table is empty now
    to = reserve(length, 0)
    if (to == 0) return false
  }
  memory.copy(to, start, length)
  store<u64>(at, hash)
  store<u64>(at, (LONG << 56) | <u64>to, 8)
  store<u64>(at, times, 16)
  store<u32>(at, <u32>length, 24)
  return growIfFull()
}

/** Room for a piece in the arena; 0 if there is no memory. A large piece has a block of its own. */
function reserve(length: usize, spareBytes: u64): usize {
  if (length > ARENA_BLOCK >> 2) {
    const own = takeBlock(length + ARENA_HEADER, spareBytes)
    return own == 0 ? 0 : own + ARENA_HEADER
  }
  if (arenaAt + length > arenaEnd) {
    const block = takeBlock(ARENA_BLOCK, spareBytes)
    if (block == 0) return 0
    arenaAt = block + ARENA_HEADER
    arenaEnd = block + ARENA_BLOCK
  }
  arenaAt += length
  return arenaAt - length
}

function takeBlock(bytes: usize, spareBytes: u64): usize {
  const block = allocateLeaving(bytes, spareBytes)
  if (block == 0) return 0
  store<u32>(block, <u32>arenaBlocks)
  store<u32>(block, <u32>bytes, 4)
  arenaBlocks = block
  return block
}

/** Counts one more slot as used, and doubles the table when it is 7/8 full. */
function growIfFull(): bool {
  used++
  return used << 3 <= slotCount * 7 || spreadSlots() || moveSlots() || spill()
}

/** Doubles the table somewhere else. Returns false if there is no memory. */
function moveSlots(): bool {
  const old = slots
  const oldCount = slotCount
  if (!makeSlots(65 - shift)) return false
  touch(slots, slots + slotCount * SLOT_BYTES)
  const end = old + oldCount * SLOT_BYTES
  for (let at = old; at < end; at += PORTION) moveSome(at, at + PORTION)
  release(old, oldCount * SLOT_BYTES)
  return true
}

/*
 * Doubling the table where it stands. The slot of a piece becomes that of twice the number, or the next, and so pieces are moved from the last slot
 * to the first. All slots behind the one that is moved are in order then. For a stretch of used slots, each piece has its first slot in that
 * stretch, so it will be at twice the number of where the stretch begins, or behind that: behind the stretch, if there are no fewer slots before it than in
 * it. For that the first slots are put aside, and those of the last stretch that did not find room at the end with them.
 */

/** With more used slots side by side, the table is moved as a whole. With 7/8 of all slots used, it takes a bad hash to have so many. */
const LONGEST_STRETCH: usize = 1 << 12
const PORTION: usize = LONGEST_STRETCH * SLOT_BYTES

/** Doubles the table where it stands. Returns false if it cannot be done. */
function spreadSlots(): bool {
  const bytes = slotCount * SLOT_BYTES
  if (65 - shift > MAX_SLOTS_LOG || !extend(slots, bytes, bytes, spare)) return false
  const firstBytes = isSpreadable() ? endOfStretch(slots + PORTION) - slots : 0
  const aside = firstBytes == 0 ? 0 : allocateLeaving(firstBytes, spare)
  if (aside == 0) {
    release(slots + bytes, bytes)
    return false
  }
  touch(slots + bytes, slots + 2 * bytes)
  memory.copy(aside, slots, firstBytes)
  memory.fill(slots, 0, firstBytes)
  slotCount <<= 1
  shift--
  let to = slots + bytes
  for (; to > slots + firstBytes + PORTION; to -= PORTION) spreadSome(to - PORTION, to)
  spreadSome(slots + firstBytes, to)
  moveSome(aside, aside + firstBytes)
  release(aside, firstBytes)
  return true
}

function isSpreadable(): bool {
  const end = slots + slotCount * SLOT_BYTES
  let at = slots
  while (at < end) {
    const stretchEnd = endOfStretch(at)
    if (stretchEnd - at > PORTION) return false
    at = stretchEnd + SLOT_BYTES
  }
  return true
}

/** The first empty slot from this one on, or the end of all. */
function endOfStretch(at: usize): usize {
  const end = slots + slotCount * SLOT_BYTES
  while (at < end && load<u64>(at, 8) != 0) at += SLOT_BYTES
  return at
}

/** Moves pieces, the last one first, and empties their slots. */
function spreadSome(from: usize, to: usize): void {
  while (to > from) {
    to -= SLOT_BYTES
    const high = load<u64>(to, 8)
    if (high == 0) continue
    const key = v128.load(to)
    const rest = v128.load(to, 16)
    store<u64>(to, 0, 8)
    putSlot(key, rest, hashOfSlot(load<u64>(to), high))
  }
}

/** Moves pieces that stand outside of the table; their slots stay as they are. */
function moveSome(from: usize, to: usize): void {
  for (; from < to; from += SLOT_BYTES) {
    const high = load<u64>(from, 8)
    if (high != 0) putSlot(v128.load(from), v128.load(from, 16), hashOfSlot(load<u64>(from), high))
  }
}

@inline function hashOfSlot(low: u64, high: u64): u64 {
  return high >>> 56 == LONG ? low : hashShort(low, high)
}

/** To the first empty slot for this hash. */
@inline function putSlot(key: v128, rest: v128, hash: u64): void {
  const mask = (slotCount << 5) - 1
  let slot = <usize>(hash >>> shift) << 5
  while (load<u64>(slots + slot, 8) != 0) slot = (slot + SLOT_BYTES) & mask
  v128.store(slots + slot, key)
  v128.store(slots + slot, rest, 16)
}
