import { PieceTable } from '../count/pieceTable.ts'
import { createPieceFilter, type PieceFilter } from '../select/pieceFilter.ts'
import type { Filters, PieceCount } from '../types.ts'
import { pieceToString } from '../write/pieceText.ts'
import { FileTable } from './fileTable.ts'
import { PretokenCounts } from './pretokenCounts.ts'

/** So many times the memory of a result is needed where it is in memory and pieces are left out: it is there, and what stays. */
export const FILTER_COPIES = 2

/**
 * The counts without the pieces that a filter leaves out, and what these were. Counts in memory stay as they are; of those in files, the files are what
 * is left, and they are not to be used any more.
 */
export const filterCounts = (
  counts: PretokenCounts,
  filter: PieceFilter,
): { counts: PretokenCounts; removed: NonNullable<Filters['removed']> } => {
  const accepts = createPieceFilter(filter)
  const keeps = ({ piece, count }: PieceCount): boolean => accepts(() => pieceToString(piece), count)
  const { size, total, textBytes, source } = counts
  const kept = PretokenCounts.of(source instanceof FileTable ? source.filter(keeps) : keptInMemory(counts, keeps))
  const removed = { distinct: size - kept.size, pieces: total - kept.total, bytes: textBytes - kept.textBytes }
  return { counts: kept, removed }
}

/** A table that is as large as it must be; so the pieces are looked at before it is made. */
const keptInMemory = (counts: PretokenCounts, keeps: (row: PieceCount) => boolean): PieceTable => {
  const isKept = new Uint8Array(counts.size)
  let entries = 0
  let bytes = 0
  let row = 0
  for (const one of counts.rows()) {
    if (keeps(one)) {
      isKept[row] = 1
      entries++
      bytes += one.piece.length
    }
    row++
  }
  const table = new PieceTable(entries, bytes)
  row = 0
  for (const { piece, count } of counts.rows()) if (isKept[row++] === 1) table.add(piece, 0, piece.length, count)
  return table
}
