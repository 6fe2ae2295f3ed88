import { LINE_FEED, QUOTE } from './bytes.ts'

/*
 * The states of a reader of CSV that passes over bad rows as the parser does (csv.ts): behind the line end that follows.
 */

export const ROW = 0 // a row begins here
const FIELD = 1 // a field begins here
const PLAIN = 2 // in a field without quotes
export const QUOTED = 3
const CLOSED = 4 // behind a quote in a quoted field: its end, or the first of two
export const BAD = 5 // in a bad row; or behind a \r that follows the end of a quoted field, where that ends the row if a line feed follows
export const STATES = 6

/** Kinds of bytes. */
const KIND = { other: 0, quote: 1, delimiter: 2, lineFeed: 3 } as const
export const KINDS = 4

/** The state that follows, by the kind of byte. */
export const NEXT: readonly (readonly number[])[] = [
  [PLAIN, QUOTED, FIELD, ROW], // ROW
  [PLAIN, QUOTED, FIELD, ROW], // FIELD
  [PLAIN, BAD, FIELD, ROW], // PLAIN
  [QUOTED, CLOSED, QUOTED, QUOTED], // QUOTED
  [BAD, QUOTED, FIELD, ROW], // CLOSED
  [BAD, BAD, BAD, ROW], // BAD
]

export const kindsOfBytes = (delimiter: number): Uint8Array => {
  const kinds = new Uint8Array(256).fill(KIND.other)
  kinds[QUOTE] = KIND.quote
  kinds[delimiter] = KIND.delimiter
  kinds[LINE_FEED] = KIND.lineFeed
  return kinds
}

/**
 * Gives a function that goes through a row, part after part, from its first byte on: the place in [from, end) of the part behind the row's
 * line end, or -1 if it goes on.
 */
export const createRowWalk = (delimiter: number) => {
  const kinds = kindsOfBytes(delimiter)
  let state = ROW
  return (part: Buffer, from: number, end: number): number => {
    for (let at = from; at < end; at++) {
      state = NEXT[state][kinds[part[at]]]
      if (state === ROW) return at + 1
    }
    return -1
  }
}
