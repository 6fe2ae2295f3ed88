import { SortedTable } from '../count/sortedTable.ts'
import { PretokError } from '../errors.ts'
import { canBeArranged } from '../sort/arrangedTable.ts'
import type { CountedPieces } from '../sort/tableMemory.ts'
import { mergeTwo } from './mergeTwo.ts'

const NOTHING: CountedPieces = { arena: new Uint8Array(), starts: new Uint32Array(1), counts: new Float64Array(), size: 0 }

/**
 * Adds up tables whose pieces are in the order of their bytes, exactly. Throws 'limit' when the counts are more than 2^53 together, and for tables
 * of more than about 4 GiB together, 20 bytes and the piece for each entry.
 */
export const mergeSorted = (tables: readonly CountedPieces[]): SortedTable => {
  if (!canBeMerged(tables))
    throw new PretokError('limit', 'merging: more than 4 GiB of distinct pre-tokens; give each worker less memory (-m), so that they are merged in files')
  const left = tables.toSorted((a, b) => b.size - a.size)
  while (left.length > 1) {
    // the two smallest: each piece is moved as few times as there must be
    const merged = mergeTwo(left.pop()!, left.pop()!)
    const place = left.findIndex(({ size }) => size < merged.size)
    left.splice(place === -1 ? left.length : place, 0, merged)
  }
  return new SortedTable(left[0] ?? NOTHING)
}

/** Whether there is room for the sum in one memory, even if no piece is in two of the tables. */
export const canBeMerged = (tables: readonly CountedPieces[]): boolean =>
  canBeArranged(
    tables.reduce((sum, { starts, size }) => sum + starts[size], 0),
    tables.reduce((sum, { size }) => sum + size, 0),
  )
