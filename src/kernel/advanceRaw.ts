import { NO_MEMORY, OK, STRIPS_LEFT, STRIPS_RIGHT } from '../split/kernelLayout'
import { COMPOSED_ROOM, composed, composedBytes, composedTextEnd, composeText } from './compose'
import { allocate } from './memory'
import { BATCH, capacity, counted, ends, endsEnd, give, makeRoom, text } from './passes'
import {
  beginsNow, composedEnd, endSection, hasBegun, initialRoom, leaveOpen, leftEnd, nextEnd, notePut, noteSearched, noteSolid, noteTakenOff, passEnd, prefix,
  prefixBytes, searched, settleInitial, solidEnd, stripsEnds, sureEnd,
} from './raw'
import { blankTail, hasMap, rewrite, room, written } from './rewrite'
import { blankEnd, blankStart } from './strip'
import { anyStripsLeft, findToken, isUndecided, noteStripped, stripsOf, takeEnd, takeToken, token } from './tokens'

/*
 * The way of raw text (raw.ts) to the text that is split. Over and over, for as much of it as there is:
 *
 *   look for the next token, in the section that goes on up to the next end of a document
 *   take off white space that stands where it is stripped, or let it wait where that is not known yet
 *   put behind the text what surely becomes of what stands before the token, and then what was composed; or leave it to the caller
 *   pass over the token, or the end of the document, and end the document that is split there
 *
 * Whenever a batch of text stands behind what the passes have been given, they are given it.
 */

/** When `advanceRaw` is done: how long the text is, and where its last document ended. */
export let textLength: usize = 0
export let lastEnd: usize = 0
/** How much of the text the passes have been given, and where the ends stop that they have not. */
let given: usize = 0
let endsTo: usize = 0

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

/**
 * Takes raw text at the addresses [at, end): what becomes of it is put behind text[…, length), split and counted. The last document before ended at
 * `last`. Returns how far the raw text was taken; what follows is left to the caller, or waits for more. Or returns what is wrong. Before more raw text is given,
 * `startRaw` is to be called.
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
    searchOn(at, limit, isClosed, blank)
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
        at = passToken(reached)
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

/**
 * Looks for the next token in raw text [at, limit), a batch of it, from where the last search ended. What that has found is still there if only a part
 * of the text before it was taken.
 */
function searchOn(at: usize, limit: usize, isClosed: bool, blank: usize): void {
  if (searched > at && (token >= 0 || (searched >= at + (BATCH >> 1) && searched != blank))) return
  const from = max(at, searched)
  let to = min(limit, max(at + BATCH, from + (BATCH >> 1)))
  while (to < limit && (load<u8>(to) & 0xc0) == 0x80) to++
  noteSearched(findToken(from, to, limit, isClosed))
}

/** Takes the token that was found at `place`; returns where it ends. */
function passToken(place: usize): usize {
  isStripping = (stripsOf(token) & STRIPS_RIGHT) != 0
  return place + takeToken(token)
}

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
  return havePut(composedTextEnd - out)
}

let composedTo: usize = 0

/** The same where a map follows. */
function putComposedAndMapped(from: usize, to: usize, isWhole: bool): i32 {
  if (composing == 0) composing = allocate(BATCH + COMPOSED_ROOM)
  if (composing == 0) return NO_MEMORY
  let end = min(to, from + BATCH)
  while (end < to && (load<u8>(end) & 0xc0) == 0x80) end--
  composedTo = composeText(from, end, composing, isWhole && end == to)
  return putRewritten(composing, composedTextEnd)
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
