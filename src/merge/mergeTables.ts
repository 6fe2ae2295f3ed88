import { PieceTable } from '../count/pieceTable.ts'
import type { CountedPieces } from '../count/counter.ts'

/** Adds up tables of counts, exactly. Throws 'limit' when they are more than 2^53 together. */
export const mergeTables = (tables: readonly CountedPieces[]): PieceTable => {
  const largest = (measure: (table: CountedPieces) => number): number => Math.max(0, ...tables.map(measure))
  const merged = new PieceTable(
    largest(({ size }) => size),
    largest(({ starts, size }) => starts[size]),
  )
  for (const { arena, starts, counts, size } of tables)
    for (let i = 0; i < size; i++) merged.add(arena, starts[i], starts[i + 1], counts[i])
  return merged
}
