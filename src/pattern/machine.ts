import type { Dropped } from './behavior.ts'
import type { Partition } from './classes.ts'
import {
  ENTRY_ACTION,
  ENTRY_ACTION_SHIFT,
  ENTRY_DROPPED,
  ENTRY_LEAVING_SHIFT,
  ENTRY_SLOT_SHIFT,
  MAX_SLOTS,
  NO_MARK,
  SOURCE_NOW,
  SOURCE_NOW_DROPPED,
} from './layout.ts'
import type { BackwardMachine } from './lookahead.ts'
import { minimize, type Row } from './minimize.ts'
import { NONE, NOW, NOW_ENDS_GAP } from './programLayout.ts'
import type { Effect, SlotSource, Transducer } from './transducer.ts'
import type { Unit } from './unit.ts'

/** A transducer with steps as in the packed tables, and as few states and symbols as possible. */
export interface Machine {
  /** By state, then by symbol; the last column is the end of the segment. */
  next: readonly Row[]
  /** The low 12 bits of each entry (layout.ts). */
  outputs: readonly Row[]
  /** What the action entries do, as in the packed tables. */
  actions: number[][]
  /** As in the packed tables. */
  decided: number[]
  /** New name of each old symbol. */
  newSymbol: number[]
}

/** A machine, and what finds its symbols in text. */
export interface Automaton {
  unit: Unit
  partition: Partition
  /** If the pattern looks ahead further than one code point; otherwise symbols are classes. */
  backward: BackwardMachine | undefined
  machine: Machine
}

/** Whether it has actions that set marks or go back to one. */
export const hasMarks = ({ actions }: Machine): boolean => actions.some(([, , back, marks]) => back !== NO_MARK || marks > 0)

/**
 * Writes what the steps do as entries and actions, joins states that nothing can tell apart, and then symbols whose columns have become equal. States are
 * numbered in the order in which they are met from state 0, the start of a segment.
 */
export const toMachine = ({ columns, next, outputs, effects, decided, marks }: Omit<Transducer, 'matchesEmpty'>, drops: Dropped): Machine => {
  const actions: number[][] = []
  const entries = effects.map(createEncoder(actions, drops))
  const labels = marks.map((count, state) => count * 256 + decided[state])
  const smallest = minimize({ columns, next, outputs: outputs.map((effect) => entries[effect]), labels, apart: 1 })
  return {
    next: smallest.next,
    outputs: smallest.outputs,
    actions,
    decided: smallest.states.map((state) => decided[state]),
    newSymbol: smallest.newSymbol.slice(0, -1),
  }
}

/** The low bits of the entries with an effect. Effects that are more than one store and a shift become actions. */
const createEncoder = (actions: number[][], drops: Dropped): ((effect: Effect) => number) => {
  const numbers = new Map<string, number>()
  const endsDropped = (source: SlotSource): boolean =>
    (drops === 'gaps' && source === NOW_ENDS_GAP) || (drops === 'matches' && source === NOW)
  const sourceByte = (source: SlotSource): number => (source >= 0 ? source : endsDropped(source) ? SOURCE_NOW_DROPPED : SOURCE_NOW)
  return ({ slots, leaving, back, marks, keepsMarks }) => {
    const stored = slots.findIndex((source) => source < 0)
    if (keepsMarks && slots.every((source, slot) => source === slot || slot === stored)) {
      const dropped = stored !== -1 && endsDropped(slots[stored]) ? ENTRY_DROPPED : 0
      return dropped | ((stored === -1 ? MAX_SLOTS : stored) << ENTRY_SLOT_SHIFT) | (leaving << ENTRY_LEAVING_SHIFT)
    }
    const action = [slots.length, leaving, back === NONE ? NO_MARK : back, marks.length, ...slots.map(sourceByte), ...marks]
    const key = action.join()
    if (!numbers.has(key)) numbers.set(key, actions.push(action) - 1)
    return ENTRY_ACTION | (numbers.get(key)! << ENTRY_ACTION_SHIFT)
  }
}
