import { BLOCK_BITS } from '../pattern/layout'
import { Pass } from './pass'

/*
 * What the characters in a window of 64 bytes are, as bit masks (windows.ts). Those of ASCII are found by comparing all bytes at once; the
 * functions here take the window as four vectors. Characters of several bytes, if there are any, come apart from them (`findLongRoles`):
 * every byte of one has its role.
 */

@inline function bitsOf(a: v128, b: v128, c: v128, d: v128): u64 {
  return <u64><u32>(i8x16.bitmask(a) | (i8x16.bitmask(b) << 16)) | (<u64><u32>(i8x16.bitmask(c) | (i8x16.bitmask(d) << 16)) << 32)
}

@inline export function equal(a: v128, b: v128, c: v128, d: v128, byte: i8): u64 {
  const x = i8x16.splat(byte)
  return bitsOf(i8x16.eq(a, x), i8x16.eq(b, x), i8x16.eq(c, x), i8x16.eq(d, x))
}

/** Bytes from `first` to `first + more`: moved to the bottom of the signed numbers, so that one comparison will do. */
@inline function within(a: v128, b: v128, c: v128, d: v128, first: i8, more: i8): u64 {
  const x = i8x16.splat(first ^ -128)
  const y = i8x16.splat(more - 127)
  return bitsOf(i8x16.lt_s(i8x16.sub(a, x), y), i8x16.lt_s(i8x16.sub(b, x), y), i8x16.lt_s(i8x16.sub(c, x), y), i8x16.lt_s(i8x16.sub(d, x), y))
}

/** ASCII letters. */
@inline export function lettersIn(a: v128, b: v128, c: v128, d: v128): u64 {
  const bit5 = i8x16.splat(0x20)
  return within(v128.or(a, bit5), v128.or(b, bit5), v128.or(c, bit5), v128.or(d, bit5), 0x61, 25)
}

/** ASCII capitals. */
@inline export function capitalsIn(a: v128, b: v128, c: v128, d: v128): u64 {
  return within(a, b, c, d, 0x41, 25)
}

/** ASCII digits. */
@inline export function digitsIn(a: v128, b: v128, c: v128, d: v128): u64 {
  return within(a, b, c, d, 0x30, 9)
}

/** HT, LF, VT, FF and CR: the white space of ASCII but for the space. */
@inline export function controlsIn(a: v128, b: v128, c: v128, d: v128): u64 {
  return within(a, b, c, d, 0x09, 4)
}

/** CR and LF. */
@inline export function newlinesIn(a: v128, b: v128, c: v128, d: v128): u64 {
  return bitsOf(isNewline(a), isNewline(b), isNewline(c), isNewline(d))
}

@inline function isNewline(bytes: v128): v128 {
  return v128.or(i8x16.eq(bytes, i8x16.splat(0x0a)), i8x16.eq(bytes, i8x16.splat(0x0d)))
}

/** ASCII characters by a table: for each low half of a byte, a bit for each high half. */
@inline export function setIn(a: v128, b: v128, c: v128, d: v128, table: usize): u64 {
  const columns = v128.load(table)
  return ~bitsOf(isOutside(columns, a), isOutside(columns, b), isOutside(columns, c), isOutside(columns, d))
}

@inline function isOutside(columns: v128, bytes: v128): v128 {
  const column = i8x16.swizzle(columns, v128.and(bytes, i8x16.splat(15)))
  const row = i8x16.swizzle(i8x16(1, 2, 4, 8, 16, 32, 64, -128, 0, 0, 0, 0, 0, 0, 0, 0), i8x16.shr_u(bytes, 4))
  return i8x16.eq(v128.and(column, row), i8x16.splat(0))
}

/** Bytes of characters of several bytes. */
@inline export function longIn(a: v128, b: v128, c: v128, d: v128): u64 {
  return bitsOf(a, b, c, d)
}

// the roles of characters of several bytes, as the last call of findLongRoles found them; `continuation`: bytes behind the first ones
export let continuation: u64 = 0
export let longLetter: u64 = 0
export let longDigit: u64 = 0
export let longWhite: u64 = 0
export let longOther: u64 = 0
export let longUpper: u64 = 0
export let longUncased: u64 = 0
export let longMark: u64 = 0
export let longHan: u64 = 0

/**
 * The roles of the characters in text[p, p + 64) whose bytes are `long`. In families without cases (`isCased`) all letters are just letters, and marks
 * are others unless the family knows of them (`hasMarks`).
 */
export function findLongRoles(pass: Pass, p: usize, long: u64, isCased: bool, hasMarks: bool): void {
  const usual = noteRoles(pass, p, long)
  longLetter = 0
  longDigit = 0
  longWhite = 0
  longOther = 0
  longUpper = 0
  longUncased = 0
  longMark = 0
  longHan = 0
  if (usual != long) masksOfRoles(long & ~usual, isCased || hasMarks)
  if (isCased) longUncased |= usual
  else longLetter |= usual
}

// the groups of characters of several bytes (pattern/local.ts), as the last call of findLongGroups found them: bits of their numbers, and flags
export let longBit0: u64 = 0
export let longBit1: u64 = 0
export let longBit2: u64 = 0
export let longIsolated: u64 = 0
export let longDropped: u64 = 0

/** The groups of the characters in text[p, p + 64) whose bytes are `long`. */
export function findLongGroups(pass: Pass, p: usize, long: u64): void {
  const usual = noteRoles(pass, p, long)
  const rest = long & ~usual
  const a = v128.load(roleBytes)
  const b = v128.load(roleBytes, 16)
  const c = v128.load(roleBytes, 32)
  const d = v128.load(roleBytes, 48)
  longBit0 = (bitOf(a, b, c, d, 0) & rest) | usual // as ROLE_LETTER
  longBit1 = bitOf(a, b, c, d, 1) & rest
  longBit2 = bitOf(a, b, c, d, 2) & rest
  longIsolated = bitOf(a, b, c, d, 3) & rest
  longDropped = bitOf(a, b, c, d, 4) & rest
}

/** Bit k of each byte. */
@inline export function bitOf(a: v128, b: v128, c: v128, d: v128, k: i32): u64 {
  return bitsOf(i16x8.shl(a, 7 - k), i16x8.shl(b, 7 - k), i16x8.shl(c, 7 - k), i16x8.shl(d, 7 - k))
}

/** Notes the roles of the characters whose bytes are `long`, but for usual ones, whose bytes are returned. Finds `continuation`. */
@inline function noteRoles(pass: Pass, p: usize, long: u64): u64 {
  const a = v128.load(p)
  const b = v128.load(p, 16)
  const c = v128.load(p, 32)
  const d = v128.load(p, 48)
  const x = i8x16.splat(-64)
  continuation = bitsOf(i8x16.lt_s(a, x), i8x16.lt_s(b, x), i8x16.lt_s(c, x), i8x16.lt_s(d, x)) & long
  let leads = long & ~continuation
  let usual: u64 = 0
  if (popcnt(leads) >= MANY_LEADS) {
    usual = charactersOf(usualLeads(pass.usualLeads, a, b, c, d) & long)
    leads &= ~usual
  }
  if (leads != 0) noteEach(pass, p, leads)
  return usual
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

/** Notes the roles of the characters that begin at `leads`, one after the other. */
@inline function noteEach(pass: Pass, p: usize, leads: u64): void {
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
}

/** Makes masks of the roles of these bytes: a role is a number of three bits (ROLE_…), or of two, if there are no others. */
@inline function masksOfRoles(long: u64, hasThree: bool): void {
  const a = v128.load(roleBytes)
  const b = v128.load(roleBytes, 16)
  const c = v128.load(roleBytes, 32)
  const d = v128.load(roleBytes, 48)
  const bit0 = bitOf(a, b, c, d, 0) & long
  const bit1 = bitOf(a, b, c, d, 1) & long
  const bit2: u64 = hasThree ? bitOf(a, b, c, d, 2) & long : 0
  longLetter = bit0 & ~(bit1 | bit2)
  longDigit = bit1 & ~(bit0 | bit2)
  longWhite = bit0 & bit1 & ~bit2
  longOther = long & ~(bit0 | bit1 | bit2)
  if (hasThree) {
    longUpper = bit2 & ~(bit0 | bit1)
    longUncased = bit2 & bit0 & ~bit1
    longMark = bit2 & bit1 & ~bit0
    longHan = bit2 & bit1 & bit0
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
