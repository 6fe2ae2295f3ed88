import { MAX_SLOTS, SOURCE_NOW, SOURCE_NOW_DROPPED } from '../../pattern/layout'
import { copy, Growing, Ints, ints } from './ints'
import { Numbering } from './numbering'

/*
 * Lists of positions, as numbers: equal lists have equal numbers, so that what is made of them (beside.ts) is a short list of integers itself. A
 * position is a slot, SOURCE_NOW or SOURCE_NOW_DROPPED; in lists of what slots hold it may be DEAD (programLayout.ts).
 */

/** The number of the list without positions. */
export const NO_POSITIONS: i32 = 0

export const IS_NOW: i32 = 1
export const IS_NOW_DROPPED: i32 = 2

let lists: Numbering = changetype<Numbering>(0)
let slotBits: Growing = changetype<Growing>(0)
let nowBits: Growing = changetype<Growing>(0)

export function openPositions(): void {
  lists = Numbering.create()
  slotBits = Growing.create()
  nowBits = Growing.create()
  numberOfPositions(ints(1), 0)
}

@inline export function isOldSlot(position: i32): bool {
  return position >= 0 && position < MAX_SLOTS
}

/** The number of the first `length` positions of `list`. */
export function numberOfPositions(list: Ints, length: i32): i32 {
  const number = lists.numberOf(list, length)
  if (number < slotBits.length) return number
  let slots = 0
  let now = 0
  for (let i = 0; i < length; i++) {
    const position = list[i]
    if (isOldSlot(position)) slots |= 1 << position
    else if (position == SOURCE_NOW) now |= IS_NOW
    else if (position == SOURCE_NOW_DROPPED) now |= IS_NOW_DROPPED
  }
  slotBits.push(slots)
  nowBits.push(now)
  return number
}

export function countPositions(number: i32): i32 {
  return lists.length(number)
}

@inline export function positionAt(number: i32, index: i32): i32 {
  return lists.pool[lists.starts[number] + index]
}

/** Writes a list to `target`, from `start` on; returns where it ends there. */
export function writePositions(number: i32, target: Ints, start: i32): i32 {
  const length = lists.length(number)
  copy(target, start, lists.pool, lists.starts[number], length)
  return start + length
}

/** How many positions, `most` at most, two lists share at the beginning. */
export function commonPositions(a: i32, b: i32, most: i32): i32 {
  const length = min(most, min(lists.length(a), lists.length(b)))
  let same = 0
  while (same < length && positionAt(a, same) == positionAt(b, same)) same++
  return same
}

/** Bit s: slot s is in the list. */
@inline export function slotsIn(number: i32): i32 {
  return slotBits.items[number]
}

/** IS_NOW and IS_NOW_DROPPED, if those positions are in the list. */
@inline export function nowIn(number: i32): i32 {
  return nowBits.items[number]
}
