/*
 * The kernel of the normalizers, a module of its own. It tells which text needs no normalizing, at the speed of reading it, and rewrites
 * text character by character. The caller lays out the memory from `base` on: tables, text, and room for what comes out. Text is valid
 * UTF-8, whole code points. Tables have two stages: u16 numbers of blocks by code point / 64, and the blocks, 64 entries each.
 *
 * What needs no normalizing is told by the quick check of Unicode Standard Annex 15, section 9. Each code point has a class:
 *
 *   SETTLED        it is what it is, and nothing before it has to do with it
 *   LEADING        the same, but it may combine with what comes
 *   1 … 63         a mark, numbered in canonical order: right unless the code point before has a higher number
 *   MAYBE + 0 … 63 the same, or no mark (0); it may combine with a LEADING one before it
 *   UNSURE         it may be changed, or change what is before it
 *
 * Text can be cut in front of a code point that is SETTLED or LEADING if none that is UNSURE is right before it; the two sides then have
 * nothing to do with each other.
 */

const SETTLED: u32 = 0
const LEADING: u32 = 0x40
const MAYBE: u32 = 0x80
const UNSURE: u32 = 0xff
const ORDER: u32 = 0x3f
/** What is unsure may end where this many bytes are not: fewer, longer stretches of it are quicker to deal with. */
const CALM_BYTES: usize = 256

/** Where the memory begins that the caller may use. */
export const base: usize = (__heap_base + 63) & ~63

/** Whether there are classes; else nothing needs to be checked. */
export let hasClasses: bool = false
let pages: usize = 0
let blocks: usize = 0
/** The classes below U+0800 once more, one after another. */
let classesBelow0x800: usize = 0
/**
 * Sixteen bytes are looked at together: a byte is settled if it is an ASCII character that is, or continues a code point, or begins one and
 * all that begin so are SETTLED. For each low half of a byte, bits for the groups of high halves in which it is settled; for each high
 * half, the bit of its group.
 */
let settledByLow: usize = 0
let groupByHigh: usize = 0

/** The class of the code point read last. */
export let previous: u32 = SETTLED
/** Whether what comes may combine with the last code point that is no mark. */
let isLeading: bool = false
/** The last place that was read where text can be cut. */
export let cut: usize = 0
/** Whether anything UNSURE or out of order has been read. */
export let isUnsure: bool = false

/** The classes, one byte each. */
export function setClasses(pagesAt: usize, blocksAt: usize, below0x800: usize, settledByLowAt: usize, groupByHighAt: usize): void {
  pages = pagesAt
  blocks = blocksAt
  classesBelow0x800 = below0x800
  settledByLow = settledByLowAt
  groupByHigh = groupByHighAt
  hasClasses = true
}

/** What comes next begins at a place where text can be cut. */
export function startAt(at: usize): void {
  previous = SETTLED
  isLeading = true // it may be
  cut = at
  isUnsure = false
}

function isSettled(class_: u32): bool {
  return (class_ & ~LEADING) == SETTLED
}

/** Whether a code point that is not settled is right where it stands: in order, and with nothing to combine with. */
function isRight(class_: u32, last: u32, leading: bool): bool {
  return class_ != UNSURE && !(class_ >= MAYBE && leading) && ((class_ & ORDER) == 0 || (class_ & ORDER) >= (last & ORDER))
}

/** Reads text[at, end) up to the first place where it can be cut; returns that, or `end`. */
export function readToCut(at: usize, end: usize): usize {
  while (at < end) {
    const class_ = classAt(at)
    if (isSettled(class_)) {
      if (previous != UNSURE) return at
      isLeading = class_ == LEADING
    } else if (!isRight(class_, previous, isLeading)) isUnsure = true
    previous = class_
    at += bytesOf(load<u8>(at))
  }
  return end
}

/**
 * Reads text[at, end), which begins where it can be cut, up to the first code point that is not right for sure; returns that, or `end`. Up to 63 bytes
 * behind the text are loaded, too.
 */
export function readSure(at: usize, end: usize): usize {
  windowAt = 0
  return readOnSure(at, end)
}

const WINDOW: usize = 64
/** Where the window begins that was looked at last, 0: none was; and a bit for each code point in it that is not settled. */
let windowAt: usize = 0
let windowUnsettled: u64 = 0

/** The same, behind what was read of this text before. */
function readOnSure(at: usize, end: usize): usize {
  let last = SETTLED
  let lastEnd = at // where the code point ends that has the class `last`
  let safe = at // the last one that is settled, or where the text begins
  const isInWindow = at - windowAt < WINDOW
  let p = isInWindow ? windowAt : at
  let unsettled = isInWindow ? windowUnsettled & (~(<u64>0) << <u64>(at - windowAt)) : unsettledIn(p, end)
  const start = at
  for (;;) {
    for (; unsettled != 0; unsettled &= unsettled - 1) {
      at = p + <usize>ctz(unsettled)
      if (at != lastEnd) {
        last = SETTLED
        safe = before(at)
      }
      const byte = <usize>load<u8>(at)
      const class_ = classOf(at, byte)
      // what was settled last is what it may combine with
      if (!isRight(class_, last, class_ >= MAYBE && classAt(safe) == LEADING)) {
        windowAt = p
        windowUnsettled = unsettled
        previous = last
        cut = safe
        return at
      }
      last = class_
      lastEnd = at + bytesOf(<u32>byte)
    }
    p += WINDOW
    while (p < end && (load<u8>(p) & 0xc0) == 0x80) p++
    if (p >= end) break
    unsettled = unsettledIn(p, end)
  }
  if (lastEnd != end) {
    last = SETTLED
    safe = end > start ? before(end) : start
  }
  previous = last
  isLeading = safe < end && classAt(safe) == LEADING
  cut = safe
  return end
}

/** A bit for each code point in text[p, p + 64) that is not settled, as far as it goes. */
@inline function unsettledIn(p: usize, end: usize): u64 {
  const settled = v128.load(settledByLow)
  const groups = v128.load(groupByHigh)
  const low = <u32>(mayBeUnsettled(settled, groups, p) | (mayBeUnsettled(settled, groups, p + 16) << 16))
  const high = <u32>(mayBeUnsettled(settled, groups, p + 32) | (mayBeUnsettled(settled, groups, p + 48) << 16))
  let others = <u64>low | (<u64>high << 32)
  if (end - p < WINDOW) others &= (<u64>1 << <u64>(end - p)) - 1
  // those that the first byte does not tell of are looked up, one by one, but without a branch on what they are
  let unsettled: u64 = 0
  while (others != 0) {
    // when none is left, ctz gives 64, which looks the first one up again
    unsettled |= bitIfUnsettled(p, ctz(others))
    others &= others - 1
    unsettled |= bitIfUnsettled(p, ctz(others))
    others &= others - 1
  }
  return unsettled
}

@inline function mayBeUnsettled(settled: v128, groups: v128, p: usize): i32 {
  const bytes = v128.load(p)
  const column = i8x16.swizzle(settled, v128.and(bytes, i8x16.splat(0x0f)))
  const row = i8x16.swizzle(groups, i8x16.shr_u(bytes, 4))
  return i8x16.bitmask(i8x16.eq(v128.and(column, row), i8x16.splat(0)))
}

/** As `classOf`, but a call would take as long as all the rest. */
@inline function bitIfUnsettled(p: usize, i: u64): u64 {
  const bytes = <usize>load<u32>(p + <usize>(i & 63))
  const lead = bytes & 0xff
  let page = bytes & 31
  let last = bytes >>> 8
  if (lead >= 0xe0) {
    page = ((bytes & 15) << 6) | ((bytes >>> 8) & 63)
    last = bytes >>> 16
    if (lead >= 0xf0) {
      page = ((bytes & 7) << 12) | (((bytes >>> 8) & 63) << 6) | ((bytes >>> 16) & 63)
      last = bytes >>> 24
    }
  } else if (lead < 0x80) {
    page = lead >>> 6
    last = lead
  }
  const class_ = <u32>load<u8>(blocks + (<usize>load<u16>(pages + (page << 1)) << 6) + (last & 63))
  return <u64>((class_ & ~LEADING) != SETTLED) << i
}

/** Where the code point begins that ends at `at`. */
function before(at: usize): usize {
  do at--
  while ((load<u8>(at) & 0xc0) == 0x80)
  return at
}

/**
 * Reads text[at, end), which begins with a code point that is not sure, up to where a calm stretch begins; returns that place, where text
 * can be cut, or 0 if there is none. Then `cut` is the last place where it can.
 */
export function readUnsure(at: usize, end: usize): usize {
  let last = previous
  let leading = true // it may be
  let safe = cut
  let calm: usize = 0
  while (at < end) {
    const class_ = classAt(at)
    if (isSettled(class_)) {
      leading = class_ == LEADING
      if (last != UNSURE) {
        safe = at
        if (calm == 0) calm = at
        else if (at - calm >= CALM_BYTES) return calm
      }
    } else if (!isRight(class_, last, leading)) calm = 0
    last = class_
    at += bytesOf(load<u8>(at))
  }
  previous = last
  isLeading = leading
  cut = safe
  isUnsure = true
  return calm
}

/*
 * Composing, where that is all there is to do: a LEADING code point with marks behind it, in order, and then one that is settled. A mark that is
 * not composed stays, and so do those behind it of the same number.
 */

/**
 * A hash table of `PAIR_SLOTS` slots of three words: [first, second, composed]; with 0 for the second, the number of the last mark in the first, or, of
 * clusters, 1 if all that is replaced and begins with the first is in the table.
 */
let pairs: usize = 0
const PAIR_SLOTS: u32 = 4096
const PAIR_BYTES: usize = 12
/** What was composed, and the marks that stay. */
export const COMPOSED_ROOM: usize = 64
const composedRoom: usize = memory.data(64)
const MOST_MARK_BYTES: usize = 56
export let composed: usize = 0
export let composedBytes: usize = 0

/** Whether they are those of a charsmap: of clusters that are replaced as a whole. */
let areOfClusters: bool = false

export function setPairs(at: usize, ofClusters: bool): void {
  pairs = at
  areOfClusters = ofClusters
}

/** Composes the code point at `at` with what follows, up to `end`. Returns where that ends, or 0 if there is more to do, or more text must come. */
export function compose(at: usize, end: usize, isEnd: bool): usize {
  if (pairs == 0 || classOf(at, <usize>load<u8>(at)) != LEADING) return 0
  return areOfClusters ? composeCluster(at, end, isEnd) : composeMarks(at, end, isEnd)
}

const MOST_WHOLE_BYTES: usize = 5

/** A cluster, a code point and marks, of a few bytes is replaced by what it begins with, if that is a pair; otherwise, all of it stays. */
function composeCluster(at: usize, end: usize, isEnd: bool): usize {
  const marks = at + bytesOf(load<u8>(at))
  let to = marks
  let last = SETTLED
  for (; ; to += bytesOf(load<u8>(to))) {
    if (to == end) {
      if (!isEnd) return 0
      break
    }
    const class_ = classOf(to, <usize>load<u8>(to))
    if (isSettled(class_)) break
    if (!isRight(class_, last, false) || to - at > MOST_MARK_BYTES) return 0
    last = class_
  }
  composed = at
  composedBytes = to - at
  if (to - at > MOST_WHOLE_BYTES) return to
  const first = <u32>decode(at)
  if (valueOfPair(first, 0) == 0) return 0 // other keys begin with it
  const whole = valueOfPair(first, <u32>decode(marks))
  if (whole == 0) return to
  composed = composedRoom + 4
  composedBytes = encodeBefore(composed, whole)
  composed -= composedBytes
  return to
}

function composeMarks(at: usize, end: usize, isEnd: bool): usize {
  let first = <u32>decode(at)
  let order: u32 = first < 0x80 ? 0 : valueOfPair(first, 0)
  let kept: u32 = 0 // the number of the last mark that stays
  const marks = composedRoom + 4
  let marksEnd = marks
  at += bytesOf(load<u8>(at))
  for (;; at += bytesOf(load<u8>(at))) {
    if (at == end) {
      if (!isEnd) return 0
      break
    }
    const class_ = classOf(at, <usize>load<u8>(at))
    if (isSettled(class_)) break
    const number = class_ & ORDER
    if (class_ == UNSURE || number == 0 || number < order) return 0
    order = number
    const pair = number > kept ? valueOfPair(first, <u32>decode(at)) : 0
    if (pair != 0) first = pair
    else {
      const bytes = bytesOf(load<u8>(at))
      if (marksEnd + bytes > marks + MOST_MARK_BYTES) return 0
      memory.copy(marksEnd, at, bytes)
      marksEnd += bytes
      kept = number
    }
  }
  composed = marks - encodeBefore(marks, first)
  composedBytes = marksEnd - composed
  return at
}

/**
 * Writes text[at, end), which begins where it can be cut, to `out`, composed, up to where there is more to do or more text must come; returns that place,
 * and leaves the end of what it wrote in `written`. That takes no more room than the text, and COMPOSED_ROOM.
 */
export function composeText(at: usize, end: usize, out: usize, isEnd: bool): usize {
  windowAt = 0
  while (at < end) {
    const unsure = readOnSure(at, end)
    const safe = unsure == end && isEnd ? end : cut
    copyShort(at, safe, out)
    out += safe - at
    at = safe
    const next: usize = unsure == end ? 0 : compose(at, end, isEnd)
    if (next == 0) break
    copyShort(composed, composed + composedBytes, out)
    out += composedBytes
    at = next
  }
  written = out
  return at
}

/** Up to 15 bytes behind are written, too. A call for a few bytes would take longer. */
@inline function copyShort(from: usize, end: usize, out: usize): void {
  for (; from < end; from += 16, out += 16) v128.store(out, v128.load(from))
}

function valueOfPair(first: u32, second: u32): u32 {
  let slot = hashOfPair(first, second)
  let at = pairs + <usize>slot * PAIR_BYTES
  while (load<u32>(at) != 0 && !(load<u32>(at) == first && load<u32>(at, 4) == second)) {
    slot = (slot + 1) & (PAIR_SLOTS - 1)
    at = pairs + <usize>slot * PAIR_BYTES
  }
  return load<u32>(at, 8) // 0 in a free slot
}

function hashOfPair(first: u32, second: u32): u32 {
  return ((first * 31 + second) * 0x9e3779b1) >>> 20
}

/** Puts a code point in UTF-8 in front of `end`; returns how many bytes that are. */
function encodeBefore(end: usize, codePoint: u32): usize {
  if (codePoint < 0x80) {
    store<u8>(end - 1, <u8>codePoint)
    return 1
  }
  store<u8>(end - 1, <u8>(0x80 | (codePoint & 63)))
  if (codePoint < 0x800) {
    store<u8>(end - 2, <u8>(0xc0 | (codePoint >>> 6)))
    return 2
  }
  store<u8>(end - 2, <u8>(0x80 | ((codePoint >>> 6) & 63)))
  if (codePoint < 0x10000) {
    store<u8>(end - 3, <u8>(0xe0 | (codePoint >>> 12)))
    return 3
  }
  store<u8>(end - 3, <u8>(0x80 | ((codePoint >>> 12) & 63)))
  store<u8>(end - 4, <u8>(0xf0 | (codePoint >>> 18)))
  return 4
}

function classAt(at: usize): u32 {
  return classOf(at, <usize>load<u8>(at))
}

/** The class of the code point at a place, whose first byte this is. */
@inline function classOf(at: usize, byte: usize): u32 {
  if (byte < 0x80) return load<u8>(classesBelow0x800 + byte)
  if (byte < 0xe0) return load<u8>(classesBelow0x800 + (((byte & 31) << 6) | (load<u8>(at, 1) & 63)))
  let page = ((byte & 15) << 6) | (<usize>load<u8>(at, 1) & 63)
  let last = load<u8>(at, 2)
  if (byte >= 0xf0) {
    page = ((byte & 7) << 12) | ((<usize>load<u8>(at, 1) & 63) << 6) | (<usize>load<u8>(at, 2) & 63)
    last = load<u8>(at, 3)
  }
  return load<u8>(blocks + (<usize>load<u16>(pages + (page << 1)) << 6) + (<usize>last & 63))
}

function decode(at: usize): usize {
  const byte = <usize>load<u8>(at)
  if (byte < 0x80) return byte
  if (byte < 0xe0) return ((byte & 31) << 6) | (load<u8>(at, 1) & 63)
  if (byte < 0xf0) return ((byte & 15) << 12) | ((<usize>load<u8>(at, 1) & 63) << 6) | (load<u8>(at, 2) & 63)
  return ((byte & 7) << 18) | ((<usize>load<u8>(at, 1) & 63) << 12) | ((<usize>load<u8>(at, 2) & 63) << 6) | (load<u8>(at, 3) & 63)
}

export function bytesOf(lead: u32): usize {
  return lead < 0x80 ? 1 : 2 + <usize>(lead >= 0xe0) + <usize>(lead >= 0xf0)
}

/*
 * Rewriting. Each code point has the number of a template, 0 if it stays as it is. A template is what takes its place, bytes of UTF-8;
 * the byte SELF in it stands for the code point itself.
 *
 * Runs of some characters may become one text, however long they are. Then templates have flags: whether they begin with a run, or end in one. In a run that
 * goes on, a template is put down without the text that stands for the run.
 *
 * ASCII characters that become one ASCII character each are rewritten sixteen at a time, by a table of 128 bytes in eight registers.
 */

const SELF: u32 = 0xff
const UNCHANGED: u32 = 0

/** Whether there is a map; else text stays as it is. */
export let hasMap: bool = false
let mapPages: usize = 0
let mapBlocks: usize = 0
/** Where each template begins, u32; one more for the end of the last. */
let templateStarts: usize = 0
let templates: usize = 0
/** By ASCII character: the ASCII character that takes its place, or NO_BYTE. */
let ascii: usize = 0
const NO_BYTE: u32 = 0xff
/**
 * 16 bytes by the low half of a first byte; a bit for each high half, from 4 on: all characters that begin so stay as they are. Bits 1 and 2, of
 * ASCII and of what follows a first byte, are set.
 */
let stayingLeads: usize = 0
/** The flags of each template, one byte each; 0: none has any. */
let flags: usize = 0
/** Its text begins with what stands for a run. */
const BEGINS_WITH_RUN: u32 = 1
/** It ends in one. */
const ENDS_IN_RUN: u32 = 2
/** It is empty: what is on both sides of it may be one run. */
const IS_NOTHING: u32 = 4
/** It is white space or nothing, which may be taken off the end of a section. */
const IS_BLANK: u32 = 8
/** What stands for a run: so many bytes, and the ASCII character that it is, or NO_BYTE. */
let runBytes: usize = 0
let runByte: u32 = 0xff
/** Whether what was put down last ends in a run. */
export let isInRun: bool = false
/** The most that a code point can become, in bytes, and a little more. */
export let room: usize = 0

/** Where what came out ends. */
export let written: usize = 0

export function setMap(
  pagesAt: usize, blocksAt: usize, starts: usize, templatesAt: usize, asciiAt: usize, stayingLeadsAt: usize, flagsAt: usize, largest: usize, runLength: usize, runCharacter: u32,
): void {
  mapPages = pagesAt
  mapBlocks = blocksAt
  templateStarts = starts
  templates = templatesAt
  ascii = asciiAt
  stayingLeads = stayingLeadsAt
  room = largest
  flags = flagsAt
  runBytes = runLength
  runByte = runCharacter
  isInRun = false
  hasMap = true
  readAscii()
}

/*
 * What becomes of ASCII characters is looked up in a table of its own: 16 bytes for each, up to eight that take its place, how many these are, or MANY, and the
 * flags. The most usual map changes one ASCII character, spaces, which become ▁: then nothing else need be looked for.
 */

const asciiTemplates: usize = memory.data(128 * 16)
const SHORT_BYTES: usize = 8
const MANY: usize = 9
/** The character that changes, if there is only one, or NONE. */
let only: u32 = 0
const NONE: u32 = 0x80
const SEVERAL: u32 = 0x81
const scratch: usize = memory.data(16)

function readAscii(): void {
  only = NONE
  for (let byte: u32 = 0; byte < 0x80; byte++) {
    if (load<u8>(ascii + byte) != <u8>byte) only = only == NONE ? byte : SEVERAL
    const entry = asciiTemplates + (<usize>byte << 4)
    store<u8>(scratch, <u8>byte)
    const template = templateAt(scratch)
    const starts = templateStarts + (<usize>template << 2)
    const length: usize = template == UNCHANGED ? 1 : <usize>(load<u32>(starts, 4) - load<u32>(starts))
    if (length <= SHORT_BYTES) putTemplate(template, scratch, 1, entry)
    store<u8>(entry, <u8>min(length, MANY), 8)
    store<u8>(entry, <u8>flagsOf(template), 9)
  }
  if (only == SEVERAL || runByte != NO_BYTE) only = NONE
}

/** What comes next has nothing to do with what was before. */
export function startText(): void {
  isInRun = false
}

/** What comes next is behind text that was not rewritten here. */
export function setInRun(value: bool): void {
  isInRun = value
}

/** What sixteen ASCII characters become; where a byte is none, 0. */
@inline function mapSixteen(bytes: v128, t0: v128, t1: v128, t2: v128, t3: v128, t4: v128, t5: v128, t6: v128, t7: v128): v128 {
  // a swizzle by 16 or more gives 0
  const low = v128.or(v128.or(part(t0, bytes, 0), part(t1, bytes, 16)), v128.or(part(t2, bytes, 32), part(t3, bytes, 48)))
  return v128.or(low, v128.or(v128.or(part(t4, bytes, 64), part(t5, bytes, 80)), v128.or(part(t6, bytes, 96), part(t7, bytes, 112))))
}

@inline function part(table: v128, bytes: v128, from: i8): v128 {
  return i8x16.swizzle(table, i8x16.sub(bytes, i8x16.splat(from)))
}

/** Ones where a byte is the first of characters of several bytes that do not all stay as they are. */
@inline function mayChange(stays: v128, bytes: v128): v128 {
  const column = i8x16.swizzle(stays, v128.and(bytes, i8x16.splat(15)))
  const row = i8x16.swizzle(i8x16(1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 4, 8, 16, 32), i8x16.shr_u(bytes, 4))
  return i8x16.eq(v128.and(column, row), i8x16.splat(0))
}

/** The same of one byte. */
function mayChangeAt(at: usize): bool {
  const byte = <u32>load<u8>(at)
  return byte >= 0xc0 && (load<u8>(stayingLeads + <usize>(byte & 15)) & (4 << ((byte >>> 4) & 3))) == 0
}

function isContinuation(at: usize): bool {
  return (load<u8>(at) & 0xc0) == 0x80
}

/** Whether the character that ends before `at`, and is not changed for sure or of ASCII, ends in a run. */
function endsRun(at: usize): bool {
  return load<u8>(at - 1) < 0x80 && (flagsOf(templateAt(at - 1)) & ENDS_IN_RUN) != 0
}

function flagsOf(template: u32): u32 {
  return flags == 0 ? 0 : load<u8>(flags + <usize>template)
}

/** Where, in text[at, end), those code points begin at its end that may be taken off the end of a section. */
export function blankTail(at: usize, end: usize): usize {
  while (end > at) {
    const last = before(end)
    if ((flagsOf(templateAt(last)) & IS_BLANK) == 0) break
    end = last
  }
  return end
}

/** Whether it ends in a run what stands behind what did, or did not. */
function isInRunBehind(own: u32, wasInRun: bool): bool {
  return (own & ENDS_IN_RUN) != 0 || ((own & IS_NOTHING) != 0 && wasInRun)
}

/**
 * Rewrites text[at, end) to [out, outEnd) as far as there is room; returns how far, and leaves the end of what came out in `written`. Up to 16
 * bytes behind that are written, too.
 */
export function rewrite(at: usize, end: usize, out: usize, outEnd: usize): usize {
  const last = outEnd - room
  const t0 = v128.load(ascii)
  const t1 = v128.load(ascii, 16)
  const t2 = v128.load(ascii, 32)
  const t3 = v128.load(ascii, 48)
  const t4 = v128.load(ascii, 64)
  const t5 = v128.load(ascii, 80)
  const t6 = v128.load(ascii, 96)
  const t7 = v128.load(ascii, 112)
  const stays = v128.load(stayingLeads)
  const hasRuns = flags != 0
  const isOnly = only != NONE
  while (at < end && out <= last) {
    if (at + 16 <= end) {
      const bytes = v128.load(at)
      let mapped = bytes
      let others: u32
      if (isOnly) others = <u32>i8x16.bitmask(i8x16.eq(bytes, i8x16.splat(<i8>only)))
      else {
        mapped = mapSixteen(bytes, t0, t1, t2, t3, t4, t5, t6, t7)
        others = <u32>i8x16.bitmask(mapped)
      }
      if (i8x16.bitmask(bytes) != 0) {
        others |= <u32>i8x16.bitmask(mayChange(stays, bytes))
        mapped = v128.or(mapped, v128.and(bytes, i8x16.shr_s(bytes, 7)))
      }
      let runs: u32 = 0
      if (hasRuns) {
        // what looks like the second of a run, or is
        runs = <u32>i8x16.bitmask(i8x16.eq(mapped, i8x16.splat(<i8>runByte)))
        others |= runs & ((runs << 1) | <u32>isInRun)
      }
      v128.store(out, mapped)
      const count = others == 0 ? 16 : <usize>ctz(others)
      at += count
      out += count
      if (hasRuns && count > 0) isInRun = endsRun(at)
      if (others == 0) continue
      if (load<u8>(at) < 0x80) {
        // what is behind an ASCII character that becomes something else is moved, and not looked up again
        const from = at - count
        let done = count
        do {
          out = putAscii(at, out)
          done++
          v128.store(out, i8x16.swizzle(mapped, i8x16.add(i8x16.splat(<i8>done), i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15))))
          others &= others - 1
          if (isInRun) others |= runs & (1 << <u32>done) // of one that goes on behind what became nothing, or more than one character
          const next = others == 0 ? 16 : <usize>ctz(others)
          out += next - done
          at = from + next
          if (hasRuns && next > done) isInRun = endsRun(at)
          done = next
        } while (others != 0 && out <= last && load<u8>(at) < 0x80)
        continue
      }
    }
    do {
      const byte = <usize>load<u8>(at)
      if (byte < 0x80) {
        out = putAscii(at++, out)
        continue
      }
      if (byte < 0xc0) {
        store<u8>(out++, load<u8>(at++)) // of a character that stays
        continue
      }
      // as `templateAt` and `bytesOf`, but calls would take as long as all the rest
      const word = <usize>load<u32>(at)
      let page = byte & 31
      let low = word >>> 8
      let bytes: usize = 2
      if (byte >= 0xe0) {
        page = ((byte & 15) << 6) | ((word >>> 8) & 63)
        low = word >>> 16
        bytes = 3
        if (byte >= 0xf0) {
          page = ((byte & 7) << 12) | (((word >>> 8) & 63) << 6) | ((word >>> 16) & 63)
          low = word >>> 24
          bytes = 4
        }
      }
      const template = <u32>load<u16>(mapBlocks + (<usize>load<u16>(mapPages + (page << 1)) << 7) + ((low & 63) << 1))
      if (template == UNCHANGED) {
        store<u32>(out, <u32>word)
        out += bytes
        isInRun = false
      } else out = putFlagged(template, at, bytes, out)
      at += bytes
    } while (at < end && out <= last && (mayChangeAt(at) || (load<u8>(at) < 0x80 && mayChangeAt(at + 1))))
  }
  for (; at < end && isContinuation(at); at++) store<u8>(out++, load<u8>(at))
  written = out
  return at
}

/** What becomes of an ASCII character. Up to seven bytes behind are written, too. */
@inline function putAscii(at: usize, out: usize): usize {
  const entry = asciiTemplates + (<usize>load<u8>(at) << 4)
  let bytes = <usize>load<u8>(entry, 8)
  if (bytes == MANY) return putFlagged(templateAt(at), at, 1, out)
  let text = load<u64>(entry)
  if (flags != 0) {
    const own = <u32>load<u8>(entry, 9)
    if (isInRun && (own & BEGINS_WITH_RUN) != 0) {
      bytes -= runBytes
      text = bytes == 0 ? 0 : text >>> <u64>(runBytes << 3)
    }
    isInRun = isInRunBehind(own, isInRun)
  }
  store<u64>(out, text)
  return out + bytes
}

/** Puts down a template, in a run without the text that stands for that. */
function putFlagged(template: u32, at: usize, bytes: usize, out: usize): usize {
  const behind = putTemplate(template, at, bytes, out)
  if (flags == 0) return behind
  const own = flagsOf(template)
  const skipped: usize = isInRun && (own & BEGINS_WITH_RUN) != 0 ? runBytes : 0
  if (skipped != 0) memory.copy(out, out + skipped, behind - out - skipped)
  isInRun = isInRunBehind(own, isInRun)
  return behind - skipped
}

/** The first place in text[at, end) that rewriting may change, or `end`. */
export function readUnchanged(at: usize, end: usize): usize {
  const t0 = v128.load(ascii)
  const t1 = v128.load(ascii, 16)
  const t2 = v128.load(ascii, 32)
  const t3 = v128.load(ascii, 48)
  const t4 = v128.load(ascii, 64)
  const t5 = v128.load(ascii, 80)
  const t6 = v128.load(ascii, 96)
  const t7 = v128.load(ascii, 112)
  const stays = v128.load(stayingLeads)
  const hasRuns = flags != 0
  let wasInRun = isInRun
  while (at < end) {
    if (at + 16 <= end) {
      const bytes = v128.load(at)
      const mapped = v128.or(mapSixteen(bytes, t0, t1, t2, t3, t4, t5, t6, t7), v128.and(bytes, i8x16.shr_s(bytes, 7)))
      let others = <u32>i8x16.bitmask(v128.or(mayChange(stays, bytes), i8x16.ne(bytes, mapped)))
      if (hasRuns) {
        const runs = <u32>i8x16.bitmask(i8x16.eq(mapped, i8x16.splat(<i8>runByte)))
        others |= runs & ((runs << 1) | <u32>wasInRun)
      }
      const count = others == 0 ? 16 : <usize>ctz(others)
      at += count
      if (hasRuns && count > 0) wasInRun = endsRun(at)
      if (others == 0) continue
    }
    do {
      if (isContinuation(at)) {
        at++
        continue
      }
      const byte = load<u8>(at)
      const template = templateAt(at)
      const own = flagsOf(template)
      const isSame = byte < 0x80 ? load<u8>(ascii + byte) == byte : template == UNCHANGED
      if (!isSame || (wasInRun && (own & BEGINS_WITH_RUN) != 0)) return at
      wasInRun = isInRunBehind(own, wasInRun)
      at += bytesOf(byte)
    } while (at < end && mayChangeAt(at))
  }
  isInRun = wasInRun
  return end
}

function templateAt(at: usize): u32 {
  const codePoint = decode(at)
  const block = <usize>load<u16>(mapPages + ((codePoint >>> 6) << 1))
  return load<u16>(mapBlocks + (block << 7) + ((codePoint & 63) << 1))
}

function putTemplate(template: u32, self: usize, selfBytes: usize, out: usize): usize {
  if (template == UNCHANGED) {
    store<u32>(out, load<u32>(self)) // of four bytes, `selfBytes` count
    return out + selfBytes
  }
  const starts = templateStarts + (<usize>template << 2)
  const end = templates + load<u32>(starts, 4)
  for (let from = templates + load<u32>(starts); from < end; from++) {
    const byte = load<u8>(from)
    if (byte == SELF) {
      memory.copy(out, self, selfBytes)
      out += selfBytes
    } else store<u8>(out++, byte)
  }
  return out
}
