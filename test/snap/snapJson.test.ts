import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createJsonParser } from '../../src/format/json.ts'
import { snapJson } from '../../src/snap/snapJson.ts'
import type { Chunk } from '../../src/types.ts'
import { readAtOf } from '../support/parquet.ts'
import { collectingSink, type FoundRecords } from '../support/records.ts'

const plan = (size: number, chunkBytes: number): Chunk[] =>
  Array.from({ length: Math.ceil(size / chunkBytes) }, (_, i) => ({
    source: 0,
    start: i * chunkBytes,
    end: Math.min(size, (i + 1) * chunkBytes),
  }))

const snap = (data: Buffer, chunkBytes: number): Promise<Chunk[]> => snapJson(plan(data.length, chunkBytes), readAtOf(data))

const parse = (data: Buffer, parts: readonly { start: number; end: number }[]): FoundRecords => {
  const { sink, records } = collectingSink()
  for (const { start, end } of parts) {
    const parser = createJsonParser(
      sink,
      start,
      { name: 'x.json', textFields: ['text'], maxRecordBytes: 1e6 },
      end === data.length ? 'file' : 'row',
    )
    parser.push(Buffer.from(data.subarray(start, end)))
    parser.end()
  }
  return records
}

const whole = (data: Buffer): FoundRecords => parse(data, [{ start: 0, end: data.length }])

const text = fc
  .array(fc.constantFrom('a', '"', '\\', ',', '[', ']', '{', '}', '\n', 'é', 'words '), { maxLength: 8 })
  .map((parts) => parts.join(''))
const row = fc.oneof(
  { weight: 5, arbitrary: text.map((text) => ({ text })) },
  { weight: 1, arbitrary: fc.record({ a: fc.array(fc.record({ [']']: text }), { maxLength: 2 }), text }) },
  { weight: 1, arbitrary: fc.constantFrom<unknown>({ other: 1 }, [1, [2]], [], {}, 12, 'a,b', null) },
)
const parts = fc
  .tuple(fc.array(row, { maxLength: 8 }), fc.constantFrom(undefined, 1), fc.boolean())
  .map(([rows, indent, isArray]) =>
    isArray ? JSON.stringify(rows, undefined, indent) : rows.map((value) => JSON.stringify(value, undefined, indent)).join('\n'),
  )
const files = fc
  .tuple(fc.constantFrom('', '\ufeff', ' \n'), fc.array(parts, { maxLength: 4 }))
  .map(([start, values]) => start + values.join(' \n'))

describe('chunks of JSON', () => {
  test('have the rows of the whole', async () => {
    await fc.assert(
      fc.asyncProperty(files, fc.integer({ min: 1, max: 60 }), async (json, chunkBytes) => {
        const data = Buffer.from(json)
        fc.pre(data.length > 0)
        const chunks = await snap(data, chunkBytes)
        expect(chunks[0].start).toBe(0)
        expect(chunks.slice(1).map(({ start }) => start)).toEqual(chunks.slice(0, -1).map(({ end }) => end))
        expect(chunks.at(-1)!.end).toBe(data.length)
        expect(parse(data, chunks)).toEqual(whole(data))
      }),
      { numRuns: 2000 },
    )
  })

  test('what is no JSON as a whole is none in chunks, and what is gives the same rows', async () => {
    const change = fc.constantFrom('', '"', '\\', '{', '}', '[', ']', ',', ':', ' ', '],[', '},{', ']]', '[,')
    await fc.assert(
      fc.asyncProperty(files, fc.nat(), change, fc.integer({ min: 1, max: 60 }), async (json, place, what, chunkBytes) => {
        const at = place % (json.length + 1)
        const data = Buffer.from(json.slice(0, at) + what + json.slice(at + (place % 2)))
        fc.pre(data.length > 0)
        const found = parse(data, await snap(data, chunkBytes))
        const expected = whole(data)
        const isLost = expected.bad.some(({ start, end }) => start === end)
        if (isLost) expect(found.bad.some(({ start, end }) => start === end)).toBe(true)
        else expect(found).toEqual(expected)
      }),
      { numRuns: 4000 },
    )
  })

  test('there is one for each border, if rows are short', async () => {
    const rows = Array.from({ length: 30_000 }, (_, i) => ({ id: i, text: `a "text", ] and [ more \\${i}`, list: [i, [i, { a: i }]] }))
    for (const json of [JSON.stringify(rows), JSON.stringify(rows, undefined, 2), rows.map((value) => JSON.stringify(value)).join('\n')]) {
      const data = Buffer.from(json)
      const chunks = await snap(data, 100_000)
      expect(chunks).toHaveLength(Math.ceil(data.length / 100_000))
      expect(parse(data, chunks)).toEqual(whole(data))
    }
  })
  test('a row that is longer than what is read at a time is not cut, and there is a border right behind it', async () => {
    const rows = ['x'.repeat(3_000_000), 'a', 'b', 'c', 'd', 'y'.repeat(1_000_000), 'e'].map((text) => JSON.stringify({ text }))
    const data = Buffer.from(`[${rows.join(',')}]`)
    const chunks = await snap(data, 500_000)
    const endOf = (row: number): number => rows.slice(0, row + 1).reduce((sum, text) => sum + text.length + 1, 0)
    expect(chunks.map(({ end }) => end)).toEqual([endOf(0), endOf(5), data.length])
  })

  test('of a file that has become shorter are planned all the same', async () => {
    const data = Buffer.from(JSON.stringify(Array.from({ length: 20_000 }, (_, id) => ({ id }))))
    const planned = plan(2 * data.length, 50_000)
    let reads = 0
    const chunks = await snapJson(planned, async (position, length) => {
      if (++reads > 1000) throw new Error('reads on and on')
      return data.subarray(position, position + length)
    })
    expect(chunks[0].start).toBe(0)
    expect(chunks.at(-1)!.end).toBe(planned.at(-1)!.end)
  })
})
