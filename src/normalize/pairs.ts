/*
 * What two code points are composed to, as a hash table that the kernel reads (src/kernel/compose.ts): slots of three words,
 * [first, second, composed]; a first one of 0 is no code point, and the slot is free.
 */

/** What composes code points that do not pass a quick check. */
export interface Pairs {
  /** A base and marks, or clusters that a charsmap replaces as a whole (precompiled.ts). */
  of: 'marks' | 'clusters'
  pack(): Uint32Array
}

const SLOTS = 4096
const SLOT_WORDS = 3

/** So that the table is half full at most. */
export const MOST_PAIRS = SLOTS / 2

/** @param pairs at most MOST_PAIRS */
export const packPairs = (pairs: Iterable<readonly [first: number, second: number, value: number]>): Uint32Array => {
  const packed = new Uint32Array(SLOTS * SLOT_WORDS)
  for (const pair of pairs) {
    let slot = hashOf(pair[0], pair[1])
    while (packed[slot * SLOT_WORDS] !== 0) slot = (slot + 1) % SLOTS
    packed.set(pair, slot * SLOT_WORDS)
  }
  return packed
}

const hashOf = (first: number, second: number): number => Math.imul(first * 31 + second, 0x9e3779b1) >>> 20
