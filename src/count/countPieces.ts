import { isDropped, nextBoundary, type Block } from '../split/block.ts'
import { pieceTooLong } from '../split/pieceTooLong.ts'
import type { PieceTable } from './pieceTable.ts'

/**
 * Counts the pieces of a block that end at or before `limit` (from `splitBlock`). Returns the number of bytes that were in no piece
 * because a stage dropped them. Throws 'piece-too-long'.
 */
export const countPieces = (block: Block, table: PieceTable, limit: number, maxPieceBytes: number): number => {
  let dropped = 0
  let start = block.counted
  for (;;) {
    const end = nextBoundary(block, start + 1, limit)
    if (end === -1) break
    if (isDropped(block, start)) dropped += end - start
    else if (end - start > maxPieceBytes) {
      block.counted = start
      throw pieceTooLong(maxPieceBytes)
    } else table.add(block.bytes, start, end, 1)
    start = end
  }
  block.counted = start
  return dropped
}
