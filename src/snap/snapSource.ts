import type { AddedTokens } from '../added/addedTokens.ts'
import type { DocumentPer } from '../format/records.ts'
import type { Chunk, Source } from '../types.ts'
import { snapChunks, type FindSafeCut, type ReadAt } from './snapChunks.ts'
import { findLineStart, findParagraphStart, snapRecords } from './snapRecords.ts'

export interface Cuts {
  documentPer: DocumentPer
  added: AddedTokens
  findSafeCut: FindSafeCut | undefined
}

/** Moves the borders between the chunks of one source to where a cut changes nothing; what cannot be cut becomes one chunk. */
export const snapSource = async (source: Source, chunks: readonly Chunk[], readAt: ReadAt, cuts: Cuts): Promise<Chunk[]> => {
  if (chunks.length < 2) return [...chunks]
  if (source.compression !== 'none') return [asOne(chunks)]
  switch (source.format) {
    case 'text':
      if (cuts.documentPer === 'file') return snapChunks(chunks, cuts.added, readAt, cuts.findSafeCut)
      return snapRecords(chunks, readAt, cuts.documentPer === 'line' ? findLineStart : findParagraphStart)
    case 'jsonl':
      return snapRecords(chunks, readAt, findLineStart)
    default:
      return [asOne(chunks)]
  }
}

const asOne = (chunks: readonly Chunk[]): Chunk => ({ ...chunks[0], end: chunks.at(-1)!.end })
