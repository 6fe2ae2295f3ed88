import { pairClasses, renameClasses } from './classes.ts'
import type { Compiled, CompiledStage } from './compile.ts'
import { MAX_SLOTS, SOURCE_NOW, SOURCE_NOW_GAP } from './layout.ts'
import type { Machine } from './minimize.ts'
import { packTables } from './pack.ts'
import {
  DEAD,
  DROPPED,
  findFates,
  findLiveSlots,
  hasMarks,
  isOldSlot,
  KEPT,
  machineOf,
  makeOnward,
  stepsOf,
  type Step,
  type Steps,
} from './steps.ts'

/*
 * Two stages, one behind the other, as one machine that reads the text once. The second stage begins afresh at each cut of the first, so the
 * machine for both runs the second beside the first:
 *
 *   for each code point:
 *     step the first stage
 *     where it cuts: end the second, and begin it afresh
 *     step the second stage
 *
 * What the real one adds: a cut of the first stage may be open (a position in one of its slots, of which what follows decides). Then it is not
 * known where the second stage began last, so it is run from each place where it may have begun: from the last cut that is certain, and
 * from each open one. For each two of these places there is a list of the cuts that the second stage makes between them, should both be
 * cuts of the first, and no place between. All these cuts are slots of the new machine.
 */

interface Run {
  /** State of the second stage, or OFF: it begins at text that the first drops. */
  state: number
  slots: readonly number[]
  /** Cuts that it is certain of, should the first stage not cut before. */
  cuts: readonly number[]
}

const OFF = -1

/** All positions are slots, in the order in which they were put there, or SOURCE_NOW, or SOURCE_NOW_GAP. */
interface State {
  first: number
  /** Slots of the first stage that are open cuts, in the order of their positions: places 1, 2, …; place 0 is the last certain cut. */
  open: readonly number[]
  /** By place. */
  runs: readonly Run[]
  /** pieces[i][k]: the cuts from place i to place k, the one at k included; k above i. */
  pieces: readonly (readonly (readonly number[])[])[]
}

interface Machines {
  first: Steps
  second: Steps
  live: Uint32Array
  secondLive: Uint32Array
  fates: readonly number[]
}

/** Machines with more states, symbols or actions than these are read more slowly than two smaller ones (kernel/pass.ts, split/syncPairs.ts). */
const MAX_STATES = 256
const MAX_SYMBOLS = 64
const MAX_ACTIONS = 128
/** Before states are joined. */
const MAX_RAW_STATES = 500

/** Stages as machines that cut as they do one behind the other, neighbours as one machine where that is small enough. */
export const fuseStages = (stages: readonly CompiledStage[]): (Compiled | CompiledStage)[] => {
  const fused: (Compiled | CompiledStage)[] = []
  for (const stage of stages) {
    const last = fused.at(-1)
    const both = last === undefined ? undefined : fuse(last, stage)
    if (both === undefined) fused.push(stage)
    else fused[fused.length - 1] = both
  }
  return fused
}

const isSmall = ({ next, actions }: Machine): boolean =>
  next.length <= MAX_STATES && next[0].length <= MAX_SYMBOLS && actions.length <= MAX_ACTIONS

/** What is too large alone is not tried: that would take as long as compiling it. */
const isFusible = ({ machine, backward }: Compiled): boolean => backward === undefined && !hasMarks(machine) && isSmall(machine)

/** One machine for two; undefined if it would be too large. */
const fuse = (first: Compiled, second: Compiled): Compiled | undefined => {
  if (first.unit !== second.unit || !isFusible(first) || !isFusible(second)) return undefined
  const { partition, pairs } = pairClasses(first.partition, second.partition)
  const steps = composeSteps(makeOnward(stepsOf(first.machine)), makeOnward(stepsOf(second.machine)), pairs)
  if (steps === undefined) return undefined
  const machine = machineOf(steps)
  if (!isSmall(machine)) return undefined
  const { unit } = first
  const small = renameClasses(partition, machine.newSymbol)
  return {
    unit,
    partition: small,
    backward: undefined,
    machine,
    tables: packTables({ machine, partition: small, backward: undefined, unit, text: 'stages as one' }),
  }
}

/** The steps of both, over pairs of classes; undefined if there are too many states or slots. */
const composeSteps = (first: Steps, second: Steps, pairs: readonly (readonly [number, number])[]): Steps | undefined => {
  const machines: Machines = { first, second, live: findLiveSlots(first), secondLive: findLiveSlots(second), fates: findFates(first) }
  const states: State[] = []
  const numbers = new Map<string, number>()
  const numberOf = (state: State): number => {
    const key = JSON.stringify(state)
    const number = numbers.get(key) ?? states.push(state) - 1
    numbers.set(key, number)
    return number
  }
  const groupOf = createGrouping(machines)
  const ends = [first.next[0].length - 1, second.next[0].length - 1] as const
  const next: number[][] = []
  const steps: Step[][] = []
  numberOf({ first: 0, open: [], runs: [{ state: 0, slots: [], cuts: [] }], pieces: [[]] })
  for (const state of states) {
    const row: { step: Step; to: number }[] = []
    const known = new Map<string, { step: Step; to: number }>()
    for (const symbols of pairs) {
      const group = groupOf(state, symbols)
      let made = known.get(group)
      if (made === undefined) {
        const after = stepBoth(machines, state, symbols, ends[1])
        const laidOut = after === undefined ? undefined : layOut(after)
        if (laidOut === undefined) return undefined
        known.set(group, (made = { step: laidOut.step, to: numberOf(laidOut.state) }))
      }
      row.push(made)
    }
    const last = cutFirst(machines, state, ends)
    if (last.cuts.length > MAX_SLOTS || states.length > MAX_RAW_STATES) return undefined
    row.push({ step: { sources: last.cuts, leaving: last.cuts.length }, to: 0 })
    next.push(row.map(({ to }) => to))
    steps.push(row.map(({ step }) => step))
  }
  return { next, steps }
}

/** Makes a function that gives symbols the same name if both stages do the same in a state. */
const createGrouping = ({ first, second }: Machines): ((state: State, symbols: readonly [number, number]) => string) => {
  const names = new Map<string, number>()
  const nameSteps = ({ next, steps }: Steps): number[][] =>
    steps.map((row, state) =>
      row.map(({ sources, leaving }, symbol) => {
        const key = `${next[state][symbol]} ${leaving} ${sources.join()}`
        const name = names.get(key) ?? names.size
        names.set(key, name)
        return name
      }),
    )
  const firstNames = nameSteps(first)
  const secondNames = nameSteps(second)
  return (state, [symbol, other]) =>
    [FRESH, ...state.runs].reduce(
      (key, run) => `${key} ${run.state === OFF ? OFF : secondNames[run.state][other]}`,
      `${firstNames[state.first][symbol]}`,
    )
}

/** What the first stage's step to a symbol comes to: the cuts that are certain now, and the place behind the last of them. */
interface FirstStep {
  cuts: readonly number[]
  /** A place of the state before, or NEW: the second stage begins afresh here. */
  place: number
  /** The cuts of a piece from a place of the state before to a source of the first stage's. */
  pieceTo(place: number, source: number): readonly number[]
}

const NEW = -1

const cutFirst = ({ first, second }: Machines, state: State, [symbol, end]: readonly [number, number]): FirstStep => {
  const { sources, leaving } = first.steps[state.first][symbol]
  const pieceTo = (place: number, source: number): readonly number[] => {
    if (isOldSlot(source)) return state.pieces[place][1 + state.open.indexOf(source)]
    if (source === SOURCE_NOW_GAP) return [SOURCE_NOW_GAP]
    const run = state.runs[place]
    if (run.state === OFF) return [] // it is dropped, so the piece that begins there ends elsewhere: at an open cut before this one
    return [...run.cuts, ...resolve(run, second.steps[run.state][end].sources)]
  }
  const cuts: number[] = []
  let place = 0
  for (const source of sources.slice(0, leaving)) {
    cuts.push(...pieceTo(place, source))
    place = isOldSlot(source) ? 1 + state.open.indexOf(source) : NEW
  }
  return { cuts, place, pieceTo }
}

/** The positions that sources of the second stage's stand for. */
const resolve = ({ slots }: Run, sources: readonly number[]): number[] =>
  sources.map((source) => (isOldSlot(source) ? (slots[source] ?? DEAD) : source))

interface After {
  /** Cuts that are certain. */
  cuts: readonly number[]
  state: State
}

/** Reads a code point; positions in the state after are still named as in the one before. Undefined if two open cuts are at one place. */
const stepBoth = (machines: Machines, state: State, symbols: readonly [number, number], end: number): After | undefined => {
  const { first, live, fates } = machines
  const { sources, leaving } = first.steps[state.first][symbols[0]]
  const to = first.next[state.first][symbols[0]]
  const { cuts, place, pieceTo } = cutFirst(machines, state, [symbols[0], end])
  const open = sources
    .map((source, slot) => ({ source, slot: slot - leaving }))
    .filter(({ slot }) => slot >= 0 && ((live[to] >>> slot) & 1) === 1)
    .map(({ source, slot }) => ({ source, slot, from: isOldSlot(source) ? 1 + state.open.indexOf(source) : NEW }))
    .sort((a, b) => orderOf(a.from) - orderOf(b.from))
  const from = [place, ...open.map((one) => one.from)]
  if (from.filter((one) => one === NEW).length > 1) return undefined
  const isDropped = fates[to] === DROPPED && open.length === 0
  const runs = from.map((one) => stepRun(machines, one === NEW ? FRESH : state.runs[one], symbols[1]))
  const pieces = from.map((one, i) => [[], ...open.map(({ source }, k) => (k < i ? [] : pieceTo(one, source)))])
  const certain = fates[to] === KEPT ? commonLength([runs[0].cuts, ...pieces[0].slice(1)]) : 0
  const behind = (positions: readonly number[]): readonly number[] => positions.slice(certain)
  return {
    cuts: [...cuts, ...runs[0].cuts.slice(0, certain)],
    state: {
      first: to,
      open: open.map(({ slot }) => slot),
      runs: isDropped ? [TURNED_OFF] : [{ ...runs[0], cuts: behind(runs[0].cuts) }, ...runs.slice(1)],
      pieces: [pieces[0].map(behind), ...pieces.slice(1)],
    },
  }
}

const TURNED_OFF: Run = { state: OFF, slots: [], cuts: [] }

/** How many positions at the beginning all lists share. */
const commonLength = ([first, ...others]: readonly (readonly number[])[]): number => {
  let length = 0
  while (length < first.length && others.every((other) => other[length] === first[length])) length++
  return length
}

const FRESH: Run = { state: 0, slots: [], cuts: [] }

const orderOf = (place: number): number => (place === NEW ? Infinity : place)

const stepRun = ({ second, secondLive }: Machines, run: Run, symbol: number): Run => {
  if (run.state === OFF) return run
  const { sources, leaving } = second.steps[run.state][symbol]
  const to = second.next[run.state][symbol]
  const after = resolve(run, sources)
  const slots = after.slice(leaving).map((position, slot) => (((secondLive[to] >>> slot) & 1) === 1 ? position : DEAD))
  return {
    state: to,
    slots: slots.slice(0, slots.findLastIndex((position) => position !== DEAD) + 1),
    cuts: [...run.cuts, ...after.slice(0, leaving)],
  }
}

/** So many slots between others may hold nothing. */
const MAX_HOLES = 2

/**
 * Gives positions slots: each stays in the slot that it has after cuts have left, if it can, so that the step is one that stores a position and
 * lets cuts leave. Undefined if there are not enough slots.
 */
const layOut = ({ cuts, state }: After): { step: Step; state: State } | undefined => {
  const used = new Set([...state.runs.flatMap((run) => [...run.slots, ...run.cuts]), ...state.pieces.flat(2)])
  used.delete(DEAD)
  const old = [...used].filter(isOldSlot).sort((a, b) => a - b)
  const last = old.at(-1) ?? -1
  const stay = old.every((slot) => slot >= cuts.length) && last - cuts.length < old.length + MAX_HOLES
  const newSlots = new Map(old.map((slot, i) => [slot, stay ? slot - cuts.length : i]))
  let count = (newSlots.get(last) ?? -1) + 1
  for (const source of [SOURCE_NOW, SOURCE_NOW_GAP]) if (used.has(source)) newSlots.set(source, count++)
  if (cuts.length + count > MAX_SLOTS) return undefined
  const sources = [...cuts, ...Array.from({ length: count }, () => DEAD)]
  for (const [source, slot] of newSlots) sources[cuts.length + slot] = source
  const rename = (positions: readonly number[]): number[] => positions.map((position) => newSlots.get(position) ?? DEAD)
  return {
    step: { sources, leaving: cuts.length },
    state: {
      ...state,
      runs: state.runs.map((run) => ({ state: run.state, slots: rename(run.slots), cuts: rename(run.cuts) })),
      pieces: state.pieces.map((row) => row.map(rename)),
    },
  }
}
