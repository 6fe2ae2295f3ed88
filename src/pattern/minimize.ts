import type { Dropped } from './behavior.ts'
import {
  DECIDED_DROPPED,
  DECIDED_HERE,
  DECIDED_LAST_CUT,
  ENTRY_ACTION,
  ENTRY_CERTAIN_SHIFT,
  ENTRY_GAP,
  ENTRY_SLOT_SHIFT,
  MAX_SLOTS,
  NO_MARK,
  SOURCE_NOW,
  SOURCE_NOW_GAP,
} from './layout.ts'
import { createNumbering } from './numbering.ts'
import { refine } from './refine.ts'
import { NONE, NOW, NOW_ENDS_GAP, type Decided, type Effect, type SlotSource, type Transducer } from './transducer.ts'

/** A transducer with steps as in the packed tables, and as few states and symbols as possible. */
export interface Machine {
  /** By state, then by symbol; the last column is the end of the segment. */
  next: number[][]
  /** The low 12 bits of each entry (layout.ts). */
  outputs: number[][]
  /** What the action entries do, as in the packed tables. */
  actions: number[][]
  /** As in the packed tables. */
  decided: number[]
  /** New name of each old symbol. */
  newSymbol: number[]
}

/**
 * Joins states that nothing can tell apart, and then symbols whose columns have become equal. States are numbered in the order in which
 * they are met from state 0, the start of a segment.
 */
export const minimize = ({ next, outputs: effectOf, effects, decided, marks }: Transducer, drops: Dropped): Machine => {
  const actions: number[][] = []
  const encode = createEncoder(actions, drops)
  const entries = Int32Array.from(effects, encode)
  const outputs = effectOf.map((row) => row.map((effect) => entries[effect]))
  const labels = createNumbering()
  const label = new Int32Array(next[0].length + 2)
  const block = refine(
    next,
    outputs.map((row, state) => {
      label.set(row)
      label[row.length] = marks[state]
      label[row.length + 1] = decidedByte(decided[state])
      return labels.numberOf(label)
    }),
  )
  const order = reachable(next, block)
  const newNumber = new Int32Array(next.length)
  order.forEach((state, number) => (newNumber[block[state]] = number))
  const machine = {
    next: order.map((state) => next[state].map((to) => newNumber[block[to]])),
    outputs: order.map((state) => outputs[state]),
    actions,
    decided: order.map((state) => decidedByte(decided[state])),
  }
  return { ...machine, ...joinSymbols(machine) }
}

const decidedByte = (decided: Decided): number => {
  if (decided === 'last cut') return DECIDED_LAST_CUT
  return (decided.upTo === 'here' ? DECIDED_HERE : decided.upTo) | (decided.isDropped ? DECIDED_DROPPED : 0)
}

/** The low bits of the entries with an effect. Effects that are more than one store and a shift become actions. */
const createEncoder = (actions: number[][], drops: Dropped): ((effect: Effect) => number) => {
  const numbers = new Map<string, number>()
  const endsDropped = (source: SlotSource): boolean =>
    (drops === 'gaps' && source === NOW_ENDS_GAP) || (drops === 'matches' && source === NOW)
  const sourceByte = (source: SlotSource): number => (source >= 0 ? source : endsDropped(source) ? SOURCE_NOW_GAP : SOURCE_NOW)
  return ({ slots, leaving, back, marks, keepsMarks }) => {
    const stored = slots.findIndex((source) => source < 0)
    if (keepsMarks && slots.every((source, slot) => source === slot || slot === stored)) {
      const gap = stored !== -1 && endsDropped(slots[stored]) ? ENTRY_GAP : 0
      return gap | ((stored === -1 ? MAX_SLOTS : stored) << ENTRY_SLOT_SHIFT) | (leaving << ENTRY_CERTAIN_SHIFT)
    }
    const action = [slots.length, leaving, back === NONE ? NO_MARK : back, marks.length, ...slots.map(sourceByte), ...marks]
    const key = action.join()
    if (!numbers.has(key)) numbers.set(key, actions.push(action) - 1)
    return ENTRY_ACTION | (numbers.get(key)! << ENTRY_SLOT_SHIFT)
  }
}

/** The first state of each block that can be reached from state 0, breadth first. */
const reachable = (next: readonly number[][], block: Int32Array): number[] => {
  const order = [0]
  const met = new Set([block[0]])
  for (const state of order)
    for (const to of next[state]) {
      if (met.has(block[to])) continue
      met.add(block[to])
      order.push(to)
    }
  return order
}

/** Joins symbols with equal columns, in their order; the end of the segment stays the last column. */
const joinSymbols = ({
  next,
  outputs,
}: {
  next: number[][]
  outputs: number[][]
}): { next: number[][]; outputs: number[][]; newSymbol: number[] } => {
  const kept: number[] = []
  const names = createNumbering()
  const end = next[0].length - 1
  const column = new Int32Array(2 * next.length)
  const newSymbol = Array.from({ length: end }, (_, symbol) => {
    for (let state = 0; state < next.length; state++) {
      column[2 * state] = next[state][symbol]
      column[2 * state + 1] = outputs[state][symbol]
    }
    const name = names.numberOf(column)
    if (name === kept.length) kept.push(symbol)
    return name
  })
  const columns = [...kept, end]
  const keep = (row: readonly number[]) => columns.map((symbol) => row[symbol])
  return { next: next.map(keep), outputs: outputs.map(keep), newSymbol }
}
