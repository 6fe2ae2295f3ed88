import { keepFirst, MAX_INVALID_RANGES, MAX_SKIPPED_RECORDS } from '../receipt/listed.ts'
import type { InvalidRange, SkippedRecord } from '../types.ts'
import type { ChunkJob } from './chunkJob.ts'
import { BadRecord, shiftOf } from './places.ts'

/** What is wrong in a chunk and does not fail it: all of it is counted in the tally, and the first of it kept with its place. */
export interface Flaws {
  /** Invalid UTF-8 of so many bytes, in [start, end) of the plain data or, of Parquet, in these rows. */
  noteInvalid(bytes: number, start: number, end: number): void
  /** As a sink is told (format/records.ts). Throws if such a record fails the chunk. */
  badRecord(start: number, end: number, reason: string, at: number): void
  badRows(start: number, end: number, reason: string): void
  /** Puts what was kept into the lists of the job. */
  list(): Promise<void>
}

export const createFlaws = ({ chunk, source, options, tally, invalid, skippedRecords, byPlace }: ChunkJob): Flaws => {
  const { path } = source
  const ownInvalid: InvalidRange[] = []
  const ownSkipped: SkippedRecord[] = []
  const noteSkipped = (start: number, end: number, reason: string, at: number): void => {
    if (options.onError === 'fail') throw new BadRecord(at, reason)
    if (ownSkipped.length < MAX_SKIPPED_RECORDS) ownSkipped.push({ path, start, end, reason })
  }
  return {
    noteInvalid(bytes, start, end) {
      tally.invalidSequences++
      tally[options.errors === 'replace' ? 'replaced' : 'ignored'] += bytes
      if (ownInvalid.length < MAX_INVALID_RANGES) ownInvalid.push({ path, start, end })
    },
    badRecord(start, end, reason, at) {
      noteSkipped(start, end, reason, at)
      tally.skippedRecords++
      tally.skippedBytes += end - start
    },
    badRows(start, end, reason) {
      noteSkipped(start, end, reason, start)
      tally.skippedRecords += end - start
    },
    async list() {
      const kept = [...ownInvalid, ...ownSkipped]
      if (kept.length === 0) return
      const shift = await shiftOf(source, chunk)
      for (const range of kept) {
        range.start += shift
        range.end += shift
      }
      keepFirst(invalid, ownInvalid, byPlace, MAX_INVALID_RANGES)
      keepFirst(skippedRecords, ownSkipped, byPlace, MAX_SKIPPED_RECORDS)
    },
  }
}
