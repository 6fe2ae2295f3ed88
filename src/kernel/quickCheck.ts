import { before, bytesOf } from './utf8'

/*
 * Which text needs no normalizing is told by the quick check of Unicode Standard Annex 15, section 9. Each code point has a class:
 *
 *   SETTLED        it is what it is, and nothing before it has to do with it
 *   LEADING        the same, but it may combine with what comes
 *   1 … 63         a mark, numbered in canonical order: right unless the code point before has a higher number
 *   MAYBE + 0 … 63 the same, or no mark (0); it may combine with a LEADING one before it
 *   UNSURE         it may be changed, or change what is before it
 *   LITERAL        of the ASCII characters that texts to be replaced are made of: UNSURE behind another one of these, else SETTLED
 *
 * Text can be cut in front of a code point that is SETTLED or LEADING if none that is UNSURE is before it, but for marks between them; the two sides then
 * have nothing to do with each other.
 */

export const SETTLED: u32 = 0
export const LEADING: u32 = 0x40
const MAYBE: u32 = 0x80
export const UNSURE: u32 = 0xff
const LITERAL: u32 = 0xfe
export const ORDER: u32 = 0x3f
/** What is unsure may end where this many bytes are not: fewer, longer stretches of it are quicker to deal with. */
const CALM_BYTES: usize = 256

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

export function isSettled(class_: u32): bool {
  return (class_ & ~LEADING) == SETTLED
}

const RETURN: usize = 0x0d
let areReturnsApart: bool = false

/** Whether an UNSURE carriage return has nothing to do with what is before it, so that text can be cut there. */
export function setReturnsApart(value: bool): void {
  areReturnsApart = value
}

/** Whether a byte is such a carriage return. */
@inline export function isReturn(byte: usize): bool {
  return byte == RETURN && areReturnsApart
}

/** Whether a code point that is not settled is right where it stands: in order, and with nothing to combine with. */
export function isRight(class_: u32, last: u32, leading: bool): bool {
  return class_ != UNSURE && !(class_ >= MAYBE && leading) && ((class_ & ORDER) == 0 || (class_ & ORDER) >= (last & ORDER))
}

/** What is to be known of the code points so far, behind another one: behind what is UNSURE, a mark does not make text sure that can be cut. */
@inline function behind(last: u32, class_: u32): u32 {
  return last == UNSURE && !isSettled(class_) ? UNSURE : class_
}

/** Reads text[at, end) up to the first place where it can be cut; returns that, or `end`. */
export function readToCut(at: usize, end: usize): usize {
  while (at < end) {
    const class_ = classAt(at)
    if (isSettled(class_)) {
      if (previous != UNSURE) return at
      isLeading = class_ == LEADING
    } else if (!isRight(class_, previous, isLeading)) isUnsure = true
    previous = behind(previous, class_)
    at += bytesOf(load<u8>(at))
  }
  return end
}

/**
 * Reads text[at, end), which begins where it can be cut, up to the first code point that is not right for sure; returns that, or `end`. Up to 63 bytes
 * behind the text are loaded, too.
 */
export function readSure(at: usize, end: usize): usize {
  startWindow()
  return readOnSure(at, end)
}

/** What `readOnSure` reads next is other text. */
export function startWindow(): void {
  windowAt = 0
}

const WINDOW: usize = 64
/** Where the window begins that was looked at last, 0: none was; and a bit for each code point in it that is not settled. */
let windowAt: usize = 0
let windowUnsettled: u64 = 0

/** The same, behind what was read of this text before, since `startWindow`. */
export function readOnSure(at: usize, end: usize): usize {
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
        cut = isReturn(byte) ? at : safe
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
    last = behind(last, class_)
    at += bytesOf(load<u8>(at))
  }
  previous = last
  isLeading = leading
  cut = safe
  isUnsure = true
  return calm
}

function classAt(at: usize): u32 {
  return classOf(at, <usize>load<u8>(at))
}

/** The class of the code point at a place, whose first byte this is. */
@inline export function classOf(at: usize, byte: usize): u32 {
  if (byte < 0x80) {
    const class_ = <u32>load<u8>(classesBelow0x800 + byte)
    return class_ == LITERAL ? classOfLiteral(at) : class_
  }
  if (byte < 0xe0) return load<u8>(classesBelow0x800 + (((byte & 31) << 6) | (load<u8>(at, 1) & 63)))
  let page = ((byte & 15) << 6) | (<usize>load<u8>(at, 1) & 63)
  let last = load<u8>(at, 2)
  if (byte >= 0xf0) {
    page = ((byte & 7) << 12) | ((<usize>load<u8>(at, 1) & 63) << 6) | (<usize>load<u8>(at, 2) & 63)
    last = load<u8>(at, 3)
  }
  return load<u8>(blocks + (<usize>load<u16>(pages + (page << 1)) << 6) + (<usize>last & 63))
}

/** What stands before the text may be anything: that only makes more of it unsure. */
function classOfLiteral(at: usize): u32 {
  const before = <usize>load<u8>(at - 1)
  return before < 0x80 && load<u8>(classesBelow0x800 + before) == <u8>LITERAL ? UNSURE : SETTLED
}
