import { describe, expect, test } from 'vitest'
import { compressionOf, foreignKindOf, formatOf } from '../../src/format/detect.ts'
import { openSource } from '../../src/read/openSource.ts'
import { temporaryFolder } from '../support/temporary.ts'

const { file } = temporaryFolder()
const hex = (digits: string): Buffer => Buffer.from(digits, 'hex')
const NONE = Buffer.alloc(0)

test.each([
  ['a.txt', NONE, 'text', 'none'],
  ['a.jsonl.gz', NONE, 'jsonl', 'gzip'],
  ['a.NDJSON.ZST', NONE, 'jsonl', 'zstd'],
  ['a.csv', hex('1f8b08'), 'csv', 'gzip'],
  ['a.tsv.bgz', NONE, 'tsv', 'gzip'],
  ['data', Buffer.from('PAR1'), 'parquet', 'none'],
  ['data', hex('28b52ffd'), 'text', 'zstd'],
  ['data', hex('502a4d18'), 'text', 'zstd'],
  ['data', hex('fd377a585a00'), 'text', 'xz'],
])('%s that begins with %o', (path, head, format, compression) => {
  expect(formatOf(path, head)).toBe(format)
  expect(compressionOf(path, head)).toBe(compression)
  expect(foreignKindOf(path, head)).toBeUndefined()
})

test('a Parquet file with the ending of another format is refused, unless it is said what it holds', async () => {
  const path = file('rows.csv', Buffer.from('PAR1\x15\x04PAR1'))
  const message = `reading ${path}: it looks like a Parquet file, and its ending says csv; say with --format what it holds`
  await expect(openSource(path)).rejects.toMatchObject({ code: 'input', message })
  for (const format of ['parquet', 'csv'] as const) expect(await openSource(path, { format })).toMatchObject({ format })
  expect(await openSource(file('column.csv', 'PAR1,text\n'))).toMatchObject({ format: 'csv' })
})

describe('what is no text is not counted as text', () => {
  const tar = Buffer.concat([Buffer.alloc(257, 'x'), Buffer.from('ustar\x0000')])

  test.each<[name: string, content: Buffer, what: string]>([
    ['a.jsonl.lz4', hex('04224d186440a7'), 'LZ4 data'],
    ['a', Buffer.from('PK\x03\x04\x14\0'), 'a ZIP archive'],
    ['a', Buffer.from('PK\x05\x06\0\0'), 'a ZIP archive'],
    ['part-0.json.snappy', hex('0000138800000bb8'), 'Snappy data'],
    ['part-0.json.lz4', hex('0000138800000bb8'), 'LZ4 data'],
    ['part-0.csv.deflate', hex('789c'), 'zlib data'],
    ['a.tfrecord', hex('2c01000000000000'), 'a TFRecord file'],
    ['a.pkl', hex('80027d'), "a pickle of Python's"],
    ['a', hex('80037d'), "a pickle of Python's"],
    ['a.txt', Buffer.from('Obj\x01\x04'), 'an Avro file'],
    ['a.txt', tar, 'a tar archive'],
    ['a.tar.gz', hex('1f8b0800'), 'a tar archive'],
    ['a.tgz', hex('1f8b0800'), 'a tar archive'],
    ['a.txt.br', hex('0b0180'), 'Brotli data'],
    ['a.txt.zz', hex('785e'), 'zlib data'],
    ['a.txt.lz', hex('4c5a495001'), 'lzip data'],
    ['a.txt', Buffer.from('%PDF-1.7\n'), 'a PDF file'],
    ['a', hex('89504e470d0a1a0a0000'), 'a PNG image'],
    ['a', Buffer.from('\x7fELF\x02\x01'), 'a program (ELF)'],
    ['a.jsonl', hex('894844460d0a1a0a00'), 'an HDF5 file'],
    ['a.run', Buffer.from('PRETOKR\x01'), 'a file of partial results of pretok'],
    ['a.arrow', hex('ffffffff'), 'an Arrow file (IPC stream)'],
    ['a.parquet', hex('504152452a000000'), 'an encrypted Parquet file'],
    ['a', hex('504152452a000000'), 'an encrypted Parquet file'],
  ])('%s is %s', async (name, content, what) => {
    const path = file(name, content)
    await expect(openSource(path)).rejects.toThrow(
      expect.objectContaining({
        code: 'input',
        message: `reading ${path}: it is ${what}, which is not read; unpack or convert it first, or say with --format what it holds`,
      }),
    )
    expect(await openSource(path, { format: 'text' })).toMatchObject({ path, format: 'text' })
  })

  test.each(['PK', 'ARROW1', 'Obj', 'Rar!', 'ustar', 'SQLite format 3', 'BZh is a name', 'ORC and LZIP', 'PDF-', 'ELF', 'PAR', 'PARE', 'PARENTS'])('%s can begin a text', async (text) => {
    expect(await openSource(file('text.txt', text))).toMatchObject({ format: 'text', compression: 'none' })
  })
})
