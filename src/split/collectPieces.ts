import { GAP_BIT } from '../pattern/layout.ts'
import type { PieceSink } from './pieceSink.ts'
import { stringOfPiece } from './pieceStrings.ts'

/** Gives each piece to a function. */
export const eachPiece = (take: PieceSink['piece']): PieceSink => ({
  piece: take,
  cuts(text, start, ends) {
    for (let i = 0; i < ends.length; i++) {
      const end = ends[i] & ~GAP_BIT
      if (ends[i] < GAP_BIT) take(text, start, end)
      start = end
    }
  },
})

/** Puts pieces into a list as strings (write/pieceText.ts). */
export const collectStrings = (pieces: string[]): PieceSink => eachPiece((bytes, start, end) => pieces.push(stringOfPiece(bytes, start, end)))

/** Puts pieces into a list as bytes: views of copies of the text, which take less time than to copy each piece. */
export const collectBytes = (pieces: Uint8Array[]): PieceSink => ({
  piece: (bytes, start, end) => pieces.push(Uint8Array.from(bytes.subarray(start, end))),
  cuts(text, start, ends) {
    const copy = text.slice(start, ends[ends.length - 1] & ~GAP_BIT)
    for (let i = 0, at = 0; i < ends.length; i++) {
      const end = (ends[i] & ~GAP_BIT) - start
      if (ends[i] < GAP_BIT) pieces.push(copy.subarray(at, end))
      at = end
    }
  },
})
