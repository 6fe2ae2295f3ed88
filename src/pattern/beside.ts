import { SOURCE_NOW_GAP } from './layout.ts'
import { arcOf, DEAD, DROPPED, findFates, isOldSlot, KEPT, type LiveSteps, type Step } from './steps.ts'

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

export interface Run {
  /** State of the second stage, or OFF: it begins at text that the first drops. */
  state: number
  slots: readonly number[]
  /** Cuts that it is certain of, should the first stage not cut before. */
  cuts: readonly number[]
}

export const OFF = -1

/** All positions are slots, in the order in which they were put there, or SOURCE_NOW, or SOURCE_NOW_GAP. */
export interface State {
  first: number
  /** Slots of the first stage that are open cuts, in the order of their positions: places 1, 2, …; place 0 is the last certain cut. */
  open: readonly number[]
  /** By place. */
  runs: readonly Run[]
  /** pieces[i][k]: the cuts from place i to place k, the one at k included; k above i. */
  pieces: readonly (readonly (readonly number[])[])[]
}

interface Machines {
  first: LiveSteps
  second: LiveSteps
  /** Of the first. */
  fates: Uint8Array
}

export interface Stepper {
  /**
   * Makes a function for what a state does when it reads a code point: the first stage goes by an arc of its own, the second by a symbol. Undefined
   * where two open cuts are at one place.
   */
  goOn(state: State): (arc: number, symbol: number) => After | undefined
  /** All cuts that are left at the end of the segment. */
  cutsAtEnd(state: State): readonly number[]
}

export const createStepper = (first: LiveSteps, second: LiveSteps): Stepper => {
  const machines: Machines = { first, second, fates: findFates(first) }
  const fresh: Run[] = []
  const goOn: Stepper['goOn'] = (state) => {
    // what the first stage does depends on its own arc only, and so do the runs of the second on theirs: there are far fewer of either than pairs
    const firstSteps = new Map<number, AfterFirst | undefined>()
    const runs: Run[][] = state.runs.map(() => [])
    const runOn = (place: number, symbol: number): Run =>
      place === NEW
        ? (fresh[symbol] ??= stepRun(machines, FRESH, symbol))
        : (runs[place][symbol] ??= stepRun(machines, state.runs[place], symbol))
    return (arc, symbol) => {
      if (!firstSteps.has(arc)) firstSteps.set(arc, stepFirst(machines, state, arc))
      const after = firstSteps.get(arc)
      if (after === undefined) return undefined
      const runsAfter: Run[] = []
      for (let i = 0; i < after.from.length; i++) runsAfter.push(runOn(after.from[i], symbol))
      return stepBoth(after, runsAfter)
    }
  }
  const cutsAtEnd = (state: State): readonly number[] => {
    const arc = arcOf(first, state.first, first.columns - 1)
    return cutFirst(machines, state, first.steps[arc]).cuts
  }
  return { goOn, cutsAtEnd }
}

/** What a step of the first stage comes to: the cuts that are certain now, and the place behind the last of them. */
interface FirstStep {
  cuts: readonly number[]
  /** A place of the state before, or NEW: the second stage begins afresh here. */
  place: number
  /** The cuts of a piece from a place of the state before to a source of the first stage's. */
  pieceTo(place: number, source: number): readonly number[]
}

const NEW = -1

const cutFirst = ({ second }: Machines, state: State, { sources, leaving }: Step): FirstStep => {
  const pieceTo = (place: number, source: number): readonly number[] => {
    if (isOldSlot(source)) return state.pieces[place][1 + state.open.indexOf(source)]
    if (source === SOURCE_NOW_GAP) return [SOURCE_NOW_GAP]
    const run = state.runs[place]
    if (run.state === OFF) return [] // it is dropped, so the piece that begins there ends elsewhere: at an open cut before this one
    return [...run.cuts, ...resolve(run, second.steps[arcOf(second, run.state, second.columns - 1)].sources)]
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
const resolve = ({ slots }: Run, sources: readonly number[]): number[] => {
  const positions: number[] = []
  for (let i = 0; i < sources.length; i++) {
    const source = sources[i]
    positions.push(!isOldSlot(source) ? source : source < slots.length ? slots[source] : DEAD)
  }
  return positions
}

export interface After {
  /** Cuts that are certain. */
  cuts: readonly number[]
  state: State
}

/** What the first stage does, whatever the second. */
interface AfterFirst {
  cuts: readonly number[]
  /** The state after it. */
  to: number
  /** The places of the state after: places of the state before, or NEW. */
  from: readonly number[]
  open: readonly number[]
  pieces: State['pieces']
  /** KEPT, DROPPED or both. */
  fate: number
}

/** The first stage goes by an arc. Undefined if two open cuts are at one place. */
const stepFirst = (machines: Machines, state: State, arc: number): AfterFirst | undefined => {
  const { first, fates } = machines
  const { sources, leaving } = first.steps[arc]
  const to = first.next[arc]
  const { cuts, place, pieceTo } = cutFirst(machines, state, first.steps[arc])
  if (sources.length === leaving) return { cuts, to, from: [place], open: sources.slice(leaving), pieces: NO_PIECES, fate: fates[to] }
  const open = sources
    .map((source, slot) => ({ source, slot: slot - leaving }))
    .filter(({ slot }) => slot >= 0 && ((first.live[to] >>> slot) & 1) === 1)
    .map(({ source, slot }) => ({ source, slot, from: isOldSlot(source) ? 1 + state.open.indexOf(source) : NEW }))
    .sort((a, b) => orderOf(a.from) - orderOf(b.from))
  const from = [place, ...open.map((one) => one.from)]
  if (from.filter((one) => one === NEW).length > 1) return undefined
  const pieces: (readonly number[])[][] = []
  for (let i = 0; i < from.length; i++) {
    const row: (readonly number[])[] = []
    for (let k = 0; k < from.length; k++) row.push(k <= i ? [] : pieceTo(from[i], open[k - 1].source))
    pieces.push(row)
  }
  return { cuts, to, from, open: open.map(({ slot }) => slot), pieces, fate: fates[to] }
}

/** The second stage reads it, too. Positions in the state after are still named as in the one before. */
const stepBoth = ({ cuts, to, open, pieces, fate }: AfterFirst, runs: Run[]): After => {
  // what the second stage has cut is certain as far as it cuts the same, whichever open cut comes
  let certain = fate === KEPT ? runs[0].cuts.length : 0
  for (let k = 1; k < pieces[0].length; k++) certain = commonLength(runs[0].cuts, pieces[0][k], certain)
  if (fate === DROPPED && open.length === 0) runs[0] = TURNED_OFF
  if (certain === 0) return { cuts, state: { first: to, open, runs, pieces } }
  const { state, slots, cuts: all } = runs[0]
  runs[0] = { state, slots, cuts: all.slice(certain) }
  const left = open.length === 0 ? pieces : [pieces[0].map((piece) => piece.slice(certain)), ...pieces.slice(1)]
  return { cuts: cuts.concat(all.slice(0, certain)), state: { first: to, open, runs, pieces: left } }
}

const NO_PIECES: State['pieces'] = [[[]]]

const TURNED_OFF: Run = { state: OFF, slots: [], cuts: [] }

/** How many positions, `most` at most, two lists share at the beginning. */
const commonLength = (a: readonly number[], b: readonly number[], most: number): number => {
  let length = 0
  while (length < most && a[length] === b[length]) length++
  return length
}

export const FRESH: Run = { state: 0, slots: [], cuts: [] }

const orderOf = (place: number): number => (place === NEW ? Infinity : place)

const stepRun = ({ second }: Machines, run: Run, symbol: number): Run => {
  if (run.state === OFF) return run
  const arc = arcOf(second, run.state, symbol)
  const { sources, leaving } = second.steps[arc]
  const to = second.next[arc]
  if (sources.length === 0) return { state: to, slots: sources, cuts: run.cuts }
  const after = resolve(run, sources)
  const slots = after.slice(leaving)
  for (let slot = 0; slot < slots.length; slot++) if (((second.live[to] >>> slot) & 1) === 0) slots[slot] = DEAD
  while (slots.at(-1) === DEAD) slots.pop()
  return { state: to, slots, cuts: leaving === 0 ? run.cuts : run.cuts.concat(after.slice(0, leaving)) }
}
