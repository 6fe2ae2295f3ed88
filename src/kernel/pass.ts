import {
  ACTION_BYTES, BLOCK_BITS, DECIDED_HERE, DECIDED_LAST_CUT, ENTRY_ACTION, ENTRY_ACTION_MASK, ENTRY_ACTION_SHIFT, ENTRY_NEXT_SHIFT,
  HEADER_ACTIONS, HEADER_ASCII, HEADER_BLOCKS, HEADER_CLASSES, HEADER_DECIDED, HEADER_DROPS_GAPS, HEADER_PAGES, HEADER_ROW_BYTES, HEADER_ROWS,
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
  ascii: usize
  pages: usize
  blocks: usize
  actions: usize
  decidedTable: usize
  rowBytes: usize
  /** Offset of a row's last entry. */
  endColumn: usize
  dropsGaps: u32
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
export function startPass(pass: Pass, tables: usize): bool {
  const cuts = allocate(CUT_LIST_BYTES)
  pass.marks = allocate(MAX_MARKS * 4)
  if (cuts == 0 || pass.marks == 0) return false
  pass.rows = tables + word(tables, HEADER_ROWS)
  pass.ascii = tables + word(tables, HEADER_ASCII)
  pass.pages = tables + word(tables, HEADER_PAGES)
  pass.blocks = tables + word(tables, HEADER_BLOCKS)
  pass.actions = tables + word(tables, HEADER_ACTIONS)
  pass.decidedTable = tables + word(tables, HEADER_DECIDED)
  pass.rowBytes = word(tables, HEADER_ROW_BYTES)
  pass.endColumn = word(tables, HEADER_CLASSES) << 2
  pass.dropsGaps = <u32>word(tables, HEADER_DROPS_GAPS)
  pass.row = pass.rows
  pass.at = 0
  pass.segmentStart = 0
  pass.lastCut = 0
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

/** Reads text[at, to), whole code points. */
export function readText(pass: Pass, text: usize, to: usize): void {
  const ascii = pass.ascii
  const rows = pass.rows
  const end = text + to
  let row = pass.row - rows
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
      let page: usize
      let last: usize
      if (byte < 0xe0) {
        page = byte & 31
        last = load<u8>(p, 1)
        p += 2
      } else if (byte < 0xf0) {
        page = ((byte & 15) << 6) | (load<u8>(p, 1) & 63)
        last = load<u8>(p, 2)
        p += 3
      } else {
        page = ((byte & 7) << 12) | ((<usize>load<u8>(p, 1) & 63) << 6) | (load<u8>(p, 2) & 63)
        last = load<u8>(p, 3)
        p += 4
      }
      class_ = load<u8>(pass.blocks + (<usize>load<u16>(pass.pages + (page << 1)) << BLOCK_BITS) + (last & 63))
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
  pass.row = rows + row
  pass.cutEnd = cut
  pass.at = p - text
}

/** Ends the segment at the position reached: everything is decided now, and the machine is back in its first state. */
export function endSegment(pass: Pass): void {
  const position = <u32>pass.at
  const entry = load<u32>(pass.row + pass.endColumn)
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
