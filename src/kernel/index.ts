import { NO_MEMORY, OK, PADDING } from '../split/kernelLayout'
import { certainEnd, decidePass, makeRoomForCuts, passOverGap, slidePass, useCuts } from './cuts'
import { allocate, release, setMemoryLimit } from './memory'
import { passOverIdle } from './idle'
import { findSymbols, readSymbols } from './lookahead'
import { blankTail, COMPOSED_ROOM, composed, composedBytes, composeText, hasMap, isInRun, rewrite, room, setClasses, setInRun, setMap, setPairs, written } from './normalize'
import { Pass, POSITION, SLICE, startPass } from './pass'
import {
  beginsNow, composedEnd, endSection, hasBegun, initialRoom, isInitialDue, isOpen, leaveOpen, leftEnd, nextEnd, notePut, noteSearched, noteTakenOff, passEnd, passInitial, prefix, prefixBytes, putBytes, searched, setInitial, setPrefix, setRawEnds, setStrippingOfEnds, settleInitial, startRaw, stripsEnds, sureEnd,
} from './raw'
import { noteStarts, setStart, slideStarts, startTelling, tellFirst, tellsFirst } from './firsts'
import { endSegment, readText, startReading } from './read'
import { readSorted, sortedBytes } from './readout'
import { readShortSegments } from './segments'
import { blankEnd, blankStart } from './strip'
import { partitionEnds, sortTable } from './sort'
import { countCuts, countPiece, dropped, pieces, stoppedAt } from './counting'
import { clearTable, setTableSpare, slotCount, slots, startTable, used } from './table'
import { cutterOf, readWindows } from './windows'
import {
  anyStripsLeft, endsAt, findToken, findTokens, found, foundBytes, foundLast, isTextBefore, isTextBehind, isUndecided, noteStripped, noteText, pieceBytes,
  setTokens, startFindingAt, STRIPS_LEFT, STRIPS_RIGHT, stripsOf, takeEnd, takeToken, textsBetween, token,
} from './tokens'

/*
 * The kernel: text in, counts in a table out. The caller puts text and document ends into the kernel's memory and calls `advance`.
 *
 *   document ends → pass 0 → cuts → pass 1 → cuts → … → cuts → counting table
 *
 * Each pass reads text up to where the one before has decided all cuts, in slices, and hands its cuts on whenever its list is half full. So
 * all that is kept between two calls is each pass's state, its slots, and the text from the first piece that has not been counted.
 */

// what is exported here is what JavaScript sees
export { allocate, slots, slotCount, used, pieces, dropped, clearTable, sortTable, partitionEnds, sortedBytes, readSorted }
export { setTokens, found, foundBytes, pieceBytes, foundLast, isTextBefore, isTextBehind, textsBetween }
export { setStart }
export { release, setClasses, setMap, setPairs, setPrefix, setInitial, setRawEnds, startRaw, noteText, leftEnd, isOpen, putBytes }
export { isInRun, setInRun, isInitialDue, passInitial, setStrippingOfEnds }

const MAX_PASSES = 32

export let text: usize = 0
export let capacity: usize = 0
/** Positions where documents end, u32 each: the caller adds to them. */
export let ends: usize = 0
let endsEnd: usize = 0
/** All text before this position has been counted. */
export let counted: usize = 0

const passes: usize = memory.data(32 * offsetof<Pass>())
let passCount: i32 = 0
let pieceLimit: usize = 0
/** Where cuts are put down, u32 each, and where the last of them ends; 0: pieces are counted. */
export let list: usize = 0
export let listEnd: usize = 0
let listRoom: usize = 0
const LIST_BYTES: usize = 1 << 14

function passNumber(k: i32): Pass {
  return changetype<Pass>(passes + <usize>k * offsetof<Pass>())
}

/** Call once. Returns NO_MEMORY or OK. */
export function start(textBytes: usize, endsBytes: usize): i32 {
  capacity = textBytes
  text = allocate(textBytes + PADDING)
  ends = allocate(endsBytes)
  endsEnd = ends + endsBytes
  return text != 0 && ends != 0 && startReading() ? OK : NO_MEMORY
}

/** The memory must not become larger than `limit` bytes; `textBytes` of them are kept for text, the table has the rest. */
export function setLimits(limit: u64, textBytes: u64): void {
  setMemoryLimit(limit)
  setTableSpare(textBytes)
}

/** The pieces are to be counted: pieces of up to `limit` bytes; the rest are random numbers for the hash. */
export function startCounting(limit: usize, a: u64, b: u64, c: u64, d: u64, e: u64): i32 {
  pieceLimit = limit
  return startTable(a, b, c, d, e) ? OK : NO_MEMORY
}

/** The pieces with which documents begin are to be told before they are counted (firsts.ts). The text begins with a document. */
export function startTellingFirst(): i32 {
  return startTelling(endsEnd - ends) ? OK : NO_MEMORY
}

/** The cuts are to be put down in a list from now on, instead of being counted; those that are in it are forgotten. Returns NO_MEMORY or OK. */
export function startCollecting(): i32 {
  if (list == 0) {
    list = allocate(LIST_BYTES)
    listRoom = LIST_BYTES
  }
  listEnd = list
  return list == 0 ? NO_MEMORY : OK
}

/** Adds a split stage: the addresses of its packed tables and of its pairs (split/syncPairs.ts; 0: none). */
export function addPass(tables: usize, syncPairs: usize): i32 {
  if (passCount == MAX_PASSES) return NO_MEMORY
  const pass = passNumber(passCount++)
  if (!startPass(pass, tables, syncPairs)) return NO_MEMORY
  pass.cutter = cutterOf(pass.family)
  return OK
}

/** Splits and counts text[…, length), as far as text to come cannot change it. There are `endCount` document ends in it, in order. */
export function advance(length: usize, endCount: usize): i32 {
  return give(ends + (endCount << 2), length)
}

/** Gives the first pass text up to `length`, in which documents end where `ends` say, up to `endsTo`. */
function give(endsTo: usize, length: usize): i32 {
  if (tellsFirst()) noteStarts(ends, endsTo)
  return runPass(0, ends, endsTo, length)
}

/** Text is looked through for tokens, split and counted in batches of this many bytes, which stay in the cache meanwhile. */
const BATCH: usize = 1 << 15

/**
 * The same for text in which special tokens end documents: looks for those that begin in text[from, length) first. What may be the beginning
 * of one is left for later, unless the text ends here (`isLast`). The last document before ended at `last`. Returns the position where this is, or what is
 * wrong.
 */
export function advanceFinding(from: usize, length: usize, isLast: bool, last: usize): i32 {
  startFindingAt(from, last)
  while (from < length && !isUndecided) {
    let to = min(length, from + BATCH)
    while (to < length && (load<u8>(text + to) & 0xc0) == 0x80) to++
    from = findTokens(text, from, to, length, isLast, ends, endsEnd)
    const status = give(endsAt, from)
    if (status != OK) return status
  }
  return <i32>from
}

/** When `advanceRaw` is done: how long the text is, and where its last document ended. */
export let textLength: usize = 0
export let lastEnd: usize = 0
/** How much of the text the passes have been given, and where the ends stop that they have not. */
let given: usize = 0
let endsTo: usize = 0

/**
 * The same for raw text (raw.ts) at the addresses [at, end): what becomes of it is put behind text[…, length). Returns how far it was taken;
 * what follows is left to the caller, or waits for more. Before more raw text is given, `startRaw` is to be called.
 */
export function advanceRaw(at: usize, end: usize, isLast: bool, length: usize, last: usize): i32 {
  textLength = length
  lastEnd = last
  given = length
  endsTo = ends
  let blank = at + waitingBlank // raw text [at, blank) is white space that waits for a token
  if (searched < blank && waitingBlank != 0) noteSearched(blank) // tokens that strip have none in them
  do {
    const limit = min(end, nextEnd())
    const isClosed = limit == nextEnd() || isLast
    if (isStripping) {
      const behind = blankEnd(at, limit)
      noteStripped(behind - at)
      at = behind
      isStripping = at == limit && !isClosed
    }
    // what was found is still there if only a part of the text before it was taken
    if (searched <= at || (token < 0 && (searched < at + (BATCH >> 1) || searched == blank))) {
      const from = max(at, searched)
      let to = min(limit, max(at + BATCH, from + (BATCH >> 1)))
      while (to < limit && (load<u8>(to) & 0xc0) == 0x80) to++
      noteSearched(findToken(from, to, limit, isClosed))
    }
    const reached = searched
    const isWaiting = token < 0 && (reached == limit || isUndecided)
    let stop = reached // what stands before it is text
    const isEnd = isClosed && reached == limit
    const isStrippedLeft = token >= 0 && (stripsOf(token) & STRIPS_LEFT) != 0
    if (isStrippedLeft || stripsSectionEnds || (token < 0 && anyStripsLeft && !isEnd)) {
      const known = max(at, blank)
      stop = blankStart(known, reached)
      if (stop == known) {
        stop = at
        blank = reached
      }
    }
    const isWhole = token >= 0 || (isEnd && (stop == limit || stripsSectionEnds)) // what follows has nothing to do with it
    if (stripsSectionStarts && !hasBegun) at = blankEnd(at, stop)
    const sure = sureEnd(at, stop, isWhole)
    if (sure == at && stop > at && leftEnd == 0 && composedEnd == 0 && token < 0 && !isWaiting) leaveOpen(stop) // a whole batch in which text cannot be cut
    let status = beginsNow(at, stop) ? put(prefix, prefixBytes) : OK
    if (status == OK) status = putMapped(at, sure)
    at = sure
    if (composedEnd != 0) {
      if (status == OK) status = putMapped(composed, composed + composedBytes)
      if (status == OK) status = putComposed(composedEnd, stop, isWhole)
      if (status != OK) return status
      at = composedTo
      continue
    }
    if (isWhole && token < 0 && at == stop && leftEnd == 0) at = limit
    if (leftEnd == 0 && (token >= 0 || at == nextEnd())) {
      if (token >= 0) {
        if (isStrippedLeft) noteStripped(reached - stop)
        isStripping = (stripsOf(token) & STRIPS_RIGHT) != 0
        at = reached + takeToken(token)
      } else {
        takeEnd()
        passEnd()
      }
      closeSection()
      if (status == OK) status = endPut()
    } else if (isWaiting) break
    if (status != OK) return status
    if (leftEnd != 0) break
  } while (at < end || nextEnd() == at)
  if (isLast && leftEnd == 0) {
    closeSection()
    isStripping = false
  }
  const next = leftEnd == 0 ? at : leftEnd
  waitingBlank = blank > next ? blank - next : 0
  const status = givePut()
  return status == OK ? <i32>at : status
}

/** Whether the token before strips white space that is yet to come. */
let isStripping: bool = false
/** Whether white space is taken off the starts and the ends of sections before all else. */
let stripsSectionStarts: bool = false
let stripsSectionEnds: bool = false

export function setStripping(starts: bool, ends: bool): void {
  stripsSectionStarts = starts
  stripsSectionEnds = ends
}
/** So much white space, from where the next call begins, has been seen already: it must not be looked through with every bit of text. */
let waitingBlank: usize = 0

/** Puts bytes behind the text. */
function put(from: usize, bytes: usize): i32 {
  const status = makeRoomForPut(bytes)
  if (status != OK) return status
  memory.copy(outStart(), from, bytes)
  return havePut(bytes)
}

/** Puts what a map makes of bytes behind the text, or the bytes themselves. */
function putMapped(from: usize, to: usize): i32 {
  return hasMap ? putRewritten(from, to) : put(from, to - from)
}

/*
 * Where white space is taken off the ends of sections, what is white space so far is put behind the text like all, but not given to the passes.
 */

/** All text up to here stays. */
export let solidEnd: usize = 0

/** All text so far stays; the caller has put some of it there. */
export function noteSolid(length: usize): void {
  solidEnd = length
  noteText()
}

function closeSection(): void {
  if (stripsEnds) {
    noteTakenOff(textLength - solidEnd)
    textLength = solidEnd
  }
  endSection()
}

function putRewritten(from: usize, to: usize): i32 {
  if (!stripsEnds) return putRewrittenAsIs(from, to)
  const blank = blankTail(from, to)
  const status = putRewrittenAsIs(from, blank)
  if (status != OK) return status
  if (blank > from) noteSolid(textLength)
  return putRewrittenAsIs(blank, to)
}

function putRewrittenAsIs(from: usize, to: usize): i32 {
  while (from < to) {
    let status = makeRoomForPut(BATCH + room)
    if (status != OK) return status
    const out = outStart()
    from = rewrite(from, to, out, text + capacity)
    status = havePut(written - out)
    if (status != OK) return status
  }
  return OK
}

/** Puts text behind the text, composed, as far as there is nothing else to do: up to `composedTo`. Where one is composed, many are. */
function putComposed(from: usize, to: usize, isWhole: bool): i32 {
  if (hasMap) return putComposedAndMapped(from, to, isWhole)
  const status = makeRoomForPut(to - from + COMPOSED_ROOM)
  if (status != OK) return status
  const out = outStart()
  composedTo = composeText(from, to, out, isWhole)
  return havePut(written - out)
}

let composedTo: usize = 0

/** The same where a map follows. */
function putComposedAndMapped(from: usize, to: usize, isWhole: bool): i32 {
  if (composing == 0) composing = allocate(BATCH + COMPOSED_ROOM)
  if (composing == 0) return NO_MEMORY
  let end = min(to, from + BATCH)
  while (end < to && (load<u8>(end) & 0xc0) == 0x80) end--
  composedTo = composeText(from, end, composing, isWhole && end == to)
  return putRewritten(composing, written)
}

/** Room for text that was composed, before it is mapped. */
let composing: usize = 0

/** Where text is put. */
function outStart(): usize {
  return text + textLength + initialRoom()
}

function havePut(bytes: usize): i32 {
  bytes = settleInitial(text + textLength, bytes)
  notePut(bytes)
  textLength += bytes
  return textLength - given < BATCH ? OK : givePut()
}

/** A token stands behind the text, or a document ends there. */
function endPut(): i32 {
  if (textLength == lastEnd) return OK
  store<u32>(endsTo, <u32>textLength)
  endsTo += 4
  lastEnd = textLength
  return endsTo == endsEnd ? givePut() : OK
}

function makeRoomForPut(bytes: usize): i32 {
  bytes += initialRoom()
  // what is counted stays for a while: then little is moved, and it stays in the cache
  if (textLength + bytes <= capacity && counted <= max<usize>(2 * BATCH, textLength >> 1)) return OK
  const status = givePut()
  if (status != OK) return status
  const moved = counted
  const kept = makeRoom(textLength, bytes)
  if (kept == NO_MEMORY) return kept
  textLength = kept
  given = kept
  lastEnd -= moved
  return OK
}

/** Gives the passes what was put behind the text. */
function givePut(): i32 {
  const to = endsTo
  endsTo = ends
  given = textLength
  return give(to, stripsEnds ? solidEnd : textLength)
}

/** Counts text[start, start + length) as a piece that was met so often, whatever the passes are at. */
export function addPiece(start: usize, length: usize, times: f64): i32 {
  return countPiece(text + start, length, <u64>times) ? OK : NO_MEMORY
}

/**
 * Moves text[counted, length) to the front, to make room; if the free room is then below `wanted`, to a larger place. Returns the new
 * length, or NO_MEMORY.
 */
export function makeRoom(length: usize, wanted: usize): i32 {
  const kept = length - counted
  const from = text + counted
  // a piece that goes on and on must not be moved with every bit of text
  if (kept + wanted > capacity || kept > capacity >> 1) {
    const larger = max(kept + wanted, 2 * capacity)
    const to = allocate(larger + PADDING)
    if (to == 0) return NO_MEMORY
    memory.copy(to, from, kept)
    release(text, capacity + PADDING)
    text = to
    capacity = larger
  } else memory.copy(text, from, kept)
  for (let k = 0; k < passCount; k++) slidePass(passNumber(k), counted)
  slideStarts(counted)
  solidEnd -= counted
  counted = 0
  return <i32>kept
}

/** Runs pass k over the segments that end at the cuts in [inputs, inputEnd), and on towards `limit` in a segment that goes on. */
function runPass(k: i32, inputs: usize, inputEnd: usize, limit: usize): i32 {
  if (k == passCount) return countAll(inputs, inputEnd)
  const pass = passNumber(k)
  for (; inputs < inputEnd; inputs += 4) {
    if (!makeRoomForCuts(pass)) return NO_MEMORY
    const left = readShortSegments(pass, text, inputs, inputEnd, MANY_CUTS)
    if (left != inputs) {
      const status = handOnIfMany(k, pass)
      if (status != OK) return status
      inputs = left
      if (inputs == inputEnd) break
      if (!makeRoomForCuts(pass)) return NO_MEMORY
    }
    const cut = load<u32>(inputs)
    const end = <usize>(cut & POSITION)
    if (<i32>cut < 0) passOverGap(pass, end)
    else {
      const status = readTo(k, pass, end, true)
      if (status != OK) return status
      if (end > pass.segmentStart) endSegment(pass)
    }
    const status = handOnIfMany(k, pass)
    if (status != OK) return status
  }
  const status = readTo(k, pass, limit, false)
  return status == OK ? handOn(k, pass) : status
}

function readTo(k: i32, pass: Pass, to: usize, isEnd: bool): i32 {
  if (pass.backward != 0) return readLookingAhead(k, pass, to, isEnd)
  while (pass.at < to) {
    const before = pass.at
    if (pass.isNearlyIdle) passOverIdle(pass, text, to)
    if (!makeRoomForCuts(pass)) return NO_MEMORY
    // where much was idle, more of it may be near
    const end = min(to, pass.at + (pass.at - before >= BUSY_BYTES ? BUSY_BYTES : SLICE))
    if (pass.family != 0) readWindows(pass, text, end, isEnd && end == to)
    else readText(pass, text, end)
    const status = handOnIfMany(k, pass)
    if (status != OK) return status
  }
  return OK
}

/** Text that is not idle is read backward, and then forward, in stretches of this many bytes, or more where that does not suffice. */
const BUSY_BYTES: usize = 64

/** The same for a pass that looks ahead. What is idle is not looked at; without idle text, all is one stretch. */
function readLookingAhead(k: i32, pass: Pass, to: usize, isEnd: bool): i32 {
  let stretch = pass.idle == 0 ? to : BUSY_BYTES
  while (pass.at < to) {
    passOverIdle(pass, text, to)
    // what has been searched without finding anything is not searched again
    let end = min(to, max(pass.at, pass.searched) + stretch)
    while (end < to && (load<u8>(text + end) & 0xc0) == 0x80) end++
    if (!findSymbols(pass, text, end, isEnd && end == to)) return NO_MEMORY
    if (pass.known == pass.at) {
      if (end == to) break // what follows has a say in it
      stretch *= 2
    }
    while (pass.at < pass.known) {
      if (!makeRoomForCuts(pass)) return NO_MEMORY
      readSymbols(pass, text, min(pass.known, pass.at + SLICE))
      const status = handOnIfMany(k, pass)
      if (status != OK) return status
    }
  }
  return OK
}

const MANY_CUTS: usize = 4 * 4096

function handOnIfMany(k: i32, pass: Pass): i32 {
  return certainEnd(pass) - pass.used >= MANY_CUTS ? handOn(k, pass) : OK
}

/** Gives the certain cuts of pass k to the next pass, or to the counting table. */
function handOn(k: i32, pass: Pass): i32 {
  const decided = decidePass(pass)
  const status = runPass(k + 1, pass.used, certainEnd(pass), decided)
  useCuts(pass)
  return status
}

function countAll(cuts: usize, cutEnd: usize): i32 {
  if (cuts == cutEnd) return OK
  if (list != 0) return collectAll(cuts, cutEnd)
  if (tellsFirst()) tellFirst(text, cuts, cutEnd)
  const status = countCuts(text, counted, cuts, cutEnd, pieceLimit)
  if (status != OK) {
    counted = stoppedAt // for who tells where it is
    return status
  }
  counted = <usize>(load<u32>(cutEnd - 4) & POSITION)
  return OK
}

function collectAll(cuts: usize, cutEnd: usize): i32 {
  if (!makeRoomInList(cutEnd - cuts)) return NO_MEMORY
  for (; cuts < cutEnd; cuts += 4) {
    const cut = load<u32>(cuts)
    if (<usize>(cut & POSITION) == counted) continue
    store<u32>(listEnd, cut)
    listEnd += 4
    counted = <usize>(cut & POSITION)
  }
  return OK
}

/** Returns false if there is no memory. */
function makeRoomInList(bytes: usize): bool {
  const used = listEnd - list
  if (used + bytes <= listRoom) return true
  const room = max(used + bytes, 2 * listRoom)
  const larger = allocate(room)
  if (larger == 0) return false
  memory.copy(larger, list, used)
  release(list, listRoom)
  list = larger
  listEnd = larger + used
  listRoom = room
  return true
}
