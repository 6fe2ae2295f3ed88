import { allocateLeaving, release } from './memory'

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
 * When the table should grow and the memory's limit does not let it, the caller is asked to take the counts away (`spill`) and to clear it.
 *
 * The hash is seeded with random numbers, so that nobody can prepare a corpus whose pieces all collide. For short pieces it is the sum of two
 * multiply-shift hashes (Dietzfelbinger et al., "A reliable randomized algorithm for the closest-pair problem", 1997), one for each half of
 * the key, with odd multipliers: two pieces share their highest k bits with a probability of about 2^(1-k). That does not hold for pieces
 * that differ in nothing but the highest bits of both halves (bytes 6, 7 and 14); of those at most 256 can share a place. With more halves
 * it would be 256 times as many for each, so the hash of longer pieces multiplies the two parts of each half by each other (Black et al.,
 * "UMAC: fast and secure message authentication", 1999, call it NH): there are no such bits then.
 */

export const SLOT_BYTES: usize = 32
export const LONG: u64 = 0xff
const FIRST_SLOTS_LOG: u64 = 17
const MAX_SLOTS_LOG: u64 = 26
const ARENA_BLOCK: usize = 1 << 18
const ARENA_HEADER: usize = 16

export let slots: usize = 0
export let slotCount: usize = 0
export let used: usize = 0
let shift: u64 = 0
let arenaAt: usize = 0
let arenaEnd: usize = 0
let arenaBlocks: usize = 0
let spareBlocks: usize = 0

/** Memory that the table leaves to the text. */
let spare: u64 = 0

/** Writes the pieces and their counts elsewhere and calls `clearTable`. Returns false if nobody wants them. Imported from JavaScript. */
declare function spill(): bool

/** How many pieces have been counted. */
export let pieces: u64 = 0
/** Bytes that are in no piece. */
export let dropped: u64 = 0

let k1: u64 = 0
let k2: u64 = 0
let k3: u64 = 0
let k4: u64 = 0
let k5: u64 = 0

/** masks[n]: 16 bytes, the first n of them ones. */
const masks: usize = memory.data(256)

/** Sets the table up, empty. Returns false if there is no memory. */
export function startTable(a: u64, b: u64, c: u64, d: u64, e: u64): bool {
  k1 = a | 1
  k2 = b | 1
  k3 = c | 1
  k4 = d | 1
  k5 = e | 1
  for (let n: usize = 0; n < 16; n++) {
    memory.fill(masks + (n << 4), 0xff, n)
    memory.fill(masks + (n << 4) + n, 0, 16 - n)
  }
  return makeSlots(FIRST_SLOTS_LOG)
}

/** The table leaves `bytes` of the memory to the text. */
export function setTableSpare(bytes: u64): void {
  spare = bytes
}

function makeSlots(log: u64): bool {
  const count: usize = <usize>1 << <usize>log
  if (log > MAX_SLOTS_LOG) return false
  const start = allocateLeaving(count * SLOT_BYTES, spare)
  if (start == 0) return false
  memory.fill(start, 0, count * SLOT_BYTES)
  slots = start
  slotCount = count
  shift = 64 - log
  return true
}

/** Forgets all pieces, but not how many there were. The memory stays, for the pieces to come. */
export function clearTable(): void {
  memory.fill(slots, 0, slotCount * SLOT_BYTES)
  used = 0
  arenaAt = 0
  arenaEnd = 0
  while (arenaBlocks != 0) {
    const block = arenaBlocks
    const size = <usize>load<u32>(block, 4)
    arenaBlocks = <usize>load<u32>(block)
    if (size == ARENA_BLOCK) {
      store<u32>(block, <u32>spareBlocks)
      spareBlocks = block
    } else release(block, size)
  }
}

function hashShort(low: u64, high: u64): u64 {
  return low * k1 + high * k2
}

/** Of a piece of at least 16 bytes: 16 at a time, the last ones together with some of those before. Most have no more than 32: no loop. */
function hashLong(start: usize, length: usize): u64 {
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
 * Counts the pieces between `start` and the cuts in [cuts, cutEnd), in order. Bit 31 marks text that is in no piece. Returns -1 if there is
 * no memory, -2 if a piece is longer than `limit`, or 0.
 */
export function countCuts(text: usize, start: usize, cuts: usize, cutEnd: usize, limit: usize): i32 {
  pieces += (cutEnd - cuts) >>> 2
  pieceLimit = limit
  start += text
  while (cuts < cutEnd) {
    const stopped = countKnown(text, start, cuts, cutEnd)
    if (stopped == cutEnd) break
    if (stopped != cuts) start = text + <usize>load<u32>(stopped - 4)
    const status = countOther(start, text + <usize>load<u32>(stopped) - start)
    if (status < 0) {
      stoppedAt = start - text
      return status
    }
    start += <usize>status
    cuts = stopped + 4
  }
  return 0
}

/**
 * Counts pieces as long as they have up to 15 bytes and are in the first slot that is looked at; returns how far it got. Nothing else is
 * done in this loop: what needs a call or one more variable would push the others out of the registers.
 */
function countKnown(text: usize, start: usize, cuts: usize, cutEnd: usize): usize {
  // in locals: globals would be loaded again after each store
  const table = slots
  const right = shift
  const a = k1
  const b = k2
  while (cuts < cutEnd) {
    const end = text + <usize>load<u32>(cuts)
    const length = end - start
    if (length - 1 > 14) break
    const bits = masks + (length << 4)
    const low = load<u64>(start) & load<u64>(bits)
    const high = (load<u64>(start, 8) & load<u64>(bits, 8)) | (<u64>length << 56)
    const at = table + (<usize>((low * a + high * b) >>> right) << 5)
    if (((load<u64>(at) ^ low) | (load<u64>(at, 8) ^ high)) != 0) break
    store<u64>(at, load<u64>(at, 16) + 1, 16)
    start = end
    cuts += 4
  }
  return cuts
}

let pieceLimit: usize = 0
/** Where the piece begins over which `countCuts` stopped. */
export let stoppedAt: usize = 0

/** Counts a piece of any length. Bit 31 of `length`: it is none. Returns its length, or what is wrong. */
function countOther(p: usize, length: usize): i32 {
  if (<i32>length <= 0) {
    pieces--
    length &= 0x7fffffff
    dropped += length
    return <i32>length
  }
  if (length > pieceLimit) return -2
  return add(p, length, 1) ? <i32>length : -1
}

/**
 * Counts a piece of up to 15 bytes, whose slot is `first` or behind. What is met more often than the piece in the first slot changes places
 * with it: the loop above then finds it. All slots between the two are used, so whoever looks for the other one still gets to it.
 */
function addShort(first: usize, low: u64, high: u64, times: u64): bool {
  const mask = (slotCount << 5) - 1
  let at = first
  for (let there = load<u64>(at, 8); there != 0; there = load<u64>(at, 8)) {
    if (there == high && load<u64>(at) == low) {
      const count = load<u64>(at, 16) + times
      store<u64>(at, count, 16)
      if (count > load<u64>(first, 16)) swapSlots(at, first)
      return true
    }
    at = slots + ((at - slots + SLOT_BYTES) & mask)
  }
  store<u64>(at, low)
  store<u64>(at, high, 8)
  store<u64>(at, times, 16)
  return growIfFull()
}

export function swapSlots(a: usize, b: usize): void {
  const low = v128.load(a)
  const high = v128.load(a, 16)
  v128.store(a, v128.load(b))
  v128.store(a, v128.load(b, 16), 16)
  v128.store(b, low)
  v128.store(b, high, 16)
}

/** Counts a piece of any length as often as it was met. Returns false if there is no memory. */
export function countPiece(start: usize, length: usize, times: u64): bool {
  pieces += times
  return add(start, length, times)
}

function add(start: usize, length: usize, times: u64): bool {
  if (length > 15) return addLong(start, length, times)
  const bits = masks + (length << 4)
  const low = load<u64>(start) & load<u64>(bits)
  const high = (load<u64>(start, 8) & load<u64>(bits, 8)) | (<u64>length << 56)
  return addShort(slots + (<usize>(hashShort(low, high) >>> shift) << 5), low, high, times)
}

function addLong(start: usize, length: usize, times: u64): bool {
  const hash = hashLong(start, length)
  const mask = (slotCount << 5) - 1
  let at = slots + (<usize>(hash >>> shift) << 5)
  while (load<u64>(at, 8) != 0 && !isSame(at, hash, start, length)) at = slots + ((at - slots + SLOT_BYTES) & mask)
  if (load<u64>(at, 8) == 0) return insertLong(at, hash, start, length, times)
  store<u64>(at, load<u64>(at, 16) + times, 16)
  return true
}

function isSame(at: usize, hash: u64, start: usize, length: usize): bool {
  const high = load<u64>(at, 8)
  if (load<u64>(at) != hash || high >>> 56 != LONG || <usize>load<u32>(at, 24) != length) return false
  return areEqual(<usize>(high & 0xffffffff), start, length)
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
  let block = spareBlocks
  if (bytes == ARENA_BLOCK && block != 0) spareBlocks = <usize>load<u32>(block)
  else block = allocateLeaving(bytes, spareBytes)
  if (block == 0) return 0
  store<u32>(block, <u32>arenaBlocks)
  store<u32>(block, <u32>bytes, 4)
  arenaBlocks = block
  return block
}

/** Counts one more slot as used, and doubles the table when it is 7/8 full. */
function growIfFull(): bool {
  used++
  if (used << 3 <= slotCount * 7) return true
  const old = slots
  const oldCount = slotCount
  if (!makeSlots(65 - shift)) return spill()
  const mask = (slotCount << 5) - 1
  const end = old + oldCount * SLOT_BYTES
  for (let at = old; at < end; at += SLOT_BYTES) {
    const low = load<u64>(at)
    const high = load<u64>(at, 8)
    if (high == 0) continue
    const hash = high >>> 56 == LONG ? low : hashShort(low, high)
    let slot = <usize>(hash >>> shift) << 5
    while (load<u64>(slots + slot, 8) != 0) slot = (slot + 32) & mask
    v128.store(slots + slot, v128.load(at))
    v128.store(slots + slot, v128.load(at, 16), 16)
  }
  release(old, oldCount * SLOT_BYTES)
  return true
}
