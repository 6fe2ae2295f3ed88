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
import { firstOfBlocks, refine } from './refine.ts'
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
export const minimize = ({ columns, next, outputs: effectOf, effects, decided, marks }: Transducer, drops: Dropped): Machine => {
  const actions: number[][] = []
  const entries = effects.map(createEncoder(actions, drops))
  const outputs = new Int32Array(effectOf.length)
  for (let i = 0; i < outputs.length; i++) outputs[i] = entries[effectOf[i]]
  const labels = createNumbering()
  const label = new Int32Array(columns + 2)
  const block = refine(
    { columns, next },
    decided.map((one, state) => {
      label.set(outputs.subarray(state * columns, (state + 1) * columns))
      label[columns] = marks[state]
      label[columns + 1] = decidedByte(one)
      return labels.numberOf(label)
    }),
  )
  const states = firstOfBlocks({ columns, next }, block)
  const numberOf = new Int32Array(decided.length) // by block
  states.forEach((state, number) => (numberOf[block[state]] = number))
  const newNumber = block.map((one) => numberOf[one])
  const { kept, newSymbol } = joinSymbols(states, columns, newNumber, next, outputs)
  const rows: Pick<Machine, 'next' | 'outputs'> = { next: [], outputs: [] }
  for (let number = 0; number < states.length; number++) {
    const at = states[number] * columns
    const nextRow: number[] = []
    const outputRow: number[] = []
    for (let i = 0; i < kept.length; i++) {
      nextRow.push(newNumber[next[at + kept[i]]])
      outputRow.push(outputs[at + kept[i]])
    }
    rows.next.push(nextRow)
    rows.outputs.push(outputRow)
  }
  return {
    ...rows,
    actions,
    decided: states.map((state) => decidedByte(decided[state])),
    newSymbol,
  }
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

/**
 * Joins symbols with equal columns, in their order; the end of the segment stays the last column. `kept`: one symbol for each column.
 * `newNumber`: the new number of each state.
 */
const joinSymbols = (
  states: readonly number[],
  columns: number,
  newNumber: Int32Array,
  next: Int32Array,
  outputs: Int32Array,
): { kept: number[]; newSymbol: number[] } => {
  const isAlike = (a: number, b: number): boolean =>
    states.every((state) => {
      const row = state * columns
      return newNumber[next[row + a]] === newNumber[next[row + b]] && outputs[row + a] === outputs[row + b]
    })
  const kept: number[] = []
  const newSymbol = Array.from({ length: columns - 1 }, (_, symbol) => {
    const known = kept.findIndex((other) => isAlike(other, symbol))
    return known === -1 ? kept.push(symbol) - 1 : known
  })
  kept.push(columns - 1)
  return { kept, newSymbol }
}
