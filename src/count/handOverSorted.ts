import { partitionOf } from '../spill/partition.ts'
import { sortPieces } from '../sort/sortPieces.ts'
import type { TakeSorted } from '../spill/sortedPieces.ts'
import type { PieceTable } from './pieceTable.ts'

/** Bytes of memory that sorting takes for each entry. */
export const SORT_BYTES = 4 + 8 + 8

type Pieces = Pick<PieceTable, 'arena' | 'starts' | 'counts' | 'size'>

/** Hands pieces over by partition, and in each in the order of their bytes. */
export const handOverSorted = ({ arena, starts, counts, size }: Pieces, take: TakeSorted): void => {
  const order = new Uint32Array(size)
  const weights = new Float64Array(size) // the heaviest come first: the lowest partition
  for (let entry = 0; entry < size; entry++) {
    order[entry] = entry
    weights[entry] = -partitionOf(arena, starts[entry], starts[entry + 1])
  }
  sortPieces({ arena, starts }, weights, order)
  for (const entry of order) take(-weights[entry], arena, starts[entry], starts[entry + 1], counts[entry])
}
