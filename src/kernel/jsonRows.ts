import { after, copyEnd, firstFree, MAX_DEPTH, problem, problemAt, scan, scanInto, skipSpace, start, unescape } from './json'

/*
 * Many rows at a time, as almost all are: an object with the one text that is wanted, a string. Their texts are put one behind the other.
 * At the first row that is anything else it stops, and the caller looks at that one by itself.
 */

// what is exported here is what JavaScript sees
export { start, firstFree, scan, unescape, MAX_DEPTH, after, problem, problemAt }

const LINE_FEED: u32 = 0x0a

/** Behind the rows that were taken. */
export let rowsEnd: usize = 0

/**
 * Takes rows from [at, end), which ends behind a line feed: one on each line. Their texts go to `text`, where there must be room for as many
 * bytes and 32 more, and where they end there to `ends`, u32 each.
 *
 * @returns the number of rows, `maxRows` at most
 */
export function takeLines(at: usize, end: usize, root: usize, spans: usize, text: usize, ends: usize, maxRows: i32): i32 {
  let rows: i32 = 0
  let to = text
  for (; at < end && rows < maxRows; rows++) {
    const lineEnd = findLineFeed(at, end)
    const textEnd = takeText(at, lineEnd, root, spans, to)
    if (textEnd == 0 || skipSpace(after, lineEnd) < lineEnd) break
    to = textEnd
    store<u32>(ends + (<usize>rows << 2), <u32>(to - text))
    at = lineEnd + 1
  }
  rowsEnd = at
  return rows
}

/** The same for rows with a separator behind each, or with none at all (0), laid out in any way. What is taken ends where a row may begin. */
export function takeRows(at: usize, end: usize, root: usize, spans: usize, text: usize, ends: usize, maxRows: i32, separator: u32): i32 {
  let rows: i32 = 0
  let to = text
  for (; at < end && rows < maxRows; rows++) {
    const textEnd = takeText(at, end, root, spans, to)
    if (textEnd == 0) break
    let next = skipSpace(after, end)
    if (separator != 0) {
      if (next == end || <u32>load<u8>(next) != separator) break
      next = skipSpace(next + 1, end)
    }
    to = textEnd
    store<u32>(ends + (<usize>rows << 2), <u32>(to - text))
    at = next
  }
  rowsEnd = at
  return rows
}

/**
 * Puts down the text of the row that begins at `at`. Returns where it ends; 0 if the row is an odd one, which a text that begins inside a
 * code point makes it, too.
 */
function takeText(at: usize, end: usize, root: usize, spans: usize, to: usize): usize {
  if (scanInto(at, end, root, spans, to) != 1 || load<u32>(spans, 4) > 1) return 0 // the text is neither PLAIN nor ESCAPED
  return copyEnd > to && (load<u8>(to) & 0xc0) == 0x80 ? 0 : copyEnd
}

function findLineFeed(at: usize, end: usize): usize {
  const feed = i8x16.splat(<i8>LINE_FEED)
  for (; at < end; at += 16) {
    const found = i8x16.bitmask(i8x16.eq(v128.load(at), feed))
    if (found != 0) return at + <usize>ctz(found)
  }
  return end
}
