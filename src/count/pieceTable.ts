import { PretokError, totalTooHigh } from '../errors.ts'
import { randomBytes } from '../random.ts'

/*
 * The counting table: byte strings to counts, exact, for any bytes.
 *
 *   slots   open addressing, linear probing, at most 5/8 full: 0 is empty, otherwise entry number + 1
 *   hashes  the hash of each entry, so that growing and most mismatches never touch the text
 *   starts  where each entry's bytes begin in the arena; it ends where the next begins
 *   counts  a float64 each: exact integers up to 2^53, checked where counts are added up
 *
 * Entries are numbered in the order of their first appearance. All memory is in typed arrays, so its size is known to the byte.
 */

const MIN_SLOTS = 1 << 12
const ARENA_LIMIT = 2 ** 32 - 1
const ENTRY_LIMIT = 2 ** 31

export class PieceTable {
  arena: Uint8Array
  starts: Uint32Array
  counts: Float64Array
  size = 0
  /** All counts together. */
  total = 0
  /** The same, but with what was there before the table was cleared. */
  get added(): number {
    return this.cleared + this.total
  }
  private cleared = 0
  private hashes: Uint32Array
  private slots: Uint32Array
  private mask: number
  // differs from run to run, so that nobody can prepare a corpus whose pieces all collide
  private readonly seed = new Uint32Array(randomBytes(4).buffer)[0]

  constructor(expectedEntries = MIN_SLOTS / 2, arenaBytes = 8 * expectedEntries) {
    let slots = MIN_SLOTS
    while (slots * 0.625 < expectedEntries) slots *= 2
    this.slots = new Uint32Array(slots)
    this.mask = slots - 1
    this.arena = new Uint8Array(Math.max(64, arenaBytes))
    this.starts = new Uint32Array(Math.max(16, expectedEntries) + 1)
    this.counts = new Float64Array(this.starts.length - 1)
    this.hashes = new Uint32Array(this.starts.length - 1)
  }

  /** Bytes of memory this table takes. */
  get memory(): number {
    return this.arena.byteLength + this.starts.byteLength + this.counts.byteLength + this.hashes.byteLength + this.slots.byteLength
  }

  /**
   * Bytes of memory that this table takes at most when pieces of `bytes` bytes together are added, while it grows too; and `extra` for each
   * entry that it then has room for.
   */
  memoryWith(bytes: number, extra: number): number {
    const entries = this.size + bytes
    const capacity = grownTo(this.counts.length, entries)
    const arena = grownTo(this.arena.length, this.starts[this.size] + bytes)
    const slots = grownTo(this.slots.length, Math.ceil(entries / 0.625))
    if (arena > ARENA_LIMIT) return Infinity
    const own = arena + capacity * (4 + 8 + 4) + slots * 4
    // the largest array that grows is there twice for a while
    const twice = Math.max(arena > this.arena.length ? this.arena.length : 0, capacity > this.counts.length ? 8 * this.counts.length : 0)
    return own + twice + extra * entries
  }

  /** Forgets all pieces. The memory stays, for the pieces to come. */
  clear(): void {
    this.cleared += this.total
    this.total = 0
    this.size = 0
    this.slots.fill(0)
    this.counts.fill(0)
  }

  /** Adds `count` to the piece that is bytes[start, end). Throws 'limit' past 2^53 and past 4 GiB of distinct text. */
  add(bytes: Uint8Array, start: number, end: number, count: number): void {
    const hash = this.hash(bytes, start, end)
    let slot = hash & this.mask
    for (let entry; (entry = this.slots[slot]) !== 0; slot = (slot + 1) & this.mask)
      if (this.hashes[entry - 1] === hash && this.equals(entry - 1, bytes, start, end)) {
        this.increase(entry - 1, count)
        return
      }
    this.insert(slot, hash, bytes, start, end, count)
  }

  /** The entry number of a piece; -1 if it is not in the table. */
  find(bytes: Uint8Array, start = 0, end = bytes.length): number {
    const hash = this.hash(bytes, start, end)
    let slot = hash & this.mask
    for (let entry; (entry = this.slots[slot]) !== 0; slot = (slot + 1) & this.mask)
      if (this.hashes[entry - 1] === hash && this.equals(entry - 1, bytes, start, end)) return entry - 1
    return -1
  }

  private increase(entry: number, count: number): void {
    this.total += count
    if (this.total > Number.MAX_SAFE_INTEGER) throw totalTooHigh()
    this.counts[entry] += count
  }

  private insert(slot: number, hash: number, bytes: Uint8Array, start: number, end: number, count: number): void {
    const entry = this.size
    const arenaStart = this.starts[entry]
    const arenaEnd = arenaStart + end - start
    if (arenaEnd > ARENA_LIMIT || entry >= ENTRY_LIMIT)
      throw new PretokError(
        'limit',
        'counting: more than 4 GiB of distinct pre-tokens; count parts of the corpus and keep their frequent pieces',
      )
    if (arenaEnd > this.arena.length) this.arena = grow(this.arena, Math.min(ARENA_LIMIT, Math.max(arenaEnd, 2 * this.arena.length)))
    if (entry === this.counts.length) {
      this.starts = grow(this.starts, 2 * entry + 1)
      this.counts = grow(this.counts, 2 * entry)
      this.hashes = grow(this.hashes, 2 * entry)
    }
    for (let i = start, to = arenaStart; i < end; i++, to++) this.arena[to] = bytes[i]
    this.starts[entry + 1] = arenaEnd
    this.hashes[entry] = hash
    this.size = entry + 1
    this.slots[slot] = entry + 1
    this.increase(entry, count)
    if (this.size > this.slots.length * 0.625) this.rehash()
  }

  private rehash(): void {
    this.slots = new Uint32Array(2 * this.slots.length)
    this.mask = this.slots.length - 1
    for (let entry = 0; entry < this.size; entry++) {
      let slot = this.hashes[entry] & this.mask
      while (this.slots[slot] !== 0) slot = (slot + 1) & this.mask
      this.slots[slot] = entry + 1
    }
  }

  private equals(entry: number, bytes: Uint8Array, start: number, end: number): boolean {
    const at = this.starts[entry]
    if (this.starts[entry + 1] - at !== end - start) return false
    for (let i = start, j = at; i < end; i++, j++) if (bytes[i] !== this.arena[j]) return false
    return true
  }

  private hash(bytes: Uint8Array, start: number, end: number): number {
    let hash = this.seed
    for (let i = start; i < end; i++) {
      hash = Math.imul(hash ^ bytes[i], 0x9e3779b1)
      hash ^= hash >>> 15
    }
    hash = Math.imul(hash ^ (end - start), 0x85ebca6b)
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
    return (hash ^ (hash >>> 16)) >>> 0
  }
}

/** What a capacity becomes by doubling until it is enough. */
const grownTo = (capacity: number, needed: number): number => {
  while (capacity < needed) capacity *= 2
  return capacity
}

const grow = <T extends Uint8Array | Uint32Array | Float64Array>(old: T, length: number): T => {
  const grown = new (old.constructor as new (length: number) => T)(length)
  grown.set(old)
  return grown
}
