/*
 * Everything here is integer arithmetic and exact division, so that a corpus is the same on every machine and engine: the last bit of
 * Math.pow and Math.log is not specified, and Math.random cannot be seeded.
 */

/** Draws the next number of a reproducible stream: an integer in [0, 2³²). */
export type Random = () => number

const hashInto = (words: Int32Array, text: string): void => {
  for (let i = 0; i < text.length; i++)
    for (let k = 0; k < 4; k++) words[k] = Math.imul(words[k] ^ (text.charCodeAt(i) + 0x9e37 * (k + 1)), 0x01000193 + 2 * k)
}

/** A stream for each list of names and numbers, by the generator sfc32 (128 bits of state: no cycle within any corpus). */
export const createRandom = (...name: readonly (string | number)[]): Random => {
  const words = new Int32Array([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344])
  hashInto(words, name.join('\0'))
  let [a, b, c] = words
  let counter = words[3] | 1
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + sum) | 0
    return sum >>> 0
  }
  for (let i = 0; i < 16; i++) next()
  return next
}

/** An integer in [0, n), all about equally likely. */
export const below = (random: Random, n: number): number => Math.floor((random() / 2 ** 32) * n)

/** True once in n times. */
export const oneIn = (random: Random, n: number): boolean => below(random, n) === 0

/**
 * Draws an index into a list of n words with probability ∝ 1 / (index + 3): Zipf's law with Mandelbrot's shift, without which the first
 * word alone would be a seventh of the text.
 */
export const createZipf = (n: number): ((random: Random) => number) => {
  const sums = new Float64Array(n)
  let sum = 0
  for (let i = 0; i < n; i++) sums[i] = sum += Math.floor(2 ** 24 / (i + 3))
  return (random) => {
    const drawn = below(random, sum)
    let low = 0
    let high = n - 1
    while (low < high) {
      const middle = (low + high) >>> 1
      if (sums[middle] > drawn) high = middle
      else low = middle + 1
    }
    return low
  }
}

/**
 * Draws a rank in [1, 2^octaves) by Zipf's law without a table: first an octave, all equally likely, then a rank within it. A rank near r
 * has probability ∝ 1 / r, and ranks never seen before keep coming for as long as the octaves last.
 */
export const drawRank = (random: Random, octaves: number): number => {
  const octave = ((random() >>> 16) * octaves) >>> 16
  return (1 << octave) | (random() & ((1 << octave) - 1))
}
