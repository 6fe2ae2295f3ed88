import {
  DECIDED_DROPPED,
  DECIDED_HERE,
  DECIDED_LAST_CUT,
  ENTRY_ACTION,
  ENTRY_ACTION_MASK,
  ENTRY_ACTION_SHIFT,
  ENTRY_LEAVING_SHIFT,
  ENTRY_FIVE_BITS,
  ENTRY_DROPPED,
  ENTRY_SLOT_SHIFT,
  MAX_SLOTS,
  SOURCE_NOW,
  SOURCE_NOW_DROPPED,
} from './layout.ts'
import { DEAD, DROPPED, KEPT, NONE, NOW, NOW_ENDS_GAP } from './programLayout.ts'
import type { Effect } from './transducer.ts'
import { toMachine, type Machine } from './machine.ts'
import { createNumbering } from './numbering.ts'

/*
 * What the steps of a machine do, in a form that is easy to reason about, for what compares machines (equivalence.ts) or makes one of two
 * (fuse.ts). Machines with marks (kernel/pattern/transducer.ts) have no such form.
 */

/** What a step does to the slots: the first `leaving` of the new ones leave as cuts. */
export interface SlotMove {
  /** Where each new slot comes from: an old one, the position now (SOURCE_NOW, SOURCE_NOW_DROPPED), or DEAD. */
  sources: readonly number[]
  leaving: number
}

export const isOldSlot = (source: number): boolean => source >= 0 && source < MAX_SLOTS

/**
 * Steps as ARCS: in one state, symbols that lead to one state by one step are one arc. There are far fewer arcs than symbols, so what looks at
 * all steps looks at arcs.
 */
export interface Steps {
  /** How many symbols there are, the last of them the end of the segment. */
  columns: number
  /** The arc of each symbol in each state: that of symbol s in state q is arcs[q * columns + s]. */
  arcs: Int32Array
  /** The arcs of state q are those from firstArc[q] up to firstArc[q + 1]. */
  firstArc: Int32Array
  /** Where each arc leads. */
  next: Int32Array
  /** What each arc does to the slots: a number of `moves`. Moves that are alike mostly have one number. */
  moveOfArc: Int32Array
  moves: readonly SlotMove[]
}

/** Slots that do not matter are DEAD. */
export interface LiveSteps extends Steps {
  /** For each state, bit s: slot s may leave as a cut before anything else is put there. */
  live: Uint32Array
}

const countStates = ({ firstArc }: Steps): number => firstArc.length - 1

export const moveOf = ({ moveOfArc, moves }: Steps, arc: number): SlotMove => moves[moveOfArc[arc]]

export const arcOf = ({ arcs, columns }: Steps, state: number, symbol: number): number => arcs[state * columns + symbol]

/** The steps of a machine without marks. */
export const stepsOf = ({ next, outputs, actions }: Machine): LiveSteps => {
  const columns = next[0].length
  const arcs = new Int32Array(next.length * columns)
  const firstArc = new Int32Array(next.length + 1)
  const targets: number[] = []
  const moveOfArc: number[] = []
  const moves: SlotMove[] = []
  const numberOfEntry = new Map<number, number>()
  // for each state that is led to, the last arc that leads there; for each arc, the one before it
  const lastArc = new Int32Array(next.length).fill(NONE)
  const arcBefore: number[] = []
  for (let state = 0, i = 0; state < next.length; state++) {
    const row = next[state]
    const entries = outputs[state]
    const begin = targets.length
    for (let symbol = 0; symbol < columns; symbol++, i++) {
      const to = row[symbol]
      let number = numberOfEntry.get(entries[symbol])
      if (number === undefined) numberOfEntry.set(entries[symbol], (number = moves.push(readEntry(entries[symbol], actions)) - 1))
      let arc = lastArc[to]
      while (arc >= begin && moveOfArc[arc] !== number) arc = arcBefore[arc]
      if (arc < begin) {
        arc = targets.push(to) - 1
        moveOfArc.push(number)
        arcBefore.push(lastArc[to])
        lastArc[to] = arc
      }
      arcs[i] = arc
    }
    firstArc[state + 1] = targets.length
  }
  return withoutDeadSlots({ columns, arcs, firstArc, next: new Int32Array(targets), moveOfArc: new Int32Array(moveOfArc), moves })
}

const readEntry = (entry: number, actions: Machine['actions']): SlotMove => {
  if ((entry & ENTRY_ACTION) !== 0) {
    const [count, leaving, , , ...parts] = actions[(entry >>> ENTRY_ACTION_SHIFT) & ENTRY_ACTION_MASK]
    return { sources: parts.slice(0, count), leaving }
  }
  const stored = (entry >>> ENTRY_SLOT_SHIFT) & ENTRY_FIVE_BITS
  const sources = ALL_SLOTS.slice()
  if (stored < MAX_SLOTS) sources[stored] = (entry & ENTRY_DROPPED) === 0 ? SOURCE_NOW : SOURCE_NOW_DROPPED
  return { sources, leaving: (entry >>> ENTRY_LEAVING_SHIFT) & ENTRY_FIVE_BITS }
}

const ALL_SLOTS: readonly number[] = Array.from({ length: MAX_SLOTS }, (_, slot) => slot)

const isLive = (slots: number, slot: number): boolean => ((slots >>> slot) & 1) === 1

/** Goes over arcs, the last first, until a round has changed nothing. `visit` says whether it has. */
const untilStable = (arcs: readonly number[], visit: (arc: number) => boolean): void => {
  for (let isChanged = arcs.length > 0; isChanged;) {
    isChanged = false
    for (let i = arcs.length - 1; i >= 0; i--) if (visit(arcs[i])) isChanged = true
  }
}

/** The arcs whose steps are such. Where a question is settled by few of them, only those are gone over. */
const arcsWith = ({ moveOfArc, moves }: Steps, isSuch: (move: SlotMove) => boolean): number[] => {
  const answers = moves.map(isSuch)
  const found: number[] = []
  if (answers.includes(true)) for (let arc = 0; arc < moveOfArc.length; arc++) if (answers[moveOfArc[arc]]) found.push(arc)
  return found
}

/** The state that each arc begins in. */
const originsOf = (all: Steps): Int32Array => {
  const origins = new Int32Array(all.next.length)
  for (let state = 0; state < countStates(all); state++) origins.fill(state, all.firstArc[state], all.firstArc[state + 1])
  return origins
}

const findLiveSlots = (all: Steps): Uint32Array => {
  const { next, moveOfArc, moves } = all
  const origins = originsOf(all)
  const live = new Uint32Array(countStates(all))
  const reading = arcsWith(all, ({ sources }) => sources.some(isOldSlot))
  const seen = new Int32Array(next.length).fill(-1) // what was live after each arc when it was last gone over
  untilStable(reading, (arc) => {
    const after = live[next[arc]]
    if (after === seen[arc]) return false
    seen[arc] = after
    const state = origins[arc]
    const before = live[state]
    live[state] |= liveBefore(moves[moveOfArc[arc]], after)
    return live[state] !== before
  })
  return live
}

/** The slots that matter before a step, from those that do after it. */
const liveBefore = ({ sources, leaving }: SlotMove, after: number): number => {
  let wanted = (after << leaving) | ((1 << leaving) - 1)
  let live = 0
  while (wanted !== 0) {
    const slot = 31 - Math.clz32(wanted)
    wanted ^= 1 << slot
    if (slot < sources.length && isOldSlot(sources[slot])) live |= 1 << sources[slot]
  }
  return live
}

/**
 * Changes each arc's move by what `make` makes of it and of the arc's number, one of `count`; what it has made is kept, since there are few different
 * moves, and few numbers.
 */
const changeMoves = (all: Steps, numbers: Int32Array, count: number, make: (move: SlotMove, number: number) => SlotMove): Steps => {
  const known = new Int32Array(all.moves.length * count) // 0: not made yet, else one more
  const moves: SlotMove[] = []
  const moveOfArc = new Int32Array(all.moveOfArc.length)
  for (let arc = 0; arc < moveOfArc.length; arc++) {
    const key = all.moveOfArc[arc] * count + numbers[arc]
    if (known[key] === 0) known[key] = moves.push(make(all.moves[all.moveOfArc[arc]], numbers[arc]))
    moveOfArc[arc] = known[key] - 1
  }
  return { ...all, moveOfArc, moves }
}

const withoutDeadSlots = (all: Steps): LiveSteps => {
  const live = findLiveSlots(all)
  const kinds = [...new Set(live)]
  const kindOf = live.map((slots) => kinds.indexOf(slots))
  const numbers = all.next.map((to) => kindOf[to])
  const trimmed = changeMoves(all, numbers, kinds.length, ({ sources, leaving }, kind) => {
    const after = kinds[kind]
    const end = Math.min(sources.length, leaving + 32 - Math.clz32(after))
    const kept: number[] = []
    for (let slot = 0; slot < end; slot++) kept.push(slot < leaving || isLive(after, slot - leaving) ? sources[slot] : DEAD)
    while (kept.length > 0 && kept[kept.length - 1] === DEAD) kept.pop()
    return { sources: kept, leaving }
  })
  return { ...trimmed, live }
}

/**
 * The same cuts, each made as soon as it is certain: a slot whose position will be a cut whatever follows leaves at once (the onward form of a
 * transducer; Mohri, "Minimization algorithms for sequential transducers", 2000).
 */
export const makeOnward = (all: Steps | LiveSteps): LiveSteps => {
  const certain = countCertain(all)
  if (certain.every((count) => count === 0)) return 'live' in all ? all : withoutDeadSlots(all)
  const origins = originsOf(all)
  const moves = MAX_SLOTS + 1
  const numbers = all.next.map((to, arc) => certain[to] * moves + certain[origins[arc]])
  const moved = changeMoves(all, numbers, moves * moves, ({ sources, leaving }, number) => {
    const before = number % moves
    const after = (number - before) / moves
    return {
      sources: sources.slice(before).map((source) => (isOldSlot(source) ? source - before : source)),
      leaving: leaving + after - before,
    }
  })
  return withoutDeadSlots(moved)
}

/** For each state: so many of the first slots will leave as cuts, in this order and before all others, whatever follows. */
const countCertain = (all: Steps): Uint8Array => {
  const { firstArc, next } = all
  const certain = new Uint8Array(countStates(all)).fill(MAX_SLOTS)
  for (let isChanged = true; isChanged;) {
    isChanged = false
    for (let state = certain.length - 1; state >= 0; state--) {
      let least = certain[state]
      for (let arc = firstArc[state]; arc < firstArc[state + 1] && least > 0; arc++) {
        const { sources, leaving } = moveOf(all, arc)
        const most = Math.min(least, leaving + certain[next[arc]])
        for (least = 0; least < most && sources[least] === least;) least++
      }
      if (least === certain[state]) continue
      certain[state] = least
      isChanged = true
    }
  }
  return certain
}

/** For each state: whether text from the last cut on may be in a piece (KEPT), in none (DROPPED), or, both bits, either. */
export const findFates = (all: Steps): Uint8Array => {
  const { next } = all
  const fates = new Uint8Array(countStates(all))
  // where no step drops text, all of it is kept
  if (arcsWith(all, ({ sources }) => sources.includes(SOURCE_NOW_DROPPED)).length === 0) return fates.fill(KEPT)
  const origins = originsOf(all)
  const fateOf = findFatesOfSlots(all, origins)
  for (let arc = 0; arc < next.length; arc++) {
    const { sources, leaving } = moveOf(all, arc)
    if (leaving > 0) fates[origins[arc]] |= fateOf(origins[arc], sources[0])
  }
  const cuttingNothing = arcsWith(all, ({ leaving }) => leaving === 0)
  untilStable(cuttingNothing, (arc) => {
    const state = origins[arc]
    const before = fates[state]
    fates[state] |= fates[next[arc]]
    return fates[state] !== before
  })
  return fates
}

/** The same of text that ends where a source of a state's step says. */
const findFatesOfSlots = (all: Steps, origins: Int32Array): ((state: number, source: number) => number) => {
  const { next } = all
  const fates = new Uint8Array(countStates(all) * MAX_SLOTS)
  const fateOf = (state: number, source: number): number =>
    source === SOURCE_NOW ? KEPT : source === SOURCE_NOW_DROPPED ? DROPPED : source === DEAD ? 0 : fates[state * MAX_SLOTS + source]
  // what holds of slots is handed on from state to state: those that are met first come first
  const keepingSlots = arcsWith(all, ({ sources, leaving }) => sources.length > leaving).reverse()
  untilStable(keepingSlots, (arc) => {
    const { sources, leaving } = moveOf(all, arc)
    const after = next[arc] * MAX_SLOTS - leaving
    let isChanged = false
    for (let slot = leaving; slot < sources.length; slot++) {
      const fate = fates[after + slot] | fateOf(origins[arc], sources[slot])
      if (fate !== fates[after + slot]) isChanged = true
      fates[after + slot] = fate
    }
    return isChanged
  })
  return fateOf
}

/** The smallest machine of these steps, whose slots are in the order of their positions. */
export const machineOf = (all: Steps): Machine => {
  const onward = makeOnward(all)
  const { columns, arcs, live } = onward
  const numbers = createNumbering()
  const effects: Effect[] = []
  const effectOf = onward.moves.map((move) => {
    const effect = toEffect(move)
    const number = numbers.numberOf(Int32Array.of(effect.leaving, ...effect.slots))
    effects[number] ??= effect
    return number
  })
  const decided = Int32Array.from(findFates(onward), (fate, state) => {
    if (fate === (KEPT | DROPPED)) return DECIDED_LAST_CUT
    const first = live[state] === 0 ? DECIDED_HERE : 31 - Math.clz32(live[state] & -live[state])
    return fate === DROPPED ? first | DECIDED_DROPPED : first
  })
  const next = arcs.map((arc) => onward.next[arc])
  const outputs = arcs.map((arc) => effectOf[onward.moveOfArc[arc]])
  // 'gaps': here NOW_ENDS_GAP always means SOURCE_NOW_DROPPED
  return toMachine({ columns, next, outputs, effects, decided, marks: new Int32Array(decided.length) }, 'gaps')
}

const toEffect = ({ sources, leaving }: SlotMove): Effect => ({
  slots: sources.map((source, slot) =>
    source === DEAD ? slot : source === SOURCE_NOW ? NOW : source === SOURCE_NOW_DROPPED ? NOW_ENDS_GAP : source,
  ),
  leaving,
  back: NONE,
  marks: [],
  keepsMarks: true,
})
