import { createAddedTokens, type AddedTokens } from '../added/addedTokens.ts'
import type { Engine } from '../count/engine.ts'
import { throwIfStopped } from '../errors.ts'
import { loadNormalization } from '../normalize/normalization.ts'
import { inParallel } from '../read/inFlight.ts'
import { withReadAt } from '../read/source.ts'
import { snapSource, type Cuts } from '../snap/snapSource.ts'
import type { FindSafeCut } from '../snap/snapChunks.ts'
import { betweenTokens } from '../snap/tokenCuts.ts'
import { createSafeCutFinder, hasSafeCuts } from '../split/safeCut.ts'
import type { Chunk, Pipeline, Source } from '../types.ts'
import type { Subject } from './runPlan.ts'

/** Moves the borders of chunks to where a cut changes nothing. */
export const cutSources = async (
  { pipeline, engine, addedTokens, sources, reading }: Subject,
  planned: readonly Chunk[],
  isWorthReading: Cuts['isWorthReading'],
  signal: AbortSignal | undefined,
): Promise<Chunk[]> => {
  const added = createAddedTokens(addedTokens, (await loadNormalization(pipeline.normalizers)).text)
  // documents are chosen by where they begin, so no chunk may begin inside one
  const chooses = reading.sample !== undefined || hasLimits(reading)
  return snapAll(sources, planned, signal, {
    documentPer: reading.documentPer,
    delimiter: reading.delimiter,
    added,
    findSafeCut: chooses || !areCut(planned) ? undefined : await createSafeCut(pipeline, engine, added),
    isPlaced: chooses,
    passesOverErrors: reading.onError === 'skip',
    isWorthReading,
  })
}

/** Whether some source is more than one chunk. */
const areCut = (chunks: readonly Chunk[]): boolean => new Set(chunks.map(({ source }) => source)).size < chunks.length

/** Whether documents are chosen by what is in front of them, in other sources, too. */
export const hasLimits = ({ maxBytes, maxDocuments }: Subject['reading']): boolean => maxBytes !== undefined || maxDocuments !== undefined

const snapAll = async (sources: readonly Source[], chunks: readonly Chunk[], signal: AbortSignal | undefined, cuts: Cuts): Promise<Chunk[]> => {
  const ofSource = sources.map((): Chunk[] => [])
  for (const chunk of chunks) ofSource[chunk.source].push(chunk)
  const snap = async (own: Chunk[]): Promise<Chunk[]> => {
    if (own.length < 2) return own
    const source = sources[own[0].source]
    return withReadAt(source, (readAt) => {
      const readUnlessStopped: typeof readAt = (...place) => {
        throwIfStopped(signal)
        return readAt(...place)
      }
      return snapSource(source, own, readUnlessStopped, cuts)
    })
  }
  return (await inParallel(ofSource, snap)).flat()
}

/** Where text without special tokens can be cut; only the automaton can tell. */
const createSafeCut = async ({ normalizers }: Pipeline, engine: Engine, { normalized }: AddedTokens): Promise<FindSafeCut | undefined> => {
  if (!('tables' in engine) || !hasSafeCuts(engine.phases)) return undefined
  const find = createSafeCutFinder(engine.tables[0])
  if (normalizers.length === 0) return find
  const { onNormalText } = await import('../normalize/safeCut.ts')
  return onNormalText(normalizers, betweenTokens(find, normalized))
}
