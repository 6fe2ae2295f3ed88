import type { ReadingOptions } from '../read/readRecords.ts'
import type { Chunk, Filters, Source } from '../types.ts'
import { findLimit, limitChunks, type Limits } from './findLimit.ts'
import type { Sample } from './sample.ts'
import { separatorsFor } from './selectDocuments.ts'

/** The chunks of a run as far as its limits on documents go, and what the receipt says of that. */
export const chooseChunks = async (
  chunks: readonly Chunk[],
  sources: readonly Source[],
  reading: ReadingOptions & Limits & { sample?: Sample | undefined },
  specialTokens: readonly string[],
  signal: AbortSignal | undefined,
): Promise<{ chunks: readonly Chunk[]; filters: Filters }> => {
  const { sample, maxBytes, maxDocuments } = reading
  const filters: Filters = {
    ...(sample === undefined ? {} : { sample }),
    ...(maxBytes === undefined ? {} : { maxBytes }),
    ...(maxDocuments === undefined ? {} : { maxDocuments }),
  }
  if (maxBytes === undefined && maxDocuments === undefined) return { chunks, filters }
  const separatorsIn = separatorsFor(reading.documentPer, specialTokens)
  const limit = await findLimit(sources, { maxBytes, maxDocuments }, reading, separatorsIn, sample, signal)
  if (limit === undefined) return { chunks, filters }
  const { path } = sources[limit.source]
  return { chunks: limitChunks(chunks, sources, limit), filters: { ...filters, limit: { path, place: limit.place } } }
}
