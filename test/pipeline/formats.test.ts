import { writeFileSync } from 'node:fs'
import fc from 'fast-check'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { beforeAll, describe, expect, test } from 'vitest'
import { readParquetMetadata, startOf } from '../../src/parquet/metadata.ts'
// workers run from dist, so that is what is tested here
import { pretokenize, type PretokenizeOptions } from '../../dist/index.js'
import { bgzip, bzip2, compressBy, gzip, hasProgram, xz, zstd } from '../support/compress.ts'
import { parquet, readAtOf } from '../support/parquet.ts'
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

/** Frames of so much text each, and frames to be skipped among them. */
const inFrames = (data: string, size: number): Buffer => {
  const bytes = Buffer.from(data)
  const skippable = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 7, 7])
  return Buffer.concat(
    Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
      zstd(bytes.subarray(i * size, (i + 1) * size), i % 2 ? '--check' : '--no-check'),
    ).flatMap((frame, i) => (i % 3 === 0 ? [frame, skippable] : [frame])),
  )
}

/** Parts of which every second one needs more memory to be decompressed than the others. */
const withLongWindows = (data: string): Buffer => {
  let part = 0
  return inParts((bytes) => zstd(bytes, part++ % 2 === 0 ? '--no-check' : '--long=28'), data)
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
  ['bgzip.jsonl.gz', () => bgzip(JSONL, 300)],
  ['frames.jsonl.zst', () => inFrames(JSONL, 500), 'zstd'],
  ['data.txt.zst', () => zstd(TEXT), 'zstd'],
  ['frames.txt.zst', () => inParts((data) => zstd(data, '-19'), TEXT), 'zstd'],
  ['data.jsonl.zst', () => zstd(JSONL), 'zstd'],
  ['windows.jsonl.zst', () => withLongWindows(JSONL), 'zstd'],
  ['windows.txt.zst', () => withLongWindows(TEXT), 'zstd'],
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

describe('chunks of JSON and CSV', () => {
  const rows = ROWS.map(({ id, text }) => [`${id}`, `"${text.replaceAll('"', '""')}"`].join(','))
  const csv = ['id,text', ...rows.slice(0, 150), '150,"text"x', ...rows.slice(150)].join('\n')
  const json = ['[', ...ROWS.slice(0, 150).map((row) => `${JSON.stringify(row)},`), '{"id":null},', '{"text":"last"}]'].join('\n')

  test.each([
    ['bad.csv', csv, 'text behind the quotes of a field', csv.indexOf('150,"text"x') + 10],
    ['bad.json', json, 'the field "text" is not there (`textField` names another)', json.indexOf('null}') + 5],
  ])('%s: errors have their place, whatever the chunks', async (name, data, reason, at) => {
    const path = file(name, data)
    const place = `byte ${Buffer.byteLength(data.slice(0, at))}, line ${data.slice(0, at).split('\n').length}`
    for (const setting of SETTINGS)
      await expect(count(path, setting)).rejects.toMatchObject({
        message: `reading ${path}: ${reason}, at ${place}; \`onError\` skip goes on without such records`,
      })
  })

  test('with onError: skip the same is left out, whatever the chunks', async () => {
    for (const path of [file('skipped.csv', csv), file('skipped.json', json)]) {
      const [first, ...others] = await Promise.all(SETTINGS.map((setting) => count(path, { ...setting, onError: 'skip' })))
      expect(first.receipt!.skippedRecords.count).toBe(1)
      for (const other of others) {
        expect([...other]).toEqual([...first])
        expect(other.receipt!.skippedRecords).toEqual(first.receipt!.skippedRecords)
      }
    }
  })

  test('each border gives a chunk', async () => {
    for (const [name, data] of [
      ['many.csv', table(',')],
      ['many.json', JSON.stringify(ROWS)],
    ]) {
      const { receipt } = await count(file(name, data), { chunkBytes: 2000 })
      expect(receipt!.chunks).toBe(Math.ceil(Buffer.byteLength(data) / 2000))
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
      message: `reading ${path}: the field "text" is null, at byte ${Buffer.byteLength(`${rows.slice(0, 21).join('\n')}\n`) + 8}, line 22; \`onError\` skip goes on without such records`,
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
        'the JSON ends too early (rows that take several lines need `format` json)',
        'the field "text" is not there (`textField` names another)',
        'the field "text" is not there (`textField` names another)',
        'the field "text" is not there (`textField` names another)',
      ])
      const bytes = Buffer.from(data)
      expect(first.map(({ start, end }) => bytes.subarray(start, end).toString())).toEqual([...bad, '1'].map((row) => `${row}\n`))
      expect(counts.receipt!.bytes.skipped).toBe([...bad, '1'].join('\n').length + 1)
    }
  })
})

describe.each<[name: string, start: string, row: (text: string, i: number) => string, between: string, end: string, hasLineEnds: boolean]>([
  ['jsonl', '', jsonRow, '\n', '', true],
  ['json', '[', jsonRow, ',', ']', false],
  ['csv', 'id,text\n', (text, i) => `${i},"${text.replaceAll('"', '""')}"`, '\r\n', '', true],
])('rows of %s above maxRecordBytes', (name, start, row, between, end, hasLineEnds) => {
  const rows = Array.from({ length: 3000 }, (_, i) => row(i === 2000 ? 'long "'.repeat(40_000) : DOCUMENTS[i % DOCUMENTS.length], i))
  const place = Buffer.byteLength(start + rows.slice(0, 2000).join(between) + between)
  const settings = [{}, { blockBytes: 1000 }, { blockBytes: 1e6 }, { chunkBytes: 100_000, numProcesses: 2 }, { chunkBytes: 5e7 }]
  const limits = { maxRecordBytes: 100_000 }
  const path = file(`long.${name}`, start + rows.join(between) + end)

  test('are an error with their place, whatever the size of blocks and chunks', async () => {
    for (const setting of settings)
      await expect(count(path, { ...setting, ...limits })).rejects.toMatchObject({
        code: 'limit',
        message: `reading ${path}: the row at byte ${place} is longer than 100000 bytes; \`maxRecordBytes\` raises the limit`,
      })
  })

  test('are left out with onError: skip, and nothing else is', async () => {
    const others = [...(await count(file(`others.${name}`, start + rows.toSpliced(2000, 1).join(between) + end)))]
    const behind = place + Buffer.byteLength(rows[2000] + (hasLineEnds ? between : ''))
    const reason = 'the row is longer than 100000 bytes (`maxRecordBytes`)'
    for (const setting of settings) {
      const counts = await count(path, { ...setting, ...limits, onError: 'skip' })
      expect([...counts]).toEqual(others)
      expect(counts.receipt!.skipped).toEqual([])
      expect(counts.receipt!.skippedRecords).toEqual({ count: 1, first: [{ path, start: place, end: behind, reason }] })
      expect(counts.receipt!.bytes.skipped).toBe(behind - place)
    }
  })

  test('behind a limit on documents are not told of', async () => {
    for (const setting of settings) {
      const { receipt } = await count(path, { ...setting, ...limits, onError: 'skip', maxDocuments: 1900 })
      expect(receipt!.filters.limit).toMatchObject({ path })
      expect(receipt!.skippedRecords.count).toBe(0)
    }
  })
})

test.skipIf(!hasProgram('zstd'))('what is wrong in a compressed file is told with its place', async () => {
  const row = file('row.jsonl.zst', zstd('{"text":"a"}\n{"text":1}\n'))
  await expect(count(row)).rejects.toThrow(`reading ${row}: the field "text" is no string, at byte 21 of what it holds, line 2; \`onError\``)
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

describe('a file that is damaged from its first byte on is told by its name, and left out with onError: skip', () => {
  const good = file('whole.txt', 'one two')

  test.each([
    ['zeros.jsonl.gz', Buffer.alloc(20), 'the gzip data is damaged (incorrect header check), at byte 0 of the file'],
    ['empty.txt.gz', Buffer.alloc(0), 'the file is empty, and no gzip data is, at byte 0 of the file'],
    ['empty.zst', Buffer.alloc(0), 'the file is empty, and no zstd data is, at byte 0 of the file'],
    ['zeros.json.zst', Buffer.alloc(20), 'the zstd data is damaged (no frame begins here), at byte 0 of the file'],
    [
      'empty.parquet',
      Buffer.alloc(0),
      'the metadata at the end of the Parquet file cannot be read: the file has 0 bytes, and no Parquet file has fewer than 12',
    ],
    [
      'short.parquet',
      Buffer.from('PAR1'),
      'the metadata at the end of the Parquet file cannot be read: the file has 4 bytes, and no Parquet file has fewer than 12',
    ],
    [
      'cut.parquet',
      parquet(DOCUMENTS).subarray(0, 3000),
      'the metadata at the end of the Parquet file cannot be read: the file does not end with PAR1, at byte 3000: it is cut off, or no Parquet file',
    ],
  ])('%s', async (name, data, problem) => {
    const damaged = file(name, data)
    const reason = expect.stringContaining(`reading ${damaged}: ${problem}`)
    await expect(count(damaged)).rejects.toMatchObject({ code: 'data', message: reason })
    const counts = await pretokenize([damaged, good], [END], { onError: 'skip', chunkBytes: 1000 })
    expect(counts.total).toBe(2)
    expect(counts.receipt!.skipped).toEqual([{ path: damaged, start: 0, end: data.length, reason }])
  })

  test('an empty text file is none', async () => {
    expect((await count(file('empty.txt', ''))).total).toBe(0)
  })
})

test('text behind which the compression is damaged is not to blame', async () => {
  const data = gzip(JSONL)
  data.fill(data[2000] ^ 0x55, 2000, 2004)
  const damaged = file('damaged.jsonl.gz', data)
  await expect(count(damaged)).rejects.toMatchObject({
    code: 'data',
    message: expect.stringMatching(/damaged\.jsonl\.gz: the gzip data is damaged \(.*\), found behind byte \d+ of the file$/),
  })
  const wrong = gzip(`${JSONL}x`)
  wrong.fill(0, wrong.length - 8, wrong.length - 4) // the checksum
  await expect(count(file('wrong.jsonl.gz', wrong))).rejects.toThrow('the gzip data is damaged (incorrect data check)')
  await expect(count(file('right.jsonl.gz', gzip(`${JSONL}x`)))).rejects.toThrow('this is not JSON, at byte')
})

test('a header in damaged compression is not to blame, either', async () => {
  for (const rows of ['id,text\n1,a b\n', 'id,other\n1,a b\n']) {
    const data = gzip(rows.repeat(20))
    data[data.length - 6] ^= 1 // the checksum
    if (rows.includes('text')) data[14] ^= 4
    await expect(count(file('damaged.csv.gz', data))).rejects.toThrow('the gzip data is damaged')
  }
})

test('a row behind the header that is too long is told of where it is', async () => {
  const path = file('limited.csv', `id,text\n1,aa\n2,bb\n3,cc\n4,dd\n5,${'e'.repeat(33)}\n6,${'f'.repeat(40)}\n`)
  const limits = { maxRecordBytes: 10, numProcesses: 1 }
  for (const chunkBytes of [8, 20, 1000]) {
    expect((await pretokenize(path, [], { ...limits, chunkBytes, maxDocuments: 3 })).total).toBe(3)
    await expect(pretokenize(path, [], { ...limits, chunkBytes })).rejects.toThrow('the row at byte 28 is longer than 10 bytes')
  }
})

test('of several bad rows the first is told of, whatever the number of workers', async () => {
  const rows = Array.from({ length: 40_000 }, (_, i) => (i % 10_000 === 5000 ? '{"text":5}' : JSON.stringify({ text: `row ${i}` })))
  const path = file('several.jsonl', rows.join('\n'))
  for (const numProcesses of [1, 2, 4])
    await expect(count(path, { numProcesses, chunkBytes: 50_000, blockBytes: 1000 })).rejects.toMatchObject({
      message: expect.stringContaining(', line 5001; `onError`'),
    })
})

describe('text in another encoding', () => {
  const text = 'Ein Satz, und noch einer.\n'.repeat(100)
  const swapped = (data: Buffer): Buffer => Buffer.from(data).swap16()
  const utf16 = Buffer.from(`\ufeff${text}`, 'utf16le')
  const hint = (path: string, encoding: string) =>
    `reading ${path}: its byte-order mark says that it is ${encoding}, and UTF-8 is needed; iconv -f ${encoding} -t UTF-8 converts it`

  test.each([
    ['le.txt', utf16, 'UTF-16'],
    ['be.txt', swapped(utf16), 'UTF-16'],
    ['le.jsonl.gz', gzip(utf16), 'UTF-16'],
    ['han.csv', Buffer.from(`\ufeff${'日本語と漢字。'.repeat(50)}`, 'utf16le'), 'UTF-16'],
    ['le32.txt', Buffer.from([0xff, 0xfe, 0, 0, 0x61, 0, 0, 0]), 'UTF-32'],
  ])('%s is an error that says what to do', async (name, data, encoding) => {
    const path = file(name, data)
    for (const setting of [...SETTINGS, { errors: 'ignore' as const }, { errors: 'strict' as const }])
      await expect(count(path, setting)).rejects.toMatchObject({ code: 'data', message: hint(path, encoding) })
    const { total, receipt } = await pretokenize([path, file('whole.txt', 'one two')], [END], { onError: 'skip', chunkBytes: 100 })
    expect(total).toBe(2)
    expect(receipt!.skipped).toEqual([{ path, start: 0, end: data.length, reason: hint(path, encoding) }])
  })

  test.each([Buffer.from([0xff]), Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text)])])('%# only begins so', async (data) => {
    for (const setting of SETTINGS) {
      const counts = await count(file('begins.txt', data), setting)
      expect(counts.receipt!.invalidUtf8).toMatchObject({ sequences: Math.min(2, data.length), bytes: Math.min(2, data.length) })
    }
  })
})

test('tables with a delimiter of their own', async () => {
  for (const delimiter of [';', '|', '\\t'])
    for (const setting of SETTINGS) {
      const byte = delimiter.replace('\\t', '\t')
      expect([...(await count(file('own.csv', table(byte)), { ...setting, delimiter }))]).toEqual(expected)
    }
  const path = file('semicolon.csv', table(';'))
  await expect(count(path)).rejects.toThrow(
    `reading ${path}: the header has no column "text"; it has "id;text" (\`delimiter\` ';' cuts there)`,
  )
  for (const delimiter of ['', ';;', '\t;', '"', '\n', 'é'])
    await expect(count(path, { delimiter })).rejects.toMatchObject({ code: 'usage', message: expect.stringContaining('delimiter: ') })
})

describe('compressed in independent parts', () => {
  const small = DOCUMENTS.slice(0, 60).map(jsonRow).join('\n')

  test.each([
    ['bgzip', (size: number) => bgzip(small, size)],
    ['zstd', (size: number) => inFrames(small, size)],
  ])('%s: cut at parts, whatever their size, the counts stay the same', async (name, make) => {
    if (name === 'zstd' && !hasProgram('zstd')) return console.warn('zstd: not tested, for zstd is not installed')
    const whole = [...(await count(file('small.jsonl', small)))]
    for (const size of [60, 500, 20_000]) {
      const path = file(`parts-${name}.jsonl.gz`, make(size))
      for (const chunkBytes of [50, 400, 3000]) {
        const counts = await count(path, { chunkBytes })
        if (chunkBytes === 400 && size === 500) expect(counts.receipt!.chunks).toBeGreaterThan(5)
        expect([...counts]).toEqual(whole)
        expect(counts.receipt!.bytes.read).toBe(Buffer.byteLength(small))
      }
    }
  })

  test('places are those in the whole', async () => {
    const rows = Array.from({ length: 200 }, (_, i) => (i === 150 ? '{"text":null}' : JSON.stringify({ text: `row ${i}` })))
    const data = `${rows.join('\n')}\n`
    const path = file('bad.jsonl.gz', bgzip(data, 100))
    const place = Buffer.byteLength(`${rows.slice(0, 150).join('\n')}\n`)
    await expect(count(path, { chunkBytes: 500 })).rejects.toThrow(`at byte ${place + 8} of what it holds, line 151; \`onError\``)
    const { skippedRecords } = (await count(path, { chunkBytes: 500, onError: 'skip' })).receipt!
    expect(skippedRecords.first).toMatchObject([{ start: place, end: place + 14 }])
  })
})

test('nulls in Parquet are bad rows, invalid UTF-8 is told with its row, and damage with its row group', async () => {
  const nulls = file('nulls.parquet', parquet(DOCUMENTS.map((text, i) => (i === 120 ? null : text))))
  const reason = 'the field "text" is null, in row 120 (row group 2)'
  await expect(count(nulls)).rejects.toMatchObject({
    code: 'data',
    message: `reading ${nulls}: ${reason}; \`onError\` skip goes on without such records`,
  })
  const counts = await count(nulls, { onError: 'skip', chunkBytes: 1000 })
  expect(counts.receipt!.skippedRecords).toEqual({ count: 1, first: [{ path: nulls, start: 120, end: 121, reason }] })
  const data = parquet(['good', 'bad '], 'UNCOMPRESSED')
  data[data.indexOf('bad ') + 3] = 0xff
  const invalid = file('invalid.parquet', data)
  expect((await count(invalid)).receipt!.invalidUtf8).toMatchObject({ sequences: 1, first: [{ path: invalid, start: 1, end: 2 }] })
  await expect(count(invalid, { errors: 'strict' })).rejects.toThrow(`reading ${invalid}: invalid UTF-8 (ff) at row 1; \`errors\``)
})

describe('a damaged page of Parquet', () => {
  const texts = Array.from({ length: 2000 }, (_, i) => `Row ${i}: ${DOCUMENTS[i % DOCUMENTS.length].replaceAll(END, '')}`)
  const data = parquet(texts, 'GZIP', { pageSize: 1e6 })
  const path = file('damaged.parquet', data)
  beforeAll(async () => {
    const { rowGroups } = await readParquetMetadata(readAtOf(data), data.length)
    const at = startOf(rowGroups[20].columns.get('text')!)
    data.fill(0xff, at + 200, at + 210)
    writeFileSync(path, data)
  })
  const settings = [{}, { chunkBytes: 10_000 }, { chunkBytes: 10_000, numProcesses: 2 }, { blockBytes: 100 }]

  test('is an error', async () => {
    for (const setting of settings)
      await expect(count(path, setting)).rejects.toMatchObject({
        code: 'data',
        message: expect.stringMatching(/, in row group \d+; `onError`/),
      })
  })

  test('takes the rest of its row group along with onError: skip, and nothing else, whatever the chunks', async () => {
    const [first, ...others] = await Promise.all(settings.map((setting) => count(path, { ...setting, onError: 'skip' })))
    const { skippedRecords, skipped, chunks, documents } = first.receipt!
    const [{ start, end, reason }] = skippedRecords.first
    expect({ chunks, skipped, documents, count: skippedRecords.count, size: end - start }).toEqual({
      chunks: 1,
      skipped: [],
      documents: 1950,
      count: 50,
      size: 50,
    })
    expect(start).toBe(1000)
    expect(reason).toMatch(/, in row group 20$/)
    expect([...first]).toEqual([...(await count(file('others.parquet', parquet(texts.toSpliced(start, 50)))))])
    for (const other of others) {
      expect([...other]).toEqual([...first])
      expect(other.receipt!.skippedRecords).toEqual(skippedRecords)
    }
    expect(others[0].receipt!.chunks).toBeGreaterThan(5)
  })

  test('behind a limit on documents is not told of', async () => {
    for (const setting of settings) {
      const { receipt } = await count(path, { ...setting, onError: 'skip', maxDocuments: 60 })
      expect({ documents: receipt!.documents, skipped: receipt!.skippedRecords.count }).toEqual({ documents: 60, skipped: 0 })
    }
  })
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

describe('with errors: strict and onError: skip, rows with invalid UTF-8 are left out, and no others', () => {
  const isBad = (i: number): boolean => i % 70 === 30
  const good = DOCUMENTS.filter((_, i) => !isBad(i))
  const marked = DOCUMENTS.map((text, i) => (isBad(i) ? `${text} \x1a` : text))
  const broken = (data: string | Buffer): Buffer => Buffer.from(data).map((byte) => (byte === 0x1a ? 0xff : byte)) as Buffer
  const rows = marked.map((text, i) => jsonRow(text, i).replace('\\u001a', '\x1a'))
  rows[30] = rows[30].replace('\x1a', '\\ud800')
  const csvRow = (text: string, i: number): string => `${i},"${text.replaceAll('"', '""')}"`
  const reason = 'the field "text" has invalid UTF-8 in it'

  test.each<[name: string, data: Buffer, textField: string[]]>([
    ['invalid.jsonl', broken(rows.join('\n')), ['text']],
    ['fields.jsonl', broken(rows.map((row) => row.replace('{', '{"a":{"b":"x"},')).join('\n')), ['a.b', 'text']],
    ['invalid.jsonl.gz', gzip(broken(rows.join('\n'))), ['text']],
    ['invalid.json', broken(`[${rows.join(', ')}]`), ['text']],
    ['invalid.csv', broken(['id,text', ...marked.map(csvRow)].join('\n')), ['text']],
    ['fields.csv', broken(['id,a.b,text', ...marked.map((text, i) => csvRow(text, i).replace(',', ',x,'))].join('\n')), ['a\\.b', 'text']],
    ['rows.parquet', broken(parquet(marked, 'UNCOMPRESSED')), ['text']],
  ])('%s', async (name, data, textField) => {
    const path = file(name, data)
    const xs = textField.length > 1 ? good.flatMap((text) => ['x', END, text]) : good
    const wanted = [...(await count(file('good.txt', xs.join(END))))]
    let first: unknown
    for (const setting of [...SETTINGS, { sample: 1 }]) {
      const counts = await count(path, { ...setting, textField, errors: 'strict', onError: 'skip' })
      expect([...counts]).toEqual(wanted)
      const { skipped, skippedRecords, bytes } = counts.receipt!
      expect(skipped).toEqual([])
      expect(skippedRecords.count).toBe(3)
      for (const { reason: told } of skippedRecords.first) expect(told).toContain(reason)
      expect([skippedRecords, bytes.skipped]).toEqual((first ??= [skippedRecords, bytes.skipped]))
    }
    const few = await count(path, { textField, errors: 'strict', onError: 'skip', maxDocuments: 31, chunkBytes: 1000 })
    expect(few.receipt).toMatchObject({ skippedRecords: { count: 1 } })
    expect([...few]).toEqual([...(await count(file('few.txt', xs.slice(0, xs === good ? 31 : 93).join(END))))])
    await expect(count(path, { textField, errors: 'strict' })).rejects.toThrow('`onError` skip without such records')
  })
})

describe('a pre-token that is too long is told with its row, whatever the chunks and blocks', () => {
  const texts = Array.from({ length: 3000 }, (_, i) => (i === 10 ? `y ${'x'.repeat(2000)}` : `row ${i} of it`))
  const json = texts.map((text) => JSON.stringify({ text }))
  const jsonAt = Buffer.byteLength(`${json.slice(0, 10).join('\n')}\n`)

  test.each<[name: string, data: string | Buffer, place: string]>([
    ['long.jsonl', json.join('\n'), `in the row at byte ${jsonAt}, line 11`],
    ['long.jsonl.gz', gzip(json.join('\n')), `in the row at byte ${jsonAt} of what it holds, line 11`],
    ['long.json', `[${json.join(',')}]`, `in the row at byte ${jsonAt + 1}, line 1`],
    ['long.csv', `text\n${texts.join('\n')}`, `in the row at byte ${5 + texts.slice(0, 10).join(' ').length + 1}, line 12`],
    ['long.parquet', parquet(texts), 'in row 10'],
    ['long.txt', texts.join('\n'), `from about byte ${texts.slice(0, 10).join(' ').length + 2}, line 11`],
  ])('%s', async (name, data, place) => {
    const path = file(name, data)
    const ending = name === 'long.txt' ? ', and `specialTokens` names the special tokens that end documents' : ''
    const message = `is longer than 1000 bytes, ${place}; \`maxPieceBytes\` raises the limit${ending}`
    const others: PretokenizeOptions[] = name === 'long.txt' ? [{ documentPer: 'line' }] : [{ tokenizer: 'llama2_legacy' }, { sample: 1 }]
    for (const setting of [...SETTINGS, ...others])
      await expect(count(path, { ...setting, maxPieceBytes: 1000 })).rejects.toMatchObject({
        code: 'piece-too-long',
        message: expect.stringContaining(message),
      })
  })
})

describe('what is compressed and holds no text is refused, unless it is said what it holds', () => {
  const tar = Buffer.concat([Buffer.alloc(257, 'x'), Buffer.from('ustar\x0000'), Buffer.alloc(300)])
  const once = gzip(TEXT)

  test.each<[name: string, make: () => Buffer, what: string, program?: string]>([
    ['twice.txt.gz', () => gzip(once), 'gzip data once more'],
    ['little.jsonl.gz', () => gzip(gzip('little')), 'gzip data once more'],
    ['zstd.txt.gz', () => gzip(zstd(TEXT)), 'zstd data once more', 'zstd'],
    ['gzip.txt.xz', () => xz(once), 'gzip data once more', 'xz'],
    ['xz.csv.zst', () => zstd(xz(TEXT)), 'xz data once more', 'zstd'],
    ['bzip2.txt.bz2', () => bzip2(bzip2(TEXT)), 'bzip2 data once more', 'bzip2'],
    ['data.gz', () => gzip(tar), 'a tar archive'],
    ['paper.gz', () => gzip('%PDF-1.7'), 'a PDF file'],
    ['rows.gz', () => gzip(parquet(DOCUMENTS)), 'a Parquet file'],
  ])('%s', async (name, make, what, program) => {
    if (program !== undefined && !hasProgram(program)) return console.warn(`${name}: not tested, for ${program} is not installed`)
    const data = make()
    const path = file(name, data)
    const reason = `reading ${path}: inside its compression is ${what}, which is not read; decompress it first, or say with \`format\` what it holds`
    for (const setting of [{}, { blockBytes: 7 }]) await expect(count(path, setting)).rejects.toMatchObject({ code: 'data', message: reason })
    const { total, receipt } = await pretokenize([path, file('whole.txt', 'one two')], [END], { onError: 'skip' })
    expect(total).toBe(2)
    expect(receipt!.skipped).toEqual([{ path, start: 0, end: data.length, reason }])
    for (const setting of [{}, { maxDocuments: 5 }]) expect((await count(path, { ...setting, format: 'text' })).total).toBeGreaterThan(0)
  })
})

test('a column that is there twice is not guessed at', async () => {
  const path = file('twice.csv', 'text,id,text\na,1,b\n')
  await expect(pretokenize(path, [])).rejects.toMatchObject({
    code: 'data',
    message: `reading ${path}: two columns are called "text", 1 and 3 of 3; rename one of them in the header`,
  })
  expect((await pretokenize(path, [], { textField: 'id' })).total).toBe(1)
  const column = (name: string) => ({ name, data: [name], type: 'STRING' as const })
  const parquet = file('twice.parquet', Buffer.from(parquetWriteBuffer({ columnData: [column('text'), column('id'), column('text')] })))
  await expect(pretokenize(parquet, [])).rejects.toMatchObject({
    code: 'data',
    message: `reading ${parquet}: two columns are called "text", 1 and 3 of 3; write the file with another name for one`,
  })
  expect((await pretokenize(parquet, [], { textField: 'id' })).total).toBe(1)
})
