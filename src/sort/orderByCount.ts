import { areFew, orderFew } from './smallTables.ts'

/*
 * Radix sort (least significant digit first). Most counts are small: of 10 million pieces of a corpus two or three passes over them are made,
 * where a sort that compares would make more than 20. Counts are whole, up to 2^53: their lower 32 bits first, then the others, if there are any.
 */

const DIGIT_BITS = 11
const DIGITS = 2 ** DIGIT_BITS

/** The numbers of the entries, the highest count first; entries with equal counts stay as they stand. */
export const orderByCount = (counts: Float64Array): Uint32Array => (areFew(counts) ? orderFew(counts) : orderMany(counts))

export const orderMany = (counts: Float64Array): Uint32Array => {
  const words = new Uint32Array(counts.length)
  const highest = takeWords(counts, 1, words)
  let order = new Uint32Array(counts.length)
  for (let entry = 0; entry < order.length; entry++) order[entry] = entry
  let spare = new Uint32Array(counts.length)
  const sort = (bits: number): void => {
    for (let shift = 0; shift < bits; shift += DIGIT_BITS) {
      sortByDigit(words, shift, order, spare)
      const sorted = spare
      spare = order
      order = sorted
    }
  }
  sort(Math.min(32, bitsOf(highest)))
  if (highest >= 2 ** 32) {
    takeWords(counts, 2 ** 32, words)
    sort(bitsOf(highest) - 32)
  }
  return order
}

const bitsOf = (count: number): number => (count < 1 ? 0 : Math.floor(Math.log2(count)) + 1)

/** 32 bits of each count, from the one that stands for `unit` on; returns the highest count. */
const takeWords = (counts: Float64Array, unit: number, words: Uint32Array): number => {
  let highest = 0
  for (let entry = 0; entry < counts.length; entry++) {
    const count = counts[entry]
    if (count > highest) highest = count
    words[entry] = count / unit // all above 32 bits is cut off, and what is behind the point
  }
  return highest
}

/** From `order` to `sorted`, by one digit of each entry's word, the highest first. */
const sortByDigit = (words: Uint32Array, shift: number, order: Uint32Array, sorted: Uint32Array): void => {
  const ends = new Uint32Array(DIGITS)
  for (let entry = 0; entry < words.length; entry++) ends[(words[entry] >>> shift) & (DIGITS - 1)]++
  let start = 0
  for (let digit = DIGITS - 1; digit >= 0; digit--) {
    const size = ends[digit]
    ends[digit] = start
    start += size
  }
  for (let i = 0; i < order.length; i++) {
    const entry = order[i]
    sorted[ends[(words[entry] >>> shift) & (DIGITS - 1)]++] = entry
  }
}
