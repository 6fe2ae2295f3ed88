import { PieceTable } from '../count/pieceTable.ts'
import { createPieceFilter, type PieceFilter } from '../select/pieceFilter.ts'
import type { Filters } from '../types.ts'
import { pieceToString } from '../write/pieceText.ts'
import { PretokenCounts } from './pretokenCounts.ts'

/** The counts without the pieces that a filter leaves out, in memory, and what these were. */
export const filterCounts = (
  counts: PretokenCounts,
  filter: PieceFilter,
): { counts: PretokenCounts; removed: NonNullable<Filters['removed']> } => {
  const keeps = createPieceFilter(filter)
  const table = new PieceTable()
  const removed = { distinct: 0, pieces: 0, bytes: 0 }
  for (const { piece, count } of counts.rows()) {
    const text = (): string => pieceToString(Buffer.from(piece.buffer, piece.byteOffset, piece.length), 0, piece.length)
    if (keeps(text, count)) table.add(piece, 0, piece.length, count)
    else {
      removed.distinct++
      removed.pieces += count
      removed.bytes += count * piece.length
    }
  }
  return { counts: new PretokenCounts(table), removed }
}
