import { PretokError } from '../errors.ts'
import { compileStage } from '../pattern/compile.ts'
import { parsePattern } from '../pattern/parse.ts'
import { asSplit } from '../split/stages.ts'
import type { Stage } from '../types.ts'
import { createReferenceCounter, type CounterLimits, type TextCounter } from './counter.ts'
import { createKernelCounter } from './kernelCounter.ts'

/** Which tier may run: the fastest that can do the pattern, or one by name. */
export type EngineChoice = 'auto' | 'reference' | 'automaton'

/** The tier that runs, as plain data for the workers. */
export type Engine =
  | { name: 'automaton'; tables: Uint8Array[] }
  /** `reason`: why it is not the automaton. */
  | { name: 'reference'; stages: readonly Stage[]; reason: string }

/**
 * The choice of the tier, made here and nowhere else. All tiers give the same pieces.
 *
 * @throws PretokError 'pattern' if the tier that was asked for cannot do a pattern
 */
export const chooseEngine = (stages: readonly Stage[], choice: EngineChoice = 'auto'): Engine => {
  if (choice === 'reference') return { name: 'reference', stages, reason: 'it was asked for' }
  try {
    return { name: 'automaton', tables: stages.map((stage) => compileStage(asSplit(stage)).tables) }
  } catch (error) {
    if (choice === 'automaton' || !(error instanceof PretokError)) throw error
    stages.map(asSplit).forEach(({ pattern, dialect }) => parsePattern(pattern, dialect)) // what no tier can do is an error
    return { name: 'reference', stages, reason: error.message }
  }
}

export const createCounter = (engine: Engine, limits: CounterLimits): TextCounter =>
  engine.name === 'automaton' ? createKernelCounter(engine.tables, limits) : createReferenceCounter(engine.stages, limits)
