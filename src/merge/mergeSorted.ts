import { SortedTable } from '../count/sortedTable.ts'
import { PretokError } from '../errors.ts'
import { comparePieces } from '../sort/sortPieces.ts'
import { mergeSmall } from '../sort/smallTables.ts'
import { bytesOfTable, type CountedPieces } from '../sort/tableMemory.ts'

const NOTHING: CountedPieces = { arena: new Uint8Array(), starts: new Uint32Array(1), counts: new Float64Array(), size: 0 }

/**
 * Adds up tables whose pieces are in the order of their bytes, exactly. Throws 'limit' when the counts are more than 2^53 together, and past
 * 4 GiB of distinct pieces.
 */
export const mergeSorted = (tables: readonly CountedPieces[]): SortedTable => {
  const left = tables.toSorted((a, b) => b.size - a.size)
  while (left.length > 1) {
    // the two smallest: each piece is moved as few times as there must be
    const merged = mergeTwo(left.pop()!, left.pop()!)
    const place = left.findIndex(({ size }) => size < merged.size)
    left.splice(place === -1 ? left.length : place, 0, merged)
  }
  return new SortedTable(left[0] ?? NOTHING)
}

/** For two tables. Of larger ones most of the time is spent in code that has been compiled, and memory is short. */
const MOST_BYTES = 2 ** 24

const mergeTwo = (a: CountedPieces, b: CountedPieces): CountedPieces =>
  bytesOfTable(a) + bytesOfTable(b) <= MOST_BYTES ? mergeSmall(a, b) : mergeLarge(a, b)

export const mergeLarge = (a: CountedPieces, b: CountedPieces): CountedPieces => {
  const bytes = a.starts[a.size] + b.starts[b.size]
  const arena = new Uint8Array(Math.min(bytes, 2 ** 32 - 1))
  const starts = new Uint32Array(a.size + b.size + 1)
  const counts = new Float64Array(a.size + b.size)
  let size = 0
  let end = 0
  const take = (from: CountedPieces, entry: number, count: number): void => {
    const stop = from.starts[entry + 1]
    if (end + stop - from.starts[entry] > arena.length)
      throw new PretokError(
        'limit',
        'merging: more than 4 GiB of distinct pre-tokens; give each worker less memory (-m), so that they are merged in files',
      )
    for (let at = from.starts[entry]; at < stop; at++) arena[end++] = from.arena[at]
    counts[size++] = count
    starts[size] = end
  }
  let i = 0
  let j = 0
  while (i < a.size && j < b.size) {
    const order = comparePieces(a.arena, a.starts[i], a.starts[i + 1], b.arena, b.starts[j], b.starts[j + 1])
    if (order < 0) take(a, i, a.counts[i])
    else if (order > 0) take(b, j, b.counts[j])
    else take(a, i, a.counts[i] + b.counts[j])
    if (order <= 0) i++
    if (order >= 0) j++
  }
  for (; i < a.size; i++) take(a, i, a.counts[i])
  for (; j < b.size; j++) take(b, j, b.counts[j])
  return { arena: arena.subarray(0, end), starts: starts.subarray(0, size + 1), counts: counts.subarray(0, size), size }
}
