import type { Spill } from '../spill/sortedPieces.ts'
import { undecidedSlack } from '../split/pieceTooLong.ts'
import type { CountedPieces } from './sortedTable.ts'

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
