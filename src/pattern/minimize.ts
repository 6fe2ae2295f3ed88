import {
  ENTRY_ACTION,
  ENTRY_CERTAIN_SHIFT,
  ENTRY_GAP,
  ENTRY_SLOT_SHIFT,
  MAX_SLOTS,
  NO_MARK,
  SOURCE_NEW_MARK,
  SOURCE_NOW,
  SOURCE_NOW_GAP,
} from './layout.ts'
import { NOW_ENDS_GAP, type Decided, type SlotSource, type Step, type Transducer } from './transducer.ts'

/** A transducer with steps as in the packed tables, and as few states and classes as possible. */
export interface Machine {
  /** By state, then by class; the last column is the end of the segment. */
  next: number[][]
  /** The low 12 bits of each entry (layout.ts). */
  outputs: number[][]
  /** What the action entries do, as in the packed tables. */
  actions: number[][]
  decided: Decided[]
  /** New class of each old one. */
  newClass: number[]
}

/**
 * Joins states that nothing can tell apart, and then classes whose columns have become equal. States are numbered in the order in which
 * they are met from state 0, the start of a segment.
 */
export const minimize = ({ steps, decided, marks }: Transducer, dropsGaps: boolean): Machine => {
  const actions: number[][] = []
  const outputOf = createEncoder(actions, dropsGaps)
  const outputs = steps.map((row, state) => row.map((step) => outputOf(step, marks[state])))
  const next = steps.map((row) => row.map((step) => step.next))
  const block = refine(
    next,
    outputs.map((row, state) => `${row.join()} ${marks[state]} ${JSON.stringify(decided[state])}`),
  )
  const order = reachable(next, block)
  const newNumber = new Map(order.map((state, number) => [block[state], number]))
  const machine = {
    next: order.map((state) => next[state].map((to) => newNumber.get(block[to])!)),
    outputs: order.map((state) => outputs[state]),
    actions,
    decided: order.map((state) => decided[state]),
  }
  return { ...machine, ...joinClasses(machine) }
}

/** The low bits of a step's entry. Steps that are more than one store and a shift become actions. `marks`: how many there are before. */
const createEncoder = (actions: number[][], dropsGaps: boolean): ((step: Step, marks: number) => number) => {
  const numbers = new Map<string, number>()
  const sourceByte = (source: SlotSource): number =>
    source >= 0 ? source : source === NOW_ENDS_GAP && dropsGaps ? SOURCE_NOW_GAP : SOURCE_NOW
  return (step, marks) => {
    const { slots, leaving } = step
    const stored = slots.findIndex((source) => source < 0)
    if (keepsMarks(step, marks) && slots.every((source, slot) => source === slot || slot === stored)) {
      const gap = dropsGaps && stored !== -1 && slots[stored] === NOW_ENDS_GAP ? ENTRY_GAP : 0
      return gap | ((stored === -1 ? MAX_SLOTS : stored) << ENTRY_SLOT_SHIFT) | (leaving << ENTRY_CERTAIN_SHIFT)
    }
    const markBytes = step.marks.map((mark) => ('old' in mark ? mark.old : SOURCE_NEW_MARK + mark.behind))
    const action = [slots.length, leaving, step.back ?? NO_MARK, markBytes.length, ...slots.map(sourceByte), ...markBytes]
    const key = action.join()
    if (!numbers.has(key)) numbers.set(key, actions.push(action) - 1)
    return ENTRY_ACTION | (numbers.get(key)! << ENTRY_SLOT_SHIFT)
  }
}

const keepsMarks = ({ back, marks }: Step, before: number): boolean =>
  back === undefined && marks.length === before && marks.every((mark, rank) => 'old' in mark && mark.old === rank)

/** The first state of each block that can be reached from state 0, breadth first. */
const reachable = (next: readonly number[][], block: readonly number[]): number[] => {
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

/**
 * Hopcroft's algorithm: the coarsest partition of the states that agrees with `labels` and in which, for each symbol, the states of a block
 * go to one block. Returns the block of each state.
 */
const refine = (next: readonly number[][], labels: readonly string[]): number[] => {
  const symbols = next[0].length
  const before: number[][][] = Array.from({ length: symbols }, () => next.map(() => []))
  next.forEach((row, state) => row.forEach((to, symbol) => before[symbol][to].push(state)))
  const byLabel = groupBy(
    labels.map((_, state) => state),
    (state) => labels[state],
  )
  const members = [...byLabel.values()]
  const block: number[] = []
  members.forEach((states, number) => states.forEach((state) => (block[state] = number)))
  const waiting = new Set(members.keys())
  for (const splitter of waiting) {
    waiting.delete(splitter)
    const targets = [...members[splitter]]
    for (let symbol = 0; symbol < symbols; symbol++) {
      const hit = groupBy(
        targets.flatMap((to) => before[symbol][to]),
        (state) => block[state],
      )
      for (const [number, states] of hit) {
        if (states.length === members[number].length) continue
        const inside = new Set(states)
        const outside = members[number].filter((state) => !inside.has(state))
        const [large, small] = outside.length < states.length ? [states, outside] : [outside, states]
        members[number] = large
        const added = members.push(small) - 1
        for (const state of small) block[state] = added
        waiting.add(waiting.has(number) || small.length <= large.length ? added : number)
      }
    }
  }
  return block
}

const groupBy = <Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, Item[]> => {
  const groups = new Map<Key, Item[]>()
  for (const item of items) {
    const group = groups.get(keyOf(item))
    if (group === undefined) groups.set(keyOf(item), [item])
    else group.push(item)
  }
  return groups
}

/** Joins classes with equal columns, in the order of the classes; the end of the segment stays the last column. */
const joinClasses = ({
  next,
  outputs,
}: {
  next: number[][]
  outputs: number[][]
}): { next: number[][]; outputs: number[][]; newClass: number[] } => {
  const kept: number[] = []
  const names = new Map<string, number>()
  const end = next[0].length - 1
  const newClass = Array.from({ length: end }, (_, symbol) => {
    const column = next.map((row, state) => `${row[symbol]}:${outputs[state][symbol]}`).join()
    if (!names.has(column)) names.set(column, kept.push(symbol) - 1)
    return names.get(column)!
  })
  const columns = [...kept, end]
  const keep = (row: readonly number[]) => columns.map((symbol) => row[symbol])
  return { next: next.map(keep), outputs: outputs.map(keep), newClass }
}
