import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createReferenceCounter } from '../../src/count/referenceCounter.ts'
import type { CounterLimits, TextCounter } from '../../src/count/counter.ts'
import { createKernelCounter } from '../../src/count/kernelCounter.ts'
import { compileStage } from '../../src/pattern/compile.ts'
import { PARTITIONS } from '../../src/spill/layout.ts'
import { partitionOf } from '../../src/spill/partition.ts'
import type { SplitStage } from '../../src/types.ts'
import { DROP_GAPS } from '../support/stages.ts'
import { cutsOf } from '../support/stages.ts'

const WORDS: SplitStage = { kind: 'split', pattern: '[^ ]+', dialect: 'oniguruma', ...DROP_GAPS, refusesEmptyMatches: false }

/** A counter whose spilled pieces are collected; each spill must be in order. */
const spilling = (create: (limits: CounterLimits) => TextCounter, memoryBytes: number, maxPieceBytes = 1000) => {
  const spills: Map<string, number>[] = []
  const counter = create({
    blockBytes: 1000,
    maxPieceBytes,
    memoryBytes,
    spill(handOver) {
      const spilled = new Map<string, number>()
      let last: { partition: number; piece: Buffer } | undefined
      handOver((partition, bytes, start, end, count) => {
        const piece = Buffer.from(bytes.subarray(start, end))
        // plain conditions: `expect` takes too long for so many
        if (partition !== partitionOf(piece)) expect.unreachable('wrong partition')
        if (last !== undefined && (partition - last.partition || Buffer.compare(piece, last.piece)) <= 0) expect.unreachable('wrong order')
        last = { partition, piece }
        spilled.set(piece.toString('latin1'), count)
      })
      spills.push(spilled)
    },
  })
  return { counter, spills }
}

test('the memory of long pieces comes back whole: as many of them fit after each spill', () => {
  const memoryBytes = 40 * 2 ** 20
  const { counter, spills } = spilling((limits) => createKernelCounter([], limits), memoryBytes, 100_000)
  const added = Array.from({ length: 6000 }, (_, i) => Buffer.alloc(i % 6 === 0 ? 70_000 : 50_000, `${i}-`))
  for (const piece of added) counter.piece(piece)
  counter.drain()
  const sizes = spills.slice(0, -1).map(({ size }) => size)
  expect(sizes.length).toBeGreaterThan(5)
  expect(Math.min(...sizes)).toBeGreaterThan(0.95 * sizes[0])
  expect(counter.memory).toBeLessThanOrEqual(memoryBytes)
  expect(spills.reduce((sum, { size }) => sum + size, 0)).toBe(added.length)
})

const TIERS: [string, (limits: CounterLimits) => TextCounter, memoryBytes: number, words: number][] = [
  ['automaton', (limits) => createKernelCounter([compileStage(WORDS).tables], limits), 6 * 2 ** 20, 300_000],
  ['reference', (limits) => createReferenceCounter(cutsOf(WORDS), limits), 400_000, 60_000],
]

describe.each(TIERS)('the %s tier', (_, create, memoryBytes, words) => {
  test('stays within its memory, and no count is lost', () => {
    const { counter, spills } = spilling(create, memoryBytes)
    const expected = new Map<string, number>()
    for (let i = 0; i < words; i++) {
      // among many that are met once or twice, some that are met often
      const word = i % 5 === 0 ? `often${(i * i) % 97}` : `${i % 3 === 0 ? 'a-word-of-more-than-fifteen-bytes-' : 'w'}${(i * 7919) % 250_000}`
      expected.set(word, (expected.get(word) ?? 0) + 1)
      counter.text(Buffer.from(`${word} `))
      if (i % 1000 === 0) expect(counter.memory).toBeLessThanOrEqual(memoryBytes)
    }
    counter.endDocument()
    counter.flush()
    expect(spills.length).toBeGreaterThan(2)
    counter.drain()
    expect(counter.pieces).toBe(words)
    expect(counter.finish().size).toBe(0)
    const sum = new Map<string, number>()
    for (const spilled of spills) for (const [piece, count] of spilled) sum.set(piece, (sum.get(piece) ?? 0) + count)
    expect(sum.size).toBe(expected.size)
    for (const [piece, count] of expected)
      if (sum.get(piece) !== count) expect.unreachable(`${piece}: ${sum.get(piece)} instead of ${count}`)
  })

  test('hands over in the order of bytes, whatever they are and however long', () => {
    const byte = fc.constantFrom(0, 1, 0x41, 0x7f)
    const long = fc
      .tuple(fc.integer({ min: 14, max: 17 }), byte, fc.array(byte, { maxLength: 20 }))
      .map(([n, b, rest]) => [...Array<number>(n).fill(b), ...rest])
    const pieces = fc.array(fc.oneof(fc.array(byte, { minLength: 1, maxLength: 20 }), long), { maxLength: 60 })
    fc.assert(
      fc.property(pieces, (list) => {
        const { counter, spills } = spilling(create, 100 * 2 ** 20)
        for (const word of list) counter.text(Buffer.from([...word, 0x20]))
        counter.endDocument()
        counter.flush()
        counter.drain()
        const expected = new Map<string, number>()
        for (const word of list) {
          const piece = Buffer.from(word).toString('latin1')
          expected.set(piece, (expected.get(piece) ?? 0) + 1)
        }
        expect(spills[0] ?? new Map()).toEqual(expected)
      }),
      { numRuns: 60 },
    )
  })
})

test('a piece for which there is no room in the full table', () => {
  const { counter, spills } = spilling(TIERS[0][1], 8 * 2 ** 20, 2 ** 18)
  const expected = Array.from({ length: 60 }, (_, i) => `${i}`.repeat(100_000))
  for (const piece of expected) counter.text(Buffer.from(`${piece} `))
  counter.endDocument()
  counter.flush()
  counter.drain()
  expect(spills.length).toBeGreaterThan(1)
  expect(counter.memory).toBeLessThanOrEqual(8 * 2 ** 20)
  expect(spills.flatMap((spilled) => [...spilled.keys()]).sort()).toEqual(expected.sort())
})

test('partitions are of about the same size', () => {
  const sizes = new Uint32Array(PARTITIONS)
  for (let i = 0; i < 32_000; i++) sizes[partitionOf(Buffer.from(`word ${i}`))]++
  expect(Math.min(...sizes)).toBeGreaterThan(800)
  expect(Math.max(...sizes)).toBeLessThan(1200)
})
