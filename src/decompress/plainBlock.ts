import type { PretokError } from '../errors.ts'

/** What comes out of a decompressor. */
export interface PlainBlock {
  /** Plain data, good until the next block is asked for. */
  bytes: Buffer
  /** Compressed bytes that were taken in since the last block. */
  stored: number
}

/** The error for data that is damaged at some place, counted in compressed bytes from where the decompressor began. */
export type Damaged = (problem: string, at: number, cause?: unknown) => PretokError

/** Compressed blocks in, plain blocks out; every block that came in has been used up when it ends. */
export type Decompress = (blocks: AsyncIterable<Buffer>, damaged: Damaged) => AsyncGenerator<PlainBlock>
