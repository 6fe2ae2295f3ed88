import { composeSteps } from './beside.ts'
import { pairClasses, renameClasses } from './classes.ts'
import type { CompiledStage } from './compile.ts'
import { hasMarks, type Automaton, type Machine } from './machine.ts'
import { withTables, type Compiled } from './pack.ts'
import { machineOf, makeOnward, stepsOf } from './steps.ts'

/*
 * Two stages, one after another, as one machine that reads the text once: all that beside.ts can come to, state by state, as long as that
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
 * Stages as machines that cut as they do one after another, neighbours as one machine where that is small enough. The last stages are
 * fused first: front stages that look for marks like "SPL1T-TH1S-Pl3A5E" hold many cuts back, and would make every machine that they join do so.
 */
export const fuseStages = (stages: readonly CompiledStage[]): (Compiled | CompiledStage)[] => {
  const fused: (Compiled | CompiledStage)[] = []
  for (const stage of [...stages].reverse()) {
    const next = fused.at(-1)
    const both = next === undefined ? undefined : fuse(stage, next)
    if (both === undefined) fused.push(stage)
    else fused[fused.length - 1] = both
  }
  return fused.reverse()
}

const isSmall = ({ next, actions }: Machine): boolean =>
  next.length <= MAX_STATES && next[0].length <= MAX_SYMBOLS && actions.length <= MAX_ACTIONS

/** What is too large alone is not tried: that would take as long as compiling it. */
const isFusible = ({ machine, backward }: Automaton): boolean => backward === undefined && !hasMarks(machine) && isSmall(machine)

/** One machine for two; undefined if it would be too large. */
const fuse = (first: Compiled, second: Compiled): Compiled | undefined => {
  if (first.unit !== second.unit || !isFusible(first) || !isFusible(second)) return undefined
  const { partition, pairs } = pairClasses(first.partition, second.partition)
  const steps = composeSteps(makeOnward(stepsOf(first.machine)), makeOnward(stepsOf(second.machine)), pairs, {
    states: MAX_RAW_STATES,
    alike: MAX_ALIKE,
  })
  if (steps === undefined) return undefined
  const machine = machineOf(steps)
  if (!isSmall(machine)) return undefined
  const { unit } = first
  const small = renameClasses(partition, machine.newSymbol)
  return withTables({ unit, partition: small, backward: undefined, machine }, 'stages as one')
}
