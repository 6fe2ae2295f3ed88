import { NO_MEMORY, OK, PIECE_TOO_LONG } from '../split/kernelLayout'
import { allocateLeaving } from './memory'
import { POSITION } from './pass'
import { add, addHashed, enough, frequent, FREQUENT_LOG, hashLong, isLongSlot, k1, k2, masks, placeOf, shift, slots, spare, startFrequent, used } from './table'

/*
 * From cuts to counts:
 *
 *   for each piece: its slot in the table (table.ts), count + 1
 *
 * While the table is small, that is all (`countKnown`). When it has become larger than the cache, the processor mostly waits for memory. Then
 *
 * 1. frequent pieces are counted in a table of their own, and the others are noted, without a branch on which it is (`countFrequent`);
 * 2. the slots of the others are touched, which brings many of them into the cache at the same time (`touchMissed`); and
 * 3. these are counted (`countMissed`).
 *
 * Where many of them are longer than 15 bytes, these are hashed and touched beforehand, too (`touchLong`): they have two lines of memory each to wait for.
 */

/** How many pieces have been counted. */
export let pieces: u64 = 0
/** Bytes that are in no piece. */
export let dropped: u64 = 0

let pieceLimit: usize = 0
/** Where the piece begins over which `countCuts` stopped. */
export let stoppedAt: usize = 0

/**
 * Counts the pieces between `start` and the cuts in [cuts, cutEnd), in order. Bit 31 marks text that is in no piece. Returns OK, NO_MEMORY, or
 * PIECE_TOO_LONG if one is longer than `limit`.
 */
export function countCuts(text: usize, start: usize, cuts: usize, cutEnd: usize, limit: usize): i32 {
  const count = (cutEnd - cuts) >>> 2
  pieces += count
  pieceLimit = limit
  const isLarge = frequent != 0 || (used >= LARGE && pieces < <u64>used * OFTEN && startLarge())
  const status = isLarge ? countInLarge(text, start, cuts, cutEnd) : countInSmall(text, start, cuts, cutEnd)
  hasManyDropped = droppedStretches * MANY > count
  droppedStretches = 0
  if (status < 0) stoppedAt -= text
  return status
}

function countInSmall(text: usize, start: usize, cuts: usize, cutEnd: usize): i32 {
  start += text
  while (cuts < cutEnd) {
    const stopped = hasManyDropped ? countKnownAmongDropped(text, start, cuts, cutEnd) : countKnown(text, start, cuts, cutEnd)
    if (stopped == cutEnd) break
    if (stopped != cuts) start = text + <usize>(load<u32>(stopped - 4) & POSITION)
    const length = <usize>load<u32>(stopped) - (start - text)
    if (!countOther(start, length)) return statusOf(start, length)
    start += length & <usize>POSITION
    cuts = stopped + 4
  }
  return OK
}

/**
 * Counts pieces as long as they have up to 15 bytes and are in the first slot that is looked at; returns how far it got. Nothing else is
 * done in this loop: what needs a call or one more variable would push the others out of the registers.
 */
function countKnown(text: usize, start: usize, cuts: usize, cutEnd: usize): usize {
  return countKnownPieces(text, start, cuts, cutEnd, false)
}

/** The same where much text is in no piece. */
function countKnownAmongDropped(text: usize, start: usize, cuts: usize, cutEnd: usize): usize {
  return countKnownPieces(text, start, cuts, cutEnd, true)
}

@inline function countKnownPieces(text: usize, start: usize, cuts: usize, cutEnd: usize, skipsDropped: bool): usize {
  // in locals: globals would be loaded again after each store
  const table = slots
  const right = shift
  const a = k1
  const b = k2
  while (cuts < cutEnd) {
    const cut = load<u32>(cuts)
    if (skipsDropped && <i32>cut < 0) {
      const droppedEnd = text + <usize>(cut & POSITION)
      passDropped(droppedEnd - start)
      start = droppedEnd
      cuts += 4
      continue
    }
    const end = text + <usize>cut
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

/** Stretches of text that are in no piece, since `countCuts` was called. */
let droppedStretches: usize = 0
/** Whether there were many the last time: one for so many pieces. Between two of them, loops are faster that know of none and stop at each. */
let hasManyDropped: bool = false
const MANY: usize = 24

@inline function passDropped(length: usize): void {
  pieces--
  droppedStretches++
  dropped += length
}

/** Counts a piece of any length. Bit 31 of `length`: it is none. Returns false if something is wrong. */
function countOther(p: usize, length: usize): bool {
  if (<i32>length <= 0) {
    passDropped(length & <usize>POSITION)
    return true
  }
  return length <= pieceLimit && add(p, length, 1)
}

/** What is wrong with a piece. */
function statusOf(p: usize, length: usize): i32 {
  stoppedAt = p
  return length > pieceLimit ? PIECE_TOO_LONG : NO_MEMORY
}

/** A table of so many pieces is larger than the cache … */
const LARGE: usize = 1 << 16
/** … but if each was met so often on average, nearly all that are met are among those few that are in the cache in any case. */
const OFTEN: u64 = 512

const MAX_MISSED: usize = 2048
/** Address, length and hash of pieces that are not among the frequent ones. */
let missed: usize = 0
const MISSED_BYTES: usize = 16

/** Returns false if there is no memory. */
function startLarge(): bool {
  if (missed == 0) missed = allocateLeaving(MISSED_BYTES * (MAX_MISSED + 1), spare)
  return missed != 0 && startFrequent()
}

function countInLarge(text: usize, start: usize, cuts: usize, cutEnd: usize): i32 {
  while (cuts < cutEnd) {
    const stop = min(cutEnd, cuts + 4 * MAX_MISSED)
    const missedEnd = hasManyDropped ? countFrequentAmongDropped(text, <u32>start, cuts, stop) : countFrequent(text, <u32>start, cuts, stop)
    touched = touchMissed(missedEnd)
    if (hasManyLong) touched += touchLong(missedEnd)
    const status = countMissed(missedEnd)
    if (status < 0) return status
    start = <usize>(load<u32>(stop - 4) & POSITION)
    cuts = stop
  }
  return OK
}

/**
 * Counts the pieces that have a place in the table of frequent pieces, and notes the others in `missed`; returns where these end. Whether
 * there is a place is a number here and no branch, and nothing is called: so the processor works at ten pieces at a time.
 */
function countFrequent(text: usize, start: u32, cuts: usize, cutEnd: usize): usize {
  return countFrequentPieces(text, start, cuts, cutEnd, false)
}

/** The same where much text is in no piece. (That is a branch: to look such text up would take longer.) */
function countFrequentAmongDropped(text: usize, start: u32, cuts: usize, cutEnd: usize): usize {
  return countFrequentPieces(text, start, cuts, cutEnd, true)
}

@inline function countFrequentPieces(text: usize, start: u32, cuts: usize, cutEnd: usize, skipsDropped: bool): usize {
  // in locals: globals would be loaded again after each store
  const table = frequent
  const a = k1
  const b = k2
  let to = missed
  for (; cuts < cutEnd; cuts += 4) {
    const cut = load<u32>(cuts)
    const length = cut - start
    const p = text + <usize>start
    start = cut & POSITION
    if (skipsDropped && <i32>cut < 0) {
      passDropped(<usize>(length & POSITION))
      continue
    }
    // of what is longer, or no piece, no key is ever equal
    const kept = <usize>min<u32>(length, 16)
    const bits = masks + (kept << 4)
    const low = load<u64>(p) & load<u64>(bits)
    const high = (load<u64>(p, 8) & load<u64>(bits, 8)) | (<u64>kept << 56)
    const hash = low * a + high * b
    const at = table + (<usize>(hash >>> (64 - FREQUENT_LOG)) << 5)
    const differs = <u64>(((load<u64>(at) ^ low) | (load<u64>(at, 8) ^ high)) != 0)
    store<u64>(at, load<u64>(at, 16) + 1 - differs, 16)
    store<u32>(to, <u32>p)
    store<u32>(to, length, 4)
    store<u64>(to, hash, 8)
    to += <usize>differs << 4
  }
  return to
}

/** Somebody must want what was loaded, or it is not loaded at all. */
let touched: u64 = 0

/** Loads from the first slot of each piece that `countFrequent` has noted; nothing depends on what is there. (For longer pieces it is another slot.) */
function touchMissed(missedEnd: usize): u64 {
  const table = slots
  const right = shift
  let sum: u64 = 0
  for (let at = missed; at < missedEnd; at += MISSED_BYTES) sum += load<u64>(table + (<usize>(load<u64>(at, 8) >>> right) << 5))
  return sum
}

/** Hashes the longer pieces that `countFrequent` has noted, and loads from their slots and from the bytes that these point at. */
function touchLong(missedEnd: usize): u64 {
  const table = slots
  const right = shift
  let sum: u64 = 0
  for (let at = missed; at < missedEnd; at += MISSED_BYTES) {
    const length = load<i32>(at, 4)
    if (length <= 15) continue // one that is dropped is negative
    const hash = hashLong(<usize>load<u32>(at), <usize>length)
    store<u64>(at, hash, 8)
    sum += load<u64>(table + (<usize>(hash >>> right) << 5))
  }
  for (let at = missed; at < missedEnd; at += MISSED_BYTES) {
    if (load<i32>(at, 4) <= 15) continue
    const hash = load<u64>(at, 8)
    const slot = table + (<usize>(hash >>> right) << 5)
    if (load<u64>(slot) == hash && isLongSlot(slot)) sum += load<u64>(<usize>load<u32>(slot, 8))
  }
  return sum
}

/** Counts what `countFrequent` has noted, in order. */
function countMissed(missedEnd: usize): i32 {
  const areHashed = hasManyLong
  let long: usize = 0
  for (let at = missed; at < missedEnd; at += MISSED_BYTES) {
    at = countKnownMissed(at, missedEnd)
    if (at == missedEnd) break
    const p = <usize>load<u32>(at)
    const length = <usize>load<u32>(at, 4)
    const isLong = <i32>length > 15
    long += <usize>isLong
    const isCounted = isLong && areHashed && length <= pieceLimit ? addHashed(load<u64>(at, 8), p, length, 1) : countOther(p, length)
    if (!isCounted) return statusOf(p, length)
  }
  hasManyLong = long * MANY_LONG > (missedEnd - missed) / MISSED_BYTES
  return OK
}

/** Whether there were many longer pieces the last time: one of so many. */
let hasManyLong: bool = false
const MANY_LONG: usize = 4

/** As `countKnown`, of what `countFrequent` has noted, and as long as none need become frequent. */
function countKnownMissed(from: usize, to: usize): usize {
  const table = slots
  const right = shift
  for (; from < to; from += MISSED_BYTES) {
    const p = <usize>load<u32>(from)
    const length = <usize>load<u32>(from, 4)
    if (length - 1 > 14) break
    const bits = masks + (length << 4)
    const low = load<u64>(p) & load<u64>(bits)
    const high = (load<u64>(p, 8) & load<u64>(bits, 8)) | (<u64>length << 56)
    const hash = load<u64>(from, 8)
    const at = table + (<usize>(hash >>> right) << 5)
    if (((load<u64>(at) ^ low) | (load<u64>(at, 8) ^ high)) != 0) break
    const count = load<u64>(at, 16) + 1
    if (count > enough(load<u64>(placeOf(hash), 16))) break
    store<u64>(at, count, 16)
  }
  return from
}

/** Counts a piece of any length as often as it was met. Returns false if there is no memory. */
export function countPiece(start: usize, length: usize, times: u64): bool {
  pieces += times
  return add(start, length, times)
}
