import { PieceTable } from '../count/pieceTable.ts'
import { PretokenCounts } from './pretokenCounts.ts'

/** Adds up counts, exactly. Throws 'limit' when they are more than 2^53 together. */
export const mergeCounts = (...counts: readonly PretokenCounts[]): PretokenCounts => {
  const tables = counts.map(({ table }) => table)
  const merged = new PieceTable(Math.max(0, ...tables.map(({ size }) => size)), Math.max(0, ...tables.map(({ starts, size }) => starts[size])))
  for (const { arena, starts, counts, size } of tables) for (let i = 0; i < size; i++) merged.add(arena, starts[i], starts[i + 1], counts[i])
  return new PretokenCounts(merged)
}
