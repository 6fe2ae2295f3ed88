import { describe, expect, test } from 'vitest'
import { createAddedTokens } from '../../src/added/addedTokens.ts'
import { plainToken } from '../../src/added/tokenSet.ts'
import { PretokError } from '../../src/errors.ts'
import { snapSource, type Cuts } from '../../src/snap/snapSource.ts'
import type { Compression, InputFormat } from '../../src/types.ts'
import { bgzip } from '../support/compress.ts'
import { parquet, readAtOf } from '../support/parquet.ts'

const CUTS: Cuts = {
  documentPer: 'file',
  added: createAddedTokens([plainToken('<|end|>')], (text) => text),
  findSafeCut: undefined,
  isPlaced: false,
  passesOverErrors: false,
  isWorthReading: () => true,
}

/** Where chunks of 100 bytes begin when they have been cut, and whether they cover the source. */
const cut = async (format: InputFormat, data: Buffer, cuts: Partial<Cuts> = {}, compression: Compression = 'none'): Promise<number[]> => {
  const size = data.length
  const planned = Array.from({ length: Math.ceil(size / 100) }, (_, i) => ({ source: 2, start: i * 100, end: Math.min(size, (i + 1) * 100) }))
  const source = { path: 'x', size, modified: 0, format, compression }
  const chunks = await snapSource(source, planned, readAtOf(data), { ...CUTS, ...cuts })
  const starts = chunks.map(({ start }) => start)
  expect(chunks).toEqual(starts.map((start, i) => ({ source: 2, start, end: starts[i + 1] ?? size })))
  return starts
}

const rows = (row: string, count = 20): Buffer => Buffer.from(row.repeat(count))
const ONE = [0]

describe('text', () => {
  const lines = rows('a line of 30 bytes, all of it\n')
  const paragraphs = rows('30 bytes here:\n\n two in all. \n')

  test('is cut at what ends its documents', async () => {
    expect(await cut('text', rows('so many words are here <|end|>'))).toEqual([0, 113, 203, 323, 413, 503])
    expect(await cut('text', lines)).toEqual(ONE)
    expect(await cut('text', lines, { documentPer: 'line' })).toEqual([0, 120, 210, 300, 420, 510])
    expect(await cut('text', lines, { documentPer: 'blank-line' })).toEqual(ONE)
    expect(await cut('text', paragraphs, { documentPer: 'blank-line' })).toEqual([0, 106, 226, 316, 406, 526])
  })

  test('in another encoding than UTF-8 is not cut: it is an error', async () => {
    expect(await cut('text', Buffer.from(`\ufeff${lines.toString()}`, 'utf16le'), { documentPer: 'line' })).toEqual(ONE)
    expect(await cut('jsonl', Buffer.from(`\ufeff${lines.toString()}`, 'utf16le'))).toEqual(ONE)
  })
})

test('JSON Lines are cut at lines', async () => {
  expect(await cut('jsonl', rows('{"text":"a line of 30 bytes"}\n'))).toEqual([0, 120, 210, 300, 420, 510])
})

test('JSON is cut behind rows, if reading it is worth while and none is passed over', async () => {
  const data = rows('{"text":"the row in 30 bytes"}')
  expect(await cut('json', data)).toEqual([0, 120, 210, 300, 420, 510])
  expect(await cut('json', data, { passesOverErrors: true })).toEqual(ONE)
  expect(await cut('json', data, { isWorthReading: ({ format }) => format !== 'json' })).toEqual(ONE)
})

test.each([['csv', ','], ['tsv', '\t']] as const)('%s is cut at rows, if reading it is worth while', async (format, delimiter) => {
  const table = (between: string) => Buffer.from(`text${between}"id of row"\n${`"a\nrow"${between}"of\n18 b"\n`.repeat(20)}`)
  expect(await cut(format, table(delimiter))).toEqual([0, 17 + 5 * 18, 17 + 11 * 18, 17 + 16 * 18])
  expect(await cut(format, table(';'), { delimiter: 0x3b })).toEqual([0, 17 + 5 * 18, 17 + 11 * 18, 17 + 16 * 18])
  expect(await cut(format, table(delimiter), { isWorthReading: () => false })).toEqual(ONE)
})

test('Parquet is cut where row groups begin, and not at all if it is damaged', async () => {
  const data = parquet(Array.from({ length: 200 }, (_, i) => `text ${i}`))
  expect((await cut('parquet', data)).length).toBe(4)
  expect(await cut('parquet', data.fill(0, data.length - 4))).toEqual(ONE)
})

test('what is compressed is cut where its parts begin, if what they hold ends with lines and no places are asked for', async () => {
  const data = bgzip(rows('{"text":"a line of 30 bytes"}\n'), 60)
  const starts = await cut('jsonl', data, {}, 'gzip')
  expect(starts.length).toBeGreaterThan(4)
  expect(await cut('text', data, { documentPer: 'line' }, 'gzip')).toEqual(starts)
  expect(await cut('jsonl', data, { isPlaced: true }, 'gzip')).toEqual(ONE)
  for (const documentPer of ['file', 'blank-line'] as const) expect(await cut('text', data, { documentPer }, 'gzip')).toEqual(ONE)
  for (const format of ['json', 'csv'] as const) expect(await cut(format, data, { documentPer: 'line' }, 'gzip')).toEqual(ONE)
})

test('a file that cannot be read is an error; one that is planned as one chunk is not looked at', async () => {
  const source = { path: 'x', size: 200, modified: 0, format: 'parquet', compression: 'none' } as const
  const planned = [0, 100].map((start) => ({ source: 0, start, end: start + 100 }))
  const failing = () => Promise.reject(new PretokError('input', 'it cannot be read'))
  await expect(snapSource(source, planned, failing, CUTS)).rejects.toThrow('it cannot be read')
  expect(await snapSource(source, planned.slice(1), failing, CUTS)).toEqual(planned.slice(1))
})
