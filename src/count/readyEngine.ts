import { loadPrepared, type Prepared } from '../prepared.ts'
import type { Phase } from '../split/phases.ts'
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
  phases?: readonly Phase[]
  /** How many of the tables are of the first phase, and then of each later one; null: the reference tier cuts there. */
  tables?: readonly (number | null)[]
  /** Why it is the reference tier. */
  reason?: string
}

/** The engine that was made when pretok was built, if there is one for these stages. */
export const readyEngine = (stages: readonly Stage[]): Tier | undefined => {
  const prepared = loadPrepared<Header>('engines', stages)
  if (prepared === undefined) return undefined
  const { header, tables } = prepared
  if (header.name === 'reference') return { name: header.name, stages, reason: header.reason! }
  let taken = 0
  const [own, ...later] = header.tables!.map((count) => (count === null ? undefined : tables.slice(taken, (taken += count))))
  return { name: header.name, phases: header.phases!, tables: own!, later }
}

export const prepareEngine = (engine: Tier): Prepared<Header> =>
  engine.name === 'reference'
    ? { header: { name: engine.name, reason: engine.reason }, tables: [] }
    : {
        header: { name: engine.name, phases: engine.phases, tables: [engine.tables, ...engine.later].map((tables) => tables?.length ?? null) },
        tables: [engine.tables, ...engine.later].flatMap((tables) => tables ?? []),
      }
