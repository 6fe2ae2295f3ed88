import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { PieceTable } from '../../src/count/pieceTable.ts'
import { inByteOrder } from '../../src/count/sortedTable.ts'
import { canBeMerged, mergeSorted } from '../../src/merge/mergeSorted.ts'
import { mergeTwo } from '../../src/merge/mergeTwo.ts'
import { comparePieces } from '../../src/sort/sortPieces.ts'
import type { CountedPieces } from '../../src/sort/tableMemory.ts'

const tableOf = (pieces: readonly (readonly [Uint8Array, number])[]): PieceTable => {
  const table = new PieceTable()
  for (const [piece, count] of pieces) table.add(piece, 0, piece.length, count)
  return table
}

// few bytes and short pieces, so that many are equal or the start of one another
const piece = fc.uint8Array({ minLength: 0, maxLength: 4 }).map((bytes) => bytes.map((byte) => [0, 1, 0x61, 0x80, 0xff][byte % 5]))
const count = fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 2 ** 33 }), fc.constantFrom(65535, 65536, 2 ** 40 + 1))
const tables = fc.array(fc.array(fc.tuple(piece, count), { maxLength: 60 }), { maxLength: 6 })

const entriesOf = ({ arena, starts, counts, size }: CountedPieces): [piece: string, count: number][] =>
  Array.from({ length: size }, (_, i) => [Buffer.from(arena.subarray(starts[i], starts[i + 1])).toString('hex'), counts[i]])

describe('mergeSorted', () => {
  test('adds up what a Map adds up, in the order of the bytes', () => {
    fc.assert(
      fc.property(tables, (all) => {
        const sums = new Map<string, number>()
        for (const [bytes, count] of all.flat()) {
          const key = Buffer.from(bytes).toString('hex')
          sums.set(key, (sums.get(key) ?? 0) + count)
        }
        const merged = mergeSorted(all.map((pieces) => inByteOrder(tableOf(pieces))))
        expect(entriesOf(merged)).toEqual([...sums].sort(([a], [b]) => (a < b ? -1 : 1)))
        expect(merged.total).toBe([...sums.values()].reduce((sum, count) => sum + count, 0))
        for (let entry = 0; entry < merged.size; entry++)
          expect(merged.find(Buffer.concat([merged.arena.subarray(merged.starts[entry], merged.starts[entry + 1])]))).toBe(entry)
        expect(merged.find(Buffer.from('not there'))).toBe(-1)
      }),
    )
  })

  const sumOf = (a: CountedPieces, b: CountedPieces): [string, number][] => {
    const sums = new Map<string, number>()
    for (const [piece, count] of [...entriesOf(a), ...entriesOf(b)]) sums.set(piece, (sums.get(piece) ?? 0) + count)
    return [...sums].sort(([one], [other]) => {
      const [x, y] = [Buffer.from(one, 'hex'), Buffer.from(other, 'hex')]
      return comparePieces(x, 0, x.length, y, 0, y.length)
    })
  }

  test('adds up pieces of which one is the beginning of another', () => {
    const long = fc.tuple(fc.nat({ max: 40 }), fc.constantFrom('a', 'b', '\0'), fc.constantFrom('', 'a', 'b', '\xff'))
    const pieces = fc.oneof(piece, long.map(([length, one, end]) => Buffer.from(one.repeat(length) + end, 'latin1')))
    const table = fc.array(fc.tuple(pieces, count), { maxLength: 60 }).map((all) => inByteOrder(tableOf(all)))
    fc.assert(fc.property(table, table, (a, b) => void expect(entriesOf(mergeTwo(a, b))).toEqual(sumOf(a, b))))
  })

  test('adds up tables of many parts, with pieces among them that are longer than a part', () => {
    const lengths = fc.oneof(fc.nat({ max: 20 }), fc.constantFrom(2 ** 15, 2 ** 16 - 1, 2 ** 16, 2 ** 16 + 1, 2 ** 18))
    const numbers = fc.oneof(fc.nat({ max: 1 }), fc.nat({ max: 99_999 })) // those of few are in both
    const pieces = fc.tuple(numbers, lengths).map(([number, length]) => Buffer.from(`${number}${'x'.repeat(length)}`))
    const long = fc.array(fc.tuple(pieces, count), { maxLength: 12 })
    const many = fc.tuple(fc.nat({ max: 9000 }), fc.integer({ min: 1, max: 7 })).map(([size, step]) =>
      Array.from({ length: size }, (_, i): [Buffer, number] => [Buffer.from(`${i * step}`), i + 1]),
    )
    const table = fc.tuple(many, long).map(([one, other]) => inByteOrder(tableOf([...one, ...other])))
    fc.assert(
      fc.property(table, table, (a, b) => void expect(entriesOf(mergeTwo(a, b))).toEqual(sumOf(a, b))),
      { numRuns: 20 },
    )
  })

  test('refuses counts above 2^53', () => {
    const half = inByteOrder(tableOf([[Buffer.from('a'), 2 ** 52]]))
    expect(mergeSorted([half, { ...half, counts: Float64Array.of(2 ** 52 - 1) }]).total).toBe(2 ** 53 - 1)
    expect(() => mergeSorted([half, half])).toThrow(expect.objectContaining({ code: 'limit' }))
  })
  test('is for tables for which there is room in one memory', () => {
    const table = (pieceBytes: number, size: number): CountedPieces => {
      const starts = new Uint32Array(size + 1)
      starts[size] = pieceBytes
      return { arena: new Uint8Array(), starts, counts: new Float64Array(), size }
    }
    expect(canBeMerged([])).toBe(true)
    expect(canBeMerged([table(2 ** 31, 1)])).toBe(true)
    expect(canBeMerged([table(2 ** 31, 1), table(2 ** 31, 1)])).toBe(false)
    expect(canBeMerged([table(2 ** 32 - 2 ** 24, 1)])).toBe(true)
    expect(canBeMerged([table(2 ** 32 - 2 ** 24, 1_000_000)])).toBe(false)
  })
})
