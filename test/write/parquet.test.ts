import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadCounts } from '../../src/result/loadCounts.ts'
import { readCounts } from '../../src/write/readCounts.ts'
import { countsOf, rowsOf } from './pieces.ts'

let folder: string
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'pretok-parquet-'))))
afterAll(() => rmSync(folder, { recursive: true }))

const TEXT: [string, number][] = [
  [' the', 48211],
  ['é日本', 5],
  ['\0\n', 2 ** 52],
  ['\ufeff!', 4],
]

const metadataOf = async (path: string) => parquetMetadataAsync(await asyncBufferFromFile(path))

describe('what is written', () => {
  test('strings, as far as all pieces are, and 64-bit counts, the largest first', async () => {
    const path = join(folder, 'text.parquet')
    const counts = countsOf(TEXT)
    await counts.save(path)
    // hyparquet's own decoder takes a byte-order mark for one
    const stringFromBytes = (bytes: Uint8Array): string => Buffer.from(bytes).toString()
    const rows = await parquetReadObjects({ file: await asyncBufferFromFile(path), parsers: { stringFromBytes } })
    expect(rows).toEqual(Array.from(counts, ([piece, count]) => ({ piece, count: BigInt(count) })))
    const { schema, num_rows } = await metadataOf(path)
    expect(num_rows).toBe(4n)
    expect(schema).toMatchObject([
      { num_children: 2 },
      { name: 'piece', type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' }, repetition_type: 'REQUIRED' },
      { name: 'count', type: 'INT64', repetition_type: 'REQUIRED' },
    ])
  })

  test('bytes, if one piece is no UTF-8, be it so only by itself', async () => {
    for (const odd of [[Buffer.from([0xff])], [Buffer.from([0xc3]), Buffer.from([0xa9])]]) {
      const path = join(folder, 'bytes.parquet')
      const counts = countsOf([...TEXT, ...odd.map((piece, i): [Uint8Array, number] => [piece, 3 - i])])
      await counts.save(path)
      const [, piece] = (await metadataOf(path)).schema
      expect(piece).toEqual({ name: 'piece', type: 'BYTE_ARRAY', repetition_type: 'REQUIRED' })
      expect(rowsOf(await loadCounts(path))).toEqual(rowsOf(counts))
    }
  })

  test('row groups, one after another, and the same bytes each time', async () => {
    const path = join(folder, 'many.parquet')
    const counts = countsOf(Array.from({ length: 300_000 }, (_, i): [string, number] => [` piece ${i}`, 1 + (i >> 8)]))
    await counts.save(path)
    const first = readFileSync(path)
    expect((await metadataOf(path)).row_groups.map(({ num_rows }) => num_rows)).toEqual([131_072n, 131_072n, 37_856n])
    expect(rowsOf(await loadCounts(path))).toEqual(rowsOf(counts))
    await counts.save(path)
    expect(readFileSync(path).equals(first)).toBe(true)
  })

  test('nothing at all is a valid file too', async () => {
    const path = join(folder, 'empty.parquet')
    await countsOf([]).save(path)
    expect((await loadCounts(path)).size).toBe(0)
    expect((await metadataOf(path)).num_rows).toBe(0n)
  })
})

/** A file by another program. */
const written = (columnData: object[], options: object = {}): string => {
  const path = join(folder, 'other.parquet')
  writeFileSync(path, Buffer.from(parquetWriteBuffer({ columnData, ...options } as never)))
  return path
}

const PIECES = [' the', 'é', '\t']
const piece = { name: 'piece', data: PIECES, type: 'STRING' }
const count = { name: 'count', data: [3n, 2n, 1n], type: 'INT64' }

describe('what other programs write', () => {
  test.each<[string, object[], object?]>([
    ['nullable columns, with others beside them', [{ name: 'id', data: [1, 2, 3], type: 'INT32' }, count, piece]],
    ['32-bit counts', [piece, { ...count, data: [3, 2, 1], type: 'INT32' }]],
    ['deltas', [{ ...piece, encoding: 'DELTA_BYTE_ARRAY' }, { ...count, encoding: 'DELTA_BINARY_PACKED' }]],
    ['small row groups', [piece, count], { rowGroupSize: 1 }],
    ['bytes', [{ name: 'piece', data: PIECES.map((text) => Buffer.from(text)), type: 'BYTE_ARRAY' }, count]],
    ['gzip', [piece, count], { codec: 'GZIP', compressors: { GZIP: (bytes: Uint8Array) => gzipSync(bytes) } }],
    ['no compression', [piece, count], { codec: 'UNCOMPRESSED' }],
  ])('%s', async (_, columns, options) => {
    expect([...(await loadCounts(written(columns, options)))]).toEqual([
      [' the', 3],
      ['é', 2],
      ['\t', 1],
    ])
  })

  test.each<[string, object[], string]>([
    ['no counts', [piece], 'there is no column "count"; counts have "piece" and "count", and the file has "piece"'],
    ['no pieces', [count], 'there is no column "piece"; counts have "piece" and "count", and the file has "count"'],
    ['numbers for pieces', [{ ...count, name: 'piece' }, count], 'the column "piece" holds neither strings nor bytes'],
    ['fractions', [piece, { ...count, data: [3, 2, 1], type: 'DOUBLE' }], 'the column "count" holds no whole numbers (INT64)'],
    ['a null', [{ ...piece, data: ['a', null, 'b'] }, count], 'row 1: there is no piece'],
    ['an empty piece', [{ ...piece, data: ['a', 'b', ''] }, count], 'row 2: a piece cannot be empty'],
    ['a piece twice', [{ ...piece, data: ['a', 'b', 'a'] }, count], 'row 2: the piece "a" is there twice'],
    ['a count of 0', [piece, { ...count, data: [1n, 0n, 1n] }], 'row 1: expected a count (a whole number from 1 to 9007199254740991)'],
    ['a count above 2^53', [piece, { ...count, data: [2n ** 53n, 1n, 1n] }], 'row 0: expected a count (a whole'],
    ['no count', [piece, { ...count, data: [1n, 1n, null] }], 'row 2: expected a count (a whole number from 1 to 9007199254740991), found'],
  ])('%s is refused', async (_, columns, problem) => {
    const path = written(columns)
    await expect(loadCounts(path)).rejects.toThrow(
      expect.objectContaining({ code: 'format', message: expect.stringContaining(`reading ${path}: ${problem}`) }),
    )
  })
})

test('damaged files are told by name, whatever is damaged', async () => {
  const path = join(folder, 'damaged.parquet')
  await countsOf(TEXT).save(path)
  const file = readFileSync(path)
  for (let at = 0; at < file.length; at++) {
    const damaged = Buffer.from(file)
    damaged[at] ^= 0xff
    writeFileSync(path, damaged)
    const error = await loadCounts(path).then(
      () => undefined, // no checksum tells of a byte of text
      (reason: Error & { code: string }) => reason,
    )
    if (error?.code === 'limit') continue // a count that is too large with the others
    if (error !== undefined) expect(error).toMatchObject({ code: 'format', message: expect.stringContaining(path) })
  }
  for (let length = 0; length < file.length; length++) {
    writeFileSync(path, file.subarray(0, length))
    const cut = length < 12 ? `the file has ${length} bytes, and no Parquet file has fewer than 12` : `the file does not end with PAR1, at byte ${length}: it is cut off, or`
    await expect(loadCounts(path)).rejects.toMatchObject({ code: 'format', message: expect.stringContaining(cut) })
  }
})

test('a bit of the metadata that is another takes no rows away', async () => {
  const path = join(folder, 'metadata.parquet')
  await countsOf(TEXT).save(path)
  const file = readFileSync(path)
  const start = file.length - 8 - file.readUInt32LE(file.length - 8)
  for (let at = start; at < file.length - 8; at++)
    for (let bit = 0; bit < 8; bit++) {
      const damaged = Buffer.from(file)
      damaged[at] ^= 1 << bit
      writeFileSync(path, damaged)
      const pieces = await loadCounts(path).then(
        ({ size }) => size,
        () => TEXT.length,
      )
      expect([at, bit, pieces]).toEqual([at, bit, TEXT.length])
    }
})

test('standard input has no end to begin at; a file that is not there is told', async () => {
  await expect(readCounts('-', 'parquet', () => {})).rejects.toMatchObject({ code: 'usage' })
  await expect(loadCounts(join(folder, 'missing.parquet'))).rejects.toMatchObject({ code: 'input' })
})
