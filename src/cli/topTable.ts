import type { PretokenCounts } from '../result/pretokenCounts.ts'
import { firstOf } from './countsOptions.ts'
import { integer, layOut, percent, showPiece } from './table.ts'

const HEADER = ['rank', 'count', 'share', 'cumulative', 'piece']

/** The most frequent pieces, for people. */
export const topTable = (counts: PretokenCounts, limit: number): string => {
  let covered = 0
  const rows = firstOf(counts.rows(), limit).map(({ piece, count }, i) => {
    covered += count
    return [integer(i + 1), integer(count), percent(count, counts.total), percent(covered, counts.total), showPiece(piece)]
  })
  return layOut([HEADER, ...rows], 'rrrrl')
}
