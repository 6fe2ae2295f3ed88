import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createCsvParser } from '../../src/format/csv.ts'
import { snapCsv } from '../../src/snap/snapCsv.ts'
import { readAtOf } from '../support/parquet.ts'
import { collectingSink, type FoundRecords } from '../support/records.ts'

const COMMA = 0x2c

const plan = (size: number, chunkBytes: number) =>
  Array.from({ length: Math.ceil(size / chunkBytes) }, (_, i) => ({
    source: 0,
    start: i * chunkBytes,
    end: Math.min(size, (i + 1) * chunkBytes),
  }))

/** Snaps, and tells how many bytes were read for it. */
const snap = async (data: Buffer, chunkBytes: number) => {
  let read = 0
  const readAt = async (position: number, length: number, into?: Buffer): Promise<Buffer> => {
    read += length
    return readAtOf(data)(position, length, into)
  }
  return { chunks: await snapCsv(plan(data.length, chunkBytes), COMMA, readAt), read: () => read }
}

/** What a parser tells of a table that is read in parts. */
const parse = (data: Buffer, parts: readonly { start: number; end: number }[]): FoundRecords => {
  const { sink, records } = collectingSink()
  const options = { name: 'x.csv', textFields: ['text'], maxRecordBytes: 1e6, delimiter: COMMA }
  const whole = createCsvParser(collectingSink().sink, 0, options)
  whole.push(data)
  whole.end()
  for (const { start, end } of parts) {
    const parser = createCsvParser(sink, start, options, start === 0 ? undefined : whole.header)
    parser.push(Buffer.from(data.subarray(start, end)))
    parser.end()
  }
  return records
}

const field = fc.oneof(
  fc.array(fc.constantFrom('a', '""', ',', '\n', '\r\n', 'é'), { maxLength: 8 }).map((parts) => `"${parts.join('')}"`),
  fc.constantFrom('', 'a', 'words', 'é\r', '\r'),
  fc.constantFrom('a"b', '"a"b', '"a"\rb', '"', 'a'.repeat(30)), // the first four of these make the row a bad one
)
const tables = fc
  .tuple(
    fc.constantFrom('', '\ufeff', '\n', '\r\n\n'),
    fc.constantFrom('id,text', '"id","text"', '"i\nd",text'),
    fc.array(fc.tuple(fc.array(field, { minLength: 1, maxLength: 3 }), fc.constantFrom('\n', '\r\n')), { maxLength: 20 }),
  )
  .map(([start, header, rows]) => Buffer.from(`${start}${header}\n${rows.map(([fields, end]) => fields.join(',') + end).join('')}`))

describe('chunks of CSV', () => {
  test('are read as the whole, whatever is in it, bad rows, too', async () => {
    await fc.assert(
      fc.asyncProperty(tables, fc.integer({ min: 1, max: 40 }), async (data, chunkBytes) => {
        const { chunks } = await snap(data, chunkBytes)
        expect(chunks[0].start).toBe(0)
        expect(chunks.slice(1).map(({ start }) => start)).toEqual(chunks.slice(0, -1).map(({ end }) => end))
        expect(chunks.at(-1)!.end).toBe(data.length)
        expect(parse(data, chunks)).toEqual(parse(data, [{ start: 0, end: data.length }]))
      }),
      { numRuns: 2000 },
    )
  })

  test('so are those of rows that are longer than what is read at a time', async () => {
    const line = 'a'.repeat(600)
    const part = fc.tuple(fc.constantFrom(line, `${line}\n`, `"${line}"\n`, `${line}""\n`, '"\n', '"', '\n'), fc.constantFrom(1, 2, 11, 30, 120))
    const table = fc.array(part, { minLength: 1, maxLength: 12 }).map((parts) => Buffer.from(`text\n${parts.map(([text, times]) => text.repeat(times)).join('')}`))
    await fc.assert(
      fc.asyncProperty(table, fc.integer({ min: 5_000, max: 100_000 }), async (data, chunkBytes) => {
        const { chunks } = await snap(data, chunkBytes)
        expect(parse(data, chunks)).toEqual(parse(data, [{ start: 0, end: data.length }]))
      }),
      { numRuns: 40 },
    )
  })

  test('there is one for each border, if rows are short', async () => {
    const row = (i: number): string => `${i},"some ""text"" and\n1,""2"",3\na line, ${i}"\r\n`
    const data = Buffer.from(`id,text\n${Array.from({ length: 20_000 }, (_, i) => row(i)).join('')}`)
    const { chunks, read } = await snap(data, 50_000)
    expect(chunks).toHaveLength(Math.ceil(data.length / 50_000))
    expect(read()).toBeLessThan(data.length / 2)
  })

  test('a table without any quotes is read once for it, and is cut all the same', async () => {
    const data = Buffer.from(`id,text\n${Array.from({ length: 100_000 }, (_, i) => `${i},some text\n`).join('')}`)
    const { chunks, read } = await snap(data, 100_000)
    expect(chunks).toHaveLength(Math.ceil(data.length / 100_000))
    expect(read()).toBeLessThan(2.5 * data.length)
    for (const { start } of chunks.slice(1)) expect(data[start - 1]).toBe(0x0a)
  })

  test('a field that is as long as many chunks is not cut', async () => {
    const data = Buffer.from(`id,text\n1,"${'a line\n'.repeat(50_000)}"\n2,"b"\n3,"c"\n`)
    const { chunks } = await snap(data, 10_000)
    expect(chunks.length).toBeLessThanOrEqual(2)
    expect(parse(data, chunks)).toEqual(parse(data, [{ start: 0, end: data.length }]))
  })
  test('behind such a field rows are found again, though there are no other quotes', async () => {
    const field = `id,text\n1,"${'a line\n'.repeat(30_000)}`
    const data = Buffer.from(`${field}"\n${'2,some text\n'.repeat(20_000)}`)
    const { chunks } = await snap(data, 50_000)
    expect(chunks[1].start).toBe(field.length + 2)
    const borders = Math.ceil(data.length / 50_000) - 1
    expect(chunks).toHaveLength(1 + borders - Math.floor(field.length / 50_000) + 1)
  })

  test('of a file that has become shorter are planned all the same', async () => {
    const data = Buffer.from(`id,text\n${'1,some text\n'.repeat(10_000)}`)
    const planned = plan(2 * data.length, 50_000)
    let reads = 0
    const chunks = await snapCsv(planned, COMMA, async (position, length) => {
      if (++reads > 1000) throw new Error('reads on and on')
      return data.subarray(position, position + length)
    })
    expect(chunks[0].start).toBe(0)
    expect(chunks.at(-1)!.end).toBe(planned.at(-1)!.end)
  })
})
