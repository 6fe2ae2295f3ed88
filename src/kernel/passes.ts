import { NO_MEMORY, OK, PADDING } from '../split/kernelLayout'
import { countCuts, countPiece, stoppedAt } from './counting'
import { certainEnd, decidePass, makeRoomForCuts, passOverDropped, slidePass, useCuts } from './cuts'
import { noteStarts, slideStarts, startTelling, tellFirst, tellsFirst } from './firsts'
import { passOverIdle } from './idle'
import { findSymbols, readSymbols } from './lookahead'
import { allocate, release, setMemoryLimit } from './memory'
import { Pass, POSITION, SLICE, startPass } from './pass'
import { slideSolid } from './raw'
import { endSegment, readText, startReading } from './read'
import { readShortSegments } from './segments'
import { setTableSpare, startTable } from './table'
import { cutterOf, readWindows } from './windows'

/*
 * The text, and the passes over it. `give` runs them all: each hands its certain cuts on to the next, the last one to the counting table, or to a
 * list of cuts.
 */

const MAX_PASSES: usize = 32

export let text: usize = 0
export let capacity: usize = 0
/** Positions where documents end, u32 each: the caller adds to them. */
export let ends: usize = 0
export let endsEnd: usize = 0
/** All text before this position has been counted. */
export let counted: usize = 0

const passes: usize = memory.data(MAX_PASSES * offsetof<Pass>())
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
  if (<usize>passCount == MAX_PASSES) return NO_MEMORY
  const pass = passNumber(passCount++)
  if (!startPass(pass, tables, syncPairs)) return NO_MEMORY
  pass.cutter = cutterOf(pass.family)
  return OK
}

/** Text is put down, looked through for tokens, split and counted in batches of this many bytes, which stay in the cache meanwhile. */
export const BATCH: usize = 1 << 15

/** Gives the first pass text up to `length`, in which documents end where `ends` say, up to `endsTo`. */
export function give(endsTo: usize, length: usize): i32 {
  if (tellsFirst()) noteStarts(ends, endsTo)
  return runPass(0, ends, endsTo, length)
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
  slideSolid(counted)
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
    if (<i32>cut < 0) passOverDropped(pass, end)
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
