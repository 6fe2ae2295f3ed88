import { phasesOf } from '../split/phases.ts'
import type { CounterLimits, TextCounter } from './counter.ts'
import type { Tier } from './engine.ts'
import { createKernelCounter } from './kernelCounter.ts'
import { createPhasesCounter } from './phasesCounter.ts'
import { createReferenceCounter } from './referenceCounter.ts'

/** A counter for any tier. */
export const createCounter = (engine: Tier, limits: CounterLimits): TextCounter => {
  if (engine.name === 'reference') return createPhasesCounter(phasesOf(engine.stages), [], createReferenceCounter, limits)
  const { phases, tables, later } = engine
  return createPhasesCounter(phases, later, (splits, own) => createKernelCounter(splits.length === 0 ? [] : tables, own), limits)
}
