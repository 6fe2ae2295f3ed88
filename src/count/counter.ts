import { appendText, blockMemory, createBlock, endDocument, slideBlock, type Block } from '../split/block.ts'
import type { Spill } from '../spill/sortedPieces.ts'
import type { PlacedSplit } from '../split/phases.ts'
import { pieceTooLong, undecidedSlack } from '../split/pieceTooLong.ts'
import { createSplitter, splitBlock } from '../split/splitter.ts'
import { countPieces } from './countPieces.ts'
import { handOverSorted, SORT_BYTES } from './handOverSorted.ts'
import { PieceTable } from './pieceTable.ts'
import { inByteOrder, type CountedPieces } from './sortedTable.ts'

/** Counts the pre-tokens of a stream of documents. All tiers have this signature. */
export interface TextCounter {
  /** Text of the current document: whole code points of valid UTF-8, of any length. */
  text(bytes: Uint8Array): void
  /**
   * A piece as it is, of at least one byte, that no stage looks at (an added token). What stands before and behind it is split apart: text
   * that follows goes on with the document, but is not at its start.
   */
  piece(bytes: Uint8Array): void
  /** The current document ends here. */
  endDocument(): void
  /**
   * Text of many documents, with bytes between them that are in no document: `count` stretches [starts[i], ends[i]), in order; an empty one
   * ends a document, too. The same as `text` and `endDocument` in turn, for less; a counter that does not have it wants them.
   */
  documents?(bytes: Uint8Array, starts: Uint32Array, ends: Uint32Array, count: number): void
  /** Counts all that is there. The current document must have been ended. */
  flush(): void
  /** The pieces that have not been spilled, in the order of their bytes. Nothing may be left to count. */
  finish(): CountedPieces
  /** Spills what has been counted; text that is not decided yet stays. Only with a `spill`. */
  drain(): void
  /** Does all that may have to spill, so that `drain`, if it comes next, spills once at most. */
  settle(): void
  /** From now on the table spills where it would have grown. Only with a `spill`. */
  stopGrowing(): void
  /** Number of pieces counted so far. */
  readonly pieces: number
  /** Bytes of text that were in no piece, because a stage drops what its pattern does not match. */
  readonly dropped: number
  /** Bytes of text that went into stages that rewrite it, minus bytes that came out. */
  readonly rewritten: number
  /** Bytes of text taken in but not counted yet. */
  readonly pending: number
  /** Number of distinct pieces that it holds. */
  readonly distinct: number
  /** Bytes of memory held. */
  readonly memory: number
}

export interface CounterLimits {
  /** Text is split whenever about this many bytes have come together. */
  blockBytes: number
  /** A longer pre-token is an error. */
  maxPieceBytes: number
  /** Bytes that the counter may hold. When it would need more it spills; without `spill` that is an error. Default: no limit. */
  memoryBytes?: number | undefined
  spill?: Spill | undefined
}

/** Bytes that text and its cuts may take while a piece of the longest length is read: buffers double, and move. */
export const textMemory = (maxPieceBytes: number): number => 4 * (maxPieceBytes + undecidedSlack(maxPieceBytes))

export const DEFAULT_LIMITS: CounterLimits = { blockBytes: 2 ** 18, maxPieceBytes: 2 ** 26 }

/** The reference tier: RegExp and a table in JavaScript. Throws 'pattern' and, while counting, 'piece-too-long' or 'limit'. */
export const createReferenceCounter = (splits: readonly PlacedSplit[], limits: CounterLimits = DEFAULT_LIMITS): TextCounter => {
  const splitter = createSplitter(splits)
  const block: Block = createBlock(2 * limits.blockBytes, splits.length)
  const table = new PieceTable()
  let splitAt = limits.blockBytes
  let dropped = 0
  let { memoryBytes = Infinity } = limits
  const { spill } = limits

  const drain = (): void => {
    if (table.size > 0) spill!((take) => handOverSorted(table, take))
    table.clear()
  }

  /** Room for all pieces that `bytes` bytes can hold, before any of them is counted. */
  const makeRoom = (bytes: number): void => {
    if (spill !== undefined && table.size > 0 && blockMemory(block) + table.memoryWith(bytes, SORT_BYTES) > memoryBytes) drain()
  }

  const split = (): void => {
    makeRoom(block.length - block.counted)
    dropped += countPieces(block, table, splitBlock(splitter, block), limits.maxPieceBytes)
    slideBlock(block, splitter.keepBehind)
    const pending = block.length - block.counted
    if (pending > limits.maxPieceBytes + undecidedSlack(limits.maxPieceBytes)) throw pieceTooLong(limits.maxPieceBytes)
    // a piece that is longer than a block is looked at again only when twice as much of it is there, so that all looks together are linear
    splitAt = block.length + Math.max(limits.blockBytes, pending)
  }

  return {
    text(bytes) {
      appendText(block, bytes)
      if (block.length >= splitAt) split()
    },
    piece(bytes) {
      if (bytes.length > limits.maxPieceBytes) throw pieceTooLong(limits.maxPieceBytes)
      endDocument(block)
      makeRoom(bytes.length)
      table.add(bytes, 0, bytes.length, 1)
    },
    endDocument: () => endDocument(block),
    flush() {
      split()
      if (block.counted !== block.length) throw new Error('flush: the last document was not ended')
    },
    finish() {
      if (block.counted !== block.length) throw new Error('finish: there is text left to count')
      return inByteOrder(table)
    },
    drain() {
      split()
      drain()
    },
    settle: split,
    stopGrowing() {
      memoryBytes = table.memory + blockMemory(block)
    },
    get pieces() {
      return table.added
    },
    get dropped() {
      return dropped
    },
    rewritten: 0,
    get pending() {
      return block.length - block.counted
    },
    get distinct() {
      return table.size
    },
    get memory() {
      return table.memory + blockMemory(block)
    },
  }
}
