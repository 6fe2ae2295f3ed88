import type { After, State } from './beside.ts'
import { MAX_SLOTS, SOURCE_NOW, SOURCE_NOW_GAP } from './layout.ts'
import { DEAD, isOldSlot, type Step } from './steps.ts'

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
  const leaving = cuts.length
  if (old === 0 && !isNow && !isNowGap) return leaving > MAX_SLOTS ? undefined : { step: { sources: cuts, leaving }, state }
  const slots: number[] = []
  const end = 32 - Math.clz32(old)
  for (let slot = 0; slot < end; slot++) if (((old >>> slot) & 1) === 1) slots.push(slot)
  const stay = (slots.length === 0 || slots[0] >= leaving) && end - 1 - leaving < slots.length + MAX_HOLES
  const newSlots: number[] = []
  const sources = cuts.slice()
  for (let i = 0; i < slots.length; i++) {
    const slot = slots[i]
    newSlots[slot] = stay ? slot - leaving : i
    while (sources.length < leaving + newSlots[slot]) sources.push(DEAD)
    sources.push(slot)
  }
  // not put into `newSlots`, which would become as long as their numbers are large
  const nowSlot = isNow ? sources.push(SOURCE_NOW) - 1 - leaving : DEAD
  const nowGapSlot = isNowGap ? sources.push(SOURCE_NOW_GAP) - 1 - leaving : DEAD
  if (sources.length > MAX_SLOTS) return undefined
  if (stay && leaving === 0 && !isNow && !isNowGap) return { step: { sources, leaving }, state }
  const newSlotOf = (position: number): number =>
    position === SOURCE_NOW ? nowSlot : position === SOURCE_NOW_GAP ? nowGapSlot : position === DEAD ? DEAD : newSlots[position]
  const rename = (positions: readonly number[]): readonly number[] => (positions.length === 0 ? positions : positions.map(newSlotOf))
  const { first, open, runs, pieces } = state
  return {
    step: { sources, leaving },
    state: {
      first,
      open,
      runs: runs.map((run) => ({ state: run.state, slots: rename(run.slots), cuts: rename(run.cuts) })),
      pieces: open.length === 0 ? pieces : pieces.map((row) => row.map(rename)),
    },
  }
}

/** The positions that a state holds; bit s of `old`: that of slot s. */
const positionsIn = ({ runs, pieces }: State): { old: number; isNow: boolean; isNowGap: boolean } => {
  let old = 0
  let isNow = false
  let isNowGap = false
  const add = (positions: readonly number[]): void => {
    for (let i = 0; i < positions.length; i++) {
      const position = positions[i]
      if (isOldSlot(position)) old |= 1 << position
      else if (position === SOURCE_NOW) isNow = true
      else if (position === SOURCE_NOW_GAP) isNowGap = true
    }
  }
  for (let place = 0; place < runs.length; place++) {
    add(runs[place].slots)
    add(runs[place].cuts)
    for (let k = place + 1; k < runs.length; k++) add(pieces[place][k])
  }
  return { old, isNow, isNowGap }
}
