import {
  ACTION_BYTES, BLOCK_BITS, DROPPED_BIT, ENTRY_ACTION, ENTRY_ACTION_MASK, ENTRY_ACTION_SHIFT, ENTRY_FIVE_BITS, ENTRY_LEAVING_SHIFT, ENTRY_NEXT_SHIFT, ENTRY_SLOT_SHIFT, MAX_SLOTS,
  NO_MARK, SOURCE_NEW_MARK, SOURCE_NOW, SOURCE_NOW_DROPPED,
} from '../pattern/layout'
import { NO_SYNC } from '../split/kernelLayout'
import { allocate } from './memory'
import { MAX_MARKS, Pass, SLICE_ROOM } from './pass'

/*
 * The machine's way through the text:
 *
 *   for each code point c at position p:
 *     entry = row[class of c]
 *     slots[entry.slot] = p            slots that hold nothing yet are written and not read: no branch is needed for "no cut here"
 *     slots += entry.leaving           that many slots are cuts now
 *     row = entry.next
 *
 * What the real one adds:
 * 1. Rows have an entry for each ASCII code point, which saves looking its class up (`setRows`).
 * 2. One step has to wait for the one before, and little else happens meanwhile. So two places of the text are read in turn, which takes
 *    hardly longer than one (`readTwoPlaces`). The second place is one where the state is known whatever came before.
 * 3. Four ASCII code points are loaded at a time.
 */

// of an entry without action (layout.ts); slots and cuts are four bytes each
const FIVE_BITS_OF_BYTES: u32 = ENTRY_FIVE_BITS << 2

/** Puts a position into the slot that an entry says; slot 0 is at `cutEnd`. */
@inline function putIntoSlot(entry: u32, cutEnd: usize, position: u32): void {
  store<u32>(cutEnd + ((entry >>> (ENTRY_SLOT_SHIFT - 2)) & FIVE_BITS_OF_BYTES), position | (entry << 31))
}

/** The bytes of the slots that leave as cuts. */
@inline function bytesLeaving(entry: u32): usize {
  return (entry >>> (ENTRY_LEAVING_SHIFT - 2)) & FIVE_BITS_OF_BYTES
}

/** Does what an entry says; returns where the cuts end then. */
@inline export function step(pass: Pass, entry: u32, cutEnd: usize, position: u32): usize {
  if (entry & ENTRY_ACTION) return act(pass, entry, cutEnd, position)
  putIntoSlot(entry, cutEnd, position)
  return cutEnd + bytesLeaving(entry)
}

/** Reads text[at, to), whole code points. */
export function readText(pass: Pass, text: usize, to: usize): void {
  if (pass.readsBytes != 0) readBytes(pass, text, to)
  else readCodePoints(pass, text, to)
}

function readCodePoints(pass: Pass, text: usize, to: usize): void {
  if (to > pass.at + TWO_PLACES_BYTES && pass.syncPairs != 0 && pass.classColumns != 0) readTwoPlaces(pass, text, to)
  readOnePlace(pass, text, to)
}

export function readOnePlace(pass: Pass, text: usize, to: usize): void {
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
    cut = step(pass, entry, cut, position)
    row = entry >>> ENTRY_NEXT_SHIFT
  }
  pass.row = pass.rows + row
  pass.cutEnd = cut
  pass.at = p - text
}

/** The same where each byte is a symbol. */
function readBytes(pass: Pass, text: usize, to: usize): void {
  const rows = pass.rows
  const end = text + to
  const isWide = pass.classColumns != 0
  let row = pass.row - pass.rows
  let cut = pass.cutEnd
  let p = text + pass.at
  for (; p < end; p++) {
    const byte = <usize>load<u8>(p)
    const column: usize = isWide ? byte : load<u8>(pass.ascii + byte)
    const entry = load<u32>(row + (rows + (column << 2)))
    cut = step(pass, entry, cut, <u32>(p - text))
    row = entry >>> ENTRY_NEXT_SHIFT
  }
  pass.row = rows + row
  pass.cutEnd = cut
  pass.at = to
}

/** The class of a code point of two to four bytes. */
export function classOfLong(pass: Pass, p: usize, byte: usize): usize {
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

export function bytesOfLong(byte: usize): usize {
  return 2 + <usize>(byte >= 0xe0) + <usize>(byte >= 0xf0)
}

/** Below this, one place is as good. */
const TWO_PLACES_BYTES: usize = 1024
/** How far from the middle a place with a known state is looked for. */
const SEARCH_BYTES: usize = 256
/** The cuts of the second place, until those of the first are complete. (Not `memory.data`, which would be 64 KiB of zeros in the module.) */
let secondCuts: usize = 0

/** Call once. Returns false if there is no memory. */
export function startReading(): bool {
  secondCuts = allocate(SLICE_ROOM)
  return secondCuts != 0
}

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
      putIntoSlot(entry, cut, <u32>(p - text))
      putIntoSlot(secondEntry, secondCut, <u32>(q - text))
      cut += bytesLeaving(entry)
      secondCut += bytesLeaving(secondEntry)
      row = entry >>> ENTRY_NEXT_SHIFT
      secondRow = secondEntry >>> ENTRY_NEXT_SHIFT
      p++
      q++
      entry = load<u32>(row + (rows + ((bytes >>> 6) & 0x1fc)))
      secondEntry = load<u32>(secondRow + (rows + ((secondBytes >>> 6) & 0x1fc)))
      if ((entry | secondEntry) & ENTRY_ACTION) break
      putIntoSlot(entry, cut, <u32>(p - text))
      putIntoSlot(secondEntry, secondCut, <u32>(q - text))
      cut += bytesLeaving(entry)
      secondCut += bytesLeaving(secondEntry)
      row = entry >>> ENTRY_NEXT_SHIFT
      secondRow = secondEntry >>> ENTRY_NEXT_SHIFT
      p++
      q++
      entry = load<u32>(row + (rows + ((bytes >>> 14) & 0x1fc)))
      secondEntry = load<u32>(secondRow + (rows + ((secondBytes >>> 14) & 0x1fc)))
      if ((entry | secondEntry) & ENTRY_ACTION) break
      putIntoSlot(entry, cut, <u32>(p - text))
      putIntoSlot(secondEntry, secondCut, <u32>(q - text))
      cut += bytesLeaving(entry)
      secondCut += bytesLeaving(secondEntry)
      row = entry >>> ENTRY_NEXT_SHIFT
      secondRow = secondEntry >>> ENTRY_NEXT_SHIFT
      p++
      q++
      entry = load<u32>(row + (rows + ((bytes >>> 22) & 0x1fc)))
      secondEntry = load<u32>(secondRow + (rows + ((secondBytes >>> 22) & 0x1fc)))
      if ((entry | secondEntry) & ENTRY_ACTION) break
      putIntoSlot(entry, cut, <u32>(p - text))
      putIntoSlot(secondEntry, secondCut, <u32>(q - text))
      cut += bytesLeaving(entry)
      secondCut += bytesLeaving(secondEntry)
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
    putIntoSlot(entry, cut, <u32>(p - text))
    cut += bytesLeaving(entry)
    row = entry >>> ENTRY_NEXT_SHIFT
    putIntoSlot(secondEntry, secondCut, <u32>(q - text))
    secondCut += bytesLeaving(secondEntry)
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
  const classes = pass.symbolCount // pairs are for machines whose symbols are classes
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
  const entry = load<u32>(pass.row + pass.classColumns + (pass.symbolCount << 2))
  pass.cutEnd = step(pass, entry, pass.cutEnd, position)
  pass.row = pass.rows
  pass.segmentStart = pass.at
}

const oldSlots: usize = memory.data(4 * (MAX_SLOTS + 1))
const oldMarks: usize = memory.data(4 * MAX_MARKS)

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
    const value = source == SOURCE_NOW ? position : source == SOURCE_NOW_DROPPED ? position | DROPPED_BIT : load<u32>(oldSlots + (<usize>source << 2))
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
