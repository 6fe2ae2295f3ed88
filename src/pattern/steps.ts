import {
  ENTRY_ACTION,
  ENTRY_ACTION_MASK,
  ENTRY_ACTION_SHIFT,
  ENTRY_CERTAIN_SHIFT,
  ENTRY_FIVE_BITS,
  ENTRY_GAP,
  ENTRY_SLOT_SHIFT,
  MAX_SLOTS,
  NO_MARK,
  SOURCE_NOW,
  SOURCE_NOW_GAP,
} from './layout.ts'
import { NONE, NOW, NOW_ENDS_GAP, type Decided, type Effect } from './transducer.ts'
import { minimize, type Machine } from './minimize.ts'
import { createNumbering } from './numbering.ts'

/*
 * What the steps of a machine do, in a form that is easy to reason about, for what compares machines (equivalence.ts) or makes one of two
 * (fuse.ts). Machines with marks (transducer.ts) have no such form.
 */

/** What a step does to the slots: the first `leaving` of the new ones leave as cuts. */
export interface Step {
  /** Where each new slot comes from: an old one, the position now (SOURCE_NOW, SOURCE_NOW_GAP), or DEAD. */
  sources: readonly number[]
  leaving: number
}

/** In slots that are not read again: anything. */
export const DEAD = -1

export const isOldSlot = (source: number): boolean => source >= 0 && source < MAX_SLOTS

/** By state, then by symbol; the last column is the end of the segment. Steps that are alike are mostly one object. */
export interface Steps {
  next: readonly (readonly number[])[]
  steps: readonly (readonly Step[])[]
}

/** Slots that do not matter are DEAD. */
export interface LiveSteps extends Steps {
  /** For each state, bit s: slot s may leave as a cut before anything else is put there. */
  live: Uint32Array
}

export const hasMarks = ({ actions }: Machine): boolean => actions.some(([, , back, marks]) => back !== NO_MARK || marks > 0)

/** The steps of a machine without marks. */
export const stepsOf = (machine: Machine): LiveSteps => {
  const known = new Map<number, Step>()
  const stepOf = (entry: number): Step => {
    let step = known.get(entry)
    if (step === undefined) known.set(entry, (step = readEntry(entry, machine.actions)))
    return step
  }
  const steps = machine.outputs.map((row) => row.map(stepOf))
  return withoutDead({ next: machine.next, steps })
}

const readEntry = (entry: number, actions: Machine['actions']): Step => {
  if ((entry & ENTRY_ACTION) !== 0) {
    const [count, leaving, , , ...parts] = actions[(entry >>> ENTRY_ACTION_SHIFT) & ENTRY_ACTION_MASK]
    return { sources: parts.slice(0, count), leaving }
  }
  const stored = (entry >>> ENTRY_SLOT_SHIFT) & ENTRY_FIVE_BITS
  const sources = Array.from({ length: MAX_SLOTS }, (_, slot) => slot)
  if (stored < MAX_SLOTS) sources[stored] = (entry & ENTRY_GAP) === 0 ? SOURCE_NOW : SOURCE_NOW_GAP
  return { sources, leaving: (entry >>> ENTRY_CERTAIN_SHIFT) & ENTRY_FIVE_BITS }
}

const isLive = (slots: number, slot: number): boolean => ((slots >>> slot) & 1) === 1

/** Goes over the states, the last first, until a round has changed nothing. `visit` says whether it has. */
const untilStable = (states: number, visit: (state: number) => boolean): void => {
  for (let isChanged = true; isChanged;) {
    isChanged = false
    for (let state = states - 1; state >= 0; state--) if (visit(state)) isChanged = true
  }
}

const findLiveSlots = ({ next, steps }: Steps): Uint32Array => {
  const live = new Uint32Array(next.length)
  untilStable(next.length, (state) => {
    const before = live[state]
    for (let symbol = 0; symbol < next[state].length; symbol++) live[state] |= liveBefore(steps[state][symbol], live[next[state][symbol]])
    return live[state] !== before
  })
  return live
}

/** The slots that matter before a step, from those that do after it. */
const liveBefore = ({ sources, leaving }: Step, after: number): number => {
  let live = 0
  const end = Math.min(sources.length, leaving + 32 - Math.clz32(after))
  for (let slot = 0; slot < end; slot++)
    if (isOldSlot(sources[slot]) && (slot < leaving || isLive(after, slot - leaving))) live |= 1 << sources[slot]
  return live
}

/** Makes a function of steps and numbers whose results are kept: there are few different steps. */
const onceForEach = (make: (step: Step, number: number) => Step): ((step: Step, number: number) => Step) => {
  const made = new Map<Step, Map<number, Step>>()
  return (step, number) => {
    let results = made.get(step)
    if (results === undefined) made.set(step, (results = new Map()))
    let result = results.get(number)
    if (result === undefined) results.set(number, (result = make(step, number)))
    return result
  }
}

const withoutDead = ({ next, steps }: Steps): LiveSteps => {
  const live = findLiveSlots({ next, steps })
  const trim = onceForEach(({ sources, leaving }, after) => {
    const kept = sources.map((source, slot) => (slot < leaving || isLive(after, slot - leaving) ? source : DEAD))
    return { sources: kept.slice(0, kept.findLastIndex((source) => source !== DEAD) + 1), leaving }
  })
  return { next, steps: steps.map((row, state) => row.map((step, symbol) => trim(step, live[next[state][symbol]]))), live }
}

/**
 * The same cuts, each made as soon as it is certain: a slot whose position will be a cut whatever follows leaves at once (the onward form of a
 * transducer; Mohri, "Minimization algorithms for sequential transducers", 2000).
 */
export const makeOnward = ({ next, steps }: Steps): LiveSteps => {
  const certain = countCertain({ next, steps })
  const moves = MAX_SLOTS + 1
  const move = onceForEach(({ sources, leaving }, numbers) => {
    const before = numbers % moves
    const after = (numbers - before) / moves
    return {
      sources: sources.slice(before).map((source) => (isOldSlot(source) ? source - before : source)),
      leaving: leaving + after - before,
    }
  })
  return withoutDead({
    next,
    steps: steps.map((row, state) => row.map((step, symbol) => move(step, certain[next[state][symbol]] * moves + certain[state]))),
  })
}

/** For each state: so many of the first slots will leave as cuts, in this order and before all others, whatever follows. */
const countCertain = ({ next, steps }: Steps): Uint8Array => {
  const certain = new Uint8Array(next.length).fill(MAX_SLOTS)
  untilStable(next.length, (state) => {
    const before = certain[state]
    let least = before
    for (let symbol = 0; symbol < next[state].length; symbol++) {
      const { sources, leaving } = steps[state][symbol]
      const most = Math.min(least, leaving + certain[next[state][symbol]])
      for (least = 0; least < most && sources[least] === least;) least++
    }
    certain[state] = least
    return least !== before
  })
  return certain
}

export const KEPT = 1
export const DROPPED = 2

/** For each state: whether text from the last cut on may be in a piece (KEPT), in none (DROPPED), or, both bits, either. */
export const findFates = ({ next, steps }: Steps): Uint8Array => {
  const fateOf = findFatesOfSlots({ next, steps })
  const fates = new Uint8Array(next.length)
  untilStable(next.length, (state) => {
    const before = fates[state]
    for (let symbol = 0; symbol < next[state].length; symbol++) {
      const { sources, leaving } = steps[state][symbol]
      fates[state] |= leaving === 0 ? fates[next[state][symbol]] : fateOf(state, sources[0])
    }
    return fates[state] !== before
  })
  return fates
}

/** The same of text that ends where a source of a state's step says. */
const findFatesOfSlots = ({ next, steps }: Steps): ((state: number, source: number) => number) => {
  const fates = new Uint8Array(next.length * MAX_SLOTS)
  const fateOf = (state: number, source: number): number =>
    source === SOURCE_NOW ? KEPT : source === SOURCE_NOW_GAP ? DROPPED : source === DEAD ? 0 : fates[state * MAX_SLOTS + source]
  untilStable(next.length, (state) => {
    let isChanged = false
    for (let symbol = 0; symbol < next[state].length; symbol++) {
      const { sources, leaving } = steps[state][symbol]
      const after = next[state][symbol] * MAX_SLOTS - leaving
      for (let slot = leaving; slot < sources.length; slot++) {
        const fate = fates[after + slot] | fateOf(state, sources[slot])
        if (fate !== fates[after + slot]) isChanged = true
        fates[after + slot] = fate
      }
    }
    return isChanged
  })
  return fateOf
}

/** The smallest machine of these steps, whose slots are in the order of their positions. */
export const machineOf = (steps: Steps): Machine => {
  const onward = makeOnward(steps)
  const { live } = onward
  const numbers = createNumbering()
  const effects: Effect[] = []
  const known = new Map<Step, number>()
  const effectOf = (step: Step): number => {
    let number = known.get(step)
    if (number === undefined) {
      const effect = toEffect(step)
      number = numbers.numberOf([effect.leaving, ...effect.slots])
      effects[number] ??= effect
      known.set(step, number)
    }
    return number
  }
  const outputs = Int32Array.from(onward.steps.flat(), effectOf)
  const decided = Array.from(findFates(onward), (fate, state): Decided => {
    if (fate === (KEPT | DROPPED)) return 'last cut'
    const first = live[state] === 0 ? 'here' : 31 - Math.clz32(live[state] & -live[state])
    return { upTo: first, isDropped: fate === DROPPED }
  })
  const columns = onward.next[0].length
  const next = Int32Array.from(onward.next.flat())
  return minimize({ columns, next, outputs, effects, decided, marks: decided.map(() => 0), matchesEmpty: false }, 'gaps')
}

const toEffect = ({ sources, leaving }: Step): Effect => ({
  slots: sources.map((source, slot) =>
    source === DEAD ? slot : source === SOURCE_NOW ? NOW : source === SOURCE_NOW_GAP ? NOW_ENDS_GAP : source,
  ),
  leaving,
  back: NONE,
  marks: [],
  keepsMarks: true,
})
