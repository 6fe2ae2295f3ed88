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

/** Reads text[at, end), which begins where it can be cut, up to the first code point that is not right for sure; returns that, or `end`. */
export function readSure(at: usize, end: usize): usize {
  const settled = v128.load(settledByLow)
  const groups = v128.load(groupByHigh)
  let last = SETTLED
  let leading = false
  let safe = at
  while (at < end) {
    // one by one where fewer than 16 bytes are left, or not all of them are settled
    let stop = end
    if (at + 16 <= end) {
      stop = at + 16
      const bytes = v128.load(at)
      const low = i8x16.swizzle(settled, v128.and(bytes, i8x16.splat(0x0f)))
      const high = i8x16.swizzle(groups, i8x16.shr_u(bytes, 4))
      if (i8x16.all_true(v128.and(low, high))) {
        last = SETTLED
        leading = true // it may be
        safe = at
        at = stop
        while (at < end && (load<u8>(at) & 0xc0) == 0x80) at++
        continue
      }
    }
    while (at < stop) {
      const byte = <usize>load<u8>(at)
      const start = at
      let class_: u32
      // the branches tell the length of a code point ahead of time, where text is of one kind; counted, it would have to be waited for
      if (byte < 0x80) {
        class_ = load<u8>(classesBelow0x800 + byte)
        at += 1
      } else if (byte < 0xe0) {
        class_ = load<u8>(classesBelow0x800 + (((byte & 31) << 6) | (load<u8>(at, 1) & 63)))
        at += 2
      } else {
        class_ = classAt(at)
        at += byte < 0xf0 ? 3 : 4
      }
      if (isSettled(class_)) {
        safe = start
        leading = class_ == LEADING
      } else if (!isRight(class_, last, leading)) {
        previous = last
        cut = safe
        return start
      }
      last = class_
    }
  }
  previous = last
  isLeading = leading
  cut = safe
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

function classAt(at: usize): u32 {
  const codePoint = decode(at)
  return load<u8>(blocks + (<usize>load<u16>(pages + ((codePoint >>> 6) << 1)) << 6) + (codePoint & 63))
}

function decode(at: usize): usize {
  const byte = <usize>load<u8>(at)
  if (byte < 0x80) return byte
  if (byte < 0xe0) return ((byte & 31) << 6) | (load<u8>(at, 1) & 63)
  if (byte < 0xf0) return ((byte & 15) << 12) | ((<usize>load<u8>(at, 1) & 63) << 6) | (load<u8>(at, 2) & 63)
  return ((byte & 7) << 18) | ((<usize>load<u8>(at, 1) & 63) << 12) | ((<usize>load<u8>(at, 2) & 63) << 6) | (load<u8>(at, 3) & 63)
}

function bytesOf(lead: u32): usize {
  return lead < 0x80 ? 1 : 2 + <usize>(lead >= 0xe0) + <usize>(lead >= 0xf0)
}

/*
 * Rewriting. Each code point has the number of a template, 0 if it stays as it is. A template is what takes its place, bytes of UTF-8;
 * the byte SELF in it stands for the code point itself.
 */

const SELF: u32 = 0xff
const UNCHANGED: u32 = 0

let mapPages: usize = 0
let mapBlocks: usize = 0
/** Where each template begins, u32; one more for the end of the last. */
let templateStarts: usize = 0
let templates: usize = 0
/** By ASCII character, u16: the byte that takes its place, or NO_BYTE + the number of its template. */
let ascii: usize = 0
const NO_BYTE: u32 = 0x80
/** The most that a code point can become, in bytes, and a little more. */
let room: usize = 0

/** Where what came out ends. */
export let written: usize = 0

export function setMap(pagesAt: usize, blocksAt: usize, starts: usize, templatesAt: usize, asciiAt: usize, largest: usize): void {
  mapPages = pagesAt
  mapBlocks = blocksAt
  templateStarts = starts
  templates = templatesAt
  ascii = asciiAt
  room = largest
}

/** The first code point of text[at, end) that does not stay as it is, or `end`. */
export function readUnchanged(at: usize, end: usize): usize {
  while (at < end) {
    const byte = load<u8>(at)
    if (byte < 0x80) {
      if (load<u16>(ascii + (<usize>byte << 1)) != byte) break
      at++
    } else {
      if (templateAt(at) != UNCHANGED) break
      at += bytesOf(byte)
    }
  }
  return at
}

/** Rewrites text[at, end) to [out, outEnd) as far as there is room; returns how far, and leaves the end of what came out in `written`. */
export function rewrite(at: usize, end: usize, out: usize, outEnd: usize): usize {
  const last = outEnd - room
  while (at < end && out <= last) {
    const byte = load<u8>(at)
    if (byte < 0x80) {
      const entry = <u32>load<u16>(ascii + (<usize>byte << 1))
      if (entry < NO_BYTE) store<u8>(out++, entry)
      else out = putTemplate(entry - NO_BYTE, at, 1, out)
      at++
      continue
    }
    const bytes = bytesOf(byte)
    const template = templateAt(at)
    if (template == UNCHANGED) {
      store<u32>(out, load<u32>(at)) // of four bytes, `bytes` count
      out += bytes
    } else out = putTemplate(template, at, bytes, out)
    at += bytes
  }
  written = out
  return at
}

function templateAt(at: usize): u32 {
  const codePoint = decode(at)
  const block = <usize>load<u16>(mapPages + ((codePoint >>> 6) << 1))
  return load<u16>(mapBlocks + (block << 7) + ((codePoint & 63) << 1))
}

function putTemplate(template: u32, self: usize, selfBytes: usize, out: usize): usize {
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
