import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createCsvParser } from '../../src/format/csv.ts'
import { createJsonParser } from '../../src/format/json.ts'
import { createJsonlParser, type JsonOptions } from '../../src/format/jsonl.ts'
import { IGNORING_SINK, type RecordParser, type RecordSink } from '../../src/format/records.ts'
import { collectingSink, collectingSinkOfMany, feed } from '../support/records.ts'

const OPTIONS: JsonOptions = { name: 'x', textFields: ['text', 'title'], maxRecordBytes: 1e6 }

/** What a parser tells, with all places; texts of a field that follow one another are not put together. */
const tell = (make: (sink: RecordSink) => RecordParser, data: Buffer, size: number) => {
  const documents: { at: number; texts: [at: number, bytes: string][]; fields: number }[] = []
  const bad: [start: number, end: number][] = []
  let format = 0
  const sink: RecordSink = {
    ...IGNORING_SINK,
    startDocument: (at) => void documents.push({ at, texts: [], fields: 1 }),
    text: (bytes, at) => void documents.at(-1)!.texts.push([at, bytes.toString('latin1')]),
    invalid: (start, end, bytes) => void documents.at(-1)!.texts.push([start, data.toString('latin1', start, end) === bytes.toString('latin1') ? 'invalid!' : 'other!']),
    endText: () => void documents.at(-1)!.fields++,
    format: (bytes) => void (format += bytes),
    badRecord: (start, end) => void bad.push([start, end]),
  }
  feed(make(sink), data, size)
  return { documents, bad, format }
}

/** Rows that are set apart by what is no row, and where each is. */
interface Part {
  row: string
  isBad: boolean
  behind: string
}

const json = fc
  .tuple(fc.constantFrom('', 'a', 'some words', 'a\\n', '\\u00e9', '\\ud83d\\ude00'), fc.constantFrom('', 't', '\\\\'), fc.boolean())
  .map(([text, title, isTurned]) => (isTurned ? `{"title":"${title}","text":"${text}"}` : `{"id": 1, "text":"${text}","title" :"${title}"}`))
const csv = fc
  .tuple(fc.constantFrom('', 'a', '"some words"', '"a ""b"""', '"a\nb"'), fc.constantFrom('', 't', '"t,"'))
  .map(([text, title]) => `1,${text},${title}`)

const FORMATS = [
  { name: 'JSON Lines', start: '', end: '', rows: json, bad: ['{"text":1}', '{"text":"a"}', '{'], behind: ['\n', '\r\n', '\n \n'], endsWithBehind: true, create: (sink: RecordSink) => createJsonlParser(sink, 0, OPTIONS) },
  { name: 'JSON', start: '[', end: '1]', rows: json, bad: ['{"text":1}', '12'], behind: [',', ' ,\n'], endsWithBehind: false, create: (sink: RecordSink) => createJsonParser(sink, 0, OPTIONS, 'file') },
  { name: 'CSV', start: 'id,text,title\n', end: '', rows: csv, bad: ['1', '1,2,3,4', '1,a"b,c', '1,"a"b,c', '"1"b'], behind: ['\n', '\r\n'], endsWithBehind: true, create: (sink: RecordSink) => createCsvParser(sink, 0, { ...OPTIONS, delimiter: 0x2c }) },
]

const partsOf = ({ rows, bad, behind }: (typeof FORMATS)[number]): fc.Arbitrary<Part[]> => {
  const row = fc.oneof(
    { weight: 3, arbitrary: rows.map((text) => ({ row: text, isBad: false })) },
    { weight: 1, arbitrary: fc.constantFrom(...bad).map((text) => ({ row: text, isBad: true })) },
  )
  return fc.array(fc.tuple(row, fc.constantFrom(...behind)).map(([one, separator]) => ({ ...one, behind: separator })), { minLength: 1, maxLength: 8 })
}

test.each(FORMATS)('$name: where documents, their texts and bad rows are, and that no byte is left out', (format) => {
  fc.assert(
    fc.property(partsOf(format), fc.integer({ min: 1, max: 80 }), (parts, size) => {
      const data = Buffer.from(format.start + parts.map(({ row, behind }) => row + behind).join('') + format.end)
      let at = format.start.length
      const [starts, bad]: [number[], [number, number][]] = [[], []]
      for (const { row, isBad, behind } of parts) {
        const lineEnd = /^\r?\n?/.exec(behind)![0].length
        if (isBad) bad.push([at, at + row.length + (format.endsWithBehind ? lineEnd : 0)])
        else starts.push(at)
        at += Buffer.byteLength(row + behind)
      }
      if (format.end !== '') bad.push([at, at + 1])
      const found = tell(format.create, data, size)
      expect(found.documents.map((document) => document.at)).toEqual(starts)
      expect(found.bad).toEqual(bad)
      let told = found.format + bad.reduce((sum, [start, end]) => sum + end - start, 0)
      for (const { texts, fields } of found.documents) {
        expect(fields).toBe(2)
        for (const [place, text] of texts) {
          told += text.length
          if (text !== '' && data[place] !== 0x5c) expect(data[place]).toBe(text.charCodeAt(0))
        }
      }
      expect(told).toBe(data.length)
    }),
    { numRuns: 300 },
  )
})

test('JSON Lines: places among lone surrogates and bytes that are not UTF-8, and that no byte is left out', () => {
  const units = ['a', 'words', '\\n', '\\u0041', '\xc3\xa9', '\xff', '\\ud83d\\uDE00', '\\ud83d', '\\udfff']
  fc.assert(
    fc.property(fc.array(fc.string({ unit: fc.constantFrom(...units), maxLength: 12 }), { maxLength: 4 }), fc.integer({ min: 1, max: 60 }), (texts, size) => {
      const data = Buffer.from(texts.map((text) => `{"text":"${text}","title":""}\n`).join(''), 'latin1')
      const { documents, format, bad } = tell((sink) => createJsonlParser(sink, 0, OPTIONS), data, size)
      let told = format
      for (const document of documents) {
        let last = document.at
        for (const [at, text] of document.texts) {
          if (text === '') continue
          expect(at).toBeGreaterThan(last)
          last = at
          expect(text).not.toBe('other!')
          if (text === 'invalid!') expect(data.toString('latin1', at, at + 6)).toMatch(/^\\u[dD][89a-fA-F]..$/)
          else if (data[at] !== 0x5c) expect(data[at]).toBe(text.charCodeAt(0))
          told += text === 'invalid!' ? 6 : text.length
        }
      }
      expect([documents.length, bad]).toEqual([texts.length, []])
      expect(told).toBe(data.length)
    }),
    { numRuns: 300 },
  )
})

describe('rows with invalid UTF-8', () => {
  const KINDS: [name: string, before: string, row: string, after: string, reason: string, at: number, create: (sink: RecordSink, options: JsonOptions) => RecordParser][] = [
    ['JSON Lines', '{"text":"a"}\n', '{"text":"\xff"}\n', '{"text":"b"}\n', 'text', 9, (sink, options) => createJsonlParser(sink, 0, options)],
    ['JSON Lines, escapes', '{"text":"a"}\n', '{"text":"\\n\\ud800"}\n', '{"text":"b"}\n', 'text', 9, (sink, options) => createJsonlParser(sink, 0, options)],
    ['JSON', '[{"text":"a"},', '{"text":"\xff"}', ',{"text":"b"}]', 'text', 9, (sink, options) => createJsonParser(sink, 0, options, 'file')],
    ['CSV', 'text\na\n', '\xff\n', 'b\n', 'text', 0, (sink, options) => createCsvParser(sink, 0, { ...options, delimiter: 0x2c })],
    ['CSV, quotes', 'text\na\n', '"\xff"\n', 'b\n', 'text', 1, (sink, options) => createCsvParser(sink, 0, { ...options, delimiter: 0x2c })],
  ]

  test.each(KINDS)('%s: are left out if that is wanted, and only then', (_, before, row, after, field, at, create) => {
    const data = Buffer.from(before + row + after, 'latin1')
    for (const size of [1, 3, 1000])
      for (const makeSink of [collectingSink, collectingSinkOfMany])
        for (const errors of ['strict', 'replace', 'ignore'] as const)
          for (const onError of ['skip', 'fail'] as const) {
            const { sink, records } = makeSink()
            feed(create(sink, { name: 'x', textFields: [field], maxRecordBytes: 1e6, errors, onError }), data, size)
            const isLeftOut = errors === 'strict' && onError === 'skip'
            expect(records.documents.length).toBe(isLeftOut ? 2 : 3)
            const problem = { start: before.length, end: before.length + row.length, reason: `the field "${field}" has invalid UTF-8 in it`, at: before.length + at }
            expect(records.bad).toEqual(isLeftOut ? [problem] : [])
          }
  })
})
