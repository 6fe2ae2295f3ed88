import type { AddedTokens } from '../added/addedTokens.ts'
import type { TextCounter, TokenText } from '../count/counter.ts'
import type { WorkerOptions } from '../messages.ts'
import type { Normalization } from '../normalize/normalization.ts'
import type { ByPlace } from '../receipt/listed.ts'
import type { separatorsFor } from '../select/selectDocuments.ts'
import type { Chunk, InvalidRange, SkippedRecord, Source, Tally } from '../types.ts'

/** A chunk to be counted, what it is counted with, and where what is found is noted. */
export interface ChunkJob {
  chunk: Chunk
  source: Source
  added: AddedTokens
  /** The place of each special token in the tally. */
  specialTokens: ReadonlyMap<string, number>
  /** What ends documents, where some of them are chosen. */
  separatorsIn: ReturnType<typeof separatorsFor>
  normalization: Normalization
  options: WorkerOptions
  counter: TextCounter
  /** The same counter for text in which it finds the special tokens, if it can and if these are all that there is to do. */
  tokenText: TokenText | undefined
  tally: Tally
  invalid: InvalidRange[]
  skippedRecords: SkippedRecord[]
  byPlace: ByPlace
  /** For the place of an error, the chunk may be counted once more, by another counter. Undefined: that is done here, document by document. */
  again: { startCounter(): Promise<TextCounter>; onBlock(): void } | undefined
}

/** Whether the source is one text, however many documents special tokens make of it, and is not cut into records. */
export const isOneText = ({ source, options }: ChunkJob): boolean => source.format === 'text' && options.documentPer === 'file'
