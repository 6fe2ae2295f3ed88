import { DROPPED_BIT } from '../pattern/layout.ts'
import type { PieceSink } from './pieceSink.ts'
import { stringOfPiece } from './pieceStrings.ts'

/** Gives each piece to a function. */
export const eachPiece = (take: PieceSink['piece']): PieceSink => ({
  piece: take,
  cuts(text, start, ends) {
    for (let i = 0; i < ends.length; i++) {
      const end = ends[i] & ~DROPPED_BIT
      if (ends[i] < DROPPED_BIT) take(text, start, end)
      start = end
    }
  },
})

/** Puts pieces into a list as strings (write/pieceText.ts); those that come again and again are the same strings, which saves memory. */
export const collectStrings = (pieces: string[]): PieceSink => eachPiece((bytes, start, end) => pieces.push(stringOfPiece(bytes, start, end)))

/**
 * The same for less, where the strings are few and will hardly be kept: all of the text that was cut becomes one string, and that is cut. All cuts must be
 * between characters.
 */
export const collectSlices = (pieces: string[]): PieceSink => ({
  piece: (bytes, start, end) => pieces.push(stringOfPiece(bytes, start, end)),
  cuts(text, start, ends) {
    const bytes = (ends[ends.length - 1] & ~DROPPED_BIT) - start
    const string = Buffer.from(text.buffer, text.byteOffset + start, bytes).toString('utf8')
    const isAscii = string.length === bytes
    for (let i = 0, at = start, from = 0; i < ends.length; i++) {
      const end = ends[i] & ~DROPPED_BIT
      const to = from + (isAscii ? end - at : unitsOf(text, at, end))
      if (ends[i] < DROPPED_BIT) pieces.push(to - from < SHARED ? string.slice(from, to) : stringOfPiece(text, at, end))
      at = end
      from = to
    }
  },
})

/** V8's parts of strings of so many units, or more, keep the whole in memory. */
const SHARED = 13

const unitsOf = (text: Uint8Array, at: number, end: number): number => {
  let units = 0
  while (at < end) units += UNITS[text[at++] >> 4]
  return units
}

/** UTF-16 units of the character that begins with a byte, by the byte's high half; 0: none does. */
const UNITS = Uint8Array.of(1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1, 2)

/** Puts pieces into a list as bytes: views of copies of the text, which take less time than to copy each piece. */
export const collectBytes = (pieces: Uint8Array[]): PieceSink => ({
  piece: (bytes, start, end) => pieces.push(new Uint8Array(bytes.subarray(start, end))),
  cuts(text, start, ends) {
    const copy = text.slice(start, ends[ends.length - 1] & ~DROPPED_BIT)
    for (let i = 0, at = 0; i < ends.length; i++) {
      const end = (ends[i] & ~DROPPED_BIT) - start
      if (ends[i] < DROPPED_BIT) pieces.push(copy.subarray(at, end))
      at = end
    }
  },
})
