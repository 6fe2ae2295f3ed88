import { PretokError } from '../errors.ts'
import { compileStage } from '../pattern/compile.ts'
import { fuseStages } from '../pattern/fuse.ts'
import { parsePattern } from '../pattern/parse.ts'
import { withFamily } from '../pattern/withFamily.ts'
import { withEarlyCuts } from '../split/earlyCuts.ts'
import type { LaterTables } from '../split/laterPhases.ts'
import { phasesOf, type Phase } from '../split/phases.ts'
import type { Stage, TierChoice } from '../types.ts'
import type { Tier } from './engine.ts'

/**
 * The choice of the tier, made here and nowhere else. All tiers give the same pieces.
 *
 * @throws PretokError 'pattern' if the tier that was asked for cannot do a pattern, 'tokenizer' for a pipeline that cannot be done exactly
 */
export const chooseEngine = (stages: readonly Stage[], choice: TierChoice = 'auto'): Tier => {
  const own = phasesOf(stages)
  if (choice === 'reference') return { name: 'reference', stages, reason: 'it was asked for' }
  try {
    const { isKnown, tables, phases } = compileFirst(own, stages, choice)
    const later = phases.slice(1).map((phase) => compileLater(phase, choice === 'simd' ? 'auto' : choice))
    if (choice === 'simd' && !isKnown)
      throw new PretokError(
        'pattern',
        'pattern: the simd tier knows the families of gpt2, cl100k_base and o200k_base, and patterns that cut between kinds of characters; this is none of them',
      )
    return { name: isKnown ? 'simd' : 'automaton', phases, tables, later }
  } catch (error) {
    if (!(error instanceof PretokError)) throw error
    checkPatterns(own) // what no tier can do is an error
    if (choice !== 'auto') throw new PretokError('pattern', `${error.message}; --engine auto takes a tier that can`)
    return { name: 'reference', stages, reason: error.message }
  }
}

interface Compiled {
  tables: Uint8Array[]
  /** One of the machines is of a family. */
  isKnown: boolean
}

/** The phases, the first one compiled. The cuts of a Metaspace are in it if the kernel knows all of its cuts by heart, as one machine. */
const compileFirst = (phases: readonly Phase[], stages: readonly Stage[], choice: TierChoice): Compiled & { phases: readonly Phase[] } => {
  const stagesCutEarly = choice === 'auto' ? withEarlyCuts(stages) : undefined
  if (stagesCutEarly !== undefined) {
    const early = phasesOf(stagesCutEarly)
    const compiled = compileIfPossible(early[0], choice)
    if (compiled?.isKnown && compiled.tables.length === 1) return { ...compiled, phases: early }
  }
  return { ...compileCuts(phases[0], choice), phases }
}

/** The machines that run the cuts of a phase. */
const compileCuts = ({ splits }: Phase, choice: TierChoice): Compiled => {
  const compiled = splits.map(({ stage, unit }) => compileStage(stage, unit))
  // one machine for several stages is faster than one for each, even if the kernel knows one of these by heart
  const machines = choice === 'simd' ? compiled : fuseStages(compiled)
  const automata = machines.map(({ tables }) => tables)
  if (choice === 'automaton') return { tables: automata, isKnown: false }
  const tables = machines.map((machine, i) => withFamily(machine, i > 0) ?? machine.tables)
  return { tables, isKnown: tables.some((one, i) => one !== automata[i]) }
}

/** The tables of a later phase; undefined: the reference tier has to cut. Throws what no tier can do. */
const compileLater = (phase: Phase, choice: TierChoice): LaterTables => {
  const compiled = compileIfPossible(phase, choice)
  if (compiled === undefined) checkPatterns([phase])
  return compiled?.tables
}

const compileIfPossible = (phase: Phase, choice: TierChoice): Compiled | undefined => {
  try {
    return compileCuts(phase, choice)
  } catch (error) {
    if (!(error instanceof PretokError)) throw error
    return undefined
  }
}

const checkPatterns = (phases: readonly Phase[]): void => {
  for (const { splits } of phases)
    for (const { stage } of splits) {
      if (stage.pattern === '' && stage.refusesEmptyMatches) throw new PretokError('pattern', 'pattern: the empty pattern matches no text')
      parsePattern(stage.pattern, stage.dialect)
    }
}
