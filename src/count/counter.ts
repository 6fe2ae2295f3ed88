import type { TokenSet } from '../added/tokenSet.ts'
import type { SureText } from '../normalize/sureText.ts'
import type { Spill } from '../spill/sortedPieces.ts'
import { undecidedSlack } from '../split/pieceTooLong.ts'
import type { CountedPieces, NewTable } from '../sort/tableMemory.ts'

/** Counts the pre-tokens of a stream of documents. All tiers have this signature. */
export interface TextCounter {
  /** Text of the current document: whole code points of valid UTF-8, of any length. */
  text(bytes: Uint8Array): void
  /**
   * A piece as it is, of at least one byte, that no stage looks at (an added token). What stands before and behind it is split apart: text
   * that follows goes on with the document, but is not at its start.
   */
  piece(bytes: Uint8Array): void
  /** What follows is split apart from the text so far, but is not at the start of a document. */
  endSection?(): void
  /** A piece, bytes[start, end) or all of them, was met so often, as it is; nothing is split by it. A counter that has `documents` or `withTokens` has it. */
  add?(bytes: Uint8Array, times: number, start?: number, end?: number): void
  /** The current document ends here. */
  endDocument(): void
  /**
   * Text of many documents, with bytes between them that are not counted: `count` stretches [starts[i], ends[i]), in order; an empty one
   * ends a document, too. The same as `text` and `endDocument` in turn, for less; a counter that does not have it wants them.
   */
  documents?(bytes: Uint8Array, starts: Uint32Array, ends: Uint32Array, count: number): void
  /**
   * Text in which the counter looks for tokens itself: the same as finding them and calling `documents`, for less. A counter that
   * does not have it wants that. To be called once; while such text has not ended, nothing else is to be given. Tokens that are not
   * special are pieces: `takeCounts` tells of them, and `add` wants them. Undefined if it cannot do that with these tokens.
   *
   * @param sure how text is normalized between tokens; default: not at all
   */
  withTokens?(tokens: TokenSet, sure?: SureText): TokenText | undefined
  /** Counts all that is there. The current document must have been ended. */
  flush(): void
  /** The pieces that have not been spilled, in the order of their bytes. Nothing may be left to count. `make` may make the table. */
  finish(make?: NewTable): CountedPieces
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

/** Text with tokens, each the longest at its place: special ones end documents, and are in none. */
export interface TokenText {
  /** Memory for text, so many bytes or, if that is more than there is, fewer: `push` does not copy it. It is there until the next call. */
  room(bytes: number): Buffer
  /** Takes text: whole code points. What may be the beginning of a token waits for more. */
  push(text: Uint8Array): FoundTokens
  /** The text ends; the last document does not yet. */
  end(): FoundTokens
  /**
   * Takes whole documents, whose ends count as separators of no bytes: the same as `push`, `end` and `endDocument` for each, for less. Only for
   * text that is normalized.
   */
  documents?(text: Uint8Array, ends: Uint32Array): FoundTokens
  /** How often each token was found since the last time. */
  takeCounts(): number[]
}

/** The special tokens in a stretch of text; others are part of the text. */
export interface FoundTokens {
  count: number
  /** Bytes of them. */
  bytes: number
  /** Whether there is text before the first one, or without any. */
  isTextBefore: boolean
  /** How many have text between them and the one before. */
  apart: number
  /** Whether there is text behind the last one. */
  isTextBehind: boolean
  /** Bytes of text that normalization took away, minus those that it added. */
  normalized: number
}

export interface CounterLimits {
  /** Text is split whenever about this many bytes have come together. */
  blockBytes: number
  /** A longer pre-token is an error. */
  maxPieceBytes: number
  /** Bytes that the counter may hold. When it would need more it spills; without `spill` that is an error. Default: no limit. */
  memoryBytes?: number | undefined
  spill?: Spill | undefined
  /** All that comes are pieces as they are, and no text: no memory is kept for what cannot be cut yet. */
  onlyPieces?: boolean | undefined
  /** Is told the pieces bytes[start, end) with which documents begin, each before it is spilled. */
  onFirst?: ((bytes: Uint8Array, start: number, end: number) => void) | undefined
}

/** Bytes that text and its cuts may take while a piece of the longest length is read: buffers double, and move. */
export const textMemory = ({ maxPieceBytes, onlyPieces = false }: Pick<CounterLimits, 'maxPieceBytes' | 'onlyPieces'>): number =>
  onlyPieces ? 3 * maxPieceBytes : 4 * (maxPieceBytes + undecidedSlack(maxPieceBytes))

/** Beside text: tables of patterns, and a counting table that is not spilled all the time. */
const LEAST_TABLE = 8e6

/** The smallest `memoryBytes` with which every pipeline can be counted, if pieces may have so many bytes. */
export const leastMemory = (maxPieceBytes: number): number =>
  textMemory({ maxPieceBytes }) + textMemory({ maxPieceBytes, onlyPieces: true }) + LEAST_TABLE

export const DEFAULT_LIMITS: CounterLimits = { blockBytes: 2 ** 18, maxPieceBytes: 2 ** 26 }
