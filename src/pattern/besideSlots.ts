import { CUTS, OPEN, piecesAt, RUN_ITEMS, runsAt, SLOTS, type After, type Stepper } from './beside.ts'
import { MAX_SLOTS, SOURCE_NOW, SOURCE_NOW_GAP } from './layout.ts'
import { IS_NOW, IS_NOW_GAP, NO_POSITIONS } from './positions.ts'
import { DEAD, type Step } from './steps.ts'

/** So many slots between others may hold nothing. */
const MAX_HOLES = 2

export interface LaidOut {
  step: Step
  /** Its number. */
  state: number
}

/**
 * Makes a function that gives positions slots: each stays in the slot that it has after cuts have left, if it can, so that the step is one that stores
 * a position and lets cuts leave. Undefined if there are not enough slots.
 */
export const createLayout = ({ lists, runs, states }: Stepper): ((after: After) => LaidOut | undefined) => {
  const run = new Int32Array(RUN_ITEMS)
  /** The new slot of each position. */
  const slotOf = new Int32Array(SOURCE_NOW_GAP + 1)
  let renamed = new Int32Array(64)

  const rename = (number: number): number => {
    const length = lists.length(number)
    if (length > renamed.length) renamed = new Int32Array(2 * length)
    for (let i = 0; i < length; i++) {
      const position = lists.at(number, i)
      renamed[i] = position === DEAD ? DEAD : slotOf[position]
    }
    return lists.numberOf(renamed, length)
  }

  return ({ cuts, cutCount: leaving, state }) => {
    const n = state[OPEN]
    const firstRun = runsAt(n)
    const end = firstRun + n + 1
    let old = 0
    let now = 0
    for (let i = piecesAt(n); i < firstRun; i++) {
      old |= lists.slotsIn(state[i])
      now |= lists.nowIn(state[i])
    }
    for (let i = firstRun; i < end; i++) {
      const slots = runs.at(state[i], SLOTS)
      const cutsOfRun = runs.at(state[i], CUTS)
      old |= lists.slotsIn(slots) | lists.slotsIn(cutsOfRun)
      now |= lists.nowIn(slots) | lists.nowIn(cutsOfRun)
    }
    const sources: number[] = []
    for (let i = 0; i < leaving; i++) sources.push(cuts[i])
    if (leaving > MAX_SLOTS) return undefined
    if ((old | now) === 0) return { step: { sources, leaving }, state: states.numberOf(state, end) }
    const slotsEnd = 32 - Math.clz32(old)
    const firstSlot = 31 - Math.clz32(old & -old)
    const stay = (old === 0 || firstSlot >= leaving) && slotsEnd - 1 - leaving < countBits(old) + MAX_HOLES
    for (let slot = 0, count = 0; slot < slotsEnd; slot++) {
      if (((old >>> slot) & 1) === 0) continue
      slotOf[slot] = stay ? slot - leaving : count
      count++
      while (sources.length < leaving + slotOf[slot]) sources.push(DEAD)
      sources.push(slot)
    }
    if ((now & IS_NOW) !== 0) slotOf[SOURCE_NOW] = sources.push(SOURCE_NOW) - 1 - leaving
    if ((now & IS_NOW_GAP) !== 0) slotOf[SOURCE_NOW_GAP] = sources.push(SOURCE_NOW_GAP) - 1 - leaving
    if (sources.length > MAX_SLOTS) return undefined
    if (!stay || leaving !== 0 || now !== 0) {
      for (let i = piecesAt(n); i < firstRun; i++) if (state[i] !== NO_POSITIONS) state[i] = rename(state[i])
      for (let i = firstRun; i < end; i++) {
        runs.read(state[i], run)
        if (run[SLOTS] === NO_POSITIONS && run[CUTS] === NO_POSITIONS) continue
        run[SLOTS] = rename(run[SLOTS])
        run[CUTS] = rename(run[CUTS])
        state[i] = runs.numberOf(run)
      }
    }
    return { step: { sources, leaving }, state: states.numberOf(state, end) }
  }
}

const countBits = (bits: number): number => {
  let count = 0
  for (let left = bits; left !== 0; left &= left - 1) count++
  return count
}
