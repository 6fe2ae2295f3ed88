import { classOf, cut, isReturn, isRight, isSettled, LEADING, ORDER, readOnSure, SETTLED, setReturnsApart, startWindow, UNSURE } from './quickCheck'
import { bytesOf, decode, encodeBefore } from './utf8'

/*
 * Composing, where that is all there is to do: a LEADING code point with marks behind it, in order, and then one that is settled. A mark that is
 * not composed stays, and so do those behind it of the same number.
 */

/**
 * A hash table of `PAIR_SLOTS` slots of three words: [first, second, composed]; with 0 for the second, the number of the last mark in the first, or, of
 * clusters, 1 if all that is replaced and begins with the first is in the table. Of clusters, a carriage return and a line feed may be among them.
 */
let pairs: usize = 0
const PAIR_SLOTS: u32 = 4096
const PAIR_BYTES: usize = 12
/** What was composed, and the marks that stay. */
export const COMPOSED_ROOM: usize = 64
const composedRoom: usize = memory.data(COMPOSED_ROOM)
const MOST_MARK_BYTES: usize = 56
export let composed: usize = 0
export let composedBytes: usize = 0
/** Where what `composeText` wrote ends. */
export let composedTextEnd: usize = 0

/** Whether they are those of a charsmap: of clusters that are replaced as a whole. */
let areOfClusters: bool = false
/** What takes the place of a carriage return and a line feed, which are one cluster; 0: it is not known. */
let lineEnd: u32 = 0
const RETURN: u32 = 0x0d
const LINE_FEED: u32 = 0x0a

export function setPairs(at: usize, ofClusters: bool): void {
  pairs = at
  areOfClusters = ofClusters
  lineEnd = ofClusters ? valueOfPair(RETURN, LINE_FEED) : 0
  setReturnsApart(lineEnd != 0)
}

/** Composes the code point at `at` with what follows, up to `end`. Returns where that ends, or 0 if there is more to do, or more text must come. */
export function compose(at: usize, end: usize, isEnd: bool): usize {
  if (pairs == 0) return 0
  const byte = <usize>load<u8>(at)
  if (isReturn(byte)) return composeLineEnd(at, end, isEnd)
  if (classOf(at, byte) != LEADING) return 0
  return areOfClusters ? composeCluster(at, end, isEnd) : composeMarks(at, end, isEnd)
}

/** A carriage return by itself stays. */
function composeLineEnd(at: usize, end: usize, isEnd: bool): usize {
  if (at + 1 == end && !isEnd) return 0
  composed = at
  composedBytes = 1
  if (at + 1 == end || load<u8>(at, 1) != LINE_FEED) return at + 1
  composeTo(lineEnd)
  return at + 2
}

function composeTo(codePoint: u32): void {
  composed = composedRoom + 4
  composedBytes = encodeBefore(composed, codePoint)
  composed -= composedBytes
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
    if (isSettled(class_) || isReturn(<usize>load<u8>(to))) break
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
  composeTo(whole)
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
 * and leaves the end of what it wrote in `composedTextEnd`. That takes no more room than the text, and COMPOSED_ROOM.
 */
export function composeText(at: usize, end: usize, out: usize, isEnd: bool): usize {
  startWindow()
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
  composedTextEnd = out
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
