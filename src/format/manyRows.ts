import type { RecordSink } from './records.ts'
import type { Rows } from './rowMemory.ts'

/** After a row that is not as the others, so many at most are looked at one by one before many are tried again. */
const MOST_SINGLY = 256

/**
 * Rows are told to a sink many at a time where there are many as usual; the function returns behind them, or `from` where the next row has to
 * be looked at by itself. If all rows are of that kind, little time is lost on trying.
 *
 * @param at place of the input's first byte
 * @param take takes rows of the input from `from` on
 */
export const createManyRows = (sink: RecordSink) => {
  let singly = sink.documents === undefined ? Infinity : 0 // rows from here on
  let next = 1
  return (at: number, from: number, take: () => Rows): number => {
    if (singly > 0) {
      singly--
      return from
    }
    const { text, ends, after } = take()
    if (ends.length > 0 && sink.documents!({ text, ends, end: at + after })) {
      sink.format(after - from - text.length)
      next = 1
      return after
    }
    singly = (ends.length > 0 ? ends.length : next) - 1
    next = Math.min(2 * next, MOST_SINGLY)
    return from
  }
}
