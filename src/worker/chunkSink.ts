import { isUtf8 } from 'node:buffer'
import type { RecordSink } from '../format/records.ts'
import { createUtf8Cleaner, PART_BYTES } from '../read/utf8Cleaner.ts'
import { isOneText, type ChunkJob } from './chunkJob.ts'
import type { DocumentCount } from './documentCount.ts'
import type { Flaws } from './flaws.ts'
import type { Intake } from './intake.ts'
import { InvalidUtf8 } from './places.ts'

export interface ChunkSink {
  sink: RecordSink
  /** About where in the source a piece is that is too long; of rows, where the row begins. */
  pieceAt(): number
}

/** Takes what a parser tells of a chunk: makes its text valid UTF-8 for the intake, and keeps track of the place in the source. */
export const createChunkSink = (job: ChunkJob, intake: Intake, documents: DocumentCount, flaws: Flaws): ChunkSink => {
  const { chunk, source, options, counter, tally, again } = job
  const hasRows = source.format === 'parquet' // places are numbers of rows there
  let place = chunk.start // where the text ends that was told last; of rows, which one it is in
  let documentAt = chunk.start
  const cleaner = createUtf8Cleaner(options.errors, (start, end, bytes, at) => {
    if (options.errors === 'strict') throw new InvalidUtf8(hasRows ? place : start, bytes.subarray(at, at + end - start))
    if (hasRows) flaws.noteInvalid(end - start, place, place + 1)
    else flaws.noteInvalid(end - start, start, end)
  })
  const text = (bytes: Buffer, at: number): void => {
    place = hasRows ? at : at + bytes.length
    intake.push(cleaner.push(bytes, at))
  }
  const endText = (): void => {
    intake.push(cleaner.end())
    intake.endText()
  }
  const sink: RecordSink = {
    startDocument(at) {
      documents.noteStart()
      place = documentAt = at
    },
    text(bytes, at) {
      // what was read right into the intake's memory is there only until some of it is told
      if (bytes.length <= PART_BYTES || sink.room !== undefined) return text(bytes, at)
      for (let from = 0; from < bytes.length; from += PART_BYTES) text(bytes.subarray(from, from + PART_BYTES), hasRows ? at : at + from)
    },
    invalid(start, end, bytes) {
      intake.push(cleaner.end())
      intake.push(cleaner.invalid(start, end, bytes))
    },
    endText() {
      endText()
      counter.endDocument()
    },
    endDocument() {
      endText()
      counter.endDocument()
      documents.noteEnd()
      if (again === undefined) counter.flush()
    },
    room: isOneText(job) ? intake.room : undefined,
    documents({ text, ends, end }) {
      if (again === undefined || !isUtf8(text)) return false // what is wrong has places then
      documents.noteStart()
      place = hasRows ? end - 1 : end
      intake.pushDocuments(text, ends)
      return true
    },
    format: (bytes) => void (tally.format += bytes),
    badRecord: flaws.badRecord,
    badRows: flaws.badRows,
    skip: (bytes) => void (tally.skippedBytes += bytes),
  }
  return { sink, pieceAt: () => (source.format === 'text' ? Math.max(0, place - counter.pending) : documentAt) }
}
