import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createKernelCounter } from '../../src/count/kernelCounter.ts'
import type { CountedPieces } from '../../src/sort/tableMemory.ts'
import { PARTITIONS } from '../../src/spill/layout.ts'
import { partitionOf } from '../../src/spill/partition.ts'

/*
 * The counting table comes out in order (kernel/sort.ts): of many pieces that have much in common, of few, of long ones, and by partition.
 */

const latin = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')
const inOrder = (a: string, b: string): number => Buffer.compare(Buffer.from(a, 'latin1'), Buffer.from(b, 'latin1'))

/** So many pieces with a beginning in common; the rest is of a few bytes, or of all. */
const group = fc
  .record({
    beginning: fc.uint8Array({ maxLength: 18 }),
    size: fc.oneof(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 3000 })),
    bytes: fc.constantFrom(2, 26, 256),
    most: fc.integer({ min: 1, max: 12 }),
    seed: fc.nat(),
  })
  .map(({ beginning, size, bytes, most, seed }) => {
    let random = seed
    const next = (below: number): number => ((random = (Math.imul(random, 1664525) + 1013904223) >>> 0) >>> 8) % below
    return Array.from({ length: size }, () => Buffer.from([...beginning, ...Array.from({ length: 1 + next(most) }, () => next(bytes))]))
  })

const times = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom(2 ** 31, 2 ** 32 + 1, 2 ** 40))
const long = fc.tuple(fc.integer({ min: 1, max: 400_000 }), fc.constantFrom('a', '\0', '\xff')).map(([length, one]) => [Buffer.alloc(length, one, 'latin1')])
const groups = fc.array(fc.tuple(fc.oneof({ weight: 4, arbitrary: group }, long), times), { maxLength: 6 })

const count = (all: readonly (readonly [Buffer[], number])[], add: (piece: Uint8Array, times: number) => void): Map<string, number> => {
  const expected = new Map<string, number>()
  for (const [pieces, times] of all)
    for (const piece of pieces) {
      add(piece, times)
      expected.set(latin(piece), (expected.get(latin(piece)) ?? 0) + times)
    }
  return expected
}

test('in the order of the bytes', () => {
  fc.assert(
    fc.property(groups, (all) => {
      const counter = createKernelCounter([])
      const expected = count(all, counter.add!)
      const { arena, starts, counts, size }: CountedPieces = counter.finish()
      const found = Array.from({ length: size }, (_, i) => [latin(arena.subarray(starts[i], starts[i + 1])), counts[i]])
      expect(found).toEqual([...expected].sort(([a], [b]) => inOrder(a, b)))
    }),
    { numRuns: 60 },
  )
})

test('by partition, and in each in the order of the bytes', () => {
  fc.assert(
    fc.property(groups, (all) => {
      const found: [partition: number, piece: string, count: number][] = []
      const counter = createKernelCounter([], {
        maxPieceBytes: 2 ** 20,
        memoryBytes: undefined,
        spill: (handOver) => handOver((partition, bytes, start, end, times) => found.push([partition, latin(bytes.subarray(start, end)), times])),
      })
      const expected = count(all, counter.add!)
      counter.drain()
      const partitioned = [...expected].map(([piece, times]): [number, string, number] => {
        const bytes = Buffer.from(piece, 'latin1')
        return [partitionOf(bytes, 0, bytes.length), piece, times]
      })
      expect(found).toEqual(partitioned.sort((a, b) => a[0] - b[0] || inOrder(a[1], b[1])))
      expect(found.every(([partition]) => partition < PARTITIONS)).toBe(true)
    }),
    { numRuns: 60 },
  )
})

test('a million pieces', () => {
  const counter = createKernelCounter([])
  for (let i = 0; i < 1_000_000; i++) counter.add!(Buffer.from(` ${(Math.imul(i, 0x9e3779b1) >>> 0).toString(36)}`), 1)
  const { arena, starts, counts, size } = counter.finish()
  expect(size).toBe(1_000_000) // an odd factor takes no two numbers to the same one
  let before: Uint8Array = new Uint8Array()
  let wrong = 0
  for (let i = 0; i < size; i++) {
    const piece = arena.subarray(starts[i], starts[i + 1])
    if (Buffer.compare(before, piece) >= 0 || counts[i] !== 1) wrong++
    before = piece
  }
  expect(wrong).toBe(0)
})
