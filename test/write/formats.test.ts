import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadCounts } from '../../src/result/loadCounts.ts'
import { COUNTS_FORMATS, formatToRead, formatToWrite, TEXT_FORMATS } from '../../src/write/formats.ts'
import { createReader, readCounts } from '../../src/write/readCounts.ts'
import { Scanner } from '../../src/write/scanner.ts'
import { writeCounts } from '../../src/write/writeCounts.ts'
import { isOpen } from '../support/openFiles.ts'
import { countsOf, entries, key, rowsOf } from './pieces.ts'

let folder: string
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'pretok-formats-'))))
afterAll(() => rmSync(folder, { recursive: true }))

const SAMPLE = countsOf([
  [' the', 48211],
  ['\n', 1207],
  ['a"b\\c\td,e', 12],
  ['é日本', 5],
  ['\ufeff', 4],
  ['\udcff', 3],
  ['\udced\udca0\udc80', 2],
  ['__proto__', 1],
  ['\0\x7f', 1],
])

const WRITTEN = {
  json:
    '{\n" the": 48211,\n"\\n": 1207,\n"a\\"b\\\\c\\td,e": 12,\n"é日本": 5,\n"\ufeff": 4,\n' +
    '"\\udcff": 3,\n"\\udced\\udca0\\udc80": 2,\n"\\u0000\x7f": 1,\n"__proto__": 1\n}\n',
  jsonl:
    '{"piece":" the","count":48211}\n{"piece":"\\n","count":1207}\n{"piece":"a\\"b\\\\c\\td,e","count":12}\n{"piece":"é日本","count":5}\n' +
    '{"piece":"\ufeff","count":4}\n{"piece":"\\udcff","count":3}\n{"piece":"\\udced\\udca0\\udc80","count":2}\n' +
    '{"piece":"\\u0000\x7f","count":1}\n{"piece":"__proto__","count":1}\n',
  tsv:
    'piece\tcount\n the\t48211\n\\n\t1207\n' +
    'a"b\\\\c\\td,e\t12\né日本\t5\n\ufeff\t4\n\\xff\t3\n\\xed\\xa0\\x80\t2\n\\x00\\x7f\t1\n__proto__\t1\n',
}
const WRITTEN_CSV = Buffer.concat([
  Buffer.from('piece,count\n" the",48211\n"\n",1207\n"a""b\\c\td,e",12\n"é日本",5\n"\ufeff",4\n"'),
  Buffer.from([0xff]),
  Buffer.from('",3\n"'),
  Buffer.from([0xed, 0xa0, 0x80]),
  Buffer.from('",2\n"\0\x7f",1\n"__proto__",1\n'),
])

describe('what is written', () => {
  test.each(Object.entries(WRITTEN))('%s', async (format, text) => {
    const path = join(folder, `sample.${format}`)
    await SAMPLE.save(path)
    expect(readFileSync(path, 'utf8')).toBe(text)
  })

  test('csv', async () => {
    const path = join(folder, 'sample.csv')
    await SAMPLE.save(path)
    expect(readFileSync(path)).toEqual(WRITTEN_CSV)
  })

  test('nothing at all is a valid file too', async () => {
    const written = TEXT_FORMATS.map(async (format) => {
      const path = join(folder, `empty.${format}`)
      await countsOf([]).save(path)
      expect((await loadCounts(path)).size).toBe(0)
      return readFileSync(path, 'utf8')
    })
    expect(await Promise.all(written)).toEqual(['{\n}\n', '', 'piece\tcount\n', 'piece,count\n'])
  })

  test('the built-in JSON agrees', () => {
    expect(Object.entries(JSON.parse(WRITTEN.json)).length).toBe(SAMPLE.size)
    expect(new Map(Object.entries(JSON.parse(WRITTEN.json)))).toEqual(SAMPLE.toMap())
    expect(
      WRITTEN.jsonl
        .split('\n')
        .slice(0, -1)
        .map((line) => Object.values(JSON.parse(line))),
    ).toEqual([...SAMPLE])
  })
})

describe.each([...COUNTS_FORMATS, ...TEXT_FORMATS.map((format) => `${format}.gz`)])('%s', (ending) => {
  test('any pieces come back, in order', async () => {
    const path = join(folder, `any.${ending}`)
    await fc.assert(
      fc.asyncProperty(entries, async (pieces) => {
        const counts = countsOf(pieces)
        await counts.save(path)
        expect(rowsOf(await loadCounts(path))).toEqual(rowsOf(counts))
      }),
      { numRuns: ending.includes('.') ? 30 : 100 },
    )
  })

  test('a file of many blocks, with pieces longer than a block', async () => {
    const path = join(folder, `large.${ending}`)
    const long = (character: string) => Buffer.alloc(3 << 20, character)
    const many = Array.from({ length: 100_000 }, (_, i): [string, number] => [` piece number ${i}`, i + 1])
    const longest = ['x', '"', '\0', '\xff', 'é'].map((character, i): [Buffer, number] => [long(character), 20_000 * i + 1])
    const counts = countsOf([...many, ...longest])
    await counts.save(path)
    expect(rowsOf(await loadCounts(path))).toEqual(rowsOf(counts))
  })
})

describe.each(TEXT_FORMATS)('%s', (format) => {
  test('however the file is cut into chunks', async () => {
    const path = join(folder, `chunks.${format}`)
    await SAMPLE.save(path)
    const file = readFileSync(path)
    for (let size = 1; size <= file.length; size++) {
      const found: [string, number][] = []
      const input = new Scanner(path)
      const read = createReader(input, format, (bytes, start, end, count) => void found.push([key(bytes.subarray(start, end)), count]))
      for (let at = 0; at < file.length; at += size) {
        input.feed(file.subarray(at, at + size))
        read()
      }
      input.finish()
      read()
      expect(found).toEqual(rowsOf(SAMPLE))
    }
  })
})

test('large counts are written in full', async () => {
  const path = join(folder, 'counts.tsv')
  for (const count of [1, 9, 10, 4_294_967_295, 4_294_967_296, Number.MAX_SAFE_INTEGER, ...Array.from({ length: 53 }, (_, i) => 2 ** i)]) {
    await writeCounts(path, 'tsv', [{ piece: Buffer.from('a'), count }])
    expect(readFileSync(path, 'utf8')).toBe(`piece\tcount\na\t${count}\n`)
  }
})

const PYTHON = `
import csv, json, re, sys
def unescape(cell):
    letters = {b't': b'\\t', b'n': b'\\n', b'r': b'\\r', b'\\\\\\\\': b'\\\\\\\\'}
    return re.sub(rb'\\\\\\\\(x..|.)', lambda m: letters.get(m[1]) or bytes([int(m[1][1:], 16)]), cell)
back = lambda text: text.encode('utf-8', 'surrogateescape')
path = sys.argv[1]
if path.endswith('.json'):
    rows = [(back(piece), count) for piece, count in json.load(open(path, encoding='utf-8')).items()]
elif path.endswith('.jsonl'):
    rows = [(back(row['piece']), row['count']) for row in map(json.loads, open(path, encoding='utf-8'))]
elif path.endswith('.csv'):
    file = open(path, encoding='utf-8', errors='surrogateescape', newline='')
    rows = [(back(row['piece']), int(row['count'])) for row in csv.DictReader(file)]
else:
    lines = [line.split(b'\\t') for line in open(path, 'rb').read().split(b'\\n')[1:-1]]
    rows = [(unescape(piece), int(count)) for piece, count in lines]
print(json.dumps([[piece.hex(), count] for piece, count in rows]))
`.replaceAll('\\\\', '\\')

const hasPython = spawnSync('python3', ['--version']).status === 0

test.skipIf(!hasPython).each(TEXT_FORMATS)('Python reads the same bytes from %s', async (format) => {
  const path = join(folder, `python.${format}`)
  // before Python 3.11, its csv module refuses NUL
  const noNul = (bytes: Uint8Array) => format !== 'csv' || !bytes.includes(0)
  const pieces = fc
    .sample(entries, { numRuns: 100, seed: 1 })
    .flat()
    .filter(([bytes]) => noNul(bytes))
  const counts = countsOf([...pieces, ...SAMPLE].filter(([piece]) => typeof piece !== 'string' || noNul(Buffer.from(piece))))
  await counts.save(path)
  const { stdout, stderr } = spawnSync('python3', ['-c', PYTHON, path], { maxBuffer: 2 ** 26 })
  expect(stderr.toString()).toBe('')
  const rows = JSON.parse(stdout.toString()) as [string, number][]
  expect(rows.map(([hex, count]) => [Buffer.from(hex, 'hex').toString('latin1'), count])).toEqual(rowsOf(counts))
})

describe('formatToRead', () => {
  const KNOWN = 'known are .json, .jsonl, .ndjson, .tsv and .csv, each also with .gz behind it, and .parquet'

  test.each([
    ['a.json', 'json'],
    ['a.JSON', 'json'],
    ['x/a.b.jsonl', 'jsonl'],
    ['a.ndjson', 'jsonl'],
    ['a.tsv', 'tsv'],
    ['a.csv', 'csv'],
    ['a.parquet', 'parquet'],
    ['a.json.gz', 'json'],
    ['a.TSV.GZ', 'tsv'],
    ['-', 'json'],
  ])('%s is %s', (path, format) => {
    expect(formatToRead(path)).toBe(format)
  })

  test.each([
    ['counts.txt', `no format for counts is known by the ending of "counts.txt"; ${KNOWN}; or --input-format names the format`],
    ['out/json', `no format for counts is known by the ending of "json"; ${KNOWN}; or --input-format names the format`],
    ['a.gz', `no format for counts is known by the ending of "a.gz"; ${KNOWN}; or --input-format names the format`],
    ['a.parquet.gz', 'Parquet is compressed in itself; leave the ending .gz away'],
    ['a.tsv.zst', `counts compressed as .zst are not supported (${KNOWN}); compress or decompress with a pipe and -`],
  ])('%s is refused', (path, problem) => {
    expect(() => formatToRead(path)).toThrow(expect.objectContaining({ code: 'usage', message: `${path}: ${problem}` }))
  })

  test('a format that is named is written, gzip by the ending', () => {
    expect(formatToWrite('counts', 'tsv')).toBe('tsv')
    expect(formatToWrite('counts.json', 'parquet')).toBe('parquet')
    expect(formatToWrite('a.gz', 'csv')).toBe('csv')
    expect(() => formatToWrite('a.gz', 'parquet')).toThrow('leave the ending .gz away')
    expect(() => formatToWrite('a.zst', 'csv')).toThrow('.zst are not supported')
    expect(() => formatToWrite('/dev/stdout', undefined)).toThrow('or --output-format names the format')
  })
})

test('a gzip file that is cut off, or is none, is damaged', async () => {
  const path = join(folder, 'cut.json.gz')
  await SAMPLE.save(path)
  const file = readFileSync(path)
  for (const content of [file.subarray(0, -9), Buffer.from('{"a":1}')]) {
    writeFileSync(path, content)
    await expect(loadCounts(path)).rejects.toThrow(
      expect.objectContaining({ code: 'format', message: expect.stringMatching(/^reading .*: the gzip data is damaged \(/) }),
    )
  }
})

test.skipIf(!existsSync('/proc/self/fd'))('a gzip file that is not read to its end is closed', async () => {
  const path = join(folder, 'wrong.tsv.gz')
  writeFileSync(path, gzipSync(Buffer.concat([Buffer.from('piece\tcount\na\tnone\n'), randomBytes(4e6)])))
  await expect(readCounts(path, undefined, () => undefined)).rejects.toMatchObject({ code: 'format' })
  for (let tries = 0; isOpen(path) && tries < 1000; tries++) await setTimeout(5)
  expect(isOpen(path)).toBe(false)
})
