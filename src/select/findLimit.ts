import { throwIfStopped } from '../errors.ts'
import { IGNORING_SINK } from '../format/records.ts'
import { readRecords, type ReadingOptions } from '../read/readRecords.ts'
import type { Chunk, Source } from '../types.ts'
import { createSampler, type Sample } from './sample.ts'
import { selectDocuments, type Separators } from './selectDocuments.ts'

export interface Limits {
  /** Bytes of text, as it is in the files. */
  maxBytes?: number | undefined
  maxDocuments?: number | undefined
}

/** The first document, in the order of the sources, that is beyond the limits. */
export interface LimitPlace {
  source: number
  place: number
}

class LimitReached extends Error {
  readonly place: number

  constructor(place: number) {
    super()
    this.place = place
  }
}

/**
 * Reads the sources, without counting anything, up to where a limit is reached: documents are taken whole, in order, as long as there are not
 * more than `maxDocuments` and their text is not longer than `maxBytes`. Empty documents, and records that cannot be read, are no documents.
 *
 * @returns undefined if all is within the limits
 */
export const findLimit = async (
  sources: readonly Source[],
  { maxBytes = Infinity, maxDocuments = Infinity }: Limits,
  reading: ReadingOptions,
  separatorsIn: (source: Source) => Separators | undefined,
  sample: Sample | undefined,
  signal: AbortSignal | undefined,
): Promise<LimitPlace | undefined> => {
  let documents = 0
  let total = 0
  for (const [number, source] of sources.entries()) {
    const { sink } = selectDocuments(IGNORING_SINK, {
      isWanted: sample === undefined ? () => true : createSampler(sample, source),
      separators: separatorsIn(source),
      onFiltered: () => {},
      onTaken(place, bytes) {
        total += bytes
        if (++documents > maxDocuments || total > maxBytes) throw new LimitReached(place)
      },
    })
    try {
      for await (const _ of readRecords(source, { source: number, start: 0, end: source.size }, reading, sink)) throwIfStopped(signal)
    } catch (error) {
      if (error instanceof LimitReached) return { source: number, place: error.place }
      throw error
    }
  }
  return undefined
}

/** The chunks that are read at all, up to the place; where that is none in the file, they have it to know it when it comes. */
export const limitChunks = (chunks: readonly Chunk[], sources: readonly Source[], { source, place }: LimitPlace): Chunk[] => {
  const isPlaceInFile = sources[source].compression === 'none' && sources[source].format !== 'parquet'
  return chunks
    .filter((chunk) => chunk.source < source || (chunk.source === source && !(isPlaceInFile && chunk.start >= place && chunk.start > 0)))
    .map((chunk) =>
      chunk.source === source ? { ...chunk, end: isPlaceInFile ? Math.min(chunk.end, place) : chunk.end, until: place } : chunk,
    )
}
