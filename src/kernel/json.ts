/*
 * Reads one JSON value after another and finds the strings that are wanted in it, by their paths. A kernel of its own (json.wasm, made from
 * jsonRows.ts): the caller puts text into its memory, and addresses into its functions.
 *
 *   scan(value):  the whole value is held against the grammar of RFC 8259, as JSON.parse does it; nothing is built.
 *     on the way of a path (a node, below) objects are read key by key, arrays element by element;
 *     all else is passed over (skipValue), which is most of the work: 16 bytes of a string at a time.
 *   unescape(string): the bytes that it stands for.
 *
 * A node is what a path leads to. In memory, u32 each: the field that ends here (only without children), the fields at and below it as bits,
 * the number of children, and for each child: address and length of its key, address of its node.
 */

const QUOTE: u32 = 0x22
const BACKSLASH: u32 = 0x5c
const COMMA: u32 = 0x2c
const COLON: u32 = 0x3a
const OPEN_OBJECT: u32 = 0x7b
const CLOSE_OBJECT: u32 = 0x7d
const OPEN_ARRAY: u32 = 0x5b
const CLOSE_ARRAY: u32 = 0x5d

// what is wrong with a value
export const ENDS_EARLY: i32 = 1
export const UNEXPECTED: i32 = 2
export const BAD_ESCAPE: i32 = 3
export const CONTROL_CHARACTER: i32 = 4
export const TOO_DEEP: i32 = 5
export const TOO_MANY: i32 = 6

// what was found for a field: a span of four words, the field, one of these, and the place [start, end)
const PLAIN: u32 = 0
const ESCAPED: u32 = 1
const MISSING: u32 = 2
const IS_NULL: u32 = 3
const NO_STRING: u32 = 4
const SPAN: usize = 16

/** Deepest nesting of what is passed over. */
export const MAX_DEPTH: usize = 1 << 20
/** Deepest nesting of arrays on the way of a path. */
const MAX_LISTS: i32 = 64

/** Where the value that was scanned ends. */
export let after: usize = 0
export let problem: i32 = 0
export let problemAt: usize = 0

/** For each level of nesting, whether it is an object; a byte each. */
let levels: usize = 0

let spans: usize = 0
let nextSpan: usize = 0
let lastSpan: usize = 0
let scratch: usize = 0
let hasEscape: bool = false
/** Not 0: what a string stands for that a path leads to is put there while it is read; behind it is scratch memory. */
let copyTo: usize = 0
/** Where the last of them ends. */
export let copyEnd: usize = 0

/** For each byte the digit of a hexadecimal number that it is, or -1; a byte each. */
const hexDigits: usize = memory.data(256)
/** For each byte what it stands for behind a backslash, or 0; a byte each. */
const shortEscapes: usize = memory.data(256)

/** Call once, with the address of MAX_DEPTH bytes that are for the scanner. */
export function start(levelsAt: usize): void {
  levels = levelsAt
  for (let byte: u32 = 0; byte < 256; byte++) {
    store<i8>(hexDigits + <usize>byte, <i8>hexDigit(byte))
    store<u8>(shortEscapes + <usize>byte, <u8>shortEscape(byte))
  }
}

/** The first address that is free for the caller. */
export function firstFree(): usize {
  return (__heap_base + 63) & ~63
}

function fail(code: i32, at: usize): usize {
  problem = code
  problemAt = at
  return 0
}

/**
 * Scans the value that begins at `at`, behind white space. Up to 32 bytes behind `end` are read, but never used. `scratchAt` has room for
 * the longest key.
 *
 * @returns the number of spans put down at `spansAt`; -1 if there is a problem
 */
export function scan(at: usize, end: usize, root: usize, spansAt: usize, maxSpans: i32, scratchAt: usize): i32 {
  spans = nextSpan = spansAt
  lastSpan = spansAt + <usize>(maxSpans - 1) * SPAN
  scratch = scratchAt
  problem = 0
  after = readRow(at, end, root)
  if (after != 0 && problem == 0) return <i32>((nextSpan - spans) / SPAN)
  return -1
}

/** The same for one text, which is put down at `to`, where there must be room for the value; of several, the last one is there. */
export function scanInto(at: usize, end: usize, root: usize, spansAt: usize, to: usize): i32 {
  copyTo = to
  const count = scan(at, end, root, spansAt, 1, to)
  copyTo = 0
  return count
}

/** More spans than there is room for are noted as a problem when the value has been read. */
function putSpan(field: u32, kind: u32, start: usize, end: usize): void {
  if (nextSpan > lastSpan) {
    problem = TOO_MANY
    problemAt = start
    return
  }
  store<u32>(nextSpan, field)
  store<u32>(nextSpan, kind, 4)
  store<u32>(nextSpan, <u32>start, 8)
  store<u32>(nextSpan, <u32>end, 12)
  nextSpan += SPAN
}

/**
 * Takes back what was put down for the fields of a key that comes once more in its object: the last one wins. Those spans are beside each other;
 * they are looked for from the end, so that all such keys of a row take no more time than its spans.
 */
function dropSpans(first: usize, fields: u32): void {
  let end = nextSpan
  while (!isOfField(end - SPAN, fields)) end -= SPAN
  let start = end - SPAN
  while (start > first && isOfField(start - SPAN, fields)) start -= SPAN
  memory.copy(start, end, nextSpan - end)
  nextSpan -= end - start
}

@inline function isOfField(span: usize, fields: u32): bool {
  return ((fields >> load<u32>(span)) & 1) != 0
}

export function skipSpace(at: usize, end: usize): usize {
  while (at < end) {
    const byte = <u32>load<u8>(at)
    if (byte != 0x20 && byte != 0x0a && byte != 0x0d && byte != 0x09) break
    at++
  }
  return at
}

/** All functions below give the place behind what they read, or 0 if there is a problem. */
function readRow(at: usize, end: usize, root: usize): usize {
  at = skipSpace(at, end)
  if (at < end && <u32>load<u8>(at) == OPEN_OBJECT) return readObject(at + 1, end, root, 0)
  const next = skipValue(at, end)
  if (next != 0) putSpan(<u32>ctz(load<u32>(root, 4)), MISSING, at, next)
  return next
}

function readValue(at: usize, end: usize, node: usize, lists: i32): usize {
  at = skipSpace(at, end)
  if (at >= end) return fail(ENDS_EARLY, end)
  const byte = <u32>load<u8>(at)
  if (byte == OPEN_ARRAY) return readArray(at + 1, end, node, lists + 1)
  const isLeaf = load<u32>(node, 8) == 0
  if (byte == OPEN_OBJECT && !isLeaf) return readObject(at + 1, end, node, lists)
  const next = isLeaf && byte == QUOTE && copyTo != 0 ? copyString(at + 1, end) : skipValue(at, end)
  if (next == 0) return 0
  const field = isLeaf ? load<u32>(node) : <u32>ctz(load<u32>(node, 4))
  if (!isLeaf) putSpan(field, MISSING, at, next)
  else if (byte == QUOTE) putSpan(field, hasEscape ? ESCAPED : PLAIN, at + 1, next - 1)
  else putSpan(field, byte == 0x6e ? IS_NULL : NO_STRING, at, next)
  return next
}

function readArray(at: usize, end: usize, node: usize, lists: i32): usize {
  if (lists > MAX_LISTS) return fail(TOO_DEEP, at)
  at = skipSpace(at, end)
  if (at < end && <u32>load<u8>(at) == CLOSE_ARRAY) return at + 1
  while ((at = readValue(at, end, node, lists)) != 0) {
    at = skipSpace(at, end)
    if (at >= end) return fail(ENDS_EARLY, end)
    const byte = <u32>load<u8>(at)
    if (byte == CLOSE_ARRAY) return at + 1
    if (byte != COMMA) return fail(UNEXPECTED, at)
    at++
  }
  return 0
}

function readObject(at: usize, end: usize, node: usize, lists: i32): usize {
  const first = nextSpan
  let seen: u32 = 0
  let withSpans: u32 = 0
  at = skipSpace(at, end)
  if (at < end && <u32>load<u8>(at) == CLOSE_OBJECT) at++
  else
    for (;;) {
      at = skipSpace(at, end)
      const colon = skipKey(at, end)
      if (colon == 0) return 0
      const child = findChild(node, at + 1, keyEnd)
      if (child < 0) at = skipValue(colon, end)
      else {
        const childNode = <usize>load<u32>(childAt(node, child), 8)
        const bit: u32 = 1 << child
        if ((withSpans & bit) != 0) dropSpans(first, load<u32>(childNode, 4))
        seen |= bit
        const before = nextSpan
        at = readValue(colon, end, childNode, lists)
        withSpans = nextSpan == before ? withSpans & ~bit : withSpans | bit
      }
      if (at == 0) return 0
      at = skipSpace(at, end)
      if (at >= end) return fail(ENDS_EARLY, end)
      const byte = <u32>load<u8>(at++)
      if (byte == CLOSE_OBJECT) break
      if (byte != COMMA) return fail(UNEXPECTED, at - 1)
    }
  const count = load<u32>(node, 8)
  for (let child: u32 = 0; child < count; child++)
    if (((seen >> child) & 1) == 0) putSpan(ctz(load<u32>(load<u32>(childAt(node, child), 8), 4)), MISSING, at, at)
  return at
}

function childAt(node: usize, child: i32): usize {
  return node + 12 + <usize>child * 12
}

/** The child that a key names; -1 if there is none. */
function findChild(node: usize, key: usize, end: usize): i32 {
  if (hasEscape) {
    end = unescape(key, end, scratch)
    key = scratch
  }
  const count = <i32>load<u32>(node, 8)
  for (let child: i32 = 0; child < count; child++) {
    const entry = childAt(node, child)
    const length = <usize>load<u32>(entry, 4)
    if (end - key == length && memory.compare(key, load<u32>(entry), length) == 0) return child
  }
  return -1
}

/** Where the last key ended, in front of its quote. */
let keyEnd: usize = 0

/** A key and its colon; hasEscape tells of the key. */
function skipKey(at: usize, end: usize): usize {
  if (at >= end) return fail(ENDS_EARLY, end)
  if (<u32>load<u8>(at) != QUOTE) return fail(UNEXPECTED, at)
  at = skipString(at + 1, end)
  if (at == 0) return 0
  keyEnd = at - 1
  at = skipSpace(at, end)
  if (at >= end) return fail(ENDS_EARLY, end)
  return <u32>load<u8>(at) == COLON ? at + 1 : fail(UNEXPECTED, at)
}

/** If the value is a string, hasEscape tells of it. */
function skipValue(at: usize, end: usize): usize {
  let depth: usize = 0
  while (at != 0) {
    at = skipSpace(at, end)
    if (at >= end) return fail(ENDS_EARLY, end)
    const byte = <u32>load<u8>(at)
    if (byte == QUOTE) at = skipString(at + 1, end)
    else if (byte == OPEN_OBJECT || byte == OPEN_ARRAY) {
      const isObject = byte == OPEN_OBJECT
      const inside = skipSpace(at + 1, end)
      if (inside < end && <u32>load<u8>(inside) == (isObject ? CLOSE_OBJECT : CLOSE_ARRAY)) at = inside + 1
      else {
        if (depth == MAX_DEPTH) return fail(TOO_DEEP, at)
        store<u8>(levels + depth++, isObject ? 1 : 0)
        at = isObject ? skipKey(inside, end) : inside
        continue
      }
    } else at = skipScalar(at, end, byte)
    if (at == 0) break
    // a value has ended, and with it perhaps those around it
    for (;;) {
      if (depth == 0) return at
      const isObject = load<u8>(levels + depth - 1) == 1
      at = skipSpace(at, end)
      if (at >= end) return fail(ENDS_EARLY, end)
      const next = <u32>load<u8>(at)
      if (next == COMMA) {
        at = isObject ? skipKey(skipSpace(at + 1, end), end) : at + 1
        break
      }
      if (next != (isObject ? CLOSE_OBJECT : CLOSE_ARRAY)) return fail(UNEXPECTED, at)
      at++
      depth--
    }
  }
  return 0
}

/** The rest of a string, up to behind its closing quote. */
function skipString(at: usize, end: usize): usize {
  hasEscape = false
  while (at < end) {
    const found = i8x16.bitmask(specialOf(v128.load(at)))
    at += found == 0 ? 16 : <usize>ctz(found)
    if (at >= end) break
    if (found == 0) continue
    const byte = <u32>load<u8>(at)
    if (byte == QUOTE) return at + 1
    if (byte != BACKSLASH) return fail(CONTROL_CHARACTER, at)
    hasEscape = true
    at = skipEscape(at, end)
    if (at == 0) return 0
  }
  return fail(ENDS_EARLY, end)
}

/** Those of 16 bytes that end a run of text: quotes, backslashes, control characters. */
@inline function specialOf(bytes: v128): v128 {
  return v128.or(
    v128.or(i8x16.eq(bytes, i8x16.splat(0x22)), i8x16.eq(bytes, i8x16.splat(0x5c))),
    i8x16.lt_u(bytes, i8x16.splat(0x20)),
  )
}

/** Copies 16 bytes, and tells which of them end a run. */
@inline function copySpecial(at: usize, to: usize): v128 {
  const bytes = v128.load(at)
  v128.store(to, bytes)
  return specialOf(bytes)
}

/** The same, and puts what the string stands for to `copyTo`. */
function copyString(at: usize, end: usize): usize {
  at = copyInside(at, end, copyTo)
  if (at != 0) copyEnd = scratch = written
  return at
}

/** Where ends what `copyInside` has put down. */
let written: usize = 0

/**
 * The rest of a string, up to behind its closing quote, which is before `end`; puts what it stands for to `to`. A lone surrogate becomes the three bytes
 * that UTF-8 would have for it, if it could: they are not valid UTF-8.
 */
function copyInside(at: usize, end: usize, to: usize): usize {
  hasEscape = false
  while (at < end) {
    const special = copySpecial(at, to)
    const next = copySpecial(at + 16, to + 16)
    if (!v128.any_true(v128.or(special, next))) {
      at += 32
      to += 32
      continue
    }
    const run = <usize>ctz(i8x16.bitmask(special) | (i8x16.bitmask(next) << 16))
    at += run
    to += run
    if (at >= end) break
    const byte = <u32>load<u8>(at)
    if (byte == QUOTE) {
      written = to
      return at + 1
    }
    if (byte != BACKSLASH) return fail(CONTROL_CHARACTER, at)
    hasEscape = true
    // where all that is not ASCII is escaped, escapes stand in rows
    do {
      const letter = <u32>load<u8>(at, 1)
      if (letter != 0x75) {
        const short = load<u8>(shortEscapes + <usize>letter)
        if (short == 0 || at + 2 > end) return skipEscape(at, end) // it says what is wrong
        store<u8>(to++, short)
        at += 2
        continue
      }
      let code = hexWord(at + 2)
      if (code < 0 || at + 6 > end) return skipEscape(at, end)
      at += 6
      if (code >> 10 == 0x36 && at + 6 <= end && load<u16>(at) == 0x755c) {
        const low = hexWord(at + 2)
        if (low >> 10 == 0x37) {
          code = 0x10000 + ((code & 0x3ff) << 10) + (low & 0x3ff)
          at += 6
        }
      }
      to = putCodePoint(to, code)
    } while (at < end && <u32>load<u8>(at) == BACKSLASH)
  }
  return fail(ENDS_EARLY, end)
}

function skipEscape(at: usize, end: usize): usize {
  if (at + 2 > end) return fail(ENDS_EARLY, end)
  const letter = <u32>load<u8>(at, 1)
  if (letter != 0x75) return load<u8>(shortEscapes + <usize>letter) != 0 ? at + 2 : fail(BAD_ESCAPE, at)
  if (at + 6 <= end) return hexWord(at + 2) >= 0 ? at + 6 : fail(BAD_ESCAPE, at)
  for (let i = at + 2; i < end; i++) if (load<i8>(hexDigits + <usize>load<u8>(i)) < 0) return fail(BAD_ESCAPE, at)
  return fail(ENDS_EARLY, end)
}

/** What a letter behind a backslash stands for; 0 if for nothing. */
function shortEscape(letter: u32): u32 {
  switch (letter) {
    case 0x22: // "
    case 0x5c: // \
    case 0x2f: // /
      return letter
    case 0x62: // b
      return 8
    case 0x66: // f
      return 12
    case 0x6e: // n
      return 10
    case 0x72: // r
      return 13
    case 0x74: // t
      return 9
    default:
      return 0
  }
}

function hexDigit(byte: u32): i32 {
  if (byte - 0x30 < 10) return byte - 0x30
  const letter = byte | 0x20
  return letter - 0x61 < 6 ? letter - 0x57 : -1
}

/** A number, true, false or null. */
function skipScalar(at: usize, end: usize, byte: u32): usize {
  switch (byte) {
    case 0x74: // t
      return skipWord(at, end, 0x65757274, 4) // eurt
    case 0x6e: // n
      return skipWord(at, end, 0x6c6c756e, 4) // llun
    case 0x66: // f
      return skipWord(at + 1, end, 0x65736c61, 4) // esla
    default:
      return skipNumber(at, end)
  }
}

function skipWord(at: usize, end: usize, word: u32, length: usize): usize {
  for (let i: usize = 0; i < length; i++) {
    if (at + i >= end) return fail(ENDS_EARLY, end)
    if (load<u8>(at + i) != <u8>(word >> (<u32>i << 3))) return fail(UNEXPECTED, at + i)
  }
  return at + length
}

function skipNumber(at: usize, end: usize): usize {
  if (<u32>load<u8>(at) == 0x2d) at++
  if (at < end && <u32>load<u8>(at) == 0x30) at++
  else at = skipDigits(at, end)
  if (at != 0 && at < end && <u32>load<u8>(at) == 0x2e) at = skipDigits(at + 1, end)
  if (at != 0 && at < end && (<u32>load<u8>(at) | 0x20) == 0x65) {
    at++
    if (at < end && (<u32>load<u8>(at) == 0x2b || <u32>load<u8>(at) == 0x2d)) at++
    at = skipDigits(at, end)
  }
  return at
}

/** At least one digit. */
function skipDigits(at: usize, end: usize): usize {
  const start = at
  while (at < end && <u32>load<u8>(at) - 0x30 < 10) at++
  if (at > start) return at
  return at < end ? fail(UNEXPECTED, at) : fail(ENDS_EARLY, end)
}

/**
 * Writes what [at, end) of the inside of a valid string stands for to `to`, where there must be room for as many bytes and 32 more.
 *
 * @returns where it ends
 */
export function unescape(at: usize, end: usize, to: usize): usize {
  const next = load<u8>(end)
  store<u8>(end, <u8>QUOTE)
  copyInside(at, end + 1, to)
  store<u8>(end, next)
  return written
}

/** The number of four hexadecimal digits; negative if one of them is none. */
@inline function hexWord(at: usize): i32 {
  const first = <i32>load<i8>(hexDigits + <usize>load<u8>(at)) << 12
  const second = <i32>load<i8>(hexDigits + <usize>load<u8>(at, 1)) << 8
  const third = <i32>load<i8>(hexDigits + <usize>load<u8>(at, 2)) << 4
  return first | second | third | <i32>load<i8>(hexDigits + <usize>load<u8>(at, 3))
}

function putCodePoint(to: usize, code: i32): usize {
  const last = 0x80 | (code & 0x3f)
  if (code >= 0x10000) {
    store<u32>(to, 0xf0 | (code >> 18) | ((0x80 | ((code >> 12) & 0x3f)) << 8) | ((0x80 | ((code >> 6) & 0x3f)) << 16) | (last << 24))
    return to + 4
  }
  if (code >= 0x800) {
    store<u32>(to, 0xe0 | (code >> 12) | ((0x80 | ((code >> 6) & 0x3f)) << 8) | (last << 16))
    return to + 3
  }
  if (code >= 0x80) {
    store<u16>(to, <u16>(0xc0 | (code >> 6) | (last << 8)))
    return to + 2
  }
  store<u8>(to, <u8>code)
  return to + 1
}
