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
import { NONE, NOW, NOW_ENDS_GAP, type Decided } from './transducer.ts'
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

/** By state, then by symbol; the last column is the end of the segment. */
export interface Steps {
  next: readonly (readonly number[])[]
  steps: readonly (readonly Step[])[]
}

export const hasMarks = ({ actions }: Machine): boolean => actions.some(([, , back, marks]) => back !== NO_MARK || marks > 0)

/** The steps of a machine without marks; slots that do not matter are DEAD. */
export const stepsOf = (machine: Machine): Steps => {
  const known = new Map<number, Step>()
  const stepOf = (entry: number): Step => {
    const step = known.get(entry) ?? readEntry(entry, machine.actions)
    known.set(entry, step)
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

/** For each state, bit s: slot s may leave as a cut before anything else is put there. Found by going round until nothing changes. */
export const findLiveSlots = ({ next, steps }: Steps): Uint32Array => {
  const live = new Uint32Array(next.length)
  const before = ({ sources, leaving }: Step, after: number): number =>
    sources.reduce(
      (bits, source, slot) => (isOldSlot(source) && (slot < leaving || isLive(after, slot - leaving)) ? bits | (1 << source) : bits),
      0,
    )
  for (let isChanged = true; isChanged;) {
    isChanged = false
    for (let state = live.length - 1; state >= 0; state--) {
      const slots = steps[state].reduce((bits, step, symbol) => bits | before(step, live[next[state][symbol]]), live[state]) >>> 0
      if (slots !== live[state]) isChanged = true
      live[state] = slots
    }
  }
  return live
}

const withoutDead = ({ next, steps }: Steps): Steps => {
  const live = findLiveSlots({ next, steps })
  const trim = ({ sources, leaving }: Step, after: number): Step => {
    const kept = sources.map((source, slot) => (slot < leaving || isLive(after, slot - leaving) ? source : DEAD))
    return { sources: kept.slice(0, kept.findLastIndex((source) => source !== DEAD) + 1), leaving }
  }
  return { next, steps: steps.map((row, state) => row.map((step, symbol) => trim(step, live[next[state][symbol]]))) }
}

/**
 * The same cuts, each made as soon as it is certain: a slot whose position will be a cut whatever follows leaves at once (the onward form of a
 * transducer; Mohri, "Minimization algorithms for sequential transducers", 2000).
 */
export const makeOnward = ({ next, steps }: Steps): Steps => {
  const certain = countCertain({ next, steps })
  return withoutDead({
    next,
    steps: steps.map((row, state) =>
      row.map(({ sources, leaving }, symbol) => ({
        sources: sources.slice(certain[state]).map((source) => (isOldSlot(source) ? source - certain[state] : source)),
        leaving: leaving + certain[next[state][symbol]] - certain[state],
      })),
    ),
  })
}

/** For each state: so many of the first slots will leave as cuts, in this order and before all others, whatever follows. */
const countCertain = ({ next, steps }: Steps): number[] => {
  const certain = next.map(() => MAX_SLOTS)
  const through = ({ sources, leaving }: Step, after: number): number => {
    let count = 0
    while (count < leaving + after && sources[count] === count) count++
    return count
  }
  for (let isChanged = true; isChanged;) {
    isChanged = false
    for (let state = certain.length - 1; state >= 0; state--) {
      const count = steps[state].reduce(
        (least, step, symbol) => Math.min(least, through(step, certain[next[state][symbol]])),
        certain[state],
      )
      if (count !== certain[state]) isChanged = true
      certain[state] = count
    }
  }
  return certain
}

export const KEPT = 1
export const DROPPED = 2

/** For each state: whether text from the last cut on may be in a piece (KEPT), in none (DROPPED), or, both bits, either. */
export const findFates = ({ next, steps }: Steps): number[] => {
  const fateOf = findFatesOfSlots({ next, steps })
  const fates = next.map(() => 0)
  for (let isChanged = true; isChanged;) {
    isChanged = false
    for (let state = fates.length - 1; state >= 0; state--) {
      const through = ({ sources, leaving }: Step, symbol: number): number =>
        leaving === 0 ? fates[next[state][symbol]] : fateOf(state, sources[0])
      const fate = steps[state].reduce((bits, step, symbol) => bits | through(step, symbol), fates[state])
      if (fate !== fates[state]) isChanged = true
      fates[state] = fate
    }
  }
  return fates
}

/** The same of text that ends where a source of a state's step says. */
const findFatesOfSlots = ({ next, steps }: Steps): ((state: number, source: number) => number) => {
  const fates = next.map(() => new Uint8Array(MAX_SLOTS))
  const fateOf = (state: number, source: number): number =>
    source === SOURCE_NOW ? KEPT : source === SOURCE_NOW_GAP ? DROPPED : source === DEAD ? 0 : fates[state][source]
  for (let isChanged = true; isChanged;) {
    isChanged = false
    steps.forEach((row, state) =>
      row.forEach(({ sources, leaving }, symbol) => {
        const after = fates[next[state][symbol]]
        for (let slot = leaving; slot < sources.length; slot++) {
          const fate = after[slot - leaving] | fateOf(state, sources[slot])
          if (fate !== after[slot - leaving]) isChanged = true
          after[slot - leaving] = fate
        }
      }),
    )
  }
  return fateOf
}

/** The smallest machine of these steps, whose slots are in the order of their positions. */
export const machineOf = (steps: Steps): Machine => {
  const onward = makeOnward(steps)
  const live = findLiveSlots(onward)
  const fates = findFates(onward)
  const numbers = createNumbering()
  const effects: { slots: number[]; leaving: number; back: number; marks: number[]; keepsMarks: boolean }[] = []
  const outputs = onward.steps.map((row) =>
    row.map(({ sources, leaving }) => {
      const slots = sources.map((source, slot) =>
        source === DEAD ? slot : source === SOURCE_NOW ? NOW : source === SOURCE_NOW_GAP ? NOW_ENDS_GAP : source,
      )
      const number = numbers.numberOf([leaving, ...slots])
      effects[number] ??= { slots, leaving, back: NONE, marks: [], keepsMarks: true }
      return number
    }),
  )
  const decided = fates.map((fate, state): Decided => {
    if (fate === (KEPT | DROPPED)) return 'last cut'
    const first = live[state] === 0 ? 'here' : 31 - Math.clz32(live[state] & -live[state])
    return { upTo: first, isDropped: fate === DROPPED }
  })
  const next = onward.next.map((row) => [...row])
  return minimize({ next, outputs, effects, decided, marks: next.map(() => 0), matchesEmpty: false }, 'gaps')
}
