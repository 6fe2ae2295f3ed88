/*
 * What two code points are composed to, as a hash table that the kernel reads (src/kernel/normalize.ts): slots of three words,
 * [first, second, composed]; a first one of 0 is no code point, and the slot is free.
 */

const SLOTS = 4096
const SLOT_WORDS = 3

/** @param pairs at most half as many as there are slots */
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
