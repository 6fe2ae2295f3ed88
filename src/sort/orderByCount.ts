/*
 * Radix sort (least significant digit first) with digits of 16 bits. Most counts are small: of 10 million pieces of a corpus two passes over
 * them are made, where a sort that compares would make more than 20.
 */

const DIGITS = 2 ** 16

/** The numbers of the entries, the highest count first; entries with equal counts stay as they stand. Counts are whole, up to 2^53. */
export const orderByCount = (counts: Float64Array): Uint32Array => {
  let order = new Uint32Array(counts.length)
  for (let entry = 0; entry < order.length; entry++) order[entry] = entry
  let spare = new Uint32Array(counts.length)
  let highest = 0
  for (let entry = 0; entry < counts.length; entry++) if (counts[entry] > highest) highest = counts[entry]
  const ends = new Uint32Array(DIGITS)
  for (let unit = 1; unit <= highest; unit *= DIGITS) {
    ends.fill(0)
    for (let entry = 0; entry < counts.length; entry++) ends[digitOf(counts[entry], unit)]++
    let start = 0
    for (let digit = DIGITS - 1; digit >= 0; digit--) {
      const size = ends[digit]
      ends[digit] = start
      start += size
    }
    for (let i = 0; i < order.length; i++) spare[ends[digitOf(counts[order[i]], unit)]++] = order[i]
    const sorted = spare
    spare = order
    order = sorted
  }
  return order
}

const digitOf = (count: number, unit: number): number => Math.floor(count / unit) % DIGITS
