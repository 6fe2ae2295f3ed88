import { mergeTables } from '../merge/mergeTables.ts'
import { PretokenCounts } from './pretokenCounts.ts'

/** Adds up counts, exactly. Throws 'limit' when they are more than 2^53 together. */
export const mergeCounts = (...counts: readonly PretokenCounts[]): PretokenCounts =>
  new PretokenCounts(mergeTables(counts.map(({ table }) => table)))
