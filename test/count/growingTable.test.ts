import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { createKernelCounter } from '../../src/count/kernelCounter.ts'
import type { CountedPieces } from '../../src/sort/tableMemory.ts'

// all multipliers of the hash are 1: the place of a piece of 8 bytes is told by its last two
vi.mock('../../src/random.ts', async (original) => ({
  ...(await original<object>()),
  randomBytes: (length: number) => Buffer.alloc(length),
}))

const asMap = ({ arena, starts, counts, size }: CountedPieces): Map<string, number> =>
  new Map(Array.from({ length: size }, (_, i) => [Buffer.from(arena.subarray(starts[i], starts[i + 1])).toString('latin1'), counts[i]]))

/** Pieces of 8 bytes, so many, for the slots from one on (of 2^14). */
const piecesAt = (slot: number, count: number, salt: number): Buffer[] =>
  Array.from({ length: count }, (_, i) => {
    const piece = Buffer.alloc(8)
    piece.writeUInt32LE(i + 1)
    piece[4] = salt
    piece.writeUInt16LE(((slot << 2) - 0x800) & 0xffff, 6)
    return piece
  })

/** Counts groups of pieces, one after the other, and all of them again: whoever is not found then is there twice. */
const countAll = (...groups: Buffer[][]): void => {
  const counter = createKernelCounter([])
  const expected = new Map<string, number>()
  for (const pieces of [...groups, ...groups]) {
    for (const piece of pieces) {
      counter.add!(piece, 1)
      const key = piece.toString('latin1')
      expected.set(key, (expected.get(key) ?? 0) + 1)
    }
    counter.settle()
  }
  expect(counter.distinct).toBe(expected.size)
  expect(asMap(counter.finish())).toEqual(expected)
}

const spread = (count: number): Buffer[] => Array.from({ length: count }, (_, i) => piecesAt((i * 7919) & 0x3fff, 1, i & 0xff)[0])

test('a table that grows with all pieces in one stretch', () => {
  countAll(piecesAt(77, 15_000, 0))
})

test.each([
  [16_383, 3500],
  [16_000, 3500],
  [0, 3500],
  [5000, 3500],
  [4100, 4000],
  [5000, 6000],
  [8000, 10_000],
])('a table that grows with a stretch from slot %i on, of %i pieces', (slot, count) => {
  countAll(piecesAt(slot, count, 1), spread(20_000))
})

test('a table that grows with a piece far from its place, and not so far as others are from theirs later', () => {
  const singly = (from: number, to: number): Buffer[] => Array.from({ length: to - from }, (_, i) => piecesAt(from + i, 1, 0)[0])
  countAll(singly(4200, 9000), piecesAt(4200, 1, 1), singly(0, 4000), singly(10_000, 15_800))
})

test('a table that grows, whatever the places', () => {
  const slot = fc.oneof(fc.integer({ min: 0, max: 16_383 }), fc.integer({ min: 16_200, max: 16_383 }))
  const group = fc.record({ slot, count: fc.integer({ min: 1, max: 6000 }) })
  fc.assert(
    fc.property(fc.array(group, { minLength: 1, maxLength: 8 }), (groups) => {
      countAll(...groups.map(({ slot, count }, i) => piecesAt(slot, count, i)), spread(9000))
    }),
    { numRuns: 15 },
  )
})
