import type { PretokenCounts } from '../result/pretokenCounts.ts'
import { firstOf } from './countsOptions.ts'
import { integer, layOut, percent, showPiece } from './table.ts'

const HEADER = ['rank', 'count', 'share', 'cumulative', 'piece']

/** The most frequent pieces, for people. */
export const topTable = (counts: PretokenCounts, limit: number): string =>
  layOut([HEADER, ...firstOf(rowsOf(counts), limit)], 'rrrrl')

/** One after another: a piece may be gone from memory when the next one is asked for. */
function* rowsOf(counts: PretokenCounts): Generator<string[]> {
  let rank = 0
  let covered = 0
  for (const { piece, count } of counts.rows()) {
    covered += count
    yield [integer(++rank), integer(count), percent(count, counts.total), percent(covered, counts.total), showPiece(piece)]
  }
}
