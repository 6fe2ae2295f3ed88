import {
  ACTION_BYTES, BLOCK_BITS, DECIDED_HERE, DECIDED_LAST_CUT, ENTRY_ACTION, ENTRY_ACTION_MASK, ENTRY_ACTION_SHIFT, ENTRY_NEXT_SHIFT,
  HEADER_ACTIONS, HEADER_ASCII, HEADER_BLOCKS, HEADER_CLASSES, HEADER_DECIDED, HEADER_DROPS_GAPS, HEADER_PAGES, HEADER_ROW_BYTES, HEADER_ROWS, HEADER_STATES,
  MAX_SLOTS, NO_MARK, SOURCE_NEW_MARK, SOURCE_NOW, SOURCE_NOW_GAP,
} from '../pattern/layout'
import { allocate, release } from './memory'

/*
 * One split stage at work: the machine of its packed tables (layout.ts) and where it stands in the text.
 *
 *   for each code point c at position p:
 *     entry = row[class of c]
 *     slots[entry.slot] = p            slots that hold nothing yet are written and not read: no branch is needed for "no cut here"
 *     slots += entry.leaving           that many slots are cuts now
 *     row = entry.next
 *
 * One step has to wait for the one before, and little else happens meanwhile; so two places of the text are read in turn, which takes hardly
 * longer than one (`readTwoPlaces`). The second place is one where the state is known whatever came before.
 *
 * Cuts and slots are one array, `cuts`: the slots begin where the cuts end (`cutEnd`). A mark is a place in this array; the cuts behind the
 * first mark are not certain. They may become very many, so the array can grow.
 */

export const GAP: u32 = 0x80000000
export const POSITION: u32 = 0x7fffffff

/** Text that is split at one go. */
export const SLICE: usize = 16384
/** Room for what one slice can add to the cuts, and for the slots. */
const SLICE_ROOM: usize = (SLICE + 128) * 4
const CUT_LIST_BYTES: usize = 2 * SLICE_ROOM
const MAX_MARKS: usize = 64

@unmanaged
export class Pass {
  rows: usize
  /** Bytes from one row to the next. */
  rowBytes: usize
  /** Where in a row the entries for classes begin: behind those for the ASCII code points, if it has these. */
  classColumns: usize
  ascii: usize
  pages: usize
  blocks: usize
  actions: usize
  decidedTable: usize
  /** Number of classes; the entry for the end of a segment is behind those for classes. */
  classes: usize
  dropsGaps: u32
  /** By two classes: the state after them, or NO_SYNC. 0: there is no such table. */
  syncPairs: usize
  /** The state, as the address of its row. */
  row: usize
  /** Text before this position has been read. */
  at: usize
  /** Where the segment begins that `at` is in. */
  segmentStart: usize
  /** The last cut that was certain when the list was cleared. */
  lastCut: usize
  cuts: usize
  cutEnd: usize
  /** Cuts before this place have been used. */
  used: usize
  /** End of the array. */
  room: usize
  marks: usize
  markCount: usize
}

/** Returns false if there is no memory. */
export function startPass(pass: Pass, tables: usize, syncPairs: usize): bool {
  pass.ascii = tables + word(tables, HEADER_ASCII)
  pass.pages = tables + word(tables, HEADER_PAGES)
  pass.blocks = tables + word(tables, HEADER_BLOCKS)
  pass.actions = tables + word(tables, HEADER_ACTIONS)
  pass.decidedTable = tables + word(tables, HEADER_DECIDED)
  pass.classes = word(tables, HEADER_CLASSES)
  pass.dropsGaps = <u32>word(tables, HEADER_DROPS_GAPS)
  pass.syncPairs = syncPairs
  if (!setRows(pass, tables + word(tables, HEADER_ROWS), word(tables, HEADER_ROW_BYTES), word(tables, HEADER_STATES))) return false
  pass.row = pass.rows
  pass.at = 0
  pass.segmentStart = 0
  pass.lastCut = 0
  const cuts = allocate(CUT_LIST_BYTES)
  pass.marks = allocate(MAX_MARKS * 4)
  if (cuts == 0 || pass.marks == 0) return false
  pass.cuts = cuts
  pass.cutEnd = cuts
  pass.used = cuts
  pass.room = cuts + CUT_LIST_BYTES
  pass.markCount = 0
  return true
}

function word(tables: usize, index: i32): usize {
  return <usize>load<u32>(tables + (<usize>index << 2))
}

const ASCII_COLUMNS: usize = 128 * 4
const MAX_WIDE_ROWS: usize = 1 << 18

/** Rows get an entry for each ASCII code point, to save looking its class up, unless that makes them too large. */
function setRows(pass: Pass, rows: usize, rowBytes: usize, states: usize): bool {
  const wideBytes = ASCII_COLUMNS + rowBytes
  pass.rows = rows
  pass.rowBytes = rowBytes
  pass.classColumns = 0
  if (states * wideBytes > MAX_WIDE_ROWS) return true
  const wide = allocate(states * wideBytes)
  if (wide == 0) return false
  for (let state: usize = 0; state < states; state++) {
    const from = rows + state * rowBytes
    const to = wide + state * wideBytes
    for (let byte: usize = 0; byte < 128; byte++) store<u32>(to + (byte << 2), widen(load<u32>(from + (<usize>load<u8>(pass.ascii + byte) << 2)), rowBytes, wideBytes))
    for (let column: usize = 0; column < rowBytes; column += 4) store<u32>(to + ASCII_COLUMNS + column, widen(load<u32>(from + column), rowBytes, wideBytes))
  }
  pass.rows = wide
  pass.rowBytes = wideBytes
  pass.classColumns = ASCII_COLUMNS
  return true
}

/** The same entry for rows of another size. */
function widen(entry: u32, rowBytes: usize, wideBytes: usize): u32 {
  const state = <usize>(entry >>> ENTRY_NEXT_SHIFT) / rowBytes
  return (<u32>(state * wideBytes) << ENTRY_NEXT_SHIFT) | (entry & ((1 << ENTRY_NEXT_SHIFT) - 1))
}

/** Reads text[at, to), whole code points. */
export function readText(pass: Pass, text: usize, to: usize): void {
  if (to > pass.at + TWO_PLACES_BYTES && pass.syncPairs != 0 && pass.classColumns != 0) readTwoPlaces(pass, text, to)
  readOnePlace(pass, text, to)
}

function readOnePlace(pass: Pass, text: usize, to: usize): void {
  const ascii = pass.ascii
  const rows = pass.rows + pass.classColumns
  const end = text + to
  let row = pass.row - pass.rows
  let cut = pass.cutEnd
  let p = text + pass.at
  while (p < end) {
    const byte = <usize>load<u8>(p)
    const position = <u32>(p - text)
    let class_: usize
    if (byte < 0x80) {
      class_ = load<u8>(ascii + byte)
      p += 1
    } else {
      class_ = classOfLong(pass, p, byte)
      p += bytesOfLong(byte)
    }
    const entry = load<u32>(row + (rows + (class_ << 2)))
    if (entry & ENTRY_ACTION) cut = act(pass, entry, cut, position)
    else {
      // bits 2–6 and 7–11, each times four
      store<u32>(cut + (entry & 0x7c), position | (entry << 31))
      cut += (entry >>> 5) & 0x7c
    }
    row = entry >>> ENTRY_NEXT_SHIFT
  }
  pass.row = pass.rows + row
  pass.cutEnd = cut
  pass.at = p - text
}

/** The class of a code point of two to four bytes. */
function classOfLong(pass: Pass, p: usize, byte: usize): usize {
  let page: usize
  let last: usize
  if (byte < 0xe0) {
    page = byte & 31
    last = load<u8>(p, 1)
  } else if (byte < 0xf0) {
    page = ((byte & 15) << 6) | (load<u8>(p, 1) & 63)
    last = load<u8>(p, 2)
  } else {
    page = ((byte & 7) << 12) | ((<usize>load<u8>(p, 1) & 63) << 6) | (load<u8>(p, 2) & 63)
    last = load<u8>(p, 3)
  }
  return load<u8>(pass.blocks + (<usize>load<u16>(pass.pages + (page << 1)) << BLOCK_BITS) + (last & 63))
}

function bytesOfLong(byte: usize): usize {
  return 2 + <usize>(byte >= 0xe0) + <usize>(byte >= 0xf0)
}

/** Below this, one place is as good. */
const TWO_PLACES_BYTES: usize = 1024
/** How far from the middle a place with a known state is looked for. */
const SEARCH_BYTES: usize = 256
const NO_SYNC: u32 = 0xffffffff
/** The cuts of the second place, until those of the first are complete. */
const secondCuts: usize = memory.data(4 * (16384 + 128))

/**
 * Reads text[at, middle) and text[middle, to) in turn, for a middle where the state is known. When it returns, all text before `pass.at` has
 * been read; there may be a rest. Entries that are actions are left to `readOnePlace`.
 */
function readTwoPlaces(pass: Pass, text: usize, to: usize): void {
  const middle = findMiddle(pass, text, to)
  if (middle == 0) return
  const rows = pass.rows
  const classRows = rows + pass.classColumns
  const ascii = pass.ascii
  const end = text + middle
  const secondEnd = text + to
  let row = pass.row - rows
  let secondRow = <usize>middleState * pass.rowBytes
  let cut = pass.cutEnd
  let secondCut = secondCuts
  let p = text + pass.at
  let q = end
  while (p < end && q < secondEnd) {
    const bytes = load<u32>(p)
    const secondBytes = load<u32>(q)
    if (((bytes | secondBytes) & 0x80808080) == 0 && p + 4 <= end && q + 4 <= secondEnd) {
      // four ASCII code points at each place, the same lines four times
      let entry = load<u32>(row + (rows + ((bytes << 2) & 0x1fc)))
      let secondEntry = load<u32>(secondRow + (rows + ((secondBytes << 2) & 0x1fc)))
      if ((entry | secondEntry) & ENTRY_ACTION) break
      store<u32>(cut + (entry & 0x7c), <u32>(p - text) | (entry << 31))
      store<u32>(secondCut + (secondEntry & 0x7c), <u32>(q - text) | (secondEntry << 31))
      cut += (entry >>> 5) & 0x7c
      secondCut += (secondEntry >>> 5) & 0x7c
      row = entry >>> ENTRY_NEXT_SHIFT
      secondRow = secondEntry >>> ENTRY_NEXT_SHIFT
      p++
      q++
      entry = load<u32>(row + (rows + ((bytes >>> 6) & 0x1fc)))
      secondEntry = load<u32>(secondRow + (rows + ((secondBytes >>> 6) & 0x1fc)))
      if ((entry | secondEntry) & ENTRY_ACTION) break
      store<u32>(cut + (entry & 0x7c), <u32>(p - text) | (entry << 31))
      store<u32>(secondCut + (secondEntry & 0x7c), <u32>(q - text) | (secondEntry << 31))
      cut += (entry >>> 5) & 0x7c
      secondCut += (secondEntry >>> 5) & 0x7c
      row = entry >>> ENTRY_NEXT_SHIFT
      secondRow = secondEntry >>> ENTRY_NEXT_SHIFT
      p++
      q++
      entry = load<u32>(row + (rows + ((bytes >>> 14) & 0x1fc)))
      secondEntry = load<u32>(secondRow + (rows + ((secondBytes >>> 14) & 0x1fc)))
      if ((entry | secondEntry) & ENTRY_ACTION) break
      store<u32>(cut + (entry & 0x7c), <u32>(p - text) | (entry << 31))
      store<u32>(secondCut + (secondEntry & 0x7c), <u32>(q - text) | (secondEntry << 31))
      cut += (entry >>> 5) & 0x7c
      secondCut += (secondEntry >>> 5) & 0x7c
      row = entry >>> ENTRY_NEXT_SHIFT
      secondRow = secondEntry >>> ENTRY_NEXT_SHIFT
      p++
      q++
      entry = load<u32>(row + (rows + ((bytes >>> 22) & 0x1fc)))
      secondEntry = load<u32>(secondRow + (rows + ((secondBytes >>> 22) & 0x1fc)))
      if ((entry | secondEntry) & ENTRY_ACTION) break
      store<u32>(cut + (entry & 0x7c), <u32>(p - text) | (entry << 31))
      store<u32>(secondCut + (secondEntry & 0x7c), <u32>(q - text) | (secondEntry << 31))
      cut += (entry >>> 5) & 0x7c
      secondCut += (secondEntry >>> 5) & 0x7c
      row = entry >>> ENTRY_NEXT_SHIFT
      secondRow = secondEntry >>> ENTRY_NEXT_SHIFT
      p++
      q++
      continue
    }
    const byte = <usize>(bytes & 0xff)
    const secondByte = <usize>(secondBytes & 0xff)
    const class_: usize = byte < 0x80 ? load<u8>(ascii + byte) : classOfLong(pass, p, byte)
    const secondClass: usize = secondByte < 0x80 ? load<u8>(ascii + secondByte) : classOfLong(pass, q, secondByte)
    const entry = load<u32>(row + (classRows + (class_ << 2)))
    const secondEntry = load<u32>(secondRow + (classRows + (secondClass << 2)))
    if ((entry | secondEntry) & ENTRY_ACTION) break
    store<u32>(cut + (entry & 0x7c), <u32>(p - text) | (entry << 31))
    cut += (entry >>> 5) & 0x7c
    row = entry >>> ENTRY_NEXT_SHIFT
    store<u32>(secondCut + (secondEntry & 0x7c), <u32>(q - text) | (secondEntry << 31))
    secondCut += (secondEntry >>> 5) & 0x7c
    secondRow = secondEntry >>> ENTRY_NEXT_SHIFT
    p += byte < 0x80 ? 1 : bytesOfLong(byte)
    q += secondByte < 0x80 ? 1 : bytesOfLong(secondByte)
  }
  pass.row = rows + row
  pass.cutEnd = cut
  pass.at = p - text
  readOnePlace(pass, text, middle)
  // the machine is now in the state in which the second place began, and nothing is open
  memory.copy(pass.cutEnd, secondCuts, secondCut - secondCuts + 4 * MAX_SLOTS)
  pass.cutEnd += secondCut - secondCuts
  pass.row = rows + secondRow
  pass.at = q - text
}

let middleState: u32 = 0

/** A position near the middle of text[at, to) where the state, then in `middleState`, is known; 0 if there is none. */
function findMiddle(pass: Pass, text: usize, to: usize): usize {
  let p = text + ((pass.at + to) >>> 1)
  const end = p + SEARCH_BYTES
  while ((load<u8>(p) & 0xc0) == 0x80) p++
  const classes = pass.classes
  let before: usize = classes
  while (p < end) {
    const byte = <usize>load<u8>(p)
    const class_: usize = byte < 0x80 ? load<u8>(pass.ascii + byte) : classOfLong(pass, p, byte)
    p += byte < 0x80 ? 1 : bytesOfLong(byte)
    if (before < classes) {
      middleState = load<u32>(pass.syncPairs + ((before * classes + class_) << 2))
      if (middleState != NO_SYNC) return p - text
    }
    before = class_
  }
  return 0
}

/** Ends the segment at the position reached: everything is decided now, and the machine is back in its first state. */
export function endSegment(pass: Pass): void {
  const position = <u32>pass.at
  const entry = load<u32>(pass.row + pass.classColumns + (pass.classes << 2))
  if (entry & ENTRY_ACTION) pass.cutEnd = act(pass, entry, pass.cutEnd, position)
  else {
    store<u32>(pass.cutEnd + (entry & 0x7c), position | (entry << 31))
    pass.cutEnd += (entry >>> 5) & 0x7c
  }
  pass.row = pass.rows
  pass.segmentStart = pass.at
}

/** A cut that the stage before made and that ends text which is in no piece. The machine is in its first state. */
export function passOverGap(pass: Pass, end: usize): void {
  store<u32>(pass.cutEnd, <u32>end | GAP)
  pass.cutEnd += 4
  pass.at = end
  pass.segmentStart = end
}

const oldSlots: usize = memory.data(4 * 32)
const oldMarks: usize = memory.data(4 * 64)

/** A step that does more than one store and a shift (layout.ts, actions). Returns the new end of the cuts. */
function act(pass: Pass, entry: u32, cutEnd: usize, position: u32): usize {
  const action = pass.actions + <usize>((entry >>> ENTRY_ACTION_SHIFT) & ENTRY_ACTION_MASK) * ACTION_BYTES
  const slotCount = <usize>load<u8>(action)
  const back = <usize>load<u8>(action, 2)
  memory.copy(oldSlots, cutEnd, 4 * MAX_SLOTS)
  memory.copy(oldMarks, pass.marks, 4 * pass.markCount)
  if (back != NO_MARK) cutEnd = <usize>load<u32>(oldMarks + (back << 2))
  for (let slot: usize = 0; slot < slotCount; slot++) {
    const source = <i32>load<u8>(action + slot, 4)
    const value = source == SOURCE_NOW ? position : source == SOURCE_NOW_GAP ? position | GAP : load<u32>(oldSlots + (<usize>source << 2))
    store<u32>(cutEnd + (slot << 2), value)
  }
  pass.markCount = <usize>load<u8>(action, 3)
  for (let mark: usize = 0; mark < pass.markCount; mark++) {
    const source = <usize>load<u8>(action + slotCount + mark, 4)
    const isOld = source < <usize>SOURCE_NEW_MARK
    const value = isOld ? load<u32>(oldMarks + (source << 2)) : <u32>(cutEnd + ((source - SOURCE_NEW_MARK) << 2))
    store<u32>(pass.marks + (mark << 2), value)
  }
  return cutEnd + (<usize>load<u8>(action, 1) << 2)
}

/** Where the certain cuts end. */
export function certainEnd(pass: Pass): usize {
  return pass.markCount == 0 ? pass.cutEnd : <usize>load<u32>(pass.marks)
}

/**
 * Up to where no more cuts will come: the stage that follows may read that far. A gap that goes on and is in no piece is cut here, so that
 * its text need not be kept.
 */
export function decidePass(pass: Pass): usize {
  const kind = <i32>load<u8>(pass.decidedTable + (pass.row - pass.rows) / pass.rowBytes)
  const certain = certainEnd(pass)
  const last = certain > pass.used ? <usize>(load<u32>(certain - 4) & POSITION) : pass.lastCut
  if (kind == DECIDED_LAST_CUT) return last
  const decided = kind == DECIDED_HERE ? pass.at : <usize>(load<u32>(pass.cutEnd + (<usize>kind << 2)) & POSITION)
  if (pass.dropsGaps != 0 && decided > last) {
    memory.copy(pass.cutEnd + 4, pass.cutEnd, 4 * MAX_SLOTS)
    store<u32>(pass.cutEnd, <u32>decided | GAP)
    pass.cutEnd += 4
  }
  return decided
}

/** The certain cuts have been used. */
export function useCuts(pass: Pass): void {
  const certain = certainEnd(pass)
  if (certain == pass.used) return
  pass.lastCut = <usize>(load<u32>(certain - 4) & POSITION)
  pass.used = certain
  // to the front with the rest, if that is not more than what has been used: so that all moves together are linear
  if (pass.cutEnd - certain <= certain - pass.cuts) moveCuts(pass, pass.cuts)
}

/** Makes room for the cuts of one more slice. Returns false if there is no memory. */
export function makeRoomForCuts(pass: Pass): bool {
  if (pass.cutEnd + SLICE_ROOM <= pass.room) return true
  const old = pass.cuts
  const bytes = pass.room - old
  const larger = allocate(2 * bytes)
  if (larger == 0) return false
  moveCuts(pass, larger)
  pass.room = larger + 2 * bytes
  release(old, bytes)
  return true
}

/** Moves the cuts that have not been used, and the slots, to another place. */
function moveCuts(pass: Pass, to: usize): void {
  memory.copy(to, pass.used, pass.cutEnd - pass.used + 4 * MAX_SLOTS)
  for (let mark: usize = 0; mark < pass.markCount; mark++) {
    const at = pass.marks + (mark << 2)
    store<u32>(at, load<u32>(at) - <u32>(pass.used - to))
  }
  pass.cutEnd -= pass.used - to
  pass.used = to
  pass.cuts = to
}

/** Text has moved towards the front by `shift` bytes. */
export function slidePass(pass: Pass, shift: usize): void {
  pass.at -= shift
  pass.segmentStart = pass.segmentStart > shift ? pass.segmentStart - shift : 0
  pass.lastCut = pass.lastCut > shift ? pass.lastCut - shift : 0
  // slots that hold nothing may become any number; they are not read
  const end = pass.cutEnd + 4 * MAX_SLOTS
  for (let at = pass.used; at < end; at += 4) store<u32>(at, load<u32>(at) - <u32>shift)
}
