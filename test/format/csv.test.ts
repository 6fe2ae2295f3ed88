import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createCsvParser } from '../../src/format/csv.ts'
import type { RecordSink } from '../../src/format/records.ts'
import { collectingSink, collectTexts, feed } from '../support/records.ts'

const parse = (data: string | Buffer, size = 1000, textFields = ['text'], delimiter = ',', maxRecordBytes = 1e6) => {
  const { sink, records } = collectingSink()
  const options = { name: 'x.csv', textFields, maxRecordBytes, delimiter: delimiter.charCodeAt(0) }
  feed(createCsvParser(sink, 0, options), Buffer.from(data), size)
  return records
}

const value = fc
  .array(fc.constantFrom('a', 'é', ',', '\t', '"', '\n', '\r\n', '\r', ' ', 'word', '""'), { maxLength: 6 })
  .map((parts) => parts.join(''))
const needsQuotes = (text: string): boolean => /[",\t\n\r]/.test(text)

describe('CSV', () => {
  test('what a writer put in comes out, for every feed size', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(value, value, value, fc.boolean()), { maxLength: 6 }),
        fc.constantFrom('\n', '\r\n'),
        fc.constantFrom(',', '\t'),
        fc.constantFrom('', '\ufeff'),
        fc.boolean(),
        fc.integer({ min: 1, max: 40 }),
        (rows, lineEnd, delimiter, mark, endsWithLine, size) => {
          const cell = (text: string, always: boolean): string => (always || needsQuotes(text) ? `"${text.replaceAll('"', '""')}"` : text)
          const lines = rows.map(([a, text, b, always]) => [a, text, b].map((field) => cell(field, always)).join(delimiter))
          const data = mark + ['id,"te""xt",z'.replaceAll(',', delimiter), ...lines].join(lineEnd) + (endsWithLine ? lineEnd : '')
          const { documents, bad, format } = parse(data, size, ['te"xt', 'id'], delimiter)
          const texts = rows.map(([id, text]) => [text, id])
          const shown = texts.map((fields) => fields.join('')).filter((text) => text !== '')
          expect(documents.map(({ text }) => text.replace('\x1f', ''))).toEqual(shown)
          expect(bad).toEqual([])
          expect(format).toBe(Buffer.byteLength(data) - Buffer.byteLength(shown.join('')))
        },
      ),
      { numRuns: 3000 },
    )
  })

  test('rows that are taken many at a time are what they are one by one, whatever is among them', () => {
    const text = fc.array(fc.constantFrom('a', 'é', ',', '""', '\n', '\r\n', '\r', ' ', 'word', 'x'.repeat(40)), { maxLength: 6 })
    const row = fc.oneof(
      { weight: 8, arbitrary: text.map((parts) => `1,"${parts.join('')}"`) },
      { weight: 4, arbitrary: fc.constantFrom('1,plain', ',', '1,', '"1",text of a row that is longer than sixteen bytes', '1,a\r') },
      {
        weight: 1,
        arbitrary: fc.constantFrom('', '1', '1,a,2', '1,a"b', '1,"a"b', '1,"a"\rb', '1,"a\r', '1,a\rb', '"', '1,\x80', '1,a\xff'),
      },
    )
    const rows = fc.array(fc.tuple(row, fc.constantFrom('\n', '\n', '\r\n')), { maxLength: 40 })
    fc.assert(
      fc.property(rows, fc.constantFrom(1, 7, 100, 1e6), fc.constantFrom(['text'], ['id']), (lines, size, textFields) => {
        const data = Buffer.from(`id,text\n${lines.map((line) => line.join('')).join('')}`, 'latin1')
        const parser = (sink: RecordSink) => createCsvParser(sink, 0, { name: 'x.csv', textFields, maxRecordBytes: 1e6, delimiter: 0x2c })
        expect(collectTexts(parser, data, size, true).found).toEqual(collectTexts(parser, data, size, false).found)
      }),
      { numRuns: 3000 },
    )
  })

  test('usual rows are taken many at a time', () => {
    const rows = Array.from({ length: 1000 }, (_, i) => `${i},"text ""${i}"""\r\n`).join('')
    const options = { name: 'x.csv', textFields: ['text'], maxRecordBytes: 1e6, delimiter: 0x2c }
    const parser = (sink: RecordSink) => createCsvParser(sink, 0, options)
    const { many, found } = collectTexts(parser, Buffer.from(`id,text\n${rows}`), 1e6, true)
    expect(many).toBe(1000)
    expect(found.documents[7]).toBe('text "7"')
  })

  test('who is given the header does not take it for a row where a part begins with it, or in front of it', () => {
    const data = Buffer.from('\n"id of\nrow",text\n1,a\n2,b\n')
    const options = { name: 'x.csv', textFields: ['text'], maxRecordBytes: 1e6, delimiter: 0x2c }
    const whole = createCsvParser(collectingSink().sink, 0, options)
    whole.push(data)
    expect(whole.header).toEqual({ width: 2, columns: [1], end: 18 })
    for (const start of [0, 1, 18])
      for (const size of [1, 5, 1000]) {
        const parser = (sink: RecordSink) => createCsvParser(sink, start, options, whole.header)
        for (const takesMany of [false, true])
          expect(collectTexts(parser, data.subarray(start), size, takesMany).found).toMatchObject({ documents: ['a', 'b'], bad: [], format: data.length - start - 2 })
      }
  })

  test('a byte-order mark anywhere but at the beginning of the file is text', () => {
    for (let size = 1; size < 40; size++)
      expect(parse('\ufefftext,id\n\ufeffa,1\n\ufeff\ufeffb,2\n', size).documents.map(({ text }) => text)).toEqual(['\ufeffa', '\ufeff\ufeffb'])
  })

  test('a header that cannot be read is an error', () => {
    expect(() => parse('id,"te"xt\n1,a\n')).toThrow(
      'reading x.csv: the header of the table cannot be read: text behind the quotes of a field, at byte 7',
    )
  })

  test('rows that end at carriage returns alone are an error, not one long header', () => {
    for (let size = 1; size < 30; size++)
      expect(() => parse('text,id\ra,1\rb,2\r', size)).toThrow(
        'reading x.csv: the header of the table cannot be read: a carriage return that no line feed follows (rows end at \\n or \\r\\n), at byte 7',
      )
    expect(parse('text,"i\rd"\r\na,1').documents).toMatchObject([{ text: 'a' }])
    expect(parse('text\r').documents).toEqual([])
  })

  test.each([
    ['1,a,2\n\n1,"b" x,2\n1,c,2\n', 'text behind the quotes of a field', 12, ['a', 'c']],
    ['1,a"b,2\n1,c,2\n', 'a quote in a field that is not quoted', 3, ['c']],
    ['1,a,2\n1,b\n1,c,2', 'the row has 2 fields, and the header has 3', 6, ['a', 'c']],
    ['1,a,2\n1,"c,2\n1,d,2\n', 'a quoted field is not closed', 19, ['a']],
    ['1,a,2\n1,b,"c"x', 'text behind the quotes of a field', 13, ['a']],
    ['1,a,2\n1,b,"c"\rx\n1,d,2', 'text behind the quotes of a field', 13, ['a', 'd']],
  ])('%j has a bad row', (rows, reason, at, texts) => {
    for (let size = 1; size < 30; size++) {
      const { documents, bad } = parse(`id,text,z\n${rows}`, size)
      expect(documents.map(({ text }) => text)).toEqual(texts)
      expect(bad).toMatchObject([{ reason, at: at + 10 }])
    }
  })

  test('a column that is not there is an error that names those that are', () => {
    expect(() => parse('id,body\n1,a\n')).toThrow(
      'reading x.csv: the header has no column "text"; it has "id", "body" (--text-field names one)',
    )
  })

  test('a first line that tells Excel the delimiter is no header', () => {
    const wayOut = /\(that line is for Excel only: tail -n \+2 gets what follows it\)$/
    expect(() => parse('sep=;\r\ntext;id\r\na;1\r\n')).toThrow(wayOut)
    expect(() => parse('sep=;\r\ntext;id\r\na;1\r\n', 1000, ['text'], ';')).toThrow(wayOut)
  })

  test('of very many columns the first are named, and a column behind them is found', () => {
    const header = Array.from({ length: 300 }, (_, i) => `c${i}`).join(',')
    expect(() => parse(`${header}\n`)).toThrow(/the header has no column "text"; it has "c0", .*"c99" and 200 others \(--text-field names one\)$/)
    expect(() => parse(`${header},text,text\n`)).toThrow('two columns are called "text", 301 and 302 of 302')
    const row = '"a""b",'.repeat(300)
    expect(parse(`${header},text\n${row}x\n`, 100, ['text', 'c299']).documents).toMatchObject([{ text: 'x\x1fa"b' }])
  })

  test('a row above the limit is an error with its place', () => {
    expect(() => parse(`text\na\n"${'b'.repeat(300)}`, 7, ['text'], ',', 100)).toThrow(
      'reading x.csv: the row at byte 7 is longer than 100 bytes',
    )
  })

  test('nothing at all has no rows', () => expect(parse('')).toMatchObject({ documents: [], bad: [] }))
})
