import { parquetMetadata } from 'hyparquet'
import { ByteWriter, parquetWriteBuffer } from 'hyparquet-writer'
import { writeMetadata } from 'hyparquet-writer/src/metadata.js'
import { describe, expect, test } from 'vitest'
import { openParquet, readParquet } from '../../src/parquet/readParquet.ts'
import { parquet, CODECS, readAtOf } from '../support/parquet.ts'
import { collectingSink, collectingSinkOfMany } from '../support/records.ts'

const TEXTS = Array.from({ length: 170 }, (_, i) => `Row ${i}: ${'word '.repeat((i * 7) % 40)}${i % 9 === 0 ? '' : 'é😀\n"'}`)

const read = async (data: Buffer, { fields = ['text'], start = 0, end = data.length, takesMany = false } = {}) => {
  const { sink, records, taken } = takesMany ? collectingSinkOfMany() : { ...collectingSink(), taken: { many: 0 } }
  const readAt = readAtOf(data)
  const file = await openParquet(readAt, data.length, 'x.parquet')
  let plain = 0
  for await (const progress of readParquet(file, { start, end }, readAt, { name: 'x.parquet', textFields: fields }, sink))
    plain += progress.plain
  return { ...records, plain, file, many: taken.many }
}

describe('Parquet', () => {
  test.each(CODECS)('%s', async (codec) => {
    const { documents, plain } = await read(parquet(TEXTS, codec))
    expect(documents).toEqual(TEXTS.map((text, at) => ({ at, text })))
    expect(plain).toBe(Buffer.byteLength(TEXTS.join('')))
  })

  test.each(['PLAIN', 'DELTA_BYTE_ARRAY', 'DELTA_LENGTH_BYTE_ARRAY'] as const)('%s', async (encoding) => {
    expect((await read(parquet(TEXTS, 'SNAPPY', { encoding }))).documents.map(({ text }) => text)).toEqual(TEXTS)
  })

  test('a dictionary', async () => {
    const texts = TEXTS.map((_, i) => TEXTS[i % 5])
    expect((await read(parquet(texts))).documents.map(({ text }) => text)).toEqual(texts)
  })

  test.each(CODECS)('%s: rows that are taken many at a time are what they are one by one', async (codec) => {
    const long = 'long '.repeat(200_000)
    const texts = [...TEXTS, '', long, ...TEXTS.map((text) => `${text}!`), long]
    for (const encoding of ['PLAIN', 'DELTA_BYTE_ARRAY', 'DELTA_LENGTH_BYTE_ARRAY'] as const) {
      const data = parquet(texts, codec, { encoding, rowGroupSize: 300, pageSize: 20_000 })
      const { documents, plain, many } = await read(data, { takesMany: true })
      const singly = await read(data)
      expect(documents).toEqual(singly.documents)
      expect(plain).toBe(singly.plain)
      expect(many).toBeGreaterThan(340)
    }
    const repeated = parquet(TEXTS.map((_, i) => TEXTS[i % 5]))
    expect(await read(repeated, { takesMany: true })).toMatchObject({ documents: (await read(repeated)).documents, many: 170 })
  })

  test('values that begin inside a code point, that are not UTF-8, or that are missing, among many', async () => {
    const texts = TEXTS.map((text, i) => (i % 60 === 59 ? null : i % 40 === 20 ? '#bc' : i === 35 ? 'a#' : text))
    const data = parquet(texts, 'UNCOMPRESSED')
    for (let at = data.indexOf('#'); at !== -1; at = data.indexOf('#', at)) data[at] = 0x85
    const { documents, bad, many } = await read(data, { takesMany: true })
    const singly = await read(data)
    expect(documents).toEqual(singly.documents)
    expect(bad).toEqual(singly.bad)
    expect(documents[20]).toMatchObject({ at: 20, text: '\ufffdbc' })
    expect(many).toBeGreaterThan(30)
  })

  test('null is a bad row, with row and row group', async () => {
    const texts = TEXTS.map((text, i) => (i % 60 === 59 ? null : text))
    const { documents, bad } = await read(parquet(texts))
    expect(documents.map(({ text }) => text)).toEqual(texts.filter((text) => text !== null))
    expect(bad.map(({ reason }) => reason)).toEqual([
      'the field "text" is null, in row 59 (row group 1)',
      'the field "text" is null, in row 119 (row group 2)',
    ])
  })

  test('each row group is read by the range in which it begins', async () => {
    const data = parquet(TEXTS)
    const { file } = await read(data)
    const starts = file.rowGroups.map(({ start }) => start)
    expect(starts).toHaveLength(4)
    const parts = await Promise.all(starts.map((start, i) => read(data, { start, end: starts[i + 1] ?? data.length })))
    expect(parts.map(({ documents }) => documents.length)).toEqual([50, 50, 50, 20])
    expect(parts.flatMap(({ documents }) => documents)).toEqual(TEXTS.map((text, at) => ({ at, text })))
  })

  test('columns that are not there, or hold no text', async () => {
    const data = parquet(TEXTS)
    await expect(read(data, { fields: ['body'] })).rejects.toThrow(
      'reading x.parquet: the column "body" is not there; the file has "id", "text" (--text-field names one)',
    )
    await expect(read(data, { fields: ['id'] })).rejects.toThrow('the column "id" holds no text')
  })

  test('a column with a dot in its name that holds no text; of very many columns the first are told', async () => {
    const columnData = Array.from({ length: 300 }, (_, i) => ({ name: `n.${i}`, data: [i], type: 'INT32' as const }))
    const data = Buffer.from(parquetWriteBuffer({ columnData }))
    await expect(read(data, { fields: ['n\\.7'] })).rejects.toThrow('the column "n\\\\.7" holds no text; the file has "n.0", "n.1"')
    await expect(read(data)).rejects.toThrow(/the column "text" is not there; the file has "n.0", .*"n.99" and 200 others \(--text-field names one\)$/)
  })

  test('a file that is only the metadata of others', async () => {
    const metadata = parquetMetadata(Uint8Array.from(parquet(TEXTS)).buffer)
    for (const group of metadata.row_groups) for (const column of group.columns) column.file_path = 'part.0.parquet'
    const writer = new ByteWriter()
    writeMetadata(writer, metadata)
    const data = Buffer.concat([Buffer.from('PAR1'), Buffer.from(writer.getBuffer()), Buffer.from('PAR1')])
    await expect(read(data)).rejects.toThrow(
      'reading x.parquet: its rows are in other files, such as "part.0.parquet": it is metadata only; leave it out, and name those',
    )
  })

  test.each(CODECS)('%s: a byte that is changed is an error or changes some text, and never more than that', async (codec) => {
    const texts = TEXTS.slice(0, 60)
    const data = parquet(texts, codec)
    for (let at = 0; at < data.length; at += codec === 'UNCOMPRESSED' ? 3 : 1) {
      const changed = Buffer.from(data)
      changed[at] ^= 1 << (at % 8)
      const outcome = await read(changed).catch((error: unknown) => error)
      if (outcome instanceof Error) expect(outcome).toMatchObject({ code: 'data' })
      else {
        const { documents, bad } = outcome as Awaited<ReturnType<typeof read>>
        expect(documents.length).toBeLessThanOrEqual(60)
        if (at % 9 === 0) expect(await read(changed, { takesMany: true })).toMatchObject({ documents, bad })
      }
    }
  })

  test('a file that is cut off anywhere is an error', async () => {
    const data = parquet(TEXTS.slice(0, 20))
    for (let length = 0; length < data.length; length += 7)
      await expect(read(data.subarray(0, length))).rejects.toMatchObject({ code: 'data' })
  })

  test('damaged metadata: an error of ours, or rows with numbers', async () => {
    const data = parquet(TEXTS.slice(0, 20))
    const start = data.length - 8 - data.readUInt32LE(data.length - 8)
    let failed = 0
    for (let at = start; at < data.length - 8; at++)
      for (const value of [0, data[at] ^ 1, data[at] ^ 0x10, 0xff]) {
        const damaged = Buffer.from(data)
        damaged[at] = value
        const outcome = await read(damaged).catch((error: unknown) => error as Error & { code?: string })
        if (outcome instanceof Error) {
          failed++
          expect([at, value, outcome.code, outcome.message]).toEqual([at, value, 'data', expect.not.stringMatching(/undefined|NaN|Cannot|is not (?:a function|iterable|defined)/)])
        } else for (const { start: from, end, reason } of outcome.bad)
          expect([at, value, Number.isSafeInteger(from) && Number.isSafeInteger(end) && end >= from, reason]).toEqual([at, value, true, expect.not.stringMatching(/undefined|NaN|Cannot/)])
      }
    expect(failed).toBeGreaterThan(100)
  })

  test('metadata with a byte that is another: an error, or all rows once', async () => {
    const texts = TEXTS.slice(0, 60).map((text, i) => `${i}: ${text}`)
    const data = parquet(texts, 'UNCOMPRESSED', { rowGroupSize: 20 })
    const start = data.length - 8 - data.readUInt32LE(data.length - 8)
    let failed = 0
    for (let at = start; at < data.length - 8; at++)
      for (let bit = 0; bit < 8; bit++) {
        const damaged = Buffer.from(data)
        damaged[at] ^= 1 << bit
        const outcome = await read(damaged).catch(() => undefined)
        if (outcome === undefined || outcome.bad.length > 0) failed++
        else expect([at, bit, outcome.documents.map(({ text }) => text)]).toEqual([at, bit, texts])
      }
    expect(failed).toBeGreaterThan(1000)
  })

  test('a damaged page takes the rest of its row group along, and nothing else', async () => {
    const data = parquet(TEXTS, 'GZIP')
    const { file } = await read(data)
    const { data_page_offset } = file.rowGroups[2].columns.get('text')!
    data.fill(0xff, Number(data_page_offset) + 60, Number(data_page_offset) + 90)
    const { documents, bad, plain } = await read(data)
    expect(bad).toEqual([{ start: 100, end: 150, reason: expect.stringMatching(/, in row group 2$/), at: 100 }])
    expect(documents.map(({ at }) => at)).toEqual([...TEXTS.keys()].filter((row) => row < 100 || row >= 150))
    expect(plain).toBe(Buffer.byteLength(documents.map(({ text }) => text).join('')))
  })

  test.each(['PLAIN', 'DELTA_BYTE_ARRAY', 'DELTA_LENGTH_BYTE_ARRAY'] as const)(
    '%s: a bit that is another loses no text: it is damage, or there are as many rows',
    async (encoding) => {
      const texts = TEXTS.slice(0, 20)
      const data = parquet(texts, 'UNCOMPRESSED', { encoding })
      const whole = await read(data)
      const column = whole.file.rowGroups[0].columns.get('text')!
      const start = Number(column.data_page_offset)
      for (let at = start; at < start + Number(column.total_compressed_size); at++)
        for (let bit = 0; bit < 8; bit++) {
          const changed = Buffer.from(data)
          changed[at] ^= 1 << bit
          const { documents, bad, plain } = await read(changed)
          // how much a value has of the one before is told by nothing else
          const isLess = plain < whole.plain && encoding !== 'DELTA_BYTE_ARRAY'
          if (bad.length === 0) expect([at, bit, documents.length, isLess]).toEqual([at, bit, 20, false])
        }
    },
  )

  test.each(['PLAIN', 'DELTA_BYTE_ARRAY', 'DELTA_LENGTH_BYTE_ARRAY'] as const)(
    '%s: rows in front of a damaged value are good, whether they are taken one by one or many at a time',
    async (encoding) => {
      const data = parquet(TEXTS, 'UNCOMPRESSED', { encoding })
      const whole = await read(data)
      const column = whole.file.rowGroups[1].columns.get('text')!
      const start = Number(column.data_page_offset)
      let cut = 0 // times that rows in front of the damage were read
      for (let at = start; at < start + Number(column.total_compressed_size); at += 3) {
        const changed = Buffer.from(data)
        changed[at] ^= 0xc0
        const { documents, bad, plain } = await read(changed)
        const many = await read(changed, { takesMany: true })
        expect(many).toMatchObject({ documents, bad, plain })
        expect(documents.filter(({ at }) => at < 50 || at >= 100)).toEqual(whole.documents.filter(({ at }) => at < 50 || at >= 100))
        if (bad.length === 0) continue
        expect(bad).toMatchObject([{ end: 100 }])
        expect(bad[0].start).toBeGreaterThanOrEqual(50)
        expect(documents.every(({ at }) => at < bad[0].start || at >= 100)).toBe(true)
        if (bad[0].start > 50) cut++
      }
      expect(cut).toBeGreaterThan(0)
    },
  )
})
