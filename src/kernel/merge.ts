/*
 * What is done with tables of pieces (sort/tableMemory.ts) when all is counted: adding two up, and ordering the sum. Short runs do it once, and JavaScript
 * is slow the first time. Tables are in the order of their bytes: u8 arena[], u32 starts[size + 1], f64 counts[size].
 *
 * Nothing is allocated here: the caller says where everything is, and leaves 16 bytes behind each arena. Loops over all entries are done in portions
 * (`…Some`): V8 puts faster code in place of a function only where it is called.
 */

const PORTION: usize = 4096

/** Where memory is free, in the first page. */
export function freeMemory(): usize {
  return (__heap_base + 63) & ~63
}

/** Of the table that is written: its pieces, and their bytes. */
export let size: usize = 0
export let end: usize = 0

/** The table that is written has so many pieces, and they so many bytes. */
export function goOnWith(pieces: usize, bytes: usize): void {
  size = pieces
  end = bytes
}

/** How many pieces of the two parts `mergeSome` has taken. */
export let takenA: usize = 0
export let takenB: usize = 0

/** Adds up parts of two tables, until one of them ends; the sum goes behind what has been written of its table, which must have room for it. */
export function mergeSome(
  arenaA: usize,
  startsA: usize,
  countsA: usize,
  sizeA: usize,
  arenaB: usize,
  startsB: usize,
  countsB: usize,
  sizeB: usize,
  arena: usize,
  starts: usize,
  counts: usize,
): void {
  let a: usize = 0
  let b: usize = 0
  while (a < sizeA && b < sizeB) {
    const startA = <usize>load<u32>(startsA + (a << 2))
    const lengthA = <usize>load<u32>(startsA + (a << 2), 4) - startA
    const startB = <usize>load<u32>(startsB + (b << 2))
    const lengthB = <usize>load<u32>(startsB + (b << 2), 4) - startB
    const order = compare(arenaA + startA, lengthA, arenaB + startB, lengthB)
    let count: f64 = 0
    if (order <= 0) count += load<f64>(countsA + (a++ << 3))
    if (order >= 0) count += load<f64>(countsB + (b++ << 3))
    if (order <= 0) put(arenaA + startA, lengthA, count, arena, starts, counts)
    else put(arenaB + startB, lengthB, count, arena, starts, counts)
  }
  takenA = a
  takenB = b
}

/** Puts a part of a table behind what has been written. */
export function putSome(arenaA: usize, startsA: usize, countsA: usize, sizeA: usize, arena: usize, starts: usize, counts: usize): void {
  for (let a: usize = 0; a < sizeA; a++) {
    const start = <usize>load<u32>(startsA + (a << 2))
    put(arenaA + start, <usize>load<u32>(startsA + (a << 2), 4) - start, load<f64>(countsA + (a << 3)), arena, starts, counts)
  }
}

@inline function put(piece: usize, length: usize, count: f64, arena: usize, starts: usize, counts: usize): void {
  const to = arena + end
  if (length <= 16) v128.store(to, v128.load(piece))
  else memory.copy(to, piece, length)
  end += length
  store<f64>(counts + (size << 3), count)
  size++
  store<u32>(starts + (size << 2), <u32>end)
}

/** The order of two pieces: below 0, 0 or above. */
function compare(a: usize, lengthA: usize, b: usize, lengthB: usize): i32 {
  const both = min(lengthA, lengthB)
  let i: usize = 0
  for (; i + 8 <= both; i += 8) {
    const wordA = load<u64>(a + i)
    const wordB = load<u64>(b + i)
    if (wordA != wordB) return bswap<u64>(wordA) < bswap<u64>(wordB) ? -1 : 1
  }
  if (i < both) {
    const mask = (<u64>1 << <u64>((both - i) << 3)) - 1
    const wordA = load<u64>(a + i) & mask
    const wordB = load<u64>(b + i) & mask
    if (wordA != wordB) return bswap<u64>(wordA) < bswap<u64>(wordB) ? -1 : 1
  }
  return lengthA < lengthB ? -1 : lengthA > lengthB ? 1 : 0
}

const DIGIT_BITS: u64 = 11
const DIGITS: usize = 1 << 11
/** Counts below have a bucket each. */
const HIGH: f64 = <f64>(DIGITS - 1)
const buckets: usize = memory.data(4 * (1 << 11))

/**
 * Writes the numbers of entries to `order`, the highest count first, equal ones as they stand: by counting how many there are with each of the low
 * counts, which nearly all have, and those with high ones by radix.
 */
export function orderByCount(counts: usize, entries: usize, order: usize, spare: usize): void {
  memory.fill(buckets, 0, DIGITS * 4)
  let i: usize = 0
  for (; i + PORTION < entries; i += PORTION) countLowOfSome(counts, i, i + PORTION)
  countLowOfSome(counts, i, entries)
  const high = placeBuckets()
  for (i = 0; i + PORTION < entries; i += PORTION) placeLowOfSome(counts, i, i + PORTION, order)
  placeLowOfSome(counts, i, entries, order)
  orderHigh(counts, high, order, spare)
}

function countLowOfSome(counts: usize, from: usize, to: usize): void {
  for (let i = from; i < to; i++) countIn(lowBucket(counts, i))
}

function placeLowOfSome(counts: usize, from: usize, to: usize, order: usize): void {
  for (let i = from; i < to; i++) store<u32>(order + (takePlace(lowBucket(counts, i)) << 2), <u32>i)
}

@inline function lowBucket(counts: usize, entry: usize): usize {
  return buckets + (<usize><u32>min<f64>(load<f64>(counts + (entry << 3)), HIGH) << 2)
}

@inline function countIn(bucket: usize): void {
  store<u32>(bucket, load<u32>(bucket) + 1)
}

/** How many are in each bucket becomes where they begin, the last one first. Returns how many are in that. */
function placeBuckets(): usize {
  const high = load<u32>(buckets + (DIGITS - 1) * 4)
  let start: u32 = 0
  for (let bucket = buckets + (DIGITS - 1) * 4; bucket >= buckets; bucket -= 4) {
    const members = load<u32>(bucket)
    store<u32>(bucket, start)
    start += members
  }
  return <usize>high
}

@inline function takePlace(bucket: usize): usize {
  const place = load<u32>(bucket)
  store<u32>(bucket, place + 1)
  return <usize>place
}

function orderHigh(counts: usize, entries: usize, order: usize, spare: usize): void {
  let bits: u64 = 0
  for (let i: usize = 0; i < entries; i++) bits |= countOf(counts, order, i)
  let from = order
  let to = spare
  for (let shift: u64 = 0; shift < 64 && bits >>> shift != 0; shift += DIGIT_BITS) {
    memory.fill(buckets, 0, DIGITS * 4)
    for (let i: usize = 0; i < entries; i++) countIn(bucketOf(counts, from, i, shift))
    placeBuckets()
    for (let i: usize = 0; i < entries; i++) store<u32>(to + (takePlace(bucketOf(counts, from, i, shift)) << 2), load<u32>(from + (i << 2)))
    const sorted = to
    to = from
    from = sorted
  }
  if (from != order) memory.copy(order, from, entries << 2)
}

@inline function countOf(counts: usize, order: usize, i: usize): u64 {
  return <u64>load<f64>(counts + (<usize>load<u32>(order + (i << 2)) << 3))
}

@inline function bucketOf(counts: usize, order: usize, i: usize, shift: u64): usize {
  return buckets + (<usize>((countOf(counts, order, i) >>> shift) & <u64>(DIGITS - 1)) << 2)
}

/** Copies the entries order[from, to) of a table, as many as `arena` has `room` for bytes of theirs; returns how many. */
export function takeInOrder(
  arenaFrom: usize,
  startsFrom: usize,
  countsFrom: usize,
  order: usize,
  from: usize,
  to: usize,
  arena: usize,
  room: usize,
  starts: usize,
  counts: usize,
): usize {
  goOnWith(0, 0)
  store<u32>(starts, 0)
  for (let i = from; i < to; i++) {
    const entry = <usize>load<u32>(order + (i << 2))
    const start = <usize>load<u32>(startsFrom + (entry << 2))
    const length = <usize>load<u32>(startsFrom + (entry << 2), 4) - start
    if (length > room - end) break
    put(arenaFrom + start, length, load<f64>(countsFrom + (entry << 3)), arena, starts, counts)
  }
  return size
}

/** What `sumTable` has found: all counts together, and the bytes of all pieces. */
export let countSum: f64 = 0
export let byteSum: f64 = 0

export function sumTable(starts: usize, counts: usize, entries: usize): void {
  countSum = 0
  byteSum = 0
  let i: usize = 0
  for (; i + PORTION < entries; i += PORTION) sumSome(starts, counts, i, i + PORTION)
  sumSome(starts, counts, i, entries)
}

function sumSome(starts: usize, counts: usize, from: usize, to: usize): void {
  for (let i = from; i < to; i++) {
    const count = load<f64>(counts + (i << 3))
    countSum += count
    byteSum += count * <f64>(load<u32>(starts + (i << 2), 4) - load<u32>(starts + (i << 2)))
  }
}
