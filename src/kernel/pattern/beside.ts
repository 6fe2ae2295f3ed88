import { MAX_SLOTS, SOURCE_NOW_DROPPED } from '../../pattern/layout'
import { DEAD, DROPPED, KEPT } from '../../pattern/programLayout'
import { copy, fill, Growing, Ints, ints } from './ints'
import { Numbering } from './numbering'
import {
  commonPositions,
  countPositions,
  isOldSlot,
  NO_POSITIONS,
  numberOfPositions,
  openPositions,
  positionAt,
  writePositions,
} from './positions'
import { Steps } from './steps'

/*
 * Two stages, one after another, as one machine that reads the text once. The second stage begins afresh at each cut of the first, so the
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
 *   positions   slots of the new machine, in the order in which they were put there, or SOURCE_NOW, or SOURCE_NOW_DROPPED (positions.ts)
 *   a run       of the second stage: its state, or OFF; positions in its slots; positions of cuts that it is certain of, should the first
 *               stage not cut before
 *   a state     the first stage's state; number of open cuts, n; its slots that they are in, in the order of their positions: places 1 to n,
 *               place 0 is the last certain cut; for each two places i < k, row by row, the cuts from i to k, the one at k included; the
 *               runs from places 0 to n
 *
 * Example: both stages cut out what they match, the first one `ab`, the second one `b`. Of "xabx" first come x, ab, x, and then x, a, b, x. The
 * machines of the two (`--explain` prints them) learn that there is a match when they read what is behind it. What the new machine has read, and its state:
 *
 *   x       no open cut; run from place 0: nothing open
 *   xa      open: before a. Cuts from place 0 to place 1: before a. Runs from both places: nothing open
 *   xab     open: before a. Cuts from place 0 to place 1: before a. Runs from both places: before b is open
 *   xabx    no open cut: the first stage has cut before a and before x. So before a is certain; and what the run from there comes to at its end, before
 *           b and before x; the run from place 0 is forgotten. Run from place 0, which is before x now: nothing open
 *   xac     no open cut, for the first stage has none: the run from place 1 is forgotten, and that from place 0 goes on
 */

/** The run begins at text that the first stage drops. */
const OFF: i32 = -1

// in the list of a state
export const FIRST: i32 = 0
export const OPEN: i32 = 1
const OPEN_SLOTS: i32 = 2
/** Where the cuts from place i to place k are, of n + 1 places; i below k. */
@inline function pieceAt(n: i32, i: i32, k: i32): i32 {
  return OPEN_SLOTS + n + (i * (2 * n - i + 1)) / 2 + k - i - 1
}
/** Where they all begin, and where the runs do. */
@inline export function piecesAt(n: i32): i32 {
  return OPEN_SLOTS + n
}
@inline export function runsAt(n: i32): i32 {
  return OPEN_SLOTS + n + (n * (n + 1)) / 2
}
/** The list of a state is no longer. */
const LONGEST_STATE: i32 = 2 + MAX_SLOTS + (MAX_SLOTS * (MAX_SLOTS + 1)) / 2 + MAX_SLOTS + 1
/** Positions of as many pieces as there may be places. */
export const MOST_POSITIONS: i32 = 2 * MAX_SLOTS * (MAX_SLOTS + 1)

// in the list of a run
const STATE: i32 = 0
const SLOTS: i32 = 1
const CUTS: i32 = 2

const NONE: i32 = -1
const UNKNOWN: i32 = -2
/** A place of the state before, after all others: the second stage begins afresh here. */
const NEW: i32 = MAX_SLOTS + 1

let first: Steps = changetype<Steps>(0)
/** Of the first stage's states: KEPT, DROPPED or both. */
let fates: Ints = changetype<Ints>(0)
let second: Steps = changetype<Steps>(0)

let runs: Numbering = changetype<Numbering>(0)
let oneRun: Ints = changetype<Ints>(0)
let fresh: i32 = 0
let turnedOff: i32 = 0
// by run, and by run and symbol; 0: not known yet, else one more
let ends: Growing = changetype<Growing>(0)
let stepped: Growing = changetype<Growing>(0)

/** Those that were met; number 0 is the first. */
export let states: Numbering = changetype<Numbering>(0)
// the one that was entered
let state: Ints = changetype<Ints>(0)
let placeOfSlot: Ints = changetype<Ints>(0)
let firstRun: i32 = 0
let firstArc: i32 = 0

/** What a step comes to: the list of the state after it, and the cuts that are certain. Positions are still named as in the state before. */
export let after: Ints = changetype<Ints>(0)
export let cuts: Ints = changetype<Ints>(0)
export let cutCount: i32 = 0

// what the first stage does, whatever the second: as the list of a state, with the cuts instead of runs
let firstSteps: Numbering = changetype<Numbering>(0)
// of the state that was entered, by arc: the number of the first stage's step, and where the runs that go on after it are
let stepOfArc: Ints = changetype<Ints>(0)
let goingOnAt: Ints = changetype<Ints>(0)
let goingOn: Growing = changetype<Growing>(0)
// the places of the state after it: what they were before it, and the sources and slots of the open cuts
let from: Ints = changetype<Ints>(0)
let openSources: Ints = changetype<Ints>(0)
let openSlots: Ints = changetype<Ints>(0)
let groups: Numbering = changetype<Numbering>(0)
let group: Ints = changetype<Ints>(0)
let positions: Ints = changetype<Ints>(0)
let endOfDropped: i32 = 0

export function openBeside(theFirst: Steps, theFates: Ints, theSecond: Steps): void {
  first = theFirst
  fates = theFates
  second = theSecond
  openPositions()
  runs = Numbering.create()
  oneRun = ints(3)
  ends = Growing.create()
  stepped = Growing.create()
  states = Numbering.create()
  state = ints(LONGEST_STATE)
  placeOfSlot = ints(MAX_SLOTS)
  after = ints(LONGEST_STATE)
  cuts = ints(MOST_POSITIONS)
  firstSteps = Numbering.create()
  stepOfArc = ints(first.columns)
  goingOnAt = ints(first.columns)
  goingOn = Growing.create()
  from = ints(MAX_SLOTS + 1)
  openSources = ints(MAX_SLOTS + 1)
  openSlots = ints(MAX_SLOTS + 1)
  groups = Numbering.create()
  group = ints(MAX_SLOTS + 2)
  positions = ints(MOST_POSITIONS)
  fresh = runOf(0, NO_POSITIONS, NO_POSITIONS)
  turnedOff = runOf(OFF, NO_POSITIONS, NO_POSITIONS)
  // the first stage in state 0, no open cuts
  state[runsAt(0)] = fresh
  states.numberOf(state, runsAt(0) + 1)
  positions[0] = SOURCE_NOW_DROPPED
  endOfDropped = numberOfPositions(positions, 1)
}

export function runOf(runState: i32, slots: i32, runCuts: i32): i32 {
  oneRun[STATE] = runState
  oneRun[SLOTS] = slots
  oneRun[CUTS] = runCuts
  return runs.numberOf(oneRun, 3)
}
@inline export function stateOfRun(run: i32): i32 {
  return runs.pool[3 * run + STATE]
}
@inline export function slotsOfRun(run: i32): i32 {
  return runs.pool[3 * run + SLOTS]
}
@inline export function cutsOfRun(run: i32): i32 {
  return runs.pool[3 * run + CUTS]
}

/** Writes the positions that sources of the second stage's stand for; returns where they end. */
function resolve(slots: i32, step: i32, start: i32): i32 {
  const length = countPositions(slots)
  const end = second.starts[step + 1]
  for (let i = second.starts[step]; i < end; i++) {
    const source = second.sources[i]
    positions[start++] = !isOldSlot(source) ? source : source < length ? positionAt(slots, source) : DEAD
  }
  return start
}

function stepRun(run: i32, symbol: i32): i32 {
  const at = run * second.columns + symbol
  stepped.reach(at + 1)
  if (stepped.items[at] == 0) {
    const made = makeRunStep(run, symbol)
    stepped.items[at] = made + 1
  }
  return stepped.items[at] - 1
}

function makeRunStep(run: i32, symbol: i32): i32 {
  const runState = stateOfRun(run)
  if (runState == OFF) return run
  const arc = second.arcs[runState * second.columns + symbol]
  const step = second.moveOfArc[arc]
  const leaving = second.leaving[step]
  const to = second.next[arc]
  const slots = slotsOfRun(run)
  let cutsAfter = cutsOfRun(run)
  if (leaving > 0) {
    const begin = writePositions(cutsAfter, positions, 0)
    resolve(slots, step, begin)
    cutsAfter = numberOfPositions(positions, begin + leaving)
  }
  const length = resolve(slots, step, 0) - leaving
  let end = 0
  for (let slot = 0; slot < length; slot++) {
    const position = ((second.live[to] >>> slot) & 1) == 0 ? DEAD : positions[leaving + slot]
    positions[slot] = position
    if (position != DEAD) end = slot + 1
  }
  return runOf(to, numberOfPositions(positions, end), cutsAfter)
}

/** All cuts of a run, should the first stage cut here. If it is off there are none: what it began at ends at an open cut before this one. */
function endOf(run: i32): i32 {
  ends.reach(run + 1)
  if (ends.items[run] == 0) {
    const runState = stateOfRun(run)
    let all = NO_POSITIONS
    if (runState != OFF) {
      const begin = writePositions(cutsOfRun(run), positions, 0)
      const step = second.moveOfArc[second.arcs[(runState + 1) * second.columns - 1]]
      all = numberOfPositions(positions, resolve(slotsOfRun(run), step, begin))
    }
    ends.items[run] = all + 1
  }
  return ends.items[run] - 1
}

/** Makes ready for questions about a state. */
export function enter(number: i32): void {
  copy(state, 0, states.pool, states.starts[number], states.length(number))
  const n = state[OPEN]
  firstRun = runsAt(n)
  firstArc = first.firstArc[state[FIRST]]
  fill(stepOfArc, UNKNOWN, first.columns)
  goingOn.length = 0
  fill(placeOfSlot, 0, MAX_SLOTS)
  for (let k = 1; k <= n; k++) placeOfSlot[state[OPEN_SLOTS + k - 1]] = k
}

@inline function placeOf(source: i32): i32 {
  return isOldSlot(source) ? placeOfSlot[source] : NEW
}

/** The cuts from a place to a source of the first stage's. */
function pieceTo(place: i32, source: i32): i32 {
  if (isOldSlot(source)) return placeOfSlot[source] <= place ? NO_POSITIONS : state[pieceAt(state[OPEN], place, placeOfSlot[source])]
  return source == SOURCE_NOW_DROPPED ? endOfDropped : endOf(state[firstRun + place])
}

/** Makes `cuts` those of a step of the first stage; returns the place after the last of them. */
function cutFirst(step: i32): i32 {
  let place = 0
  cutCount = 0
  const begin = first.starts[step]
  const end = begin + first.leaving[step]
  for (let i = begin; i < end; i++) {
    cutCount = writePositions(pieceTo(place, first.sources[i]), cuts, cutCount)
    place = placeOf(first.sources[i])
  }
  return place
}

/** The number of the first stage's step by an arc; NONE if two open cuts are at one place. */
function stepFirst(arc: i32): i32 {
  const step = first.moveOfArc[arc]
  const to = first.next[arc]
  const begin = first.starts[step] + first.leaving[step]
  const end = first.starts[step + 1]
  from[0] = cutFirst(step)
  let n = 0
  for (let i = begin; i < end; i++) {
    if (((first.live[to] >>> (i - begin)) & 1) == 0) continue
    const place = placeOf(first.sources[i])
    let at = ++n
    for (; at > 1 && from[at - 1] > place; at--) {
      from[at] = from[at - 1]
      openSources[at] = openSources[at - 1]
      openSlots[at] = openSlots[at - 1]
    }
    from[at] = place
    openSources[at] = first.sources[i]
    openSlots[at] = i - begin
  }
  if (n > 0 && from[n] == NEW && (from[n - 1] == NEW || from[0] == NEW)) return NONE
  after[FIRST] = to
  after[OPEN] = n
  for (let k = 1; k <= n; k++) after[OPEN_SLOTS + k - 1] = openSlots[k]
  let length = piecesAt(n)
  for (let i = 0; i < n; i++) for (let k = i + 1; k <= n; k++) after[length++] = pieceTo(from[i], openSources[k])
  after[length++] = numberOfPositions(cuts, cutCount)
  return firstSteps.numberOf(after, length)
}

/**
 * Numbers what comes, in the state that was entered, of an arc of the first stage and a symbol of the second: equal numbers mean the same cuts
 * and the same state after it, in other states, too. NONE where two open cuts are at one place.
 */
export function groupOf(arc: i32, symbol: i32): i32 {
  // what the first stage does depends on its own arc only, and so do the runs of the second on their symbol: there are far fewer of either than pairs
  const local = arc - firstArc
  let step = stepOfArc[local]
  if (step == UNKNOWN) {
    stepOfArc[local] = step = stepFirst(arc)
    goingOnAt[local] = goingOn.length
    if (step != NONE) {
      const n = firstSteps.pool[firstSteps.starts[step] + OPEN]
      for (let i = 0; i <= n; i++) goingOn.push(from[i] == NEW ? fresh : state[firstRun + from[i]])
    }
  }
  if (step == NONE) return NONE
  group[0] = step
  const places = firstSteps.pool[firstSteps.starts[step] + OPEN] + 1
  const at = goingOnAt[local]
  for (let i = 0; i < places; i++) group[1 + i] = stepRun(goingOn.items[at + i], symbol)
  return groups.numberOf(group, 1 + places)
}

/** Makes `after` and `cuts` what comes of it that was asked for last. */
export function goOn(): void {
  const step = group[0]
  const length = firstSteps.length(step)
  copy(after, 0, firstSteps.pool, firstSteps.starts[step], length)
  cutCount = writePositions(after[length - 1], cuts, 0)
  const n = after[OPEN]
  const runsAfter = runsAt(n)
  for (let i = 0; i <= n; i++) after[runsAfter + i] = group[1 + i]
  const run = group[1]
  const runCuts = cutsOfRun(run)
  const fate = fates[after[FIRST]]
  // what the second stage has cut is certain as far as it cuts the same, whichever open cut comes
  let certain = fate == KEPT ? countPositions(runCuts) : 0
  for (let k = 1; k <= n; k++) certain = commonPositions(runCuts, after[pieceAt(n, 0, k)], certain)
  if (certain > 0) {
    for (let i = 0; i < certain; i++) cuts[cutCount++] = positionAt(runCuts, i)
    after[runsAfter] = runOf(stateOfRun(run), slotsOfRun(run), listAfter(runCuts, certain))
    for (let k = 1; k <= n; k++) after[pieceAt(n, 0, k)] = listAfter(after[pieceAt(n, 0, k)], certain)
  }
  if (fate == DROPPED && n == 0) after[runsAfter] = turnedOff
}

/** A list without its first positions. */
function listAfter(list: i32, count: i32): i32 {
  const length = countPositions(list) - count
  for (let i = 0; i < length; i++) positions[i] = positionAt(list, count + i)
  return numberOfPositions(positions, length)
}

/** Makes `cuts` all that are left at the end of the segment, in the state that was entered. */
export function cutAtEnd(): void {
  cutFirst(first.moveOfArc[first.arcs[(state[FIRST] + 1) * first.columns - 1]])
}
