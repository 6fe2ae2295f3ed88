import type { AddedTokens } from '../added/addedTokens.ts'
import { PretokError } from '../errors.ts'
import { delimiterOf } from '../format/csvHeader.ts'
import { ENCODING_HEAD_BYTES, otherEncoding } from '../format/encoding.ts'
import type { DocumentPer } from '../format/records.ts'
import type { Chunk, Source } from '../types.ts'
import { moveBorders } from './moveBorders.ts'
import { snapCsv } from './snapCsv.ts'
import { snapJson } from './snapJson.ts'
import { snapFrames } from './snapFrames.ts'
import { snapChunks, type FindSafeCut, type ReadAt } from './snapChunks.ts'
import { findLineStart, findParagraphStart, snapRecords } from './snapRecords.ts'

export interface Cuts {
  documentPer: DocumentPer
  /** The byte between the fields of a table, if one was given. */
  delimiter?: number | undefined
  added: AddedTokens
  findSafeCut: FindSafeCut | undefined
  /** Places of documents must be known: in compressed data they are only from its start. */
  isPlaced: boolean
  /** Bad records are passed over: behind one that is no JSON all is lost, wherever it stands, so that JSON must be read from its start. */
  passesOverErrors: boolean
  /** Whether a source is worth reading while planning: borders between rows of JSON and CSV are found by no other way. */
  isWorthReading(source: Source): boolean
}

/** Moves the borders between the chunks of one source to where a cut changes nothing; what cannot be cut becomes one chunk. */
export const snapSource = async (source: Source, chunks: readonly Chunk[], readAt: ReadAt, cuts: Cuts): Promise<Chunk[]> => {
  if (chunks.length < 2) return [...chunks]
  if (source.compression !== 'none')
    return hasLines(source, cuts) && !cuts.isPlaced ? snapFrames(chunks, source.compression, readAt) : [asOne(chunks)]
  if (source.format !== 'parquet' && otherEncoding(await readAt(0, ENCODING_HEAD_BYTES)) !== undefined) return [asOne(chunks)] // an error
  switch (source.format) {
    case 'text':
      if (cuts.documentPer === 'file') return snapChunks(chunks, cuts.added, readAt, cuts.findSafeCut)
      return snapRecords(chunks, readAt, cuts.documentPer === 'line' ? findLineStart : findParagraphStart)
    case 'jsonl':
      return snapRecords(chunks, readAt, findLineStart)
    case 'json':
      return cuts.passesOverErrors || !cuts.isWorthReading(source) ? [asOne(chunks)] : snapJson(chunks, readAt)
    case 'csv':
    case 'tsv':
      return cuts.isWorthReading(source) ? snapCsv(chunks, delimiterOf(source.format, cuts.delimiter), readAt) : [asOne(chunks)]
    case 'parquet':
      return snapRowGroups(source, chunks, readAt)
  }
}

/** A row group belongs to the chunk in which it begins; a chunk without any is one with the chunk before it. */
const snapRowGroups = async (source: Source, chunks: readonly Chunk[], readAt: ReadAt): Promise<Chunk[]> => {
  const { openParquet } = await import('../parquet/readParquet.ts')
  const file = await openParquet(readAt, source.size, source.path).catch(unlessDamaged)
  if (file === undefined) return [asOne(chunks)]
  const starts = file.rowGroups.map(({ start }) => start).sort((a, b) => a - b)
  return moveBorders(chunks, async (from, to) => starts.find((start) => start >= from && start < to))
}

/** Who counts a damaged file meets the damage again; it is for the policy on errors to say what follows. */
const unlessDamaged = (error: unknown): undefined => {
  if (!(error instanceof PretokError) || error.code !== 'data') throw error
}

/** Records of these end with their line, so that a reader who begins anywhere finds the next one. */
const hasLines = ({ format }: Source, { documentPer }: Cuts): boolean => format === 'jsonl' || (format === 'text' && documentPer === 'line')

const asOne = (chunks: readonly Chunk[]): Chunk => ({ ...chunks[0], end: chunks.at(-1)!.end })
