import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createCsvParser } from '../../src/format/csv.ts'
import { createJsonParser } from '../../src/format/json.ts'
import { createJsonlParser } from '../../src/format/jsonl.ts'
import type { RecordParser, RecordSink } from '../../src/format/records.ts'
import { rowLength } from '../../src/format/rowLimit.ts'
import { collectTexts } from '../support/records.ts'

const LIMIT = 40

interface RowFormat {
  name: string
  start: string
  /** The rows before each other, with what is between them. */
  separators: readonly string[]
  end: string
  /** What is behind a row is part of it. */
  hasLineEnds: boolean
  rows: readonly ((text: string) => string)[]
  /** What no parser can read. */
  bad: readonly ((text: string) => string)[]
  create(sink: RecordSink, maxRecordBytes: number, onError: 'fail' | 'skip'): RecordParser
}

const inObject = (text: string): string => `{"text":"${text}"}`
/** With quotes, backslashes and brackets in the text. */
const inEscapes = (text: string): string => inObject(`]${text.replaceAll('aa', '\\"')}}{\\\\`)
const options = (maxRecordBytes: number, onError: 'fail' | 'skip') => ({ name: 'x', textFields: ['text'], maxRecordBytes, onError })
const FORMATS: readonly RowFormat[] = [
  {
    name: 'JSON Lines',
    start: '',
    separators: ['\n', '\n', '\r\n'],
    end: '',
    hasLineEnds: true,
    rows: [inObject, inEscapes, (text) => `{"text":["${text}","b"]}`, (text) => ' '.repeat(text.length)],
    bad: [(text) => `{"text":"${text}`, (text) => `{"text":"${text}"}}`],
    create: (sink, ...limit) => createJsonlParser(sink, 0, options(...limit)),
  },
  {
    name: 'JSON, an array',
    start: '[{"text":"first"},',
    separators: [',', ' , ', `,${' '.repeat(2 * LIMIT)}`],
    end: '{"text":"last"}]',
    hasLineEnds: false,
    rows: [
      inObject,
      inEscapes,
      (text) => `{"text":["${text}","b"]}`,
      (text) => `[${inObject(text)}]`,
      (text) => `"${text}"`,
      (text) => `1${'0'.repeat(text.length)}`,
    ],
    bad: [],
    create: (sink, ...limit) => createJsonParser(sink, 0, options(...limit), 'file'),
  },
  {
    name: 'JSON, rows one after another',
    start: '',
    separators: ['\n', ' '.repeat(2 * LIMIT)],
    end: '',
    hasLineEnds: false,
    rows: [inObject, inEscapes, (text) => `{"text":["${text}","b"]}`, (text) => `1${'0'.repeat(text.length)}`],
    bad: [],
    create: (sink, ...limit) => createJsonParser(sink, 0, options(...limit), 'file'),
  },
  {
    name: 'CSV',
    start: 'id,text\n',
    separators: ['\n', '\n', '\r\n'],
    end: '',
    hasLineEnds: true,
    rows: [(text) => `1,${text}`, (text) => `1,"${text}"`, (text) => `1,"${text.replaceAll('a', '\n')}"`, (text) => `1,"${text}""\r\n"`],
    bad: [(text) => `1,"a"${text}`, (text) => `1,${text},3`],
    create: (sink, ...limit) => createCsvParser(sink, 0, { ...options(...limit), delimiter: 0x2c }),
  },
]

const texts = fc.oneof(
  fc.integer({ min: 0, max: 3 * LIMIT }).map((length) => 'a'.repeat(length)),
  fc.integer({ min: LIMIT - 24, max: LIMIT + 2 }).map((length) => 'b'.repeat(length)),
)

/** A file of rows, and where each is. */
const files = ({ start, separators, end, hasLineEnds, rows, bad }: RowFormat) =>
  fc
    .array(fc.tuple(fc.constantFrom(...rows, ...rows, ...bad), texts, fc.constantFrom(...separators)), { minLength: 1, maxLength: 8 })
    .map((parts) => {
      let data = start
      let short = start // the same without the rows that are too long
      const tooLong: { start: number; end: number }[] = []
      for (const [row, text, separator] of parts) {
        const { length } = row(text)
        const next = data.length + length + separator.length
        if (length > LIMIT) tooLong.push({ start: data.length, end: hasLineEnds ? next : data.length + length })
        else short += row(text) + separator
        data += row(text) + separator
      }
      return { data: Buffer.from(data + end), short: Buffer.from(short + end), tooLong }
    })

const sizes = fc.oneof(fc.integer({ min: 1, max: 3 * LIMIT }), fc.constant(1e6))

test.each(FORMATS)('$name: the first row above the limit is an error with its place, wherever blocks end', (format) => {
  fc.assert(
    fc.property(files(format), sizes, fc.boolean(), ({ data, tooLong }, size, takesMany) => {
      const read = (maxRecordBytes: number) =>
        collectTexts((sink) => format.create(sink, maxRecordBytes, 'fail'), data, size, takesMany).found
      if (tooLong.length === 0) expect(read(LIMIT)).toEqual(read(1e6))
      else expect(() => read(LIMIT)).toThrow(`the row at byte ${tooLong[0].start} is longer than ${LIMIT} bytes`)
    }),
    { numRuns: 1000 },
  )
})

test.each(FORMATS)('$name: rows above the limit are left out, and no others', (format) => {
  fc.assert(
    fc.property(files(format), sizes, fc.boolean(), ({ data, short, tooLong }, size, takesMany) => {
      const read = (bytes: Buffer) => collectTexts((sink) => format.create(sink, LIMIT, 'skip'), bytes, size, takesMany).found
      const isLong = ({ reason }: { reason: string }): boolean => reason.startsWith('the row is longer than')
      const [found, expected] = [read(data), read(short)]
      expect(found.documents).toEqual(expected.documents)
      expect(found.bad.filter(isLong)).toMatchObject(tooLong)
      expect(found.bad.filter((row) => !isLong(row)).map(({ reason }) => reason)).toEqual(expected.bad.map(({ reason }) => reason))
      const texts = Buffer.byteLength(found.documents.join('').replaceAll('\x1f', ''))
      const bad = found.bad.reduce((sum, { start, end }) => sum + end - start, 0)
      expect(texts + bad + found.format + found.skipped).toBe(data.length)
    }),
    { numRuns: 1000 },
  )
})

test.each(FORMATS)('$name: a row above the limit that never ends takes all up to the end along', ({ start, separators, rows, create }) => {
  const before = `${start}${rows[0]('a')}${separators[0]}`
  const data = Buffer.from(before + rows[1]('b'.repeat(3 * LIMIT)).slice(0, -2))
  for (const size of [1, 7, LIMIT, 1e6]) {
    const { documents, bad, skipped } = collectTexts((sink) => create(sink, LIMIT, 'skip'), data, size, true).found
    expect(documents.at(-1)).toBe('a')
    expect(bad).toMatchObject([{ start: before.length, end: data.length, at: before.length }])
    expect(skipped).toBe(0)
  }
})

test.each([
  [`[{"text":"a"},1${'0'.repeat(2 * LIMIT)}]{"text":"b"}`, 14],
  [`1${'0'.repeat(2 * LIMIT)}"a"{"text":"a"}{"text":"b"}`, 0],
  [`1${'0'.repeat(2 * LIMIT)}[{"text":"a"},{"text":"b"}]`, 0],
  [`{"text":"a"}1${'0'.repeat(2 * LIMIT)}{"text":"b"}`, 12],
])('JSON: a number above the limit ends in front of what is none (%s)', (data, start) => {
  for (const size of [1, 7, LIMIT, 1e6]) {
    const { documents, bad } = collectTexts((sink) => FORMATS[1].create(sink, LIMIT, 'skip'), Buffer.from(data), size, true).found
    expect(documents).toEqual(['a', 'b'])
    expect(bad[0]).toMatchObject({ start, end: start + 1 + 2 * LIMIT })
  }
})

test('CSV: a header above the limit is an error in any case', () => {
  const data = Buffer.from(`id,text,${'x'.repeat(LIMIT)}\n1,a,b\n`)
  for (const size of [1, 7, 1e6])
    expect(() => collectTexts((sink) => FORMATS[3].create(sink, LIMIT, 'skip'), data, size, true)).toThrow(
      'the row at byte 0 is longer than',
    )
})

test('JSON: what is wrong with a row counts up to the limit, wherever blocks end', () => {
  const { create } = FORMATS[1]
  for (const [before, message] of [
    [LIMIT - 8, 'the row at byte 1 is longer than'],
    [LIMIT - 9, undefined],
  ] as const)
    for (let size = 1; size < 2 * LIMIT; size++) {
      const data = Buffer.from(`[{"text":"${'a'.repeat(before)}\x01"}]`)
      const read = () => collectTexts((sink) => create(sink, LIMIT, 'fail'), data, size, true).found.bad
      if (message === undefined) expect(read()).toMatchObject([{ reason: 'a control character in a JSON string', at: LIMIT + 1 }])
      else expect(read).toThrow(message)
    }
})

test.each([
  ['abc\r\n', 3],
  ['abc\n', 3],
  ['abc\r', 3],
  ['abc', 3],
  ['\r\n', 0],
  ['', 0],
])('%j has %i bytes without its line end', (row, length) => expect(rowLength(Buffer.from(`xy${row}`), 2, 2 + row.length)).toBe(length))
