import { PretokError } from '../errors.ts'
import { CARRIAGE_RETURN, LINE_FEED } from './bytes.ts'
import type { RecordSink } from './records.ts'

/** What is said of rows that are too long, in errors. */
export interface RowLimit {
  /** The source, in errors. */
  name: string
  /** A row with more bytes, its line end not counted, is an error, since all of one is in memory. */
  maxRecordBytes: number
  /** 'skip': it is left out. Default: 'fail'. */
  onError?: 'fail' | 'skip'
}

/** Length of the row at bytes [from, end) without its line end; a \r at the end may be half of one. */
export const rowLength = (bytes: Uint8Array, from: number, end: number): number => {
  if (end > from && bytes[end - 1] === LINE_FEED) end--
  if (end > from && bytes[end - 1] === CARRIAGE_RETURN) end--
  return end - from
}

/** Takes note of a row at [start, end) that is too long; Infinity: where it ends is not known yet, and it comes again when it is. */
export type RefuseRow = (start: number, end: number) => void

export const createRowRefusal =
  (sink: RecordSink, limit: RowLimit): RefuseRow =>
  (start, end) => {
    if (limit.onError !== 'skip') throw rowTooLong(start, limit)
    if (end !== Infinity) sink.badRecord(start, end, `the row is longer than ${limit.maxRecordBytes} bytes (--max-record-bytes)`, start)
  }

export const rowTooLong = (at: number, { name, maxRecordBytes }: RowLimit): PretokError =>
  new PretokError(
    'limit',
    `reading ${name}: the row at byte ${at} is longer than ${maxRecordBytes} bytes; --max-record-bytes raises the limit`,
  )
