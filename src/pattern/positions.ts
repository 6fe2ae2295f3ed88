import { SOURCE_NOW, SOURCE_NOW_GAP } from './layout.ts'
import { createNumbering } from './numbering.ts'
import { isOldSlot } from './steps.ts'

/*
 * Lists of positions, as numbers: equal lists have equal numbers, so that what is made of them (beside.ts) is a short list of integers itself. A
 * position is a slot, SOURCE_NOW or SOURCE_NOW_GAP; in lists of what slots hold it may be DEAD.
 */
export interface PositionLists {
  /** The number of the first `length` positions of `list`. */
  numberOf(list: Int32Array, length: number): number
  /** Writes a list to `target`, from `start` on; returns where it ends there. */
  write(number: number, target: Int32Array, start: number): number
  length(number: number): number
  at(number: number, index: number): number
  /** How many positions, `most` at most, two lists share at the beginning. */
  common(a: number, b: number, most: number): number
  /** The list without its first `count` positions. */
  behind(number: number, count: number): number
  /** Bit s: slot s is in the list. */
  slotsIn(number: number): number
  /** IS_NOW and IS_NOW_GAP, if those positions are in the list. */
  nowIn(number: number): number
}

/** The number of the list without positions. */
export const NO_POSITIONS = 0

export const IS_NOW = 1
export const IS_NOW_GAP = 2

export const createPositionLists = (): PositionLists => {
  const numbers = createNumbering()
  const slots: number[] = []
  const now: number[] = []
  let part = new Int32Array(64)
  const numberOf = (list: Int32Array, length: number): number => {
    const number = numbers.numberOf(list, length)
    if (number < slots.length) return number
    let slotBits = 0
    let nowBits = 0
    for (let i = 0; i < length; i++) {
      const position = list[i]
      if (isOldSlot(position)) slotBits |= 1 << position
      else if (position === SOURCE_NOW) nowBits |= IS_NOW
      else if (position === SOURCE_NOW_GAP) nowBits |= IS_NOW_GAP
    }
    slots.push(slotBits)
    now.push(nowBits)
    return number
  }
  numberOf(part, 0)
  return {
    numberOf,
    write(number, target, start) {
      const length = numbers.length(number)
      for (let i = 0; i < length; i++) target[start + i] = numbers.at(number, i)
      return start + length
    },
    length: numbers.length,
    at: numbers.at,
    common(a, b, most) {
      const length = Math.min(most, numbers.length(a), numbers.length(b))
      let same = 0
      while (same < length && numbers.at(a, same) === numbers.at(b, same)) same++
      return same
    },
    behind(number, count) {
      const length = numbers.length(number) - count
      if (length > part.length) part = new Int32Array(2 * length)
      for (let i = 0; i < length; i++) part[i] = numbers.at(number, count + i)
      return numberOf(part, length)
    },
    slotsIn: (number) => slots[number],
    nowIn: (number) => now[number],
  }
}
