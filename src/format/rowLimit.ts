import { PretokError } from '../errors.ts'

/** What is said of rows that are too long, in errors. */
export interface RowLimit {
  /** The source, in errors. */
  name: string
  /** A row with more bytes, its line end not counted, is an error, since all of one is in memory. */
  maxRecordBytes: number
}

const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d

/** Length of the row at bytes [from, end) without its line end; a \r at the end may be half of one. */
export const rowLength = (bytes: Uint8Array, from: number, end: number): number => {
  if (end > from && bytes[end - 1] === LINE_FEED) end--
  if (end > from && bytes[end - 1] === CARRIAGE_RETURN) end--
  return end - from
}

export const rowTooLong = (at: number, { name, maxRecordBytes }: RowLimit): PretokError =>
  new PretokError(
    'limit',
    `reading ${name}: the row at byte ${at} is longer than ${maxRecordBytes} bytes; --max-record-bytes raises the limit`,
  )
