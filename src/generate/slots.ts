import { createClock, writeDate, writeTime, writeTimeOfDay, type Clock } from './clock.ts'
import { createCursor, createShortStrings, writeShortString, type Cursor } from './cursor.ts'
import { writeHex, writeLastDigits, writeNumber } from './digits.ts'
import { drawRank, oneIn, type Random } from './random.ts'
import { spell, type Spelling } from './spelling.ts'

/*
 * A slot is a place in a prepared text that is filled anew each time the text is used: names, numbers, rare words. They are what makes the
 * number of distinct words grow with the size of a corpus. They write two to four bytes with one store: a loop over single bytes made the
 * whole slower than the disk.
 */

export interface SlotState {
  random: Random
  names: Spelling
  tail: Spelling
  /** Ranks of the document's names. */
  name: number
  friend: number
  clock: Clock
  /** Number of the next fresh word. */
  fresh: number
}

export const createSlotState = (random: Random, names: Spelling, tail: Spelling): SlotState => ({
  random,
  names,
  tail,
  name: 1,
  friend: 2,
  clock: createClock(random),
  fresh: random(),
})

type FillSlot = (cursor: Cursor, state: SlotState) => void

const RARE_OCTAVES = 22 // four million rare words
const NUMBER_OCTAVES = 20

/** 0 to 255, then the same with a dot. */
const OCTETS = createShortStrings(Array.from({ length: 512 }, (_, n) => (n < 256 ? `${n}` : `${n - 256}.`)))

/** Few networks and many hosts, as in a real log. */
const writeIp: FillSlot = (cursor, { random }) => {
  const bits = random()
  writeShortString(cursor, OCTETS, 256 + 10 + (bits & 3))
  writeShortString(cursor, OCTETS, 256 + ((bits >>> 2) & 15))
  writeShortString(cursor, OCTETS, 256 + ((bits >>> 8) & 63))
  writeShortString(cursor, OCTETS, bits >>> 24)
}

/** Four letters for each number of 16 bits, as a little-endian word. No vowels: chance would spell real words. */
const QUARTETS = Uint32Array.from({ length: 1 << 16 }, (_, n) => {
  const letter = (letters: string, shift: number): number => letters.charCodeAt((n >>> shift) & 15)
  const consonants = 'bcdfghjklmnprstv'
  const others = 'bdfghklmnprstvwz'
  return letter(consonants, 0) + (letter(others, 4) << 8) + (letter(consonants, 8) << 16) + (letter(others, 12) << 24)
})

const FRESH_WORDS = 12

/**
 * Words of eight to eleven letters. The first eight spell the word's number, scrambled: none comes back within 2³² words (45 GB), and few
 * do after that.
 */
const writeFresh: FillSlot = (cursor, state) => {
  const { view, bytes } = cursor
  let at = cursor.at
  for (let i = 0; i < FRESH_WORDS; i++) {
    const number = Math.imul(state.fresh + i, 0x9e3779b1)
    const more = state.random()
    view.setUint32(at, QUARTETS[number & 0xffff], true)
    view.setUint32(at + 4, QUARTETS[number >>> 16], true)
    view.setUint32(at + 8, QUARTETS[more & 0xffff], true)
    at += 8 + (more >>> 30)
    bytes[at++] = 0x20
  }
  state.fresh = (state.fresh + FRESH_WORDS) >>> 0
  cursor.at = at - 1
}

const digits =
  (count: number, bound: number): FillSlot =>
  (cursor, { random }) =>
    writeLastDigits(cursor, (random() >>> 12) % bound, count)

const hex =
  (count: number): FillSlot =>
  (cursor, { random }) =>
    writeHex(cursor, random, count)

const SLOTS: Readonly<Record<string, FillSlot>> = {
  /** A name of the document: the same all through it. */
  name: (cursor, { names, name }) => spell(cursor, names, name),
  friend: (cursor, { names, friend }) => spell(cursor, names, friend),
  /** A word of the voice's endless vocabulary. */
  rare: (cursor, { random, tail }) => spell(cursor, tail, drawRank(random, RARE_OCTAVES)),
  /** 1 to 1,048,575, small ones more often. */
  num: (cursor, { random }) => writeNumber(cursor, drawRank(random, NUMBER_OCTAVES)),
  d2: digits(2, 100),
  d3: digits(3, 1000),
  hex4: hex(4),
  hex8: hex(8),
  hex16: hex(16),
  ip: writeIp,
  time: (cursor, { clock, random }) => writeTime(cursor, clock, random),
  date: (cursor, { clock }) => writeDate(cursor, clock),
  clock: (cursor, { clock, random }) => writeTimeOfDay(cursor, clock, random),
  /** Twelve words that were never used before. */
  fresh: writeFresh,
}

const SLOT_NAMES = Object.keys(SLOTS)
const FILL = Object.values(SLOTS)

/** Bytes that no slot exceeds, those included that it writes ahead. */
export const MAX_SLOT_BYTES = 192

/** Fills the slot of this number. */
export const fillSlot = (cursor: Cursor, state: SlotState, slot: number): void => FILL[slot](cursor, state)

const FIRST_MARK = 0xe000 // private use: in no text of ours

/** The character that stands for a slot in a text that is being written; undefined if there is no slot of that name. */
export const slotMark = (name: string): string | undefined => {
  const slot = SLOT_NAMES.indexOf(name)
  return slot === -1 ? undefined : String.fromCharCode(FIRST_MARK + slot)
}

const MARKS = /[\ue000-\ue0ff]/g

const slotOf = (mark: string): number => mark.charCodeAt(0) - FIRST_MARK

/** Cuts a text at its slots: literals[i] is followed by slots[i], the last literal by none. */
export const cutAtSlots = (text: string): { literals: string[]; slots: number[] } => ({
  literals: text.split(MARKS),
  slots: Array.from(text.match(MARKS) ?? [], slotOf),
})

/** Slots that can be filled once and for all without the text being wrong for it: the others depend on the document or the time. */
const FREEZABLE = new Set(['rare', 'num', 'd2', 'd3', 'hex4', 'hex8', 'hex16', 'ip'].map((name) => SLOT_NAMES.indexOf(name)))

const decoder = new TextDecoder()

/** Fills slots of a text for good, all but one in `keepOneIn` of those for which that is possible: each that stays costs time. */
export const freezeSlots = (text: string, state: SlotState, keepOneIn: number): string =>
  text.replace(MARKS, (mark) => {
    if (!FREEZABLE.has(slotOf(mark)) || oneIn(state.random, keepOneIn)) return mark
    const cursor = createCursor(MAX_SLOT_BYTES)
    fillSlot(cursor, state, slotOf(mark))
    return decoder.decode(cursor.bytes.subarray(0, cursor.at))
  })
