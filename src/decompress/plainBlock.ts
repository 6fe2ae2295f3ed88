import type { PretokError } from '../errors.ts'

/** What comes out of a decompressor. */
export interface PlainBlock {
  /** Plain data, good until the next block is asked for. */
  bytes: Buffer
  /** Compressed bytes that were taken in since the last block. */
  stored: number
}

/**
 * A place in compressed bytes, from where the decompressor began: that of the damage, one before which it is, one behind which it was found, or
 * one from which on there is what does not belong there, while all before it is whole.
 */
export type DamagePlace = number | { before: number } | { behind: number } | { from: number }

/** The error for data that is damaged. */
export type Damaged = (problem: string, place: DamagePlace, cause?: unknown) => PretokError

/** Gives compressed blocks, from the first on each time. */
export type ReadBlocks = () => AsyncIterable<Buffer>

/** Compressed blocks in, plain blocks out; every block that came in has been used up when it ends. `name` is what messages call the file. */
export type Decompress = (readBlocks: ReadBlocks, damaged: Damaged, name: string) => AsyncGenerator<PlainBlock>
