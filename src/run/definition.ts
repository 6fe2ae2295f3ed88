import type { PieceFilter } from '../select/pieceFilter.ts'
import type { AddedToken, Chunk, InputFormat, Pipeline, Source, Task } from '../types.ts'

/** A source as it was planned: with a hash over samples of it. */
export type HashedSource = Source & { sample: string }

/** What decides about the result: two plans with the same definition count the same. */
export interface Definition {
  /** Version of the Unicode tables and rules of this program that partials are made by. */
  rules: string
  pipeline: Pipeline
  addedTokens: readonly AddedToken[]
  /** Whether transformers.js cuts, whose pieces may be others. */
  engine: 'own' | 'transformers.js'
  reading: object
  /** What sources hold, if that was said. */
  format?: InputFormat | undefined
  /** Which pieces stay in the result, at the end: it decides about no task's. */
  pieces?: PieceFilter | undefined
  sources: readonly HashedSource[]
}

/** Of whatever decides about something: equal ids, equal things. */
export const idOf = (facts: unknown): string =>
  // loaded by who plans a run folder: others need not wait for it
  process.getBuiltinModule('node:crypto').createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 16)

/**
 * The id of each task: of all that decides about its result, which are the options but for the filter on pieces, its own sources and the ranges
 * of its chunks, and nothing else. So it is the same in another plan, as long as its sources are.
 */
export const taskIds = (definition: Definition, chunks: readonly Chunk[], tasks: readonly Task[]): string[] => {
  const { sources, pieces: _, ...options } = definition
  const common = idOf(options)
  const sourceIds = sources.map(idOf)
  return tasks.map(({ start, end }) =>
    idOf([common, ...chunks.slice(start, end).map((chunk) => [sourceIds[chunk.source], chunk.start, chunk.end, chunk.until])]),
  )
}
