import { join } from 'node:path'
import type { InvalidRange, SkippedRecord, Tally } from '../types.ts'

/** What the footer of a partial result says about it. */
export interface PartialAbout {
  /** Id of the task. */
  id: string
  tally: Tally
  invalid: InvalidRange[]
  skippedRecords: SkippedRecord[]
  /** Chunks that were left out, by their numbers in the task. */
  skipped: { chunk: number; reason: string }[]
}

/** The name of the partial result of a task. The file is there if and only if the task is done. */
export const partialPath = (folder: string, id: string): string => join(folder, `${id}.run`)
