import { createStepper, FRESH, type State } from './beside.ts'
import { pairClasses, renameClasses } from './classes.ts'
import type { Compiled, CompiledStage } from './compile.ts'
import { createNaming } from './besideNaming.ts'
import { layOut } from './besideSlots.ts'
import { MAX_SLOTS } from './layout.ts'
import type { Machine } from './minimize.ts'
import { createNumbering } from './numbering.ts'
import { withTables } from './pack.ts'
import { hasMarks, machineOf, makeOnward, stepsOf, type LiveSteps, type Step, type Steps } from './steps.ts'

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
  const { stateOf, groupOf } = createNaming(first, second)
  const { goOn, cutsAtEnd } = createStepper(first, second)
  const share = createSharing()
  const states: State[] = []
  const numberOf = (state: State): number => {
    const number = stateOf(state)
    if (number === states.length) states.push(state)
    return number
  }
  // what comes of each group of pairs
  const targets: number[] = []
  const made: Step[] = []
  const next: number[][] = []
  const steps: Step[][] = []
  numberOf({ first: 0, open: [], runs: [FRESH], pieces: [[]] })
  for (const state of states) {
    const nextRow: number[] = []
    const stepRow: Step[] = []
    const stepIn = goOn(state)
    const groupIn = groupOf(state)
    for (const pair of pairs) {
      const group = groupIn(pair[0], pair[1])
      if (group === made.length) {
        const after = stepIn(pair[0], pair[1])
        const laidOut = after === undefined ? undefined : layOut(after)
        if (laidOut === undefined) return undefined
        targets.push(numberOf(laidOut.state))
        made.push(share(laidOut.step))
      }
      nextRow.push(targets[group])
      stepRow.push(made[group])
    }
    const cuts = cutsAtEnd(state)
    if (cuts.length > MAX_SLOTS || states.length > MAX_RAW_STATES) return undefined
    nextRow.push(0)
    stepRow.push(share({ sources: cuts, leaving: cuts.length }))
    next.push(nextRow)
    steps.push(stepRow)
  }
  return { next, steps }
}

/** Makes a function that gives equal steps as one object. */
const createSharing = (): ((step: Step) => Step) => {
  const numbers = createNumbering()
  const known: Step[] = []
  return (step) => (known[numbers.numberOf([step.leaving, ...step.sources])] ??= step)
}
