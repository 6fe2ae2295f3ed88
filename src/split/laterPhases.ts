import type { Phase } from './phases.ts'
import type { PieceSink } from './pieceSink.ts'
import { stringOfPiece } from './pieceStrings.ts'
import { createPhaseSplitter } from './splitPhases.ts'

/** What became of so many pieces is remembered, … */
const MANY = 1 << 16
/** … if they have at most so many bytes. */
const SHORT = 64

/** Takes the piece text[start, end) of the first phase. `isFirst`: it begins where its document does. */
type TakeFirst = (text: Uint8Array, start: number, end: number, isFirst: boolean, take: PieceSink['piece']) => void

/**
 * Takes pieces of the first phase through the later ones, by the reference tier. What these make of a piece depends on the piece alone, and most pieces
 * come again and again, so it is remembered.
 *
 * @throws PretokError 'pattern' for a regex outside the supported subset
 */
export const createLaterSplitter = (later: readonly Phase[]): TakeFirst => {
  const split = createPhaseSplitter(later)
  const remembered = new Map<string, readonly Uint8Array[]>()

  const splitOnce = (text: Uint8Array, start: number, end: number): readonly Uint8Array[] => {
    const made: Uint8Array[] = []
    split(text, start, end, false, (piece, from, to, isPiece) => {
      if (isPiece) made.push(new Uint8Array(piece.subarray(from, to)))
    })
    return made
  }

  return (text, start, end, isFirst, take) => {
    if (isFirst || end - start > SHORT)
      return split(text, start, end, isFirst, (piece, from, to, isPiece) => {
        if (isPiece) take(piece, from, to)
      })
    const key = stringOfPiece(text, start, end)
    let made = remembered.get(key)
    if (made === undefined) {
      made = splitOnce(text, start, end)
      if (remembered.size === MANY) remembered.clear()
      remembered.set(key, made)
    }
    for (const piece of made) take(piece, 0, piece.length)
  }
}
