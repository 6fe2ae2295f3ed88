/*
 * Rows of CSV, many at a time (csv.wasm): the texts of one column are put one behind the other. At the first row that is not as the others
 * (a wrong number of fields, a quote at a wrong place, an empty line, one that goes on behind the input) it stops, and the caller looks at
 * that one by itself. Up to 16 bytes behind what is read and written are touched, but never used.
 */

const QUOTE: u32 = 0x22
const LINE_FEED: u32 = 0x0a
const CARRIAGE_RETURN: u32 = 0x0d

/** Behind the rows that were taken. */
export let rowsEnd: usize = 0

/** The first address that is free for the caller. */
export function firstFree(): usize {
  return (__heap_base + 63) & ~63
}

/** The field that is wanted, of the last row: within its quotes, if it has these. */
let fieldStart: usize = 0
let fieldEnd: usize = 0
let hasDoubles: bool = false

/**
 * Takes rows of `width` fields from [at, end). The texts of field `column`, from 1, go to `text`, where there must be room for as many bytes, and where
 * they end there to `ends`, u32 each.
 *
 * @returns the number of rows, `maxRows` at most
 */
export function takeRows(at: usize, end: usize, delimiter: u32, width: i32, column: i32, text: usize, ends: usize, maxRows: i32): i32 {
  let rows: i32 = 0
  let to = text
  for (; rows < maxRows; rows++) {
    const next = readRow(at, end, delimiter, width, column)
    if (next == 0 || (fieldEnd > fieldStart && (load<u8>(fieldStart) & 0xc0) == 0x80)) break
    to = hasDoubles ? copyWithoutDoubles(fieldStart, fieldEnd, to) : copy(fieldStart, fieldEnd, to)
    store<u32>(ends + (<usize>rows << 2), <u32>(to - text))
    at = next
  }
  rowsEnd = at
  return rows
}

/** The place behind a row; 0 if it is an odd one. */
function readRow(at: usize, end: usize, delimiter: u32, width: i32, column: i32): usize {
  if (at == end || <u32>load<u8>(at) == LINE_FEED || <u32>load<u8>(at) == CARRIAGE_RETURN) return 0
  for (let field: i32 = 1; field <= width; field++) {
    const isQuoted = at < end && <u32>load<u8>(at) == QUOTE
    const next = isQuoted ? readQuoted(at + 1, end) : readPlain(at, end, delimiter)
    if (next >= end) return 0
    if (field == column) {
      fieldStart = isQuoted ? at + 1 : at
      fieldEnd = stop
      hasDoubles = isQuoted && doubles
    }
    const byte = <u32>load<u8>(next)
    if (byte != delimiter) return field == width ? lineEndAt(next, end, isQuoted) : 0
    at = next + 1
  }
  return 0
}

/** Behind the line end at `at`; 0 if there is none. A carriage return that belongs to it has been read with a field without quotes. */
function lineEndAt(at: usize, end: usize, isQuoted: bool): usize {
  if (isQuoted && <u32>load<u8>(at) == CARRIAGE_RETURN) at++
  return at < end && <u32>load<u8>(at) == LINE_FEED ? at + 1 : 0
}

/** Where the content of the last field ends, and whether there are doubled quotes in it. */
let stop: usize = 0
let doubles: bool = false

/** Behind the quote that closes a field; `end` if none does. */
function readQuoted(at: usize, end: usize): usize {
  doubles = false
  stop = findAny(at, end, QUOTE, QUOTE, QUOTE)
  while (stop + 1 < end && <u32>load<u8>(stop, 1) == QUOTE) {
    doubles = true
    stop = findAny(stop + 2, end, QUOTE, QUOTE, QUOTE)
  }
  return stop + 1 < end ? stop + 1 : end // what follows tells whether it closes the field
}

/** Behind a field without quotes; at the quote if it has one, after all. */
function readPlain(at: usize, end: usize, delimiter: u32): usize {
  const next = findAny(at, end, delimiter, LINE_FEED, QUOTE)
  const hasReturn = next > at && next < end && <u32>load<u8>(next) == LINE_FEED && <u32>load<u8>(next - 1) == CARRIAGE_RETURN
  stop = hasReturn ? next - 1 : next
  return next
}

/** The first of three bytes; `end` if there is none. */
function findAny(at: usize, end: usize, a: u32, b: u32, c: u32): usize {
  for (; at < end; at += 16) {
    const bytes = v128.load(at)
    const found = i8x16.bitmask(
      v128.or(i8x16.eq(bytes, i8x16.splat(<i8>a)), v128.or(i8x16.eq(bytes, i8x16.splat(<i8>b)), i8x16.eq(bytes, i8x16.splat(<i8>c)))),
    )
    if (found != 0) return min(at + <usize>ctz(found), end)
  }
  return end
}

function copy(from: usize, end: usize, to: usize): usize {
  const toEnd = to + (end - from)
  for (; from < end; from += 16, to += 16) v128.store(to, v128.load(from))
  return toEnd
}

/** Of two quotes the first. */
function copyWithoutDoubles(from: usize, end: usize, to: usize): usize {
  while (from < end) {
    const quote = findAny(from, end, QUOTE, QUOTE, QUOTE)
    const size = min(quote + 1, end) - from
    copy(from, from + size, to)
    to += size
    from += size + 1
  }
  return to
}
