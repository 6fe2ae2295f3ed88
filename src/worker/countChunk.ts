import type { RecordSink } from '../format/records.ts'
import { readRecords } from '../read/readRecords.ts'
import { emptyTally } from '../receipt/tally.ts'
import { createSampler } from '../select/sample.ts'
import { selectDocuments, type SelectedDocuments } from '../select/selectDocuments.ts'
import { isOneText, type ChunkJob } from './chunkJob.ts'
import { createChunkSink } from './chunkSink.ts'
import { createDocumentCount } from './documentCount.ts'
import { createFlaws } from './flaws.ts'
import { chooseIntake } from './intake.ts'
import { isPieceTooLong, shiftOf, withPlace } from './places.ts'

/** The way of the text: bytes → valid UTF-8 → documents → sections of normalized text → pieces, counted. `onBlock` is called after each block. */
export const countChunk = async (job: ChunkJob, onBlock: () => void): Promise<void> => {
  const { chunk, source, options, counter, tally, again } = job
  const documents = createDocumentCount(tally, chunk.start === 0)
  const intake = chooseIntake(job, documents)
  const flaws = createFlaws(job)
  const { sink, pieceAt } = createChunkSink(job, intake, documents, flaws)
  const selected = choose(job, sink)
  let left = chunk.end - chunk.start
  let read = 0
  try {
    for await (const { stored, plain } of readRecords(source, chunk, options, selected?.sink ?? sink)) {
      left -= stored
      read += plain
      tally.stored += stored
      tally.read += plain
      onBlock()
      if (selected?.isDone) break
    }
    if (selected?.isDone) {
      selected.sink.endDocument()
      tally.read += selected.told - read // what is behind the limit was not wanted
      tally.stored += left
    }
    intake.noteCounts()
    counter.flush() // so that whatever is wrong with this chunk comes out here
    await flaws.list()
  } catch (error) {
    if (again !== undefined && !isOneText(job) && isPieceTooLong(error)) await findLongPiece(job, again)
    throw await withPlace(error, source, chunk, pieceAt(), () => shiftOf(source, chunk))
  }
}

/** What chooses documents, if that is wanted. */
const choose = ({ chunk, source, options, separatorsIn, tally }: ChunkJob, sink: RecordSink): SelectedDocuments | undefined => {
  const { sample } = options
  if (sample === undefined && chunk.until === undefined) return undefined
  return selectDocuments(sink, {
    isWanted: sample === undefined ? () => true : createSampler(sample, source),
    until: chunk.until,
    separators: separatorsIn(source),
    onFiltered: (bytes) => (tally.filtered += bytes),
  })
}

/**
 * Many documents are counted at a time, so it is not known which of them holds a piece that is too long. They are counted again, one by one, to find it.
 * Throws the error with its place.
 */
const findLongPiece = async (job: ChunkJob, { startCounter, onBlock }: NonNullable<ChunkJob['again']>): Promise<void> => {
  const tally = emptyTally(job.specialTokens.size)
  const counter = await startCounter()
  await countChunk({ ...job, counter, tokenText: undefined, tally, invalid: [], skippedRecords: [], again: undefined }, onBlock)
}
