import fc from 'fast-check'
import { expect, test } from 'vitest'
import { stringOfPiece } from '../../src/split/pieceStrings.ts'
import { pieceToString } from '../../src/write/pieceText.ts'

test('the string of a piece is that of its bytes, whatever was asked for before', () => {
  const bytes = fc.oneof(fc.uint8Array({ maxLength: 20 }), fc.string({ unit: 'grapheme', maxLength: 8 }).map((text) => Uint8Array.from(Buffer.from(text))))
  fc.assert(
    fc.property(bytes, fc.nat(20), fc.nat(20), (text, a, b) => {
      const [start, end] = [Math.min(a, b, text.length), Math.min(Math.max(a, b), text.length)]
      expect(stringOfPiece(text, start, end)).toBe(pieceToString(text, start, end))
    }),
    { numRuns: 2000 },
  )
})

test('more pieces than are remembered, again and again', () => {
  const pieces = Array.from({ length: 40_000 }, (_, i) => `${i}`)
  for (let round = 0; round < 2; round++)
    for (const piece of pieces) expect(stringOfPiece(Buffer.from(piece), 0, piece.length)).toBe(piece)
})
