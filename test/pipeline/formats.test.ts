import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
// workers run from dist, so that is what is tested here
import { pretokenize, type PretokenizeOptions } from '../../dist/index.js'
import { bzip2, compressBy, gzip, hasProgram, xz, zstd } from '../support/compress.ts'
import { parquet } from '../support/parquet.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { troublesomeText } from '../support/texts.ts'

const { file } = temporaryFolder()
const END = '<|endoftext|>'

/** Documents, one or two of which hold a special token themselves. */
const DOCUMENTS = fc
  .sample(fc.array(troublesomeText(12), { minLength: 200, maxLength: 200 }), { numRuns: 1, seed: 5 })[0]
  .map((text, i) => `${text.toWellFormed()} Document ${i}, "quoted" \\ and \n a line.${i % 50 === 7 ? `${END}\0more` : ''}`)

const TEXT = DOCUMENTS.join(END)

const count = (path: string, options: PretokenizeOptions = {}) => pretokenize(path, [END], { tokenizer: 'cl100k_base', ...options })
const expected = [...(await count(file('plain.txt', TEXT)))]

/** A JSON row in one of the ways in which writers spell it. */
const jsonRow = (text: string, i: number): string => {
  const json = JSON.stringify({ id: i, meta: { tags: ['a', null], text: 5 }, text })
  return i % 3 === 0 ? json.replace(/[^\0-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`) : json
}

const JSONL = DOCUMENTS.map((text, i) => `${jsonRow(text, i)}\n`).join('')

const ROWS = DOCUMENTS.map((text, id) => ({ id, text }))

const table = (delimiter: string): string =>
  [['id', 'text'], ...ROWS.map(({ id, text }) => [`${id}`, `"${text.replaceAll('"', '""')}"`])]
    .map((row) => `${row.join(delimiter)}\r\n`)
    .join('')

/** Compressed in parts that are cut anywhere. */
const inParts = (make: (data: Buffer) => Buffer, data: string): Buffer => {
  const bytes = Buffer.from(data)
  const parts = [0, 1000, 1001, 30_000, bytes.length].map((start, i, all) => make(bytes.subarray(start, all[i + 1])))
  return Buffer.concat(parts.slice(0, -1))
}

/** Name, content, and the program that it takes to make it. */
const FILES: [name: string, make: () => string | Buffer, program?: string][] = [
  ['data.jsonl', () => JSONL],
  ['data.json', () => JSON.stringify(ROWS)],
  ['pretty.json', () => JSON.stringify(ROWS, undefined, 2)],
  ['lines.json', () => JSONL],
  ['lines.json.gz', () => gzip(JSONL)],
  ['data.json.zst', () => zstd(JSON.stringify(ROWS)), 'zstd'],
  ['data.parquet', () => parquet(DOCUMENTS)],
  ['gzip.parquet', () => parquet(DOCUMENTS, 'GZIP', { pageSize: 100 })],
  ['unnamed', () => parquet(DOCUMENTS, 'UNCOMPRESSED')],
  ['data.csv', () => table(',')],
  ['data.tsv.gz', () => gzip(table('\t'))],
  ['data.txt.gz', () => gzip(TEXT)],
  ['members.txt.gz', () => inParts(gzip, TEXT)],
  ['data.jsonl.gz', () => inParts(gzip, JSONL)],
  ['data.txt.zst', () => zstd(TEXT), 'zstd'],
  ['frames.txt.zst', () => inParts((data) => zstd(data, '-19'), TEXT), 'zstd'],
  ['data.jsonl.zst', () => zstd(JSONL), 'zstd'],
  ['pzstd.jsonl.zst', () => compressBy('pzstd', ['--quiet', '--stdout', '-p', '4'], JSONL), 'pzstd'],
  ['data.jsonl.xz', () => inParts(xz, JSONL), 'xz'],
  ['data.txt.bz2', () => bzip2(TEXT), 'bzip2'],
]

const SETTINGS: PretokenizeOptions[] = [
  {},
  { numProcesses: 3, chunkBytes: 3000 },
  { chunkBytes: 100, blockBytes: 1 },
  { chunkBytes: 5000, blockBytes: 777 },
]

describe('the same text gives the same counts', () => {
  test.each(FILES)('%s', async (name, make, program) => {
    if (program !== undefined && !hasProgram(program)) return console.warn(`${name}: not tested, for ${program} is not installed`)
    const path = file(name, make())
    // a byte at a time, a program would take minutes
    const settings = ['xz', 'bzip2'].includes(program ?? '') ? SETTINGS.filter(({ blockBytes }) => blockBytes !== 1) : SETTINGS
    for (const setting of settings) {
      const counts = await count(path, setting)
      expect([...counts]).toEqual(expected)
      const tokens = name.includes('.txt') ? DOCUMENTS.length + 3 : 4
      expect(counts.receipt).toMatchObject({
        documents: DOCUMENTS.length + 4,
        specialTokens: { [END]: tokens },
        skippedRecords: { count: 0 },
      })
    }
  })
})

describe('rows that cannot be read', () => {
  const rows = JSONL.trimEnd().split('\n')
  const bad = ['{"text":null}', '{"text":"cut', '{}', '[]']
  const data = rows.flatMap((row, i) => (i % 40 === 20 ? [row, bad[(i / 40) | 0] ?? '1'] : [row])).join('\n')
  const path = file('bad.jsonl', data)

  test('fail the run with file, line and byte', async () => {
    await expect(count(path)).rejects.toMatchObject({
      code: 'data',
      message: `reading ${path}: the field "text" is null, at byte ${Buffer.byteLength(`${rows.slice(0, 21).join('\n')}\n`) + 8}, line 22; --on-error skip goes on without such records`,
    })
  })

  test('are counted and listed with onError: skip, and the rest is counted', async () => {
    for (const setting of SETTINGS) {
      const counts = await count(path, { ...setting, onError: 'skip' })
      expect([...counts]).toEqual(expected)
      const { count: skipped, first } = counts.receipt!.skippedRecords
      expect(skipped).toBe(5)
      expect(first.map(({ reason }) => reason)).toEqual([
        'the field "text" is null',
        'the JSON ends too early',
        'the field "text" is not there',
        'the field "text" is not there',
        'the field "text" is not there',
      ])
      const bytes = Buffer.from(data)
      expect(first.map(({ start, end }) => bytes.subarray(start, end).toString())).toEqual([...bad, '1'].map((row) => `${row}\n`))
      expect(counts.receipt!.bytes.skipped).toBe([...bad, '1'].join('\n').length + 1)
    }
  })
})

test.skipIf(!hasProgram('zstd'))('what is wrong in a compressed file is told with its place', async () => {
  const row = file('row.jsonl.zst', zstd('{"text":"a"}\n{"text":1}\n'))
  await expect(count(row)).rejects.toThrow(`reading ${row}: the field "text" is no string, at byte 21 of what it holds, line 2; --on-error`)
  const cut = file('cut.jsonl.gz', gzip(JSONL).subarray(0, 1000))
  const fails = `reading ${cut}: the gzip data is damaged (unexpected end of file), at byte 1000 of the file`
  await expect(count(cut)).rejects.toMatchObject({ code: 'data', message: fails })
  // the file is left out as a whole, and the others are counted
  const good = file('good.txt', 'one two')
  const counts = await pretokenize([cut, good], [END], { onError: 'skip' })
  expect([...counts]).toEqual([
    [' two', 1],
    ['one', 1],
  ])
  expect(counts.receipt!.skipped).toEqual([{ path: cut, start: 0, end: 1000, reason: fails }])
})

test('nulls in Parquet are bad rows, invalid UTF-8 is told with its row, and damage with its row group', async () => {
  const nulls = file('nulls.parquet', parquet(DOCUMENTS.map((text, i) => (i === 120 ? null : text))))
  const reason = 'the field "text" is null, in row 120 (row group 2)'
  await expect(count(nulls)).rejects.toMatchObject({
    code: 'data',
    message: `reading ${nulls}: ${reason}; --on-error skip goes on without such records`,
  })
  const counts = await count(nulls, { onError: 'skip', chunkBytes: 1000 })
  expect(counts.receipt!.skippedRecords).toEqual({ count: 1, first: [{ path: nulls, start: 120, end: 121, reason }] })
  const data = parquet(['good', 'bad '], 'UNCOMPRESSED')
  data[data.indexOf('bad ') + 3] = 0xff
  const invalid = file('invalid.parquet', data)
  expect((await count(invalid)).receipt!.invalidUtf8).toMatchObject({ sequences: 1, first: [{ path: invalid, start: 1, end: 2 }] })
  await expect(count(invalid, { errors: 'strict' })).rejects.toThrow(`reading ${invalid}: invalid UTF-8 (ff) at row 1; --errors`)
})

test('escapes of lone surrogates go by the error policy', async () => {
  const path = file('lone.jsonl', '{"text":"a\\ud800b"}\n{"text":"\\ude00"}\n')
  const replaced = await count(path)
  expect([...replaced]).toEqual(
    [
      ['a', 1],
      ['\ufffdb', 1],
      ['\ufffd', 1],
    ].sort(([a], [b]) => Buffer.compare(Buffer.from(a as string), Buffer.from(b as string))),
  )
  expect(replaced.receipt!.invalidUtf8).toMatchObject({ sequences: 2, bytes: 12, first: [{ start: 10 }, { start: 29 }] })
  expect([...(await count(path, { errors: 'ignore' }))]).toEqual([['ab', 1]])
  await expect(count(path, { errors: 'strict' })).rejects.toThrow('invalid UTF-8 (5c7564383030) at byte 10, line 1')
})
