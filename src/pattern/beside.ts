import { MAX_SLOTS, SOURCE_NOW_GAP } from './layout.ts'
import { createNumbering, type Numbering } from './numbering.ts'
import { createPositionLists, NO_POSITIONS, type PositionLists } from './positions.ts'
import { arcOf, DEAD, DROPPED, findFates, isOldSlot, KEPT, type LiveSteps } from './steps.ts'

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
 *
 * All of this is lists of integers, and each kind of list is numbered, so that what is made once is known wherever it comes again:
 *
 *   positions   slots of the new machine, in the order in which they were put there, or SOURCE_NOW, or SOURCE_NOW_GAP (positions.ts)
 *   a run       of the second stage: its state, or OFF; positions in its slots; positions of cuts that it is certain of, should the first
 *               stage not cut before
 *   a state     the first stage's state; number of open cuts, n; its slots that they are in, in the order of their positions: places 1 to n,
 *               place 0 is the last certain cut; for each two places i < k, row by row, the cuts from i to k, the one at k included; the
 *               runs from places 0 to n
 */

/** The run begins at text that the first stage drops. */
export const OFF = -1

// in the list of a state
export const FIRST = 0
export const OPEN = 1
export const OPEN_SLOTS = 2
/** Where the cuts from place i to place k are, of n + 1 places; i below k. */
const pieceAt = (n: number, i: number, k: number): number => OPEN_SLOTS + n + (i * (2 * n - i + 1)) / 2 + k - i - 1
/** Where they all begin, and where the runs do. */
export const piecesAt = (n: number): number => OPEN_SLOTS + n
export const runsAt = (n: number): number => OPEN_SLOTS + n + (n * (n + 1)) / 2

/** The list of a state is no longer. */
export const LONGEST_STATE = runsAt(MAX_SLOTS) + MAX_SLOTS + 1
/** Positions of as many pieces as there may be places. */
export const MOST_POSITIONS = 2 * MAX_SLOTS * (MAX_SLOTS + 1)

// in the list of a run
export const STATE = 0
export const SLOTS = 1
export const CUTS = 2
export const RUN_ITEMS = 3

/** What a step comes to. Positions are still named as in the state before. */
export interface After {
  /** Cuts that are certain: the first `cutCount`. */
  cuts: Int32Array
  cutCount: number
  /** The list of the state. */
  state: Int32Array
}

export interface Stepper {
  lists: PositionLists
  runs: Numbering
  /** Those that were met; number 0 is the first. */
  states: Numbering
  /** Makes ready for questions about a state. */
  enter(state: number): void
  /**
   * Numbers what comes, in the state that was entered, of an arc of the first stage and a symbol of the second: equal numbers mean the same cuts
   * and the same state after it, in other states, too. Undefined where two open cuts are at one place.
   */
  groupOf(arc: number, symbol: number): number | undefined
  /** What comes of it that was asked for last; written anew each time. */
  goOn(): After
  /** All cuts that are left at the end of the segment, in the state that was entered. */
  cutsAtEnd(): number[]
}

/** A place of the state before, behind all others: the second stage begins afresh here. */
const NEW = MAX_SLOTS + 1

export const createStepper = (first: LiveSteps, second: LiveSteps): Stepper => {
  const fates = findFates(first)
  const lists = createPositionLists()
  const runs = createNumbering()
  const states = createNumbering()
  const positions = new Int32Array(MOST_POSITIONS)

  const oneRun = new Int32Array(RUN_ITEMS)
  const runOf = (state: number, slots: number, cuts: number): number => {
    oneRun[STATE] = state
    oneRun[SLOTS] = slots
    oneRun[CUTS] = cuts
    return runs.numberOf(oneRun)
  }
  const fresh = runOf(0, NO_POSITIONS, NO_POSITIONS)
  states.numberOf(Int32Array.of(0, 0, fresh)) // the first stage in state 0, no open cuts
  const turnedOff = runOf(OFF, NO_POSITIONS, NO_POSITIONS)

  /** Writes the positions that sources of the second stage's stand for; returns where they end. */
  const resolve = (slots: number, sources: readonly number[], start: number): number => {
    const length = lists.length(slots)
    for (let i = 0; i < sources.length; i++) {
      const source = sources[i]
      positions[start + i] = !isOldSlot(source) ? source : source < length ? lists.at(slots, source) : DEAD
    }
    return start + sources.length
  }

  // by run, and by run and symbol; 0: not known yet, else one more
  const ends: number[] = []
  let stepped = new Int32Array(64 * second.columns)

  const stepRun = (run: number, symbol: number): number => {
    const at = run * second.columns + symbol
    if (at >= stepped.length) stepped = enlarged(stepped, at)
    const known = stepped[at]
    if (known !== 0) return known - 1
    const after = makeRunStep(run, symbol)
    stepped[at] = after + 1
    return after
  }

  const makeRunStep = (run: number, symbol: number): number => {
    const state = runs.at(run, STATE)
    if (state === OFF) return run
    const arc = arcOf(second, state, symbol)
    const { sources, leaving } = second.steps[arc]
    const to = second.next[arc]
    const cuts = runs.at(run, CUTS)
    if (sources.length === 0) return runOf(to, NO_POSITIONS, cuts)
    const slots = runs.at(run, SLOTS)
    let cutsAfter = cuts
    if (leaving > 0) {
      const begin = lists.write(cuts, positions, 0)
      resolve(slots, sources, begin)
      cutsAfter = lists.numberOf(positions, begin + leaving)
    }
    const length = resolve(slots, sources, 0) - leaving
    let end = 0
    for (let slot = 0; slot < length; slot++) {
      const position = ((second.live[to] >>> slot) & 1) === 0 ? DEAD : positions[leaving + slot]
      positions[slot] = position
      if (position !== DEAD) end = slot + 1
    }
    return runOf(to, lists.numberOf(positions, end), cutsAfter)
  }

  /** All cuts of a run, should the first stage cut here. If it is off there are none: what it began at ends at an open cut before this one. */
  const cutsOf = (run: number): number => {
    let cuts = ends[run]
    if (cuts !== undefined) return cuts
    const state = runs.at(run, STATE)
    if (state === OFF) cuts = NO_POSITIONS
    else {
      const begin = lists.write(runs.at(run, CUTS), positions, 0)
      const { sources } = second.steps[arcOf(second, state, second.columns - 1)]
      cuts = lists.numberOf(positions, resolve(runs.at(run, SLOTS), sources, begin))
    }
    return (ends[run] = cuts)
  }
  positions[0] = SOURCE_NOW_GAP
  const endOfGap = lists.numberOf(positions, 1)

  // the state that was entered
  const state = new Int32Array(LONGEST_STATE)
  const placeOfSlot = new Int32Array(MAX_SLOTS)
  let firstRun = 0
  const placeOf = (source: number): number => (isOldSlot(source) ? placeOfSlot[source] : NEW)

  /** The cuts from a place to a source of the first stage's. */
  const pieceTo = (place: number, source: number): number => {
    if (isOldSlot(source)) return placeOfSlot[source] <= place ? NO_POSITIONS : state[pieceAt(state[OPEN], place, placeOfSlot[source])]
    return source === SOURCE_NOW_GAP ? endOfGap : cutsOf(state[firstRun + place])
  }

  const cuts = new Int32Array(MOST_POSITIONS)
  let cutCount = 0
  /** Makes `cuts` those of a step of the first stage; returns the place behind the last of them. */
  const cutFirst = (sources: readonly number[], leaving: number): number => {
    let place = 0
    cutCount = 0
    for (let i = 0; i < leaving; i++) {
      cutCount = lists.write(pieceTo(place, sources[i]), cuts, cutCount)
      place = placeOf(sources[i])
    }
    return place
  }

  // what the first stage does, whatever the second: as the list of a state, with the cuts instead of runs
  const firstSteps = createNumbering()
  const after = new Int32Array(LONGEST_STATE)
  // the places of the state after it: what they were before it, and the sources of the open cuts
  const from = new Int32Array(MAX_SLOTS + 1)
  const openSources = new Int32Array(MAX_SLOTS + 1)
  const openSlots = new Int32Array(MAX_SLOTS + 1)

  /** The number of the first stage's step by an arc; NONE if two open cuts are at one place. */
  const stepFirst = (arc: number): number => {
    const { sources, leaving } = first.steps[arc]
    const to = first.next[arc]
    from[0] = cutFirst(sources, leaving)
    let n = 0
    for (let slot = leaving; slot < sources.length; slot++) {
      if (((first.live[to] >>> (slot - leaving)) & 1) === 0) continue
      const place = placeOf(sources[slot])
      let at = ++n
      for (; at > 1 && from[at - 1] > place; at--) {
        from[at] = from[at - 1]
        openSources[at] = openSources[at - 1]
        openSlots[at] = openSlots[at - 1]
      }
      from[at] = place
      openSources[at] = sources[slot]
      openSlots[at] = slot - leaving
    }
    if (n > 0 && from[n] === NEW && (from[n - 1] === NEW || from[0] === NEW)) return NONE
    after[FIRST] = to
    after[OPEN] = n
    for (let k = 1; k <= n; k++) after[OPEN_SLOTS + k - 1] = openSlots[k]
    let length = piecesAt(n)
    for (let i = 0; i < n; i++) for (let k = i + 1; k <= n; k++) after[length++] = pieceTo(from[i], openSources[k])
    after[length++] = lists.numberOf(cuts, cutCount)
    return firstSteps.numberOf(after, length)
  }

  // of the state that was entered, by arc: the number of the first stage's step, and the runs that go on behind it
  const steps = new Int32Array(first.columns)
  const goingOn: Int32Array[] = []
  let firstArc = 0
  const groups = createNumbering()
  const group = new Int32Array(MAX_SLOTS + 2)

  return {
    lists,
    runs,
    states,
    enter(number) {
      states.read(number, state)
      firstRun = runsAt(state[OPEN])
      firstArc = first.firstArc[state[FIRST]]
      steps.fill(UNKNOWN)
      placeOfSlot.fill(0)
      for (let k = 1; k <= state[OPEN]; k++) placeOfSlot[state[OPEN_SLOTS + k - 1]] = k
    },
    groupOf(arc, symbol) {
      // what the first stage does depends on its own arc only, and so do the runs of the second on their symbol: there are far fewer of either than pairs
      const local = arc - firstArc
      let step = steps[local]
      if (step === UNKNOWN) {
        steps[local] = step = stepFirst(arc)
        if (step !== NONE) {
          const goOn = (goingOn[local] = new Int32Array(firstSteps.at(step, OPEN) + 1))
          for (let i = 0; i < goOn.length; i++) goOn[i] = from[i] === NEW ? fresh : state[firstRun + from[i]]
        }
      }
      if (step === NONE) return undefined
      group[0] = step
      const goOn = goingOn[local]
      for (let i = 0; i < goOn.length; i++) group[1 + i] = stepRun(goOn[i], symbol)
      return groups.numberOf(group, 1 + goOn.length)
    },
    goOn() {
      const length = firstSteps.read(group[0], after)
      cutCount = lists.write(after[length - 1], cuts, 0)
      const n = after[OPEN]
      const runsAfter = runsAt(n)
      for (let i = 0; i <= n; i++) after[runsAfter + i] = group[1 + i]
      const run = group[1]
      const runCuts = runs.at(run, CUTS)
      const fate = fates[after[FIRST]]
      // what the second stage has cut is certain as far as it cuts the same, whichever open cut comes
      let certain = fate === KEPT ? lists.length(runCuts) : 0
      for (let k = 1; k <= n; k++) certain = lists.common(runCuts, after[pieceAt(n, 0, k)], certain)
      if (certain > 0) {
        for (let i = 0; i < certain; i++) cuts[cutCount++] = lists.at(runCuts, i)
        after[runsAfter] = runOf(runs.at(run, STATE), runs.at(run, SLOTS), lists.behind(runCuts, certain))
        for (let k = 1; k <= n; k++) after[pieceAt(n, 0, k)] = lists.behind(after[pieceAt(n, 0, k)], certain)
      }
      if (fate === DROPPED && n === 0) after[runsAfter] = turnedOff
      return { cuts, cutCount, state: after }
    },
    cutsAtEnd() {
      const { sources, leaving } = first.steps[arcOf(first, state[FIRST], first.columns - 1)]
      cutFirst(sources, leaving)
      return Array.from(cuts.subarray(0, cutCount))
    },
  }
}

const NONE = -1
const UNKNOWN = -2

/** A list at least as long as to hold an item at a place. */
const enlarged = (list: Int32Array<ArrayBuffer>, place: number): Int32Array<ArrayBuffer> => {
  const larger = new Int32Array(2 * (place + 1))
  larger.set(list)
  return larger
}
