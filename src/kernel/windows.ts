import { certainEnd } from './cuts'
import { Pass, POSITION } from './pass'
import { readOnePlace } from './read'
import { continuation, digit, equal, findRoles, letter, longDigit, mark, newline, other, space, uncased, upper, white } from './roles'

/*
 * The tier for the families of patterns that carry almost all real corpora: 64 bytes of text at a time become bit masks, one for each role
 * that a character can have (letter, digit, space, …), and shifts and logic on these give the cuts of the whole window.
 *
 *   for a place p that is a cut for certain:
 *     masks of text[p, p + 64), as if nothing stood before p
 *     cuts = logic on the masks
 *     p = the last of these cuts
 *
 * A match begins afresh at a cut, so a window needs to know nothing of the text before it, and no state goes from one window to the next. (Of
 * a long word, the next window begins in its middle, see `middleOfWord`.) What a window cannot decide (a piece that is longer than it, characters that are rare where they stand) is read by the machine of the
 * packed tables, from a cut to a cut. Every byte of a character of several bytes has the character's role; `continuation` marks the bytes
 * behind the first, in front of which there can be no cut.
 */

/** Bytes behind the window that are there, too: a contraction may reach into them, and the last character. */
const MARGIN: usize = 8
const WINDOW: usize = 64
/** A piece that goes on for longer than this is not read again from its start. */
const LONG_PIECE: usize = 256
/** The machine reads this much at a time until it has found a cut. */
const STEP: usize = 64

// families, as in pattern/layout.ts
import { FAMILY_BLANK_END, FAMILY_CL100K, FAMILY_CONTRACTIONS, FAMILY_DIGITS_SHIFT, FAMILY_GPT2, FAMILY_MASK } from '../pattern/layout'

/** Reads text[at, to), whole code points. With `isEnd`, the segment ends at `to`: the piece that ends there is left to `endSegment`. */
export function readWindows(pass: Pass, text: usize, to: usize, isEnd: bool): void {
  const certain = certainEnd(pass)
  let p = max(pass.segmentStart, certain > pass.used ? <usize>(load<u32>(certain - 4) & POSITION) : pass.lastCut)
  if (pass.at - p > LONG_PIECE) {
    p = readToCut(pass, text, to)
    if (p == 0) return
  } else startAt(pass, p, certain)
  const family = pass.family & FAMILY_MASK
  const end = text + to
  const margin: usize = isEnd ? 0 : MARGIN
  let cut = pass.cutEnd
  while (p + WINDOW + margin <= to || (isEnd && p < to)) {
    const rest = to - p
    const isWhole = rest <= WINDOW
    const valid: u64 = rest < WINDOW ? ((<u64>1 << <u64>rest) - 1) : ~(<u64>0)
    strange = 0
    let cuts = family == FAMILY_GPT2 ? cutGpt2(pass, text + p, end, valid) : cutWords(pass, text + p, end, valid, isWhole, family)
    if (strange != 0) cuts &= (strange & (0 - strange)) - 1
    cuts &= ~(<u64>1)
    if (cuts != 0) {
      cut = putCuts(cut, cuts, <u32>p)
      p += 63 - <usize>clz(cuts)
    }
    const more: usize = cuts >>> FAR_CUT == 0 && strange == 0 ? middleOfWord(cuts) : 0
    p += more
    if (strange != 0 || (cuts == 0 && more == 0 && !isWhole)) {
      startAt(pass, p, cut)
      p = readToCut(pass, text, to)
      if (p == 0) return
      cut = pass.cutEnd
    } else if (isWhole) break
  }
  startAt(pass, p, cut)
  readOnePlace(pass, text, to)
}

/** With a cut from here on, it is not worth the while to look for a better place for the next window to begin. */
const FAR_CUT: u64 = 45

/**
 * How far behind the last cut the next window may begin: at the last letter, if there are nothing but letters and marks behind the first
 * character after that cut. In the middle of a word, a match that begins afresh ends where the real one does, as no contraction is that long;
 * but it must begin at a small letter if the word has one, for then a capital ends it.
 */
function middleOfWord(cuts: u64): usize {
  const lastCut = 63 - clz(cuts | 1)
  const words = letter | upper | uncased | mark
  if (64 - clz(~words) > lastCut + 1) return 0
  const small = letter & ~continuation
  const letters = (small >> lastCut != 0 ? small : (upper | uncased) & ~continuation) >> lastCut
  return <usize>(63 - clz(letters | 1))
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

/** Bits where a window must be left to the machine, from the piece on that holds the first of them. */
let strange: u64 = 0

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
function cutGpt2(pass: Pass, p: usize, end: usize, valid: u64): u64 {
  findRoles(pass, p, valid, false, false)
  const blank = space | white
  let last = blank & ((letter | digit | other) >> 1)
  if ((blank & continuation) != 0) last = toFirstBytes(last)
  let cuts =
    (letter & ~((letter | space) << 1)) | (digit & ~((digit | space) << 1)) | (other & ~((other | space) << 1)) | (blank & (~(blank << 1) | last))
  cuts &= ~continuation
  cuts |= 1
  for (let quotes = quotesOf(p, cuts & other); quotes != 0; quotes &= quotes - 1) {
    const i = <u64>ctz(quotes)
    const length = contractionAt(p + <usize>i + 1, end)
    if (length != 0) cuts = cutAfter(cuts, i + 1, length)
  }
  return cuts & valid
}

/** No cut in the `length` bytes from bit i on, but one behind them. */
@inline function cutAfter(cuts: u64, i: u64, length: u64): u64 {
  if (i >= 64) return cuts
  cuts &= ~(((<u64>1 << length) - 1) << i)
  return i + length < 64 ? cuts | (<u64>1 << (i + length)) : cuts
}

@inline function quotesOf(p: usize, bits: u64): u64 {
  return bits == 0 ? 0 : bits & equal(v128.load(p), v128.load(p, 16), v128.load(p, 32), v128.load(p, 48), 0x27)
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
 * In tiktoken's cl100k, `\s++$|\s*[\r\n]|\s+(?!\S)|\s` is last, and white space at the end of the text is one piece.
 *
 * In o200k, words are cut where a capital follows a small letter, and a contraction belongs to the word before it. Where a capital follows a
 * letter without case or a mark, it depends on what comes later; marks are parts of words behind letters, and can be much else elsewhere;
 * slashes belong to the newlines behind others. These are left to the machine.
 */
@inline function cutWords(pass: Pass, p: usize, end: usize, valid: u64, isWhole: bool, family: u32): u64 {
  const isCased = family != FAMILY_CL100K
  const groups = (pass.family >>> FAMILY_DIGITS_SHIFT) & 3
  const hasContractions = (pass.family & FAMILY_CONTRACTIONS) != 0
  findRoles(pass, p, valid, isCased, true)
  const blank = space | (white & ~newline)
  const words = letter | upper | uncased | mark

  const otherRuns = other & ~continuation & ~((other | space) << 1)
  let alone = otherRuns
  if (continuation != 0) {
    alone |= (alone << 1) & continuation
    alone |= (alone << 1) & continuation
    alone |= (alone << 1) & continuation
  }
  let cuts = otherRuns | (words & ~((words | blank | alone) << 1))

  if (digit != 0) {
    let first = digit & ~(digit << 1)
    if (groups == 1) first = digit
    cuts |= first
    if (groups > 1) {
      strange |= longDigit
      const four = digit & (digit << 1) & (groups == 2 ? ~(<u64>0) : digit << 2) & (digit << groups)
      for (first = (first << groups) & four; first != 0; first = (first << groups) & four) cuts |= first
    }
  }

  let tail: u64 = 0
  if (newline != 0) {
    const first = newline & (other << 1)
    tail = newline & ~(newline + first)
  }
  const runs = (blank | newline) & ~tail
  cuts |= runs & ~(runs << 1)
  let last = blank & ((words | digit | other) >> 1)
  if ((blank & continuation) != 0) last = toFirstBytes(last)
  cuts |= last
  const behind = blank & ((newline & runs) << 1)
  if (behind != 0) cuts |= behindLastNewlines(behind, blank, isWhole)
  if (isWhole && (pass.family & FAMILY_BLANK_END) != 0) cuts &= upToLastRun(runs, valid)

  if (isCased) {
    cuts |= upper & (letter << 1)
    if ((mark | uncased) != 0) strange |= (mark & ~(words << 1)) | (upper & ((uncased | mark) << 1))
    if (tail != 0) strange |= other & (tail << 1) & equal(v128.load(p), v128.load(p, 16), v128.load(p, 32), v128.load(p, 48), 0x2f)
    strange &= ~continuation
  }
  cuts &= ~continuation
  cuts |= 1
  if (hasContractions) cuts = isCased ? cutBehindWordsWithContractions(p, end, cuts, words) : cutBehindContractions(p, end, cuts)
  return cuts & valid
}

function cutBehindContractions(p: usize, end: usize, cuts: u64): u64 {
  for (let quotes = quotesOf(p, cuts & other); quotes != 0; quotes &= quotes - 1) {
    const i = <u64>ctz(quotes)
    const length = contractionOfAnyCaseAt(p + <usize>i + 1, end)
    if (length != 0) cuts = cutAfter(cuts, i + 1, length)
  }
  return cuts
}

function cutBehindWordsWithContractions(p: usize, end: usize, cuts: u64, words: u64): u64 {
  let before: u64 = 64 // where the last one ended: no second one belongs to the same word
  for (let quotes = quotesOf(p, other & (words << 1)); quotes != 0; quotes &= quotes - 1) {
    const i = <u64>ctz(quotes)
    if (i == before) continue
    const length = contractionOfAnyCaseAt(p + <usize>i + 1, end)
    if (length == 0) continue
    cuts = cutAfter(cuts, i, length + 1)
    before = i + 1 + length
    if (before < 64) strange |= mark & (<u64>1 << before)
  }
  return cuts
}

/** Of the places behind a newline where other white space begins, those with no newline at the end of that. */
function behindLastNewlines(places: u64, blank: u64, isWhole: bool): u64 {
  const ends = (blank + places) & ~blank
  for (let wrong = ends & newline; wrong != 0; wrong &= wrong - 1) places &= ~(<u64>1 << startOfRun(blank, ctz(wrong)))
  // a run that goes on behind the window
  if (!isWhole && <i64>blank < 0) places &= ~(<u64>1 << startOfRun(blank, 64))
  return places
}

/** All places up to the start of the run of ones at the end of the text, if there is one. */
function upToLastRun(runs: u64, valid: u64): u64 {
  const end = 64 - clz(valid)
  const start = startOfRun(runs, end)
  return start + 1 < end ? (<u64>2 << start) - 1 : ~(<u64>0)
}

/** Where the run of ones begins that ends before bit `end`. */
function startOfRun(bits: u64, end: u64): u64 {
  const zeros = end == 64 ? ~bits : ~bits & ((<u64>1 << end) - 1)
  return zeros == 0 ? 0 : 64 - clz(zeros)
}
