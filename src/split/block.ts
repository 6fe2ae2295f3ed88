/*
 * What the reference tier has in memory at a time: text as bytes, and one bit per byte that says where pre-tokens begin. Every step between
 * reading and counting adds boundary bits and does nothing else. (The kernel has lists of cuts instead: kernel/passes.ts.)
 *
 *   bytes       T h e   c a t   1 2 3        whole code points of valid UTF-8; special tokens are not in it
 *   boundaries  1     1       1 1            bit i: a border before byte i; bit `length` may be set too (end of a document)
 *   dropped     0 …                          bit i: byte i is in no pre-token (a stage drops what its pattern matches, or what is between)
 *
 * Document ends are set when text is appended; then each pass of the pipeline adds its own, restarting at the bits that are set already.
 * The block slides: what is counted leaves at the front, new text comes in at the back, and each pass goes on where it stopped.
 */

export interface Block {
  bytes: Uint8Array
  length: number
  boundaries: Uint32Array
  dropped: Uint32Array
  /** Every piece that ends at or before this position has been counted. */
  counted: number
  /** How far each pass of the pipeline has got. */
  passes: PassPosition[]
}

export interface PassPosition {
  /** Text before this position is part of a match, or of a gap. */
  read: number
  /** What ends at `read`; 'start' where the segment begins. */
  before: 'start' | 'gap' | 'match'
  /** All borders of this pass before this position are set, and whether there is one at this position. */
  decided: number
  /** Where the segment (document, or piece of the pass before) begins that `read` is in. */
  segmentStart: number
  /** Whether a match that begins at `read` is where the search for it begins (`\G`), and not behind a gap. */
  isSearchStart: boolean
}

const bitWords = (bytes: number): number => (bytes >>> 5) + 1

export const createBlock = (capacity: number, passes: number): Block => ({
  bytes: new Uint8Array(capacity),
  length: 0,
  boundaries: new Uint32Array(bitWords(capacity)),
  dropped: new Uint32Array(bitWords(capacity)),
  counted: 0,
  passes: Array.from({ length: passes }, () => ({ read: 0, before: 'start', decided: 0, segmentStart: 0, isSearchStart: true })),
})

/** Bytes of memory a block takes. */
export const blockMemory = (block: Block): number => block.bytes.byteLength + block.boundaries.byteLength + block.dropped.byteLength

export const setBoundary = (block: Block, position: number): void => {
  block.boundaries[position >>> 5] |= 1 << (position & 31)
}

export const dropByte = (block: Block, position: number): void => {
  block.dropped[position >>> 5] |= 1 << (position & 31)
}

export const isDropped = (block: Block, position: number): boolean => ((block.dropped[position >>> 5] >>> (position & 31)) & 1) === 1

export const hasBoundary = ({ boundaries }: Block, position: number): boolean =>
  ((boundaries[position >>> 5] >>> (position & 31)) & 1) === 1

/** The first boundary in [from, to], `to` included; -1 if there is none. */
export const nextBoundary = ({ boundaries }: Block, from: number, to: number): number => {
  if (from > to) return -1
  let word = from >>> 5
  const lastWord = to >>> 5
  let bits = boundaries[word] & (-1 << (from & 31))
  while (bits === 0) {
    if (++word > lastWord) return -1
    bits = boundaries[word]
  }
  const found = (word << 5) + 31 - Math.clz32(bits & -bits)
  return found <= to ? found : -1
}

const withCapacity = <T extends Uint8Array | Uint32Array>(old: T, grown: T): T => {
  grown.set(old)
  return grown
}

const reserve = (block: Block, capacity: number): void => {
  if (capacity <= block.bytes.length) return
  block.bytes = withCapacity(block.bytes, new Uint8Array(capacity))
  block.boundaries = withCapacity(block.boundaries, new Uint32Array(bitWords(capacity)))
  block.dropped = withCapacity(block.dropped, new Uint32Array(bitWords(capacity)))
}

/** Adds text (whole code points of valid UTF-8) to the document at the block's end. */
export const appendText = (block: Block, text: Uint8Array): void => {
  const length = block.length + text.length
  if (length > block.bytes.length) reserve(block, Math.max(length, 2 * block.bytes.length))
  block.bytes.set(text, block.length)
  block.length = length
}

/** Ends the document at the block's end: what comes next has nothing to do with it. */
export const endDocument = (block: Block): void => setBoundary(block, block.length)

/**
 * Lets go of what has been counted, but for `keepBehind` bytes that look-behinds may still need. Moves by whole words of the bit maps, so
 * that no bit is shifted.
 */
export const slideBlock = (block: Block, keepBehind: number): void => {
  const words = Math.max(0, block.counted - keepBehind) >>> 5
  if (words === 0) return
  const shift = words << 5
  const usedWords = bitWords(block.length)
  block.bytes.copyWithin(0, shift, block.length)
  for (const bits of [block.boundaries, block.dropped]) {
    bits.copyWithin(0, words, usedWords)
    bits.fill(0, usedWords - words, usedWords)
  }
  block.length -= shift
  block.counted -= shift
  for (const position of block.passes) {
    position.read -= shift
    position.decided -= shift
    position.segmentStart = Math.max(0, position.segmentStart - shift)
  }
}
