import type { After, State } from './beside.ts'
import { MAX_SLOTS, SOURCE_NOW, SOURCE_NOW_GAP } from './layout.ts'
import { DEAD, isOldSlot, type Step } from './steps.ts'

/**
 * Slots of a state. Where one stage holds back a cut for as long as it likes, and the other cuts all the while, there is no end to them: that is
 * not worth to be tried up to the last slot.
 */
const MAX_OPEN = 16

/** So many slots between others may hold nothing. */
const MAX_HOLES = 2

export interface LaidOut {
  step: Step
  state: State
}

/**
 * Gives positions slots: each stays in the slot that it has after cuts have left, if it can, so that the step is one that stores a position and
 * lets cuts leave. Undefined if there are not enough slots.
 */
export const layOut = ({ cuts, state }: After): LaidOut | undefined => {
  const { old, isNow, isNowGap } = positionsIn(state)
  const slots: number[] = []
  for (let slot = 0; slot < MAX_SLOTS; slot++) if (((old >>> slot) & 1) === 1) slots.push(slot)
  const last = slots.at(-1) ?? -1
  const stay = (slots.length === 0 || slots[0] >= cuts.length) && last - cuts.length < slots.length + MAX_HOLES
  const newSlots: number[] = []
  const sources = [...cuts]
  for (const [i, slot] of slots.entries()) {
    newSlots[slot] = stay ? slot - cuts.length : i
    while (sources.length < cuts.length + newSlots[slot]) sources.push(DEAD)
    sources.push(slot)
  }
  // not put into `newSlots`, which would become as long as their numbers are large
  const nowSlot = isNow ? sources.push(SOURCE_NOW) - 1 - cuts.length : DEAD
  const nowGapSlot = isNowGap ? sources.push(SOURCE_NOW_GAP) - 1 - cuts.length : DEAD
  if (sources.length > MAX_SLOTS || sources.length - cuts.length > MAX_OPEN) return undefined
  const step = { sources, leaving: cuts.length }
  if (sources.length === cuts.length) return { step, state }
  const newSlotOf = (position: number): number =>
    position === SOURCE_NOW ? nowSlot : position === SOURCE_NOW_GAP ? nowGapSlot : position === DEAD ? DEAD : newSlots[position]
  const rename = (positions: readonly number[]): readonly number[] => (positions.length === 0 ? positions : positions.map(newSlotOf))
  return {
    step,
    state: {
      ...state,
      runs: state.runs.map((run) => ({ state: run.state, slots: rename(run.slots), cuts: rename(run.cuts) })),
      pieces: state.pieces.map((row) => row.map(rename)),
    },
  }
}

/** The positions that a state holds; bit s of `old`: that of slot s. */
const positionsIn = ({ runs, pieces }: State): { old: number; isNow: boolean; isNowGap: boolean } => {
  let old = 0
  let isNow = false
  let isNowGap = false
  const add = (positions: readonly number[]): void => {
    for (const position of positions) {
      if (isOldSlot(position)) old |= 1 << position
      else if (position === SOURCE_NOW) isNow = true
      else if (position === SOURCE_NOW_GAP) isNowGap = true
    }
  }
  for (const { slots, cuts } of runs) {
    add(slots)
    add(cuts)
  }
  for (const row of pieces) row.forEach(add)
  return { old, isNow, isNowGap }
}
