import { refuse } from '../checks.ts'
import { inByteOrder, SortedTable } from '../count/sortedTable.ts'
import { mergeSorted } from '../merge/mergeSorted.ts'
import { PretokenCounts } from './pretokenCounts.ts'

/**
 * Adds up counts, exactly.
 *
 * @throws PretokError 'usage' for what are no counts; 'limit' for counts that are larger than memory (`loadCounts` adds up files of those), and
 * when they are more than 2^53 together
 */
export const mergeCounts = (...counts: readonly PretokenCounts[]): PretokenCounts => {
  for (const one of counts) if (!(one instanceof PretokenCounts)) refuse('counts', one, 'PretokenCounts')
  return PretokenCounts.of(mergeSorted(counts.map(({ table }) => (table instanceof SortedTable ? table : inByteOrder(table)))))
}
