import { BLOCK_BITS } from '../pattern/layout'
import { Pass } from './pass'

/* What the characters in a window of 64 bytes are, as bit masks (windows.ts). Every byte of a character of several bytes has the character's role. */

// the roles in the window
export let continuation: u64 = 0
export let letter: u64 = 0
export let upper: u64 = 0
export let uncased: u64 = 0
export let mark: u64 = 0
export let digit: u64 = 0
export let longDigit: u64 = 0
export let space: u64 = 0
export let white: u64 = 0
export let newline: u64 = 0
export let other: u64 = 0

@inline function bitsOf(a: v128, b: v128, c: v128, d: v128): u64 {
  return <u64><u32>(i8x16.bitmask(a) | (i8x16.bitmask(b) << 16)) | (<u64><u32>(i8x16.bitmask(c) | (i8x16.bitmask(d) << 16)) << 32)
}

@inline export function equal(a: v128, b: v128, c: v128, d: v128, byte: i8): u64 {
  const x = i8x16.splat(byte)
  return bitsOf(i8x16.eq(a, x), i8x16.eq(b, x), i8x16.eq(c, x), i8x16.eq(d, x))
}

/** Bytes from `first` to `first + more`. */
@inline function within(a: v128, b: v128, c: v128, d: v128, first: i8, more: i8): u64 {
  const x = i8x16.splat(first)
  const y = i8x16.splat(more)
  return bitsOf(i8x16.le_u(i8x16.sub(a, x), y), i8x16.le_u(i8x16.sub(b, x), y), i8x16.le_u(i8x16.sub(c, x), y), i8x16.le_u(i8x16.sub(d, x), y))
}

/** The roles in text[p, p + 64). `upper` is apart from `letter` if `isCased`; CR and LF are `white`, and `newline`, too, if that is needed. */
@inline export function findRoles(pass: Pass, p: usize, valid: u64, isCased: bool, needsNewlines: bool): void {
  const a = v128.load(p)
  const b = v128.load(p, 16)
  const c = v128.load(p, 32)
  const d = v128.load(p, 48)
  const bit5 = i8x16.splat(0x20)
  const letters = within(v128.or(a, bit5), v128.or(b, bit5), v128.or(c, bit5), v128.or(d, bit5), 0x61, 25)
  upper = isCased ? within(a, b, c, d, 0x41, 25) & valid : 0
  letter = letters & valid & ~upper
  digit = within(a, b, c, d, 0x30, 9) & valid
  space = equal(a, b, c, d, 0x20) & valid
  // by byte, from 0 to 15: bit 7 for white space, bit 6 for newlines; others give 0
  const controls = i8x16(0, 0, 0, 0, 0, 0, 0, 0, 0, -128, -64, -128, -128, -64, 0, 0)
  const e = i8x16.swizzle(controls, a)
  const f = i8x16.swizzle(controls, b)
  const g = i8x16.swizzle(controls, c)
  const h = i8x16.swizzle(controls, d)
  white = bitsOf(e, f, g, h) & valid
  if (needsNewlines) newline = bitsOf(i16x8.shl(e, 1), i16x8.shl(f, 1), i16x8.shl(g, 1), i16x8.shl(h, 1)) & valid
  const long = bitsOf(a, b, c, d) & valid
  other = valid & ~(letter | upper | digit | space | white | long)
  continuation = 0
  longDigit = 0
  uncased = 0
  mark = 0
  if (long != 0) {
    const x = i8x16.splat(-64)
    continuation = bitsOf(i8x16.lt_s(a, x), i8x16.lt_s(b, x), i8x16.lt_s(c, x), i8x16.lt_s(d, x)) & valid
    let leads = long & ~continuation
    let rest = long
    if (popcnt(leads) >= MANY_LEADS) {
      const usual = charactersOf(usualLeads(pass.usualLeads, a, b, c, d) & valid)
      if (isCased) uncased = usual
      else letter |= usual
      leads &= ~usual
      rest &= ~usual
    }
    if (leads != 0) findLongRoles(pass, p, leads, rest, isCased)
  }
}

/** From here on it is worth the while to look for usual characters: text in another script than Latin. */
const MANY_LEADS: u64 = 6

/** First bytes of which it is enough to know them (`usualLeads` in pass.ts). */
@inline function usualLeads(table: usize, a: v128, b: v128, c: v128, d: v128): u64 {
  const leads = v128.load(table)
  return ~bitsOf(isUnusual(leads, a), isUnusual(leads, b), isUnusual(leads, c), isUnusual(leads, d))
}

@inline function isUnusual(leads: v128, bytes: v128): v128 {
  const low = i8x16.splat(15)
  const column = i8x16.swizzle(leads, v128.and(bytes, low))
  const row = i8x16.swizzle(i8x16(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 4, 8), v128.and(i16x8.shr_u(bytes, 4), low))
  return i8x16.eq(v128.and(column, row), i8x16.splat(0))
}

/** All bytes of the characters that begin there. */
@inline function charactersOf(leads: u64): u64 {
  leads |= (leads << 1) & continuation
  leads |= (leads << 1) & continuation
  return leads | ((leads << 1) & continuation)
}

/** The role of each byte of a character of several bytes. Other bytes of it mean nothing; nor do those behind the 64th. */
const roleBytes: usize = memory.data(64 + 16)

/**
 * The roles of the characters that begin at `leads` and whose bytes are `long`: noted one after the other, then made masks all together. A
 * role is a number of three bits (ROLE_…).
 */
@inline function findLongRoles(pass: Pass, p: usize, leads: u64, long: u64, isCased: bool): void {
  const pages = pass.pages
  const roles = pass.blockRoles
  do {
    // when none is left, ctz gives 64
    noteRole(p, <usize>ctz(leads), pages, roles)
    leads &= leads - 1
    noteRole(p, <usize>ctz(leads), pages, roles)
    leads &= leads - 1
    noteRole(p, <usize>ctz(leads), pages, roles)
    leads &= leads - 1
    noteRole(p, <usize>ctz(leads), pages, roles)
    leads &= leads - 1
  } while (leads != 0)
  const a = v128.load(roleBytes)
  const b = v128.load(roleBytes, 16)
  const c = v128.load(roleBytes, 32)
  const d = v128.load(roleBytes, 48)
  const bit0 = bitsOf(i16x8.shl(a, 7), i16x8.shl(b, 7), i16x8.shl(c, 7), i16x8.shl(d, 7)) & long
  const bit1 = bitsOf(i16x8.shl(a, 6), i16x8.shl(b, 6), i16x8.shl(c, 6), i16x8.shl(d, 6)) & long
  const bit2: u64 = isCased ? bitsOf(i16x8.shl(a, 5), i16x8.shl(b, 5), i16x8.shl(c, 5), i16x8.shl(d, 5)) & long : 0
  letter |= bit0 & ~(bit1 | bit2)
  longDigit = bit1 & ~(bit0 | bit2)
  digit |= longDigit
  white |= bit0 & bit1 & ~bit2
  other |= long & ~(bit0 | bit1 | bit2)
  if (isCased) {
    upper |= bit2 & ~(bit0 | bit1)
    uncased |= bit2 & bit0
    mark = bit2 & bit1
  }
}

/** Notes the role of the character at p + i for itself and for the three bytes behind: later characters come later. (i = 64: to no purpose.) */
@inline function noteRole(p: usize, i: usize, pages: usize, roles: usize): void {
  const bytes = <usize>load<u32>(p + (i & 63))
  let page = bytes & 31
  let last = bytes >>> 8
  // as `classOfLong`, but a call would take as long as all the rest
  if ((bytes & 0xff) >= 0xe0) {
    page = ((bytes & 15) << 6) | ((bytes >>> 8) & 63)
    last = bytes >>> 16
    if ((bytes & 0xff) >= 0xf0) {
      page = ((bytes & 7) << 12) | (((bytes >>> 8) & 63) << 6) | ((bytes >>> 16) & 63)
      last = bytes >>> 24
    }
  }
  store<u32>(roleBytes + i, <u32>load<u8>(roles + (<usize>load<u16>(pages + (page << 1)) << BLOCK_BITS) + (last & 63)) * 0x01010101)
}
