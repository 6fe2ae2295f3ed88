import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PieceTable } from '../../src/count/pieceTable.ts'
import { loadCounts } from '../../src/result/loadCounts.ts'
import { PretokenCounts } from '../../src/result/pretokenCounts.ts'
import { countsOf, entries, key, piece, rowsOf } from '../write/pieces.ts'

/** The order as it is defined. */
const inOrder = (pieces: readonly (readonly [Uint8Array, number])[]): [string, number][] =>
  pieces.toSorted(([a, m], [b, n]) => n - m || Buffer.compare(a, b)).map(([piece, count]) => [key(piece), count])

const shuffled = <Item>(items: readonly Item[]): fc.Arbitrary<Item[]> => fc.shuffledSubarray([...items], { minLength: items.length })

describe('the order: count descending, then bytes ascending', () => {
  test('of any pieces, in whatever order they were counted', () => {
    const inTwoOrders = entries.chain((pieces) => fc.tuple(fc.constant(pieces), shuffled(pieces)))
    fc.assert(
      fc.property(inTwoOrders, ([pieces, again]) => {
        expect(rowsOf(countsOf(pieces))).toEqual(inOrder(pieces))
        expect(rowsOf(countsOf(again))).toEqual(inOrder(pieces))
      }),
      { numRuns: 500 },
    )
  })

  test('of many pieces with few different bytes, which share long beginnings', () => {
    const similar = fc.array(fc.constantFrom(0, 1, 0x61, 0xff), { minLength: 1, maxLength: 20 }).map((bytes) => Uint8Array.from(bytes))
    const pieces = fc.uniqueArray(fc.tuple(similar, fc.integer({ min: 1, max: 3 })), {
      selector: ([bytes]) => key(bytes),
      minLength: 200,
      maxLength: 400,
    })
    fc.assert(
      fc.property(pieces, (pieces) => void expect(rowsOf(countsOf(pieces))).toEqual(inOrder(pieces))),
      { numRuns: 100 },
    )
  })

  test('every beginning of one piece, with zeros that look like padding', () => {
    const all = Array.from({ length: 64 }, (_, length): [Uint8Array, number] => [new Uint8Array(length + 1), 7])
    expect(rowsOf(countsOf(all.toReversed()))).toEqual(inOrder(all))
  })

  test('of pieces of a MiB that differ in the last byte', () => {
    const long = Array.from({ length: 40 }, (_, i): [Uint8Array, number] => {
      const bytes = new Uint8Array(1 << 20).fill(0x61)
      bytes[bytes.length - 1] = (i * 37) % 256
      return [bytes, 1]
    })
    expect([...countsOf(long).rows()].map(({ piece }) => piece.at(-1))).toEqual(long.map(([bytes]) => bytes.at(-1)).sort((a, b) => a! - b!))
  })

  test('of counts up to the largest', () => {
    const large = [2 ** 51 + 1, 2 ** 51, 2 ** 32, 2 ** 32 - 1, 2 ** 31, 2 ** 31 - 1, 1]
    expect(Array.from(countsOf(large.toReversed().map((count) => [`${count}`, count])), ([, count]) => count)).toEqual(large)
  })

  test('of a few hundred thousand pieces', () => {
    const pieces = Array.from({ length: 300_000 }, (_, i): [Buffer, number] => {
      const count = 1 + ((Math.imul(i, 0x9e3779b1) >>> 0) % 1000)
      return [Buffer.from(` piece ${(i * 7919) % 300_000}`), count]
    })
    expect(rowsOf(countsOf(pieces))).toEqual(inOrder(pieces))
  })
})

describe('PretokenCounts', () => {
  const counts = countsOf([
    ['b', 2],
    [' the', 5],
    ['a', 2],
    ['é', 2],
    ['\udcff', 1],
    ['__proto__', 1],
  ])

  test('is read like a Map', () => {
    expect(counts.size).toBe(6)
    expect(counts.total).toBe(13)
    expect(counts.get(' the')).toBe(5)
    expect(counts.get('__proto__')).toBe(1)
    expect(counts.get('\udcff')).toBe(1)
    expect(counts.get(Uint8Array.of(0xff))).toBe(1)
    expect(counts.get('the')).toBeUndefined()
    expect(counts.get('toString')).toBeUndefined()
    expect(counts.get('')).toBeUndefined()
    expect(counts.has('é')).toBe(true)
    expect(counts.has(Buffer.from('é'))).toBe(true)
    expect(counts.has('è')).toBe(false)
    expect([...counts]).toEqual([
      [' the', 5],
      ['a', 2],
      ['b', 2],
      ['é', 2],
      ['__proto__', 1],
      ['\udcff', 1],
    ])
    expect(counts.toMap()).toEqual(new Map(counts))
  })

  test('gives the most frequent', () => {
    expect(counts.top(2)).toEqual([
      [' the', 5],
      ['a', 2],
    ])
    expect(counts.top(0)).toEqual([])
    expect(counts.top(100)).toEqual([...counts])
    expect(counts.top(Infinity)).toEqual([...counts])
  })

  test('refuses what is no piece, and what is no number of them', () => {
    for (const piece of [undefined, null, 5, [0x62], {}, new ArrayBuffer(1), new Uint16Array(1), new String('b')])
      for (const ask of ['get', 'has'] as const) {
        const message = expect.stringMatching(/^piece: .* is not a string or a Uint8Array$/)
        expect(() => counts[ask](piece as never)).toThrow(expect.objectContaining({ code: 'usage', message }))
      }
    expect(() => counts.get(new Uint8ClampedArray(1e6) as never)).toThrow('piece: [object Uint8ClampedArray] is not a string')
    expect(() => counts.get(Object.create(null))).toThrow('piece: [object Object] is not a string')
    for (const count of [undefined, null, '2', -1, 1.5, NaN, -Infinity, {}]) {
      const message = expect.stringMatching(/^count: .* is not a whole number from 0 up$/)
      expect(() => counts.top(count as never)).toThrow(expect.objectContaining({ code: 'usage', message }))
    }
  })

  test('takes bytes of another realm', () => {
    expect(counts.get(runInNewContext('Uint8Array.of(0x62)') as Uint8Array)).toBe(2)
  })

  test('is shown by what it holds, not by its memory', () => {
    expect(inspect(counts)).toBe('PretokenCounts { size: 6, total: 13 }')
    expect(JSON.parse(JSON.stringify({ counts }))).toEqual({ counts: Object.fromEntries(counts) })
    expect(JSON.stringify(counts)).toContain('"__proto__":1,"\\udcff":1')
  })

  test('adds up its bytes', () => {
    expect(counts.textBytes).toBe(4 * 5 + 2 + 2 + 2 * 2 + 1 + 9)
    expect(countsOf([]).textBytes).toBe(0)
    expect(countsOf([['aa', 2 ** 52 - 1]]).textBytes).toBe(2 ** 53 - 2)
    expect(() => countsOf([['aa', 2 ** 52]]).textBytes).toThrow(expect.objectContaining({ code: 'limit' }))
  })

  test('finds each piece by its text and by its bytes', () => {
    fc.assert(
      fc.property(entries, piece, (pieces, other) => {
        const counts = countsOf(pieces)
        for (const { piece, count } of counts.rows()) expect(counts.get(piece)).toBe(count)
        for (const [piece, count] of counts) expect(counts.get(piece)).toBe(count)
        expect(counts.has(other)).toBe(pieces.some(([bytes]) => key(bytes) === key(other)))
      }),
    )
  })

  test('holds nothing', () => {
    const empty = countsOf([])
    expect([empty.size, empty.total, [...empty], empty.top(5), empty.toMap()]).toEqual([0, 0, [], [], new Map()])
  })

  test('refuses to become a Map that is too large', () => {
    // as a table of that size would say, without the 17 million pieces
    const table = Object.defineProperty(new PieceTable(), 'size', { value: 2 ** 24 + 1 })
    const message = 'counts: a Map holds 16777216 pieces at most, and these are 16777217; iterate over the counts, or use get()'
    expect(() => PretokenCounts.of(table).toMap()).toThrow(expect.objectContaining({ code: 'limit', message }))
  })

  describe('save', () => {
    let folder: string
    beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'pretok-save-'))))
    afterAll(() => rmSync(folder, { recursive: true }))

    test('stops with the reason of an abort, and leaves nothing behind', async () => {
      const path = join(folder, 'stopped.json')
      const reason = new Error('no longer wanted')
      const message = `writing ${path}: stopped before the end; nothing was written`
      await expect(counts.save(path, { signal: AbortSignal.abort(reason) })).rejects.toMatchObject({ code: 'interrupted', message, cause: reason })
      expect(readdirSync(folder).filter((name) => name.includes('stopped'))).toEqual([])
    })

    test('takes the format from the ending, or as told', async () => {
      await counts.save(join(folder, 'a.tsv'))
      await counts.save(join(folder, 'b.txt'), { format: 'tsv' })
      expect(readFileSync(join(folder, 'b.txt'))).toEqual(readFileSync(join(folder, 'a.tsv')))
      await expect(counts.save(join(folder, 'c.txt'))).rejects.toMatchObject({ code: 'usage' })
      await expect(counts.save(join(folder, 'c.tsv.zst'))).rejects.toMatchObject({ code: 'usage' })
      await counts.save(join(folder, 'c.parquet'))
      await counts.save(join(folder, 'd.tsv.gz'))
      for (const name of ['a.tsv', 'c.parquet', 'd.tsv.gz']) expect([...(await loadCounts(join(folder, name)))]).toEqual([...counts])
      expect(readdirSync(folder)).toEqual(['a.tsv', 'b.txt', 'c.parquet', 'd.tsv.gz'])
    })
  })
})
