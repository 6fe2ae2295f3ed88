import { loadPrepared, type Prepared } from '../prepared.ts'
import { phasesOf } from '../split/phases.ts'
import type { Stage, TierChoice } from '../types.ts'
import type { Tier } from './engine.ts'

/** The engine that `chooseEngine` gives; what compiles is loaded only if it is not there ready-made. Throws what `chooseEngine` throws. */
export const loadEngine = async (stages: readonly Stage[], choice: TierChoice = 'auto'): Promise<Tier> => {
  const ready = choice === 'auto' ? readyEngine(stages) : undefined
  if (ready !== undefined) return ready
  const { chooseEngine } = await import('./chooseEngine.ts')
  return chooseEngine(stages, choice)
}

interface Header {
  name: Tier['name']
  /** Why it is the reference tier. */
  reason?: string
}

/** The engine that was made when pretok was built, if there is one for these stages. */
export const readyEngine = (stages: readonly Stage[]): Tier | undefined => {
  const prepared = loadPrepared<Header>('engines', stages)
  if (prepared === undefined) return undefined
  const { header, tables } = prepared
  return header.name === 'reference'
    ? { name: header.name, stages, reason: header.reason! }
    : { name: header.name, phases: phasesOf(stages), tables: [...tables] }
}

export const prepareEngine = (engine: Tier): Prepared<Header> =>
  engine.name === 'reference'
    ? { header: { name: engine.name, reason: engine.reason }, tables: [] }
    : { header: { name: engine.name }, tables: engine.tables }
