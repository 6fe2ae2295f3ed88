import { createStepper, FIRST, OPEN, runsAt, STATE, type Stepper } from './beside.ts'
import { pairClasses, renameClasses } from './classes.ts'
import type { Compiled, CompiledStage } from './compile.ts'
import { createLayout } from './besideSlots.ts'
import { MAX_SLOTS } from './layout.ts'
import type { Machine } from './minimize.ts'
import { createNumbering } from './numbering.ts'
import { withTables } from './pack.ts'
import { createCollector, hasMarks, machineOf, makeOnward, stepsOf, type LiveSteps, type Step, type Steps } from './steps.ts'

/*
 * Two stages, one behind the other, as one machine that reads the text once: all that beside.ts can come to, state by state, as long as that
 * stays small.
 */

/** Machines with more states, symbols or actions than these are read more slowly than two smaller ones (kernel/pass.ts, split/syncPairs.ts). */
const MAX_STATES = 256
const MAX_SYMBOLS = 64
const MAX_ACTIONS = 128
/** Before states are joined. */
const MAX_RAW_STATES = 500
/**
 * So many states are alike but for the positions that they hold. Where one stage holds back a cut for as long as it likes, and the other cuts all
 * the while, there is no end to them.
 */
const MAX_ALIKE = 8

/**
 * Stages as machines that cut as they do one behind the other, neighbours as one machine where that is small enough. The last ones come first:
 * those in front, which look for marks like "SPL1T-TH1S-Pl3A5E", hold many cuts back, and so would what they are part of.
 */
export const fuseStages = (stages: readonly CompiledStage[]): (Compiled | CompiledStage)[] => {
  const fused: (Compiled | CompiledStage)[] = []
  for (const stage of [...stages].reverse()) {
    const behind = fused.at(-1)
    const both = behind === undefined ? undefined : fuse(stage, behind)
    if (both === undefined) fused.push(stage)
    else fused[fused.length - 1] = both
  }
  return fused.reverse()
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
  return withTables({ unit, partition: small, backward: undefined, machine, text: 'stages as one' })
}

/** The steps of both, over pairs of classes; undefined if there are too many states or slots. */
const composeSteps = (first: LiveSteps, second: LiveSteps, pairs: readonly (readonly [number, number])[]): Steps | undefined => {
  const stepper = createStepper(first, second)
  const layOut = createLayout(stepper)
  const isEndless = createCheck(stepper)
  const share = createSharing()
  const { states } = stepper
  const collector = createCollector()
  // of each group of pairs: what comes of it, and which arc it was last
  const targets: number[] = []
  const made: Step[] = []
  const arcOfGroup: number[] = []
  for (let number = 0; number < states.count; number++) {
    const row = states.at(number, FIRST) * first.columns
    const begin = collector.count()
    stepper.enter(number)
    for (let k = 0; k < pairs.length; k++) {
      const group = stepper.groupOf(first.arcs[row + pairs[k][0]], pairs[k][1])
      if (group === undefined) return undefined
      if (group === made.length) {
        const laidOut = layOut(stepper.goOn())
        if (laidOut === undefined) return undefined
        targets.push(laidOut.state)
        made.push(share(laidOut.step))
        arcOfGroup.push(NONE)
      }
      if (arcOfGroup[group] < begin) arcOfGroup[group] = collector.add(targets[group], made[group])
      collector.arcs.push(arcOfGroup[group])
    }
    const cuts = stepper.cutsAtEnd()
    if (cuts.length > MAX_SLOTS || isEndless()) return undefined
    collector.arcs.push(collector.add(0, share({ sources: cuts, leaving: cuts.length })))
    collector.endState()
  }
  return collector.steps(pairs.length + 1)
}

const NONE = -1

/** Makes a function that says whether there seems to be no end to the states. */
const createCheck = ({ states, runs }: Stepper): (() => boolean) => {
  // where the stages stand in a state: in that of the first, and those of the runs of the second; how many states there are of each
  const stands = createNumbering()
  const alike: number[] = []
  const stand = new Int32Array(MAX_SLOTS + 2)
  let counted = 0
  let isEndless = false
  return () => {
    for (; counted < states.count; counted++) {
      const places = states.at(counted, OPEN) + 1
      const firstRun = runsAt(places - 1)
      stand[0] = states.at(counted, FIRST)
      for (let place = 0; place < places; place++) stand[1 + place] = runs.at(states.at(counted, firstRun + place), STATE)
      const number = stands.numberOf(stand, 1 + places)
      alike[number] = (alike[number] ?? 0) + 1
      if (alike[number] > MAX_ALIKE) isEndless = true
    }
    return isEndless || states.count > MAX_RAW_STATES
  }
}

/** Makes a function that gives equal steps as one object. */
const createSharing = (): ((step: Step) => Step) => {
  const numbers = createNumbering()
  const known: Step[] = []
  const list = new Int32Array(1 + MAX_SLOTS)
  return (step) => {
    list[0] = step.leaving
    list.set(step.sources, 1)
    return (known[numbers.numberOf(list, 1 + step.sources.length)] ??= step)
  }
}
