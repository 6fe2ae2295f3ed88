import {
  DROPPED_BIT, FAMILY_BLANK_END, FAMILY_CL100K, FAMILY_CONTRACTIONS, FAMILY_DIGITS_SHIFT, FAMILY_GPT2, FAMILY_HAN, FAMILY_HEADED, FAMILY_LOCAL, FAMILY_MARKS_BEHIND, FAMILY_MASK,
  FAMILY_TAILS,
} from '../pattern/layout'
import { certainEnd } from './cuts'
import { skipIdle } from './idle'
import { Pass, POSITION } from './pass'
import { readOnePlace } from './read'
import {
  bitOf, capitalsIn, continuation, controlsIn, digitsIn, equal, findLongGroups, findLongRoles, lettersIn, longBit0, longBit1, longBit2, longDigit, longDropped,
  longHan, longIn, longIsolated, longLetter, longMark, longOther, longUncased, longUpper, longWhite, newlinesIn, setIn,
} from './roles'

/*
 * The tier for the families of patterns that carry almost all real corpora: 64 bytes of text at a time become bit masks, one for each role
 * that a character can have (letter, digit, space, …), and shifts and logic on these give the cuts of the whole window.
 *
 *   for windows text[p, p + 64), from a cut on:
 *     masks of the window; what the last window's last character was stands in front of them (`…Before`)
 *     cuts = logic on the masks
 *     p += 63, for the last character has only been looked at
 *
 * What a window needs to know of the text before it is a few bits, and where it begins does not depend on what the one before has found, so
 * the processor reads several windows at a time. Where a window cannot decide about its end, it is made shorter (`n`), and the next one
 * begins there. What no window can decide (characters that are rare where they stand, white space that fills a window) is read by the machine
 * of the packed tables, from a cut to a cut. Every byte of a character of several bytes has the character's role; `continuation` marks the
 * bytes behind the first, in front of which there can be no cut.
 */

/** Bytes behind the window that are there, too: a contraction may reach into them, and the last character. */
const MARGIN: usize = 8
const WINDOW: usize = 64
/** A piece that goes on for longer than this is not read again from its start. */
const LONG_PIECE: usize = 256
/** The machine reads this much at a time until it has found a cut. */
const STEP: usize = 64

/** Reads text[at, to), whole code points. With `isEnd`, the segment ends at `to`; if the machine has to read up to there, ending it is left to `endSegment`. */
export function readWindows(pass: Pass, text: usize, to: usize, isEnd: bool): void {
  const certain = certainEnd(pass)
  let p = max(pass.segmentStart, certain > pass.used ? <usize>(load<u32>(certain - 4) & POSITION) : pass.lastCut)
  if (pass.at - p > LONG_PIECE) {
    p = readToCut(pass, text, to)
    if (p == 0) return
  } else startAt(pass, p, certain)
  // a window begins before this place
  const stop = isEnd ? to : to < WINDOW + MARGIN ? 0 : to - (WINDOW + MARGIN) + 1
  endDropped = 0
  for (;;) {
    if (call_indirect<bool>(pass.cutter, pass, text, p, stop, to)) break
    p = readToCut(pass, text, to)
    if (p == 0) return
  }
  if (isEnd) endAt(pass, to)
  else readOnePlace(pass, text, to)
}

/** DROPPED_BIT, if the last character that windows have read is in no piece. */
let endDropped: u32 = 0

/** The segment ends here, and with it its last piece. */
function endAt(pass: Pass, end: usize): void {
  store<u32>(pass.cutEnd, <u32>end | endDropped)
  pass.cutEnd += 4
  pass.at = end
  pass.segmentStart = end
}

/** The machine is to go on from the last cut; `start` is one, too. */
function stopAt(pass: Pass, start: usize, cutEnd: usize): void {
  startAt(pass, cutEnd == pass.cutEnd ? start : <usize>(load<u32>(cutEnd - 4) & POSITION), cutEnd)
}

/** The machine begins afresh at p, a cut, and all cuts before `cutEnd` are certain. */
function startAt(pass: Pass, p: usize, cutEnd: usize): void {
  pass.at = p
  pass.row = pass.rows
  pass.markCount = 0
  pass.cutEnd = cutEnd
}

/** Has the machine read on until it has found a cut for certain; returns the last of those, where the machine begins afresh, or 0. */
function readToCut(pass: Pass, text: usize, to: usize): usize {
  const before = certainEnd(pass)
  while (pass.at < to) {
    readOnePlace(pass, text, min(to, pass.at + STEP))
    const certain = certainEnd(pass)
    if (certain == before) continue
    const p = <usize>(load<u32>(certain - 4) & POSITION)
    startAt(pass, p, certain)
    return p
  }
  return 0
}

/** Appends p + i for each bit i. Some more than there are are written; the next ones overwrite them. */
function putCuts(cut: usize, bits: u64, p: u32): usize {
  const end = cut + (<usize>popcnt(bits) << 2)
  do {
    store<u32>(cut, p + <u32>ctz(bits))
    bits &= bits - 1
    store<u32>(cut, p + <u32>ctz(bits), 4)
    bits &= bits - 1
    store<u32>(cut, p + <u32>ctz(bits), 8)
    bits &= bits - 1
    store<u32>(cut, p + <u32>ctz(bits), 12)
    bits &= bits - 1
    store<u32>(cut, p + <u32>ctz(bits), 16)
    bits &= bits - 1
    store<u32>(cut, p + <u32>ctz(bits), 20)
    bits &= bits - 1
    store<u32>(cut, p + <u32>ctz(bits), 24)
    bits &= bits - 1
    store<u32>(cut, p + <u32>ctz(bits), 28)
    bits &= bits - 1
    cut += 32
  } while (bits != 0)
  return end
}

/** The first n bits, n from 1 to 64. */
@inline function below(n: u64): u64 {
  return ~(<u64>0) >> (64 - n)
}

/** Bits that may stand on the last bytes of characters, moved to the first. */
@inline function toFirstBytes(bits: u64): u64 {
  bits = (bits & ~continuation) | ((bits & continuation) >> 1)
  return (bits & ~continuation) | ((bits & continuation) >> 1)
}

/**
 *   's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
 *
 * Runs of letters, of digits, of others: cut before each, but for one that a space stands before. Runs of white space: cut before each,
 * and before its last character if another one follows. A contraction counts where a match begins.
 */
function cutGpt2(pass: Pass, text: usize, start: usize, stop: usize, to: usize): bool {
  const end = text + to
  let cut = pass.cutEnd
  let fresh: u64 = 1 // there is a cut at the first bit, and nothing in front of it matters
  let wordyBefore: u64 = 0
  let oddBefore: u64 = 0
  let spaceBefore: u64 = 0
  for (let p = start; p < stop; ) {
    const a = v128.load(text + p)
    const b = v128.load(text + p, 16)
    const c = v128.load(text + p, 32)
    const d = v128.load(text + p, 48)
    let n: u64 = 63
    let valid = ~(<u64>0)
    let letter = lettersIn(a, b, c, d)
    let digit = digitsIn(a, b, c, d)
    let space = equal(a, b, c, d, 0x20)
    let blank = space | controlsIn(a, b, c, d)
    let long = longIn(a, b, c, d)
    const rest = to - p
    if (rest <= WINDOW) {
      n = <u64>rest
      valid = below(n)
      letter &= valid
      digit &= valid
      blank &= valid
      long &= valid
    }
    let other = valid & ~(letter | digit | blank | long)
    let last = blank & ((valid & ~blank) >> 1)
    let first = valid
    if (long != 0) {
      findLongRoles(pass, text + p, long, false, false)
      if (rest > WINDOW) n = 63 - clz(~continuation)
      first = ~continuation
      letter |= longLetter
      digit |= longDigit
      blank |= longWhite
      other |= longOther
      last = blank & ((valid & ~blank) >> 1)
      if (longWhite != 0) last = toFirstBytes(last)
    }
    // a run ends where one of these two changes: letters are only the first, digits only the second, others both, white space neither
    const wordy = letter | other
    const odd = digit | other
    const changes = (wordy ^ ((wordy << 1) | wordyBefore)) | (odd ^ ((odd << 1) | oddBefore))
    let cuts = (((changes & ~(((space << 1) | spaceBefore) & ~blank)) | last) & first) | fresh
    for (let quotes = equal(a, b, c, d, 0x27) & cuts & other; quotes != 0; quotes &= quotes - 1) {
      const i = <u64>ctz(quotes)
      const length = contractionAt(text + p + <usize>i + 1, end)
      if (length == 0) continue
      if (i + 1 + length >= n && rest > WINDOW) {
        n = i
        break
      }
      cuts = cutAfter(cuts, i + 1, length)
    }
    cut = putCuts(cut, cuts & below(n) & ~fresh, <u32>p)
    p += <usize>n
    const before = n - 1
    wordyBefore = (wordy >> before) & 1
    oddBefore = (odd >> before) & 1
    spaceBefore = (space >> before) & 1
    fresh = 0
  }
  stopAt(pass, start, cut)
  return true
}

const NO_ROLES: u64 = ~(<u64>0)

/** Cuts between groups of characters, and in front of those that are isolated (pattern/local.ts). What comes later has no say in it. */
function cutLocal(pass: Pass, text: usize, start: usize, stop: usize, to: usize): bool {
  const roles = pass.asciiRoles
  let cut = pass.cutEnd
  let fresh: u64 = 1 // there is a cut at the first bit, and nothing in front of it matters
  let bit0Before: u64 = 0
  let bit1Before: u64 = 0
  let bit2Before: u64 = 0
  let droppedBefore: u64 = 0
  // behind an idle character all is one piece up to the next that is busy: idle ones are of one group, and neither isolated nor dropped
  const idleRoles = pass.isNearlyIdle ? <u64>load<u8>(roles + pass.idleByte) : NO_ROLES
  for (let p = start; p < stop; ) {
    if (idleRoles == (bit0Before | (bit1Before << 1) | (bit2Before << 2)) && fresh == 0) {
      p = skipIdle(pass, text + p, text + stop) - text
      if (p == stop) break
    }
    const a = v128.load(text + p)
    const b = v128.load(text + p, 16)
    const c = v128.load(text + p, 32)
    const d = v128.load(text + p, 48)
    // of characters of several bytes: no bits
    const ra = rolesOf(roles, a)
    const rb = rolesOf(roles, b)
    const rc = rolesOf(roles, c)
    const rd = rolesOf(roles, d)
    let bit0 = bitOf(ra, rb, rc, rd, 0)
    let bit1 = bitOf(ra, rb, rc, rd, 1)
    let bit2 = bitOf(ra, rb, rc, rd, 2)
    let isolated = bitOf(ra, rb, rc, rd, 3)
    let dropped = bitOf(ra, rb, rc, rd, 4)
    let n: u64 = 64
    let first = ~(<u64>0)
    let long = longIn(a, b, c, d)
    const rest = to - p
    if (rest <= WINDOW) {
      n = <u64>rest
      long &= below(n)
    }
    if (long != 0) {
      findLongGroups(pass, text + p, long)
      // the last character may go on behind the window
      if (rest > WINDOW) n = 63 - clz(~continuation)
      first = ~continuation
      bit0 |= longBit0
      bit1 |= longBit1
      bit2 |= longBit2
      isolated |= longIsolated
      dropped |= longDropped
    }
    const changes = (bit0 ^ ((bit0 << 1) | bit0Before)) | (bit1 ^ ((bit1 << 1) | bit1Before)) | (bit2 ^ ((bit2 << 1) | bit2Before))
    cut = putCutsAndDropped(cut, (changes | isolated) & first & below(n) & ~fresh, (dropped << 1) | droppedBefore, <u32>p)
    p += <usize>n
    const before = n - 1
    bit0Before = (bit0 >> before) & 1
    bit1Before = (bit1 >> before) & 1
    bit2Before = (bit2 >> before) & 1
    droppedBefore = (dropped >> before) & 1
    fresh = 0
  }
  endDropped = <u32>droppedBefore * DROPPED_BIT
  stopAt(pass, start, cut)
  return true
}

/**
 *   " ?[…]+", and what it does not match is in pieces of its own (pattern/headed.ts)
 *
 * Cut where a run begins, or before the space in front of it, and where a run ends.
 */
function cutHeaded(pass: Pass, text: usize, start: usize, stop: usize, to: usize): bool {
  const table = pass.asciiRoles
  let cut = pass.cutEnd
  let fresh: u64 = 1 // there is a cut at the first bit, and nothing in front of it matters
  let wordBefore: u64 = 0
  let spaceBefore: u64 = 0
  for (let p = start; p < stop; ) {
    const a = v128.load(text + p)
    const b = v128.load(text + p, 16)
    const c = v128.load(text + p, 32)
    const d = v128.load(text + p, 48)
    let n: u64 = 63
    let valid = ~(<u64>0)
    const space = equal(a, b, c, d, 0x20)
    let word = setIn(a, b, c, d, table)
    let long = longIn(a, b, c, d)
    const rest = to - p
    if (rest <= WINDOW) {
      n = <u64>rest
      valid = below(n)
      word &= valid
      long &= valid
    }
    if (long != 0) {
      findLongRoles(pass, text + p, long, false, false)
      if (rest > WINDOW) n = 63 - clz(~continuation)
      word |= longLetter
    }
    const wordAfter = (word << 1) | wordBefore
    const starts = word & ~wordAfter
    const cuts = (space & (starts >> 1)) | (starts & ~((space << 1) | spaceBefore)) | (wordAfter & ~word)
    cut = putCuts(cut, cuts & below(n) & ~fresh, <u32>p)
    p += <usize>n
    const before = n - 1
    wordBefore = (word >> before) & 1
    spaceBefore = (space >> before) & 1
    fresh = 0
  }
  stopAt(pass, start, cut)
  return true
}

/** The roles of sixteen ASCII characters, by a table of 128; 0 for other bytes. */
@inline function rolesOf(table: usize, bytes: v128): v128 {
  let roles = i8x16.swizzle(v128.load(table), bytes)
  roles = v128.or(roles, i8x16.swizzle(v128.load(table, 16), i8x16.sub(bytes, i8x16.splat(16))))
  roles = v128.or(roles, i8x16.swizzle(v128.load(table, 32), i8x16.sub(bytes, i8x16.splat(32))))
  roles = v128.or(roles, i8x16.swizzle(v128.load(table, 48), i8x16.sub(bytes, i8x16.splat(48))))
  roles = v128.or(roles, i8x16.swizzle(v128.load(table, 64), i8x16.sub(bytes, i8x16.splat(64))))
  roles = v128.or(roles, i8x16.swizzle(v128.load(table, 80), i8x16.sub(bytes, i8x16.splat(80))))
  roles = v128.or(roles, i8x16.swizzle(v128.load(table, 96), i8x16.sub(bytes, i8x16.splat(96))))
  return v128.or(roles, i8x16.swizzle(v128.load(table, 112), i8x16.sub(bytes, i8x16.splat(112))))
}

/** As `putCuts`; bit i of `dropped`: the text before p + i is in no piece. */
function putCutsAndDropped(cut: usize, bits: u64, dropped: u64, p: u32): usize {
  const end = cut + (<usize>popcnt(bits) << 2)
  do {
    putCutOrDropped(cut, bits, dropped, p)
    bits &= bits - 1
    putCutOrDropped(cut + 4, bits, dropped, p)
    bits &= bits - 1
    putCutOrDropped(cut + 8, bits, dropped, p)
    bits &= bits - 1
    putCutOrDropped(cut + 12, bits, dropped, p)
    bits &= bits - 1
    cut += 16
  } while (bits != 0)
  return end
}

@inline function putCutOrDropped(cut: usize, bits: u64, dropped: u64, p: u32): void {
  const i = ctz(bits)
  store<u32>(cut, (p + <u32>i) | (<u32>(dropped >> i) << 31))
}

/** No cut in the `length` bytes from bit i on, but one behind them. */
@inline function cutAfter(cuts: u64, i: u64, length: u64): u64 {
  if (i >= 64) return cuts
  cuts &= ~(((<u64>1 << length) - 1) << i)
  return i + length < 64 ? cuts | (<u64>1 << (i + length)) : cuts
}

/** How many bytes of s, t, re, ve, m, ll, d stand at p, before `end`. */
function contractionAt(p: usize, end: usize): u64 {
  if (p >= end) return 0
  const byte = load<u8>(p)
  if (byte == 0x73 || byte == 0x74 || byte == 0x6d || byte == 0x64) return 1
  if (p + 2 > end) return 0
  const two = load<u16>(p)
  return two == 0x6572 || two == 0x6576 || two == 0x6c6c ? 2 : 0
}

/** The same in capitals, too, and with the long s, U+017F. */
function contractionOfAnyCaseAt(p: usize, end: usize): u64 {
  if (p >= end) return 0
  const byte = load<u8>(p) | 0x20
  if (byte == 0x73 || byte == 0x74 || byte == 0x6d || byte == 0x64) return 1
  if (p + 2 > end) return 0
  const two = load<u16>(p)
  const small = two | 0x2020
  return two == 0xbfc5 || small == 0x6572 || small == 0x6576 || small == 0x6c6c ? 2 : 0
}

/** The function that cuts texts for this family: text[start, to), as long as windows begin before `stop`. It returns false if the machine must decide what comes next. */
export function cutterOf(family: u32): u32 {
  const gpt2: Cutter = cutGpt2
  const cl100k: Cutter = cutCl100k
  const cl100kMarks: Cutter = cutCl100kMarks
  const o200k: Cutter = cutO200k
  const o200kHan: Cutter = cutO200kHan
  const local: Cutter = cutLocal
  const headed: Cutter = cutHeaded
  const form = family & FAMILY_MASK
  if (form == FAMILY_GPT2) return gpt2.index
  if (form == FAMILY_CL100K) return (family & FAMILY_MARKS_BEHIND) != 0 ? cl100kMarks.index : cl100k.index
  if (form == FAMILY_HEADED) return headed.index
  return (form == FAMILY_LOCAL ? local : (family & FAMILY_HAN) != 0 ? o200kHan : o200k).index
}

type Cutter = (pass: Pass, text: usize, start: usize, stop: usize, to: usize) => bool

function cutCl100k(pass: Pass, text: usize, start: usize, stop: usize, to: usize): bool {
  return cutWords(pass, text, start, stop, to, false, false, false)
}

function cutCl100kMarks(pass: Pass, text: usize, start: usize, stop: usize, to: usize): bool {
  return cutWords(pass, text, start, stop, to, false, true, false)
}

function cutO200k(pass: Pass, text: usize, start: usize, stop: usize, to: usize): bool {
  return cutWords(pass, text, start, stop, to, true, true, false)
}

function cutO200kHan(pass: Pass, text: usize, start: usize, stop: usize, to: usize): bool {
  return cutWords(pass, text, start, stop, to, true, true, true)
}

/**
 * The families of cl100k and o200k. In cl100k, with digits in groups of n:
 *
 *   (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,n}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
 *
 * 1. A run of letters belongs to the one character before it, if that is no newline and no digit; but a character that is neither white nor
 *    letter nor digit must be the first and only of its run, without a space in front, or it is in a match already (`alone`).
 * 2. Newlines behind a run of others belong to it (`tail`).
 * 3. Other white space is cut before each run, behind the last newline of a run, and before the last character of a run if that is no
 *    newline and something follows.
 *
 * Some recognize no contractions, leave the newlines behind others alone, or take marks for letters (which then have their role). Where marks belong to
 * the letters before them (`hasMarks`), those that stand elsewhere are left to the machine.
 *
 * In tiktoken's cl100k, `\s++$|\s*[\r\n]|\s+(?!\S)|\s` is last, and white space at the end of the text is one piece.
 *
 * In o200k, words are cut where a capital follows a small letter, and a contraction belongs to the word before it. Where a capital follows a
 * letter without case or a mark, it depends on what comes later; marks are parts of words behind letters, and can be much else elsewhere;
 * slashes belong to the newlines behind others. These are left to the machine. In Kimi K2's form runs of Han are apart (`hasHan`), and slashes are
 * not.
 */
@inline function cutWords(pass: Pass, text: usize, start: usize, stop: usize, to: usize, isCased: bool, hasMarks: bool, hasHan: bool): bool {
  const end = text + to
  const groups = <u64>((pass.family >>> FAMILY_DIGITS_SHIFT) & 3)
  const hasContractions = (pass.family & FAMILY_CONTRACTIONS) != 0
  const isBlankEndWhole = (pass.family & FAMILY_BLANK_END) != 0
  const mayBeTails: u64 = isCased || (pass.family & FAMILY_TAILS) != 0 ? ~(<u64>0) : 0
  let cut = pass.cutEnd
  let fresh: u64 = 1 // there is a cut at the first bit, and nothing in front of it matters
  let wordBefore: u64 = 0
  /** What a word may take in: white space, or one character that is neither that nor word nor digit. */
  let headBefore: u64 = 0
  let otherBefore: u64 = 0
  let spaceBefore: u64 = 0
  let tailBefore: u64 = 0
  let runBefore: u64 = 0
  let newlineBefore: u64 = 0
  let hanBefore: u64 = 0
  let smallBefore: u64 = 0
  let unclearBefore: u64 = 0
  /** How many digits of a group. */
  let digitsBefore: u64 = 0
  for (let p = start; p < stop; ) {
    const a = v128.load(text + p)
    const b = v128.load(text + p, 16)
    const c = v128.load(text + p, 32)
    const d = v128.load(text + p, 48)
    let n: u64 = 63
    let valid = ~(<u64>0)
    let word = lettersIn(a, b, c, d)
    let digit = digitsIn(a, b, c, d)
    const space = equal(a, b, c, d, 0x20)
    let newline = newlinesIn(a, b, c, d)
    let blank = (space | controlsIn(a, b, c, d)) & ~newline
    let long = longIn(a, b, c, d)
    const rest = to - p
    if (rest <= WINDOW) {
      n = <u64>rest
      valid = below(n)
      word &= valid
      digit &= valid
      newline &= valid
      blank &= valid
      long &= valid
    }
    let longMarks: u64 = 0
    let han: u64 = 0
    let upper: u64 = 0
    let small: u64 = 0
    /** Words' characters before which it is not clear whether a capital is cut off. */
    let unclear: u64 = 0
    if (isCased) {
      upper = capitalsIn(a, b, c, d) & word
      small = word & ~upper
    }
    let other = valid & ~(word | digit | newline | blank | long)
    let first = valid
    let strange: u64 = 0
    if (long != 0) {
      findLongRoles(pass, text + p, long, isCased, hasMarks)
      if (rest > WINDOW) n = 63 - clz(~continuation)
      first = ~continuation
      word |= longLetter
      if (isCased) {
        upper |= longUpper
        small |= longLetter
        unclear = longUncased | longMark
        word |= longUpper | longUncased
      }
      if (hasMarks) {
        longMarks = longMark
        word |= longMarks
      }
      digit |= longDigit
      blank |= longWhite
      other |= longOther
      if (hasHan) han = longHan
    }
    let last = blank & ((word | digit | other | han) >> 1)
    const runsOfOther = other & ~((other << 1) | otherBefore | (space << 1) | spaceBefore)
    let head = blank | runsOfOther
    let tails = newline & ((other << 1) | otherBefore | tailBefore) & mayBeTails
    if (long != 0) {
      if (longWhite != 0) last = toFirstBytes(last)
      let alone = runsOfOther & first
      alone |= (alone << 1) & continuation
      alone |= (alone << 1) & continuation
      alone |= (alone << 1) & continuation
      head = blank | alone
      if (groups > 1) strange = longDigit
      if (hasMarks) strange |= longMarks & ~((word << 1) | wordBefore)
    }
    if (isCased && (long | unclearBefore) != 0) strange = (strange | (upper & ((unclear << 1) | unclearBefore))) & first
    let cuts = runsOfOther | (word & ~((word << 1) | wordBefore | (head << 1) | headBefore)) | last
    if (isCased) cuts |= upper & ((small << 1) | smallBefore)
    if (hasHan) cuts |= han & ~((han << 1) | hanBefore)
    let groupStarts: u64 = 0
    if (digit != 0) {
      groupStarts = groupsOf(digit, groups, digitsBefore)
      cuts |= groupStarts
    }
    // newlines behind others
    if (tails != 0) tails = newline & ~(newline + tails)
    if (isCased && !hasHan && (tails | tailBefore) != 0) strange |= other & ((tails << 1) | tailBefore) & equal(a, b, c, d, 0x2f)
    const runs = (blank | newline) & ~tails
    cuts |= runs & ~((runs << 1) | runBefore)
    const newlines = newline & runs
    const behind = blank & ((newlines << 1) | newlineBefore)
    if (behind != 0) cuts |= withoutNewlineBehind(behind, blank, newline)
    if (isBlankEndWhole && rest <= WINDOW) cuts &= upToLastRun(runs, runBefore, n)
    cuts = (cuts & first) | fresh

    if (hasContractions) {
      let quotes = equal(a, b, c, d, 0x27) & other & below(n) & (isCased ? (word << 1) | wordBefore : cuts)
      let before: u64 = 64 // where the last one ended: no second one belongs to the same word
      for (; quotes != 0; quotes &= quotes - 1) {
        const i = <u64>ctz(quotes)
        if (isCased && i == before) continue
        const length = contractionOfAnyCaseAt(text + p + <usize>i + 1, end)
        if (length == 0) continue
        const contractionEnd = i + 1 + length
        if (contractionEnd >= n && rest > WINDOW) {
          n = i
          break
        }
        cuts = isCased ? cutAfter(cuts, i, length + 1) : cutAfter(cuts, i + 1, length)
        before = contractionEnd
        if (hasMarks && before < 64) strange |= longMarks & (<u64>1 << before)
      }
    }
    if (behind != 0 && rest > WINDOW && <i64>blank < 0) {
      const place = startOfRun(blank, 64)
      if (place < n && ((behind >> place) & 1) != 0) {
        // white space goes on behind the window, and a newline may come: the next one begins with the run
        n = startOfRun(runs, place)
        if (n == 0) {
          n = 1
          strange = 1
        }
      }
    }
    cuts &= below(n) & ~fresh
    strange &= below(n)
    if (strange != 0) {
      cut = putCuts(cut, cuts & ((strange & (0 - strange)) - 1), <u32>p)
      stopAt(pass, start, cut)
      return false
    }
    cut = putCuts(cut, cuts, <u32>p)
    p += <usize>n
    const before = n - 1
    wordBefore = (word >> before) & 1
    headBefore = (head >> before) & 1
    otherBefore = (other >> before) & 1
    spaceBefore = (space >> before) & 1
    tailBefore = (tails >> before) & 1
    runBefore = (runs >> before) & 1
    newlineBefore = (newlines >> before) & 1
    if (hasHan) hanBefore = (han >> before) & 1
    if (isCased) {
      smallBefore = (small >> before) & 1
      unclearBefore = (unclear >> before) & 1
    }
    digitsBefore = (digit >> before) & 1
    if (digitsBefore != 0 && groups > 1) digitsBefore = n + clz(groupStarts & below(n)) - 63
    fresh = 0
  }
  stopAt(pass, start, cut)
  return true
}

/** Where the groups of digits begin; `before`: how many digits of a group stand in front of the window. */
@inline function groupsOf(digit: u64, groups: u64, before: u64): u64 {
  if (groups == 1) return digit
  let first = digit & ~((digit << 1) | <u64>(before != 0))
  if (groups == 0) return first
  if (before != 0) {
    const whole = below(groups - before + 1)
    if ((digit & whole) == whole) first |= <u64>1 << (groups - before)
  }
  let starts = first
  const four = digit & (digit << 1) & (groups == 2 ? ~(<u64>0) : digit << 2) & (digit << groups)
  for (first = (first << groups) & four; first != 0; first = (first << groups) & four) starts |= first
  return starts
}

/** Of the places where white space begins behind a newline, those with no newline at the end of it. */
function withoutNewlineBehind(places: u64, blank: u64, newline: u64): u64 {
  const ends = (blank + places) & ~blank
  for (let wrong = ends & newline; wrong != 0; wrong &= wrong - 1) places &= ~(<u64>1 << startOfRun(blank, ctz(wrong)))
  return places
}

/** All places up to the start of the run of ones at the end of the text, n, if there is one. */
function upToLastRun(runs: u64, runBefore: u64, n: u64): u64 {
  const start = startOfRun(runs, n)
  if (start == n) return ~(<u64>0)
  return start == 0 && runBefore != 0 ? 0 : below(start + 1)
}

/** Where the run of ones begins that ends before bit `end`. */
function startOfRun(bits: u64, end: u64): u64 {
  const zeros = end == 64 ? ~bits : ~bits & ((<u64>1 << end) - 1)
  return zeros == 0 ? 0 : 64 - clz(zeros)
}
