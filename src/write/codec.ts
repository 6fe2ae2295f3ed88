import type { RowLayout } from './rows.ts'
import type { Scanner } from './scanner.ts'

/** How counts are written in one format and read back; both in one file, so that each rule of escaping stands in one place. */
export interface Codec {
  layout: RowLayout
  readStart(input: Scanner): void
  /**
   * Reads one entry into `input.piece` and `input.count`; false if there are no more. Keeps no state of its own: an entry that the window
   * cuts is read again from its start.
   */
  readEntry(input: Scanner, isFirst: boolean): boolean
}

/**
 * Receives one entry: the piece is bytes[start, end), in memory that is reused. May return what is wrong with the entry; that becomes an
 * error with its place in the file.
 */
export type TakeEntry = (bytes: Uint8Array, start: number, end: number, count: number) => string | undefined | void
