import { expect, test } from 'vitest'
import { createPieceFilter, type PieceFilter } from '../../src/select/pieceFilter.ts'

const keeps = (filter: PieceFilter): string[] =>
  (
    [
      [' the', 5],
      ['12', 3],
      [' été', 1],
      ['\n', 2],
    ] as const
  )
    .filter(([text, count]) => createPieceFilter(filter)(() => text, count))
    .map(([text]) => text)

test('keeps what all of its parts keep', () => {
  expect(keeps({})).toEqual([' the', '12', ' été', '\n'])
  expect(keeps({ minCount: 3 })).toEqual([' the', '12'])
  expect(keeps({ include: '\\p{L}' })).toEqual([' the', ' été'])
  expect(keeps({ exclude: '^ ' })).toEqual(['12', '\n'])
  expect(keeps({ minCount: 2, include: '\\p{L}', exclude: 'x' })).toEqual([' the'])
})

test.each([
  [{ minCount: 0 }, 'minCount: 0 is no positive whole number'],
  [{ minCount: 1.5 }, 'minCount: 1.5 is no positive whole number'],
  [{ include: '(' }, 'include: Invalid regular expression: /(/v: Unterminated group'],
])('%j is refused', (filter, message) => expect(() => createPieceFilter(filter)).toThrow(message))
