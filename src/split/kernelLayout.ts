/*
 * What the kernel (src/kernel, AssemblyScript) and those who call it agree about. Both import these numbers.
 *
 * A slot of the counting table when it has been sorted, little-endian:
 *
 *   bytes 0 to 14   the piece, if it has up to 15 bytes
 *   byte 15         its length; LONG_LENGTH if it is longer
 *   bytes 16 to 23  how often it was met, u64
 *   bytes 24 to 27  its length, if it is longer, u32
 *   bytes 28 to 31  its address then, u32
 */

export const SLOT = 32
export const LONG_LENGTH = 0xff

// what functions of the kernel return when something is wrong
export const OK = 0
export const NO_MEMORY = -1
export const PIECE_TOO_LONG = -2
/** A count that is no exact number in JavaScript (`readSorted`). */
export const COUNT_TOO_HIGH = -1

/** Pieces that the sorted table is read out by at a time (`readSorted`). */
export const READ_AT_ONCE = 4096

/** In the table of pairs (syncPairs.ts): reading these two classes does not tell what state the machine is in. */
export const NO_SYNC = 0xffffffff

/** On which sides of it a token strips white space. */
export const STRIPS_LEFT = 1
export const STRIPS_RIGHT = 2

/** Room behind text that is read but never used: tokens are looked for 64 bytes at a time. */
export const PADDING = 128
