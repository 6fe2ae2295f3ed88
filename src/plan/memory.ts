import { PretokError } from '../errors.ts'

/*
 * How a worker's budget is spent, in bytes. What JavaScript itself takes for a thread cannot be counted, so it was measured and is taken off
 * first; the rest is accounted for to the byte.
 *
 *   budget = thread + counting (text, table) + merging (reading runs back)
 *
 * The main thread has what the workers leave when they have ended, and 150 MB of its own.
 */

/** What a worker thread takes before it counts anything: its heap, its code, buffers for reading and writing. */
const THREAD_BYTES = 24e6

/** The smallest part of the budget that is accounted for with which counting works. */
const LEAST_ACCOUNTED = 20e6

/** Longest pre-token when nothing is said, if there is memory for it. */
const LONGEST_PIECE = 2 ** 26
/** Buffers for text double and move, so a piece may take this part of the memory. */
const PIECE_SHARE = 1 / 32
const MERGING_SHARE = 1 / 8
/** When runs are merged, so many pieces are in memory at a time at most: several are read, ordered and written, and what is done with is not collected at once. */
const MERGED_PIECES = 24

export interface MemoryPlan {
  /** Bytes that a worker accounts for, all together. */
  accounted: number
  counting: number
  merging: number
  maxPieceBytes: number
}

/**
 * Shares a worker's budget out. Pure. Throws 'usage' for a budget with which nothing can be done, with the smallest that works.
 *
 * @param maxPieceBytes longest pre-token, if the user wants a certain one
 * @param leastCounting bytes that counting needs for such pre-tokens
 */
export const planMemory = (maxMemoryGb: number, maxPieceBytes: number | undefined, leastCounting: (maxPieceBytes: number) => number): MemoryPlan => {
  const accounted = Math.floor(maxMemoryGb * 2 ** 30 - THREAD_BYTES)
  const leastFor = (bytes: number): number => Math.ceil(Math.max(leastCounting(bytes) / (1 - MERGING_SHARE), bytes * MERGED_PIECES))
  const least = Math.max(LEAST_ACCOUNTED, maxPieceBytes === undefined ? 0 : leastFor(maxPieceBytes))
  if (accounted < least) {
    const pieces = least > LEAST_ACCOUNTED ? ` for pre-tokens of ${maxPieceBytes} bytes (--max-piece-bytes)` : ''
    throw new PretokError(
      'usage',
      `maxMemoryGb: ${maxMemoryGb} GiB are too little${pieces}; a worker needs at least ${Math.ceil(((least + THREAD_BYTES) / 2 ** 30) * 1000) / 1000}`,
    )
  }
  return shareMemory(accounted, maxPieceBytes)
}

/** Shares out what a worker accounts for. */
export const shareMemory = (accounted: number, maxPieceBytes: number | undefined): MemoryPlan => {
  const merging = Math.floor(accounted * MERGING_SHARE)
  return {
    accounted,
    merging,
    counting: accounted - merging,
    maxPieceBytes: maxPieceBytes ?? Math.min(LONGEST_PIECE, Math.floor(accounted * PIECE_SHARE)),
  }
}
