import { DROPPED_BIT } from '../pattern/layout'
import { membersOf } from './idle'

/*
 * Added tokens: found in the text before it is split. Some are separators, and end documents; others are pieces of their own, and are counted
 * elsewhere. Text is cut at both.
 *
 *   for each place p of the text:
 *     walk the trie of the tokens from p (added/tokenTrie.ts); the longest token on the way is taken, and p goes on behind it
 *
 * Places where no token begins are passed over 16 or 64 at a time. If the tokens begin with one or two bytes only, as most do, these and what
 * follows them are looked for; else all their first bytes, as a set.
 */

const NONE: i32 = -1
/** More text must come first. */
const UNDECIDED: i32 = -2

// the trie (added/tokenTrie.ts, PackedTrie), as addresses
/** No address: there are no tokens. */
let nodes: usize = 0
let labels: usize = 0
let steps: usize = 0
let slotBits: u32 = 0
let lengths: usize = 0
/** How often each token was found, u64 each. */
let counts: usize = 0
/** Whether each is a piece, one byte each. */
let arePieces: usize = 0
/** The bytes that tokens begin with, as a set. */
let firstBytes: usize = 0
/** If these are at most two: each, the byte that follows it, and a mask for that one, 0 if there are several. Else no address. */
let pairs: usize = 0
/** What each strips, STRIPS_LEFT and STRIPS_RIGHT, one byte each; no address: none strips anything. */
let strips: usize = 0
/** Whether any token strips white space on its left. */
export let anyStripsLeft: bool = false

/** Sets the tokens to look for; `trie` is the address of the words that say where its parts are, in the order of those above. */
export function setTokens(trie: usize): void {
  nodes = word(trie, 0)
  labels = word(trie, 1)
  steps = word(trie, 2)
  slotBits = <u32>word(trie, 3)
  lengths = word(trie, 4)
  counts = word(trie, 5)
  arePieces = word(trie, 6)
  firstBytes = word(trie, 7)
  pairs = word(trie, 8)
  strips = word(trie, 9)
  anyStripsLeft = word(trie, 10) != 0
}

function word(address: usize, index: usize): usize {
  return <usize>load<u32>(address + (index << 2))
}

/** Separators found since `startFinding`, and the bytes of them. */
export let found: u32 = 0
export let foundBytes: u32 = 0
/** Bytes of tokens found that are pieces. */
export let pieceBytes: u32 = 0
/** Whether there is text before the first separator. */
export let isTextBefore: bool = false
/** How many separators have text between them and the one before. */
export let textsBetween: u32 = 0
/** Whether there is text behind the last separator, or without any. */
export let isTextBehind: bool = false
/** The text ends with what may be the beginning of a token. */
export let isUndecided: bool = false

export function startFinding(): void {
  found = 0
  foundBytes = 0
  pieceBytes = 0
  isTextBefore = false
  textsBetween = 0
  isTextBehind = false
  isUndecided = false
}

/** What a token strips. */
export function stripsOf(token: i32): u32 {
  return strips == 0 ? 0 : load<u8>(strips + <usize>token)
}

/** Takes note of white space that a separator has stripped. */
export function noteStripped(bytes: usize): void {
  foundBytes += <u32>bytes
}

/** There is text behind what was found last. */
export function noteText(): void {
  isTextBehind = true
}

/** Takes note of a token; returns how long it is. */
export function takeToken(token: i32): usize {
  const length = load<u32>(lengths + (<usize>token << 2))
  const count = counts + (<usize>token << 3)
  store<u64>(count, load<u64>(count) + 1)
  if (load<u8>(arePieces + <usize>token) != 0) {
    pieceBytes += length
    isTextBehind = true
    return <usize>length
  }
  takeEnd()
  foundBytes += length
  return <usize>length
}

/** Takes note of the end of a document, a separator of no bytes. */
export function takeEnd(): void {
  if (found == 0) isTextBefore = isTextBehind
  else if (isTextBehind) textsBetween++
  isTextBehind = false
  found++
}

/** Where the last token, or what else was no text, ends. */
export let foundLast: usize = 0
/** Where the text ends that has been looked through. */
let foundTo: usize = 0

/** Text from this position on is looked through; the last document ended at `last`. */
export function startFindingAt(from: usize, last: usize): void {
  startFinding()
  foundLast = last
  foundTo = from
}

/**
 * Looks for tokens that begin in text[at, to) and puts down where they begin and end, from `ends` on, until `endsEnd` is near. Text goes on up
 * to `textEnd`, and no farther if `isLast`. Returns where the search stopped; `endsAt` is where the ends stop then.
 */
export function findTokens(text: usize, at: usize, to: usize, textEnd: usize, isLast: bool, ends: usize, endsEnd: usize): usize {
  endsAt = ends
  while (at < to && endsAt + 8 <= endsEnd) {
    at = findToken(text + at, text + to, text + textEnd, isLast) - text
    if (at > foundTo) noteText()
    foundTo = at
    if (token < 0) break
    at = note(token, at)
    foundTo = at
  }
  return at
}

/** The token that was found last; negative if there was none, or it is not decided yet. */
export let token: i32 = NONE

/** The first place in [p, to) where a token begins, or may (`isUndecided`), or `to`. */
export function findToken(p: usize, to: usize, textEnd: usize, isLast: bool): usize {
  token = NONE
  isUndecided = false
  if (nodes == 0) return to
  for (; p < to; p++) {
    p = findBeginning(p, to)
    if (p == to) break
    token = tokenAt(p, textEnd, isLast)
    if (token == NONE) continue
    isUndecided = token == UNDECIDED
    break
  }
  return p
}

export let endsAt: usize = 0

/** Puts down where a token begins and ends; returns where it ends. */
function note(token: i32, start: usize): usize {
  if (start != foundLast) {
    store<u32>(endsAt, <u32>start)
    endsAt += 4
  }
  foundLast = start + takeToken(token)
  store<u32>(endsAt, <u32>foundLast | DROPPED_BIT)
  endsAt += 4
  return foundLast
}

/** The longest token at p, or NONE. Where the text ends and goes on, a longer one may be to come: UNDECIDED. */
function tokenAt(p: usize, end: usize, isLast: bool): i32 {
  let longest = NONE
  let number: u32 = 0
  let node = nodes
  while (p < end) {
    number = nodeBehind(number, load<u8>(p))
    if (number == 0) return longest
    node = nodes + (<usize>number << 4)
    const labelEnd = labels + load<u32>(node, 4)
    for (let label = labels + load<u32>(node); label < labelEnd; label++, p++) {
      if (p == end) return isLast ? longest : UNDECIDED
      if (load<u8>(p) != load<u8>(label)) return longest
    }
    const token = load<i32>(node, 8)
    if (token != NONE) longest = token
  }
  return isLast || load<u32>(node, 12) != 0 ? longest : UNDECIDED
}

/** The node that follows another where the text goes on with a byte; 0: none. */
function nodeBehind(node: u32, byte: u32): u32 {
  const step = (node << 8) | byte
  const mask: u32 = (1 << slotBits) - 1
  let slot: u32 = (step * 0x9e3779b1) >> (32 - slotBits)
  while (!isStep(slot, step)) slot = (slot + 1) & mask
  return load<u32>(steps + (<usize>slot << 3), 4)
}

/** Whether the search for a step ends in a slot. */
@inline function isStep(slot: u32, step: u32): bool {
  const at = steps + (<usize>slot << 3)
  return load<u32>(at, 4) == 0 || load<u32>(at) == step
}

/** The first place in [p, end) where a token may begin, or `end`. Up to 80 bytes behind `end` are loaded. */
function findBeginning(p: usize, end: usize): usize {
  return min(pairs != 0 ? findPair(p, end) : findFirstByte(p, end), end)
}

/** Of the last place only the first byte is looked at: what follows may be no text. */
function findPair(p: usize, end: usize): usize {
  const a = v128.load8_splat(pairs)
  const b = v128.load8_splat(pairs, 1)
  const maskB = v128.load8_splat(pairs, 2)
  const c = v128.load8_splat(pairs, 3)
  const d = v128.load8_splat(pairs, 4)
  const maskD = v128.load8_splat(pairs, 5)
  const last = end - 1
  const isOne = load<u8>(pairs) == load<u8>(pairs, 3)
  for (; p < last; p += 64) {
    if (!(isOne ? isIn64(p, a) : isEitherIn64(p, a, c))) continue
    // only now what follows is looked at
    for (let at = p; at < p + 64; at += 16) {
      const bytes = v128.load(at)
      const following = v128.load(at, 1)
      const found = i8x16.bitmask(v128.or(isPair(bytes, following, a, b, maskB), isPair(bytes, following, c, d, maskD)))
      if (found != 0) return min(at + <usize>ctz(found), last)
    }
  }
  return min(p, last)
}

@inline function isIn64(p: usize, a: v128): bool {
  const x = v128.or(i8x16.eq(v128.load(p), a), i8x16.eq(v128.load(p, 16), a))
  const y = v128.or(i8x16.eq(v128.load(p, 32), a), i8x16.eq(v128.load(p, 48), a))
  return v128.any_true(v128.or(x, y))
}

@inline function isEitherIn64(p: usize, a: v128, c: v128): bool {
  const x = v128.or(isEither(v128.load(p), a, c), isEither(v128.load(p, 16), a, c))
  const y = v128.or(isEither(v128.load(p, 32), a, c), isEither(v128.load(p, 48), a, c))
  return v128.any_true(v128.or(x, y))
}

@inline function isEither(bytes: v128, a: v128, b: v128): v128 {
  return v128.or(i8x16.eq(bytes, a), i8x16.eq(bytes, b))
}

@inline function isPair(bytes: v128, following: v128, first: v128, second: v128, mask: v128): v128 {
  return v128.and(i8x16.eq(bytes, first), i8x16.eq(v128.and(following, mask), second))
}

function findFirstByte(p: usize, end: usize): usize {
  const lower = v128.load(firstBytes)
  const upper = v128.load(firstBytes, 16)
  for (; p < end; p += 16) {
    const members = membersOf(lower, upper, v128.load(p))
    if (v128.any_true(members)) return p + <usize>ctz(i8x16.bitmask(i8x16.ne(members, i8x16.splat(0))))
  }
  return p
}
