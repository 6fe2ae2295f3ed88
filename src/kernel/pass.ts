import {
  ACTION_BYTES, BLOCK_BITS, DROPPED_BIT, ENTRY_NEXT_SHIFT, FAMILY_HEADED, FAMILY_LOCAL, FAMILY_MASK, FAMILY_O200K, HEADER_ACTIONS, HEADER_ASCII, HEADER_BACKWARD, HEADER_BLOCKS, HEADER_CLASSES, HEADER_DECIDED, HEADER_FAMILY, HEADER_IDLE,
  HEADER_PAGES, HEADER_READS_BYTES, HEADER_RESETS, HEADER_ROLES, HEADER_ROW_BYTES, HEADER_ROWS, HEADER_STATES, HEADER_SYMBOLS, ROLE_LETTER,
  NO_RESET, ROLE_UNCASED,
} from '../pattern/layout'
import { allocate } from './memory'

/*
 * One split stage at work: the machine of its packed tables (layout.ts), and where it stands in the text. `read.ts` moves it forward.
 *
 * Cuts and slots are one array, `cuts`: the slots begin where the cuts end (`cutEnd`). A mark is a place in this array; the cuts behind the
 * first mark are not certain. They may become very many, so the array can grow (`cuts.ts`).
 */

/** Of a cut: where it is. */
export const POSITION: u32 = ~DROPPED_BIT

/** Text that is split at one go. */
export const SLICE: usize = 16384
/** Room for what one slice can add to the cuts, and for the slots. */
export const SLICE_ROOM: usize = (SLICE + 128) * 4
const CUT_LIST_BYTES: usize = 2 * SLICE_ROOM
/** An action has no room for more. */
export const MAX_MARKS: usize = ACTION_BYTES

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
  /** Number of symbols, which are classes unless there is a backward machine; the entry for the end of a segment is behind theirs. */
  symbolCount: usize
  /** The family that the pattern belongs to, or 0 (layout.ts). */
  family: u32
  /** The function that knows the family by heart, as an index in the table of functions (windows.ts): what is not run need not be compiled. */
  cutter: u32
  roles: usize
  /** 16 bytes: bit k of byte n is set if all characters that begin with byte 0xc0 + 16 k + n are letters (without case, if that counts). */
  usualLeads: usize
  /** As `blocks`, with the roles of the classes. */
  blockRoles: usize
  /**
   * What the ASCII characters are, unless the family knows it: their roles, where these are groups; in runs with a space in front, for each low half of
   * a byte, a bit for each high half with which it is a letter's.
   */
  asciiRoles: usize
  /** Whether each byte is a symbol. */
  readsBytes: u32
  /** Which bytes are idle (idle.ts). 0: none. */
  idle: usize
  /** Whether nearly all are: then it is worth it to look for the others in any text. */
  isNearlyIdle: bool
  /** One of ASCII that is, then. */
  idleByte: usize
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
  /** Rows of the backward machine (lookahead.ts); 0: there is none. */
  backward: usize
  resets: usize
  /** Whether all classes are resets: the machine looks at no more than one code point behind. */
  areAllResets: bool
  /** Symbols of the text from `symbolsFrom` to `known`, one byte for each byte. */
  symbols: usize
  symbolRoom: usize
  symbolsFrom: usize
  known: usize
  /** There is no reset from `at` to here. */
  searched: usize
}

/** Returns false if there is no memory. */
export function startPass(pass: Pass, tables: usize, syncPairs: usize): bool {
  pass.ascii = tables + word(tables, HEADER_ASCII)
  pass.pages = tables + word(tables, HEADER_PAGES)
  pass.blocks = tables + word(tables, HEADER_BLOCKS)
  pass.actions = tables + word(tables, HEADER_ACTIONS)
  pass.decidedTable = tables + word(tables, HEADER_DECIDED)
  pass.symbolCount = word(tables, HEADER_SYMBOLS)
  pass.family = <u32>word(tables, HEADER_FAMILY)
  pass.roles = tables + word(tables, HEADER_ROLES)
  pass.readsBytes = <u32>word(tables, HEADER_READS_BYTES)
  pass.idle = word(tables, HEADER_IDLE) == 0 ? 0 : tables + word(tables, HEADER_IDLE)
  pass.isNearlyIdle = pass.idle != 0 && countBusy(pass.idle) <= FEW_BUSY
  if (pass.isNearlyIdle) pass.idleByte = firstIdle(pass.idle)
  pass.syncPairs = syncPairs
  pass.backward = word(tables, HEADER_BACKWARD) == 0 ? 0 : tables + word(tables, HEADER_BACKWARD)
  pass.resets = tables + word(tables, HEADER_RESETS)
  pass.areAllResets = pass.backward != 0 && areResets(pass.resets, word(tables, HEADER_CLASSES))
  pass.symbolRoom = 0
  pass.searched = 0
  if (pass.family != 0 && !(findUsualLeads(pass) && findBlockRoles(pass) && findAsciiRoles(pass))) return false
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

function areResets(resets: usize, classes: usize): bool {
  for (let class_: usize = 0; class_ < classes; class_++) if (load<u32>(resets + (class_ << 2)) == NO_RESET) return false
  return true
}

const FEW_BUSY: i32 = 4

/** How many bytes are busy: bits of the set (pattern/byteSet.ts). */
function countBusy(idle: usize): i32 {
  let count: i32 = 0
  for (let at = idle; at < idle + 32; at += 8) count += <i32>popcnt(load<u64>(at))
  return count
}

/** The first byte that is idle. */
function firstIdle(idle: usize): usize {
  let byte: usize = 0
  while (((load<u8>(idle + (byte & 15)) >>> <u8>(byte >>> 4)) & 1) != 0) byte++
  return byte
}

function word(tables: usize, index: i32): usize {
  return <usize>load<u32>(tables + (<usize>index << 2))
}

const MAX_WIDE_ROWS: usize = 1 << 18

/** Rows get an entry for each ASCII code point, or each byte, to save looking its class up, unless that makes them too large. */
function setRows(pass: Pass, rows: usize, rowBytes: usize, states: usize): bool {
  const direct: usize = pass.readsBytes != 0 ? 256 : 128
  const columns = direct << 2
  const wideBytes = columns + rowBytes
  pass.rows = rows
  pass.rowBytes = rowBytes
  pass.classColumns = 0
  if (states * wideBytes > MAX_WIDE_ROWS || pass.backward != 0) return true
  const wide = allocate(states * wideBytes)
  if (wide == 0) return false
  for (let state: usize = 0; state < states; state++) {
    const from = rows + state * rowBytes
    const to = wide + state * wideBytes
    for (let byte: usize = 0; byte < direct; byte++) store<u32>(to + (byte << 2), widen(load<u32>(from + (<usize>load<u8>(pass.ascii + byte) << 2)), rowBytes, wideBytes))
    for (let column: usize = 0; column < rowBytes; column += 4) store<u32>(to + columns + column, widen(load<u32>(from + column), rowBytes, wideBytes))
  }
  pass.rows = wide
  pass.rowBytes = wideBytes
  pass.classColumns = columns
  return true
}

/** The same entry for rows of another size. */
function widen(entry: u32, rowBytes: usize, wideBytes: usize): u32 {
  const state = <usize>(entry >>> ENTRY_NEXT_SHIFT) / rowBytes
  return (<u32>(state * wideBytes) << ENTRY_NEXT_SHIFT) | (entry & ((1 << ENTRY_NEXT_SHIFT) - 1))
}

function findUsualLeads(pass: Pass): bool {
  const leads = allocate(16)
  if (leads == 0) return false
  const usual = (pass.family & FAMILY_MASK) == FAMILY_O200K ? ROLE_UNCASED : ROLE_LETTER
  for (let n: usize = 0; n < 16; n++) {
    let rows: u32 = 0
    for (let k: u32 = 0; k < 4; k++) rows |= <u32>(load<u8>(pass.roles + n + (<usize>k << 4), 0xc0) == <u8>usual) << k
    store<u8>(leads + n, rows)
  }
  pass.usualLeads = leads
  return true
}

function findBlockRoles(pass: Pass): bool {
  let count: usize = 0
  for (let page: usize = 0; page < 0x110000 >> BLOCK_BITS; page++) count = max(count, <usize>load<u16>(pass.pages + (page << 1)) + 1)
  const bytes = count << BLOCK_BITS
  const roles = allocate(bytes)
  if (roles == 0) return false
  for (let i: usize = 0; i < bytes; i++) store<u8>(roles + i, load<u8>(pass.roles + <usize>load<u8>(pass.blocks + i), 256))
  pass.blockRoles = roles
  return true
}

function findAsciiRoles(pass: Pass): bool {
  pass.asciiRoles = 0
  const form = pass.family & FAMILY_MASK
  if (form != FAMILY_LOCAL && form != FAMILY_HEADED) return true
  const table = allocate(128)
  if (table == 0) return false
  memory.fill(table, 0, 128)
  for (let i: usize = 0; i < 128; i++) {
    const role = load<u8>(pass.roles + <usize>load<u8>(pass.ascii + i), 256)
    if (form == FAMILY_LOCAL) store<u8>(table + i, role)
    else if (role == <u8>ROLE_LETTER) store<u8>(table + (i & 15), load<u8>(table + (i & 15)) | (<u8>1 << <u8>(i >>> 4)))
  }
  pass.asciiRoles = table
  return true
}
