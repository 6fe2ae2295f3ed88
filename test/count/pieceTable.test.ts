import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createReferenceCounter } from '../../src/count/referenceCounter.ts'
import { PieceTable } from '../../src/count/pieceTable.ts'
import { resolveTokenizer } from '../../src/tokenizer/resolve.ts'
import { countDocuments } from '../support/feed.ts'
import { troublesomeText } from '../support/texts.ts'
import { cutsOf } from '../support/stages.ts'

describe('PieceTable', () => {
  test('equals a Map, for any bytes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 6, max: 4 }), fc.integer({ min: 1, max: 1e6 })), { maxLength: 300 }),
        (pieces) => {
          const table = new PieceTable(1, 1)
          const expected = new Map<string, number>()
          for (const [bytes, count] of pieces) {
            table.add(bytes, 0, bytes.length, count)
            const key = Buffer.from(bytes).toString('hex')
            expected.set(key, (expected.get(key) ?? 0) + count)
          }
          expect(table.size).toBe(expected.size)
          for (const [key, count] of expected) expect(table.counts[table.find(Buffer.from(key, 'hex'))]).toBe(count)
          expect(table.find(Buffer.from('never'))).toBe(-1)
          expect(table.total).toBe([...expected.values()].reduce((sum, count) => sum + count, 0))
        },
      ),
    )
  })

  test('grows to many entries and long ones', () => {
    const table = new PieceTable()
    const bytes = Buffer.alloc(4)
    for (let i = 0; i < 300_000; i++) {
      bytes.writeUInt32BE(i)
      table.add(bytes, 0, 4, i + 1)
    }
    table.add(Buffer.alloc(5_000_000, 7), 0, 5_000_000, 3)
    for (let i = 0; i < 300_000; i += 997) {
      bytes.writeUInt32BE(i)
      expect(table.counts[table.find(bytes)]).toBe(i + 1)
    }
    expect(table.counts[table.find(Buffer.alloc(5_000_000, 7))]).toBe(3)
    expect(table.size).toBe(300_001)
    expect(table.memory).toBeGreaterThan(300_000 * 20)
  })

  test('an error past 2^53, never a wrap', () => {
    const table = new PieceTable()
    const piece = Buffer.from('a')
    table.add(piece, 0, 1, Number.MAX_SAFE_INTEGER)
    expect(() => table.add(piece, 0, 1, 1)).toThrow('the counts add up to more than 2^53')
  })
})

describe('the counter', () => {
  const pipeline = resolveTokenizer('cl100k_base')

  test('small blocks give the same counts as large ones', () => {
    fc.assert(
      fc.property(fc.array(troublesomeText(10), { maxLength: 5 }), fc.integer({ min: 1, max: 50 }), (documents, blockBytes) => {
        const limits = { blockBytes, maxPieceBytes: 2 ** 20 }
        expect(countDocuments(pipeline, documents, createReferenceCounter(cutsOf(...pipeline.stages), limits))).toEqual(
          countDocuments(pipeline, documents),
        )
      }),
      { numRuns: 300 },
    )
  })

  test('memory does not grow with the text', () => {
    const counter = createReferenceCounter(cutsOf(...pipeline.stages), { blockBytes: 4096, maxPieceBytes: 2 ** 20 })
    const text = Buffer.from('the quick brown fox jumps over the lazy dog. '.repeat(100))
    for (let i = 0; i < 20; i++) counter.text(text)
    const before = counter.memory
    for (let i = 0; i < 500; i++) counter.text(text)
    expect(counter.memory).toBe(before)
    expect(counter.pending).toBeLessThan(20_000)
  })

  test('a piece above the limit is an error', () => {
    const counter = createReferenceCounter(cutsOf(...pipeline.stages), { blockBytes: 16, maxPieceBytes: 100 })
    counter.text(Buffer.alloc(200, 'x'))
    counter.endDocument()
    expect(() => counter.flush()).toThrow('is longer than 100 bytes')
  })
})
