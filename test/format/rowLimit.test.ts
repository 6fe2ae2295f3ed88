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
  rows: readonly ((text: string) => string)[]
  /** What no parser can read. */
  bad: readonly ((text: string) => string)[]
  create(sink: RecordSink, maxRecordBytes: number): RecordParser
}

const inObject = (text: string): string => `{"text":"${text}"}`
const options = (maxRecordBytes: number) => ({ name: 'x', textFields: ['text'], maxRecordBytes })
const FORMATS: readonly RowFormat[] = [
  {
    name: 'JSON Lines',
    start: '',
    separators: ['\n', '\n', '\r\n'],
    end: '',
    rows: [inObject, (text) => `{"text":["${text}","b"]}`, (text) => ' '.repeat(text.length)],
    bad: [(text) => `{"text":"${text}`, (text) => `{"text":"${text}"}}`],
    create: (sink, maxRecordBytes) => createJsonlParser(sink, 0, options(maxRecordBytes)),
  },
  {
    name: 'JSON, an array',
    start: '[{"text":"first"},',
    separators: [',', ' , ', `,${' '.repeat(2 * LIMIT)}`],
    end: '{"text":"last"}]',
    rows: [
      inObject,
      (text) => `{"text":["${text}","b"]}`,
      (text) => `[${inObject(text)}]`,
      (text) => `"${text}"`,
      (text) => `1${'0'.repeat(text.length)}`,
    ],
    bad: [],
    create: (sink, maxRecordBytes) => createJsonParser(sink, 0, options(maxRecordBytes), true),
  },
  {
    name: 'JSON, rows one after another',
    start: '',
    separators: ['\n', ' '.repeat(2 * LIMIT)],
    end: '',
    rows: [inObject, (text) => `{"text":["${text}","b"]}`, (text) => `1${'0'.repeat(text.length)}`],
    bad: [],
    create: (sink, maxRecordBytes) => createJsonParser(sink, 0, options(maxRecordBytes), true),
  },
  {
    name: 'CSV',
    start: 'id,text\n',
    separators: ['\n', '\n', '\r\n'],
    end: '',
    rows: [(text) => `1,${text}`, (text) => `1,"${text}"`, (text) => `1,"${text.replaceAll('a', '\n')}"`, (text) => `1,"${text}""\r\n"`],
    bad: [(text) => `1,"a"${text}`, (text) => `1,${text},3`],
    create: (sink, maxRecordBytes) => createCsvParser(sink, 0, { ...options(maxRecordBytes), delimiter: 0x2c }),
  },
]

const texts = fc.oneof(
  fc.integer({ min: 0, max: 3 * LIMIT }).map((length) => 'a'.repeat(length)),
  fc.integer({ min: LIMIT - 24, max: LIMIT + 2 }).map((length) => 'b'.repeat(length)),
)

/** A file of rows, and where each is. */
const files = ({ start, separators, end, rows, bad }: RowFormat) =>
  fc
    .array(fc.tuple(fc.constantFrom(...rows, ...rows, ...bad), texts, fc.constantFrom(...separators)), { minLength: 1, maxLength: 8 })
    .map((parts) => {
      let data = start
      const places = parts.map(([row, text, separator]) => {
        const place = { start: data.length, length: row(text).length }
        data += row(text) + separator
        return place
      })
      return { data: Buffer.from(data + end), tooLong: places.filter(({ length }) => length > LIMIT) }
    })

test.each(FORMATS)('$name: the first row above the limit is an error with its place, wherever blocks end', (format) => {
  const sizes = fc.oneof(fc.integer({ min: 1, max: 3 * LIMIT }), fc.constant(1e6))
  fc.assert(
    fc.property(files(format), sizes, fc.boolean(), ({ data, tooLong }, size, takesMany) => {
      const read = (maxRecordBytes: number) => collectTexts((sink) => format.create(sink, maxRecordBytes), data, size, takesMany).found
      if (tooLong.length === 0) expect(read(LIMIT)).toEqual(read(1e6))
      else expect(() => read(LIMIT)).toThrow(`the row at byte ${tooLong[0].start} is longer than ${LIMIT} bytes`)
    }),
    { numRuns: 2000 },
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
      const read = () => collectTexts((sink) => create(sink, LIMIT), data, size, true).found.bad
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
