import { createShortStrings, writeShortString, type Cursor, type ShortStrings } from './cursor.ts'

/**
 * Spells made-up words from their ranks: the word of a rank is always the same, and different ranks of a size have different words, so a
 * vocabulary of millions takes no memory. The parts are syllables, or words of which an identifier is put together.
 */
export interface Spelling {
  first: ShortStrings
  rest: ShortStrings
  /** Each list has 2^bits parts. */
  bits: number
  leastParts: number
  /** Spellings of the ranks below their number, in place of made-up ones. */
  known: ShortStrings | null
}

export interface SpellingParts {
  first: readonly string[]
  rest?: readonly string[]
  leastParts?: number
  known?: readonly string[]
}

/** Of each list as many parts are used as the largest power of two that both have. */
export const createSpelling = ({ first, rest = first, leastParts = 2, known }: SpellingParts): Spelling => {
  const bits = 31 - Math.clz32(Math.min(first.length, rest.length))
  return {
    first: createShortStrings(first.slice(0, 1 << bits)),
    rest: createShortStrings(rest.slice(0, 1 << bits)),
    bits,
    leastParts,
    known: known === undefined ? null : createShortStrings(known),
  }
}

/** Writes the word of a rank in [1, 2²⁴). */
export const spell = (cursor: Cursor, spelling: Spelling, rank: number): void => {
  const { first, rest, bits, leastParts, known } = spelling
  if (known !== null && rank < known.lengths.length) return writeShortString(cursor, known, rank)
  let parts = leastParts
  while (parts * bits < 32 - Math.clz32(rank)) parts++
  const mask = (1 << bits) - 1
  // Multiplying by an odd number permutes the integers of parts · bits bits: no two ranks meet in one word.
  let digits = Math.imul(rank, 0x9e3779b1)
  writeShortString(cursor, first, digits & mask)
  for (let part = 1; part < parts; part++) {
    digits >>>= bits
    writeShortString(cursor, rest, digits & mask)
  }
}
