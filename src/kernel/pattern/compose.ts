import { MAX_SLOTS, SOURCE_NOW, SOURCE_NOW_DROPPED } from '../../pattern/layout'
import { DEAD } from '../../pattern/programLayout'
import {
  after,
  cutAtEnd,
  cutCount,
  cuts,
  cutsOfRun,
  enter,
  FIRST,
  goOn,
  groupOf,
  MOST_POSITIONS,
  OPEN,
  openBeside,
  piecesAt,
  runOf,
  runsAt,
  slotsOfRun,
  stateOfRun,
  states,
} from './beside'
import { Growing, Ints, ints } from './ints'
import { Numbering } from './numbering'
import { countPositions, IS_NOW, IS_NOW_DROPPED, NO_POSITIONS, nowIn, numberOfPositions, positionAt, slotsIn } from './positions'
import { Steps } from './steps'

/*
 * The machine of two stages, one after another: all that beside.ts can come to, state by state, as long as that stays small. Positions get
 * slots: each stays in the slot that it has after cuts have left, if it can, so that the step is one that stores a position and lets cuts leave.
 */

/** So many slots between others may hold nothing. */
const MAX_HOLES: i32 = 2

// the machine, as in steps.ts
export let arcs: Growing = changetype<Growing>(0)
export let firstArc: Growing = changetype<Growing>(0)
export let next: Growing = changetype<Growing>(0)
export let moveOfArc: Growing = changetype<Growing>(0)
/** What steps do to the slots, by number: moves (programLayout.ts). */
export let moves: Numbering = changetype<Numbering>(0)

// of the step that is laid out: its list, and the slots of positions after it
let step: Ints = changetype<Ints>(0)
let stepLength: i32 = 0
let slotOf: Ints = changetype<Ints>(0)
let renamed: Ints = changetype<Ints>(0)

/**
 * Makes the steps over pairs of symbols of both; after them there is one for the end of the segment. `fates`: of the first stage's states. Returns the
 * number of states, or 0 if there are more than `maxStates`, or more than `maxAlike` that are alike but for the positions that they hold, or if slots do
 * not suffice.
 */
export function compose(
  first: Steps,
  fates: Ints,
  second: Steps,
  pairs: Ints,
  pairCount: i32,
  maxStates: i32,
  maxAlike: i32,
): i32 {
  openBeside(first, fates, second)
  arcs = Growing.create()
  firstArc = Growing.create()
  next = Growing.create()
  moveOfArc = Growing.create()
  moves = Numbering.create()
  step = ints(1 + MOST_POSITIONS)
  slotOf = ints(SOURCE_NOW_DROPPED + 1)
  renamed = ints(MOST_POSITIONS)
  // where the stages stand in a state: in that of the first, and those of the runs of the second; how many states there are of each
  const stands = Numbering.create()
  const alike = Growing.create()
  const stand = ints(MAX_SLOTS + 2)
  let counted = 0
  // of each group of pairs: what comes of it, and which arc it was last
  const targets = Growing.create()
  const made = Growing.create()
  const arcOfGroup = Growing.create()
  firstArc.push(0)
  for (let number = 0; number < states.count; number++) {
    const row = states.pool[states.starts[number] + FIRST] * first.columns
    const begin = next.length
    enter(number)
    for (let k = 0; k < pairCount; k++) {
      const group = groupOf(first.arcs[row + pairs[2 * k]], pairs[2 * k + 1])
      if (group < 0) return 0
      if (group == made.length) {
        goOn()
        const to = layOut()
        if (to < 0) return 0
        targets.push(to)
        made.push(moves.numberOf(step, stepLength))
        arcOfGroup.push(-1)
      }
      if (arcOfGroup.items[group] < begin) arcOfGroup.items[group] = addArc(targets.items[group], made.items[group])
      arcs.push(arcOfGroup.items[group])
    }
    cutAtEnd()
    if (cutCount > MAX_SLOTS) return 0
    writeCuts()
    arcs.push(addArc(0, moves.numberOf(step, stepLength)))
    firstArc.push(next.length)
    if (states.count > maxStates) return 0
    for (; counted < states.count; counted++) {
      const start = states.starts[counted]
      const n = states.pool[start + OPEN]
      stand[0] = states.pool[start + FIRST]
      for (let place = 0; place <= n; place++) stand[1 + place] = stateOfRun(states.pool[start + runsAt(n) + place])
      const found = stands.numberOf(stand, 2 + n)
      alike.reach(found + 1)
      alike.items[found] = alike.items[found] + 1
      if (alike.items[found] > maxAlike) return 0
    }
  }
  return states.count
}

function addArc(to: i32, move: i32): i32 {
  next.push(to)
  moveOfArc.push(move)
  return next.length - 1
}

/** Makes `step` one that lets the cuts leave. */
function writeCuts(): void {
  step[0] = cutCount
  for (let i = 0; i < cutCount; i++) step[1 + i] = cuts[i]
  stepLength = 1 + cutCount
}

/** Makes `step` the one to what comes; returns the number of the state, or -1 if there are not enough slots. */
function layOut(): i32 {
  const n = after[OPEN]
  const firstRun = runsAt(n)
  const end = firstRun + n + 1
  let old = 0
  let now = 0
  for (let i = piecesAt(n); i < firstRun; i++) {
    old |= slotsIn(after[i])
    now |= nowIn(after[i])
  }
  for (let i = firstRun; i < end; i++) {
    old |= slotsIn(slotsOfRun(after[i])) | slotsIn(cutsOfRun(after[i]))
    now |= nowIn(slotsOfRun(after[i])) | nowIn(cutsOfRun(after[i]))
  }
  const leaving = cutCount
  if (leaving > MAX_SLOTS) return -1
  writeCuts()
  if ((old | now) == 0) return states.numberOf(after, end)
  const slotsEnd = 32 - clz(old)
  const stay = (old == 0 || ctz(old) >= leaving) && slotsEnd - 1 - leaving < popcnt(old) + MAX_HOLES
  for (let slot = 0, count = 0; slot < slotsEnd; slot++) {
    if (((old >>> slot) & 1) == 0) continue
    slotOf[slot] = stay ? slot - leaving : count
    count++
    while (stepLength - 1 < leaving + slotOf[slot]) step[stepLength++] = DEAD
    step[stepLength++] = slot
  }
  if ((now & IS_NOW) != 0) {
    slotOf[SOURCE_NOW] = stepLength - 1 - leaving
    step[stepLength++] = SOURCE_NOW
  }
  if ((now & IS_NOW_DROPPED) != 0) {
    slotOf[SOURCE_NOW_DROPPED] = stepLength - 1 - leaving
    step[stepLength++] = SOURCE_NOW_DROPPED
  }
  if (stepLength - 1 > MAX_SLOTS) return -1
  if (!stay || leaving != 0 || now != 0) {
    for (let i = piecesAt(n); i < firstRun; i++) after[i] = rename(after[i])
    for (let i = firstRun; i < end; i++)
      after[i] = runOf(stateOfRun(after[i]), rename(slotsOfRun(after[i])), rename(cutsOfRun(after[i])))
  }
  return states.numberOf(after, end)
}

function rename(list: i32): i32 {
  if (list == NO_POSITIONS) return list
  const length = countPositions(list)
  for (let i = 0; i < length; i++) {
    const position = positionAt(list, i)
    renamed[i] = position == DEAD ? DEAD : slotOf[position]
  }
  return numberOfPositions(renamed, length)
}
