import { before, bytesOf, decode, isContinuation } from './utf8'

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
