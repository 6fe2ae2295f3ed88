import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createJsonParser } from '../../src/format/json.ts'
import type { RecordSink } from '../../src/format/records.ts'
import { collectingSink, collectTexts, feed } from '../support/records.ts'

const parse = (data: string | Buffer, size = 1000, maxRecordBytes = 1e6) => {
  const { sink, records } = collectingSink()
  feed(createJsonParser(sink, 0, { name: 'x.json', textFields: ['text'], maxRecordBytes }, 'file'), Buffer.from(data), size)
  return records
}

const rows = fc.array(fc.record({ text: fc.string({ unit: 'grapheme', maxLength: 20 }), other: fc.jsonValue({ maxDepth: 2 }) }), {
  maxLength: 5,
})

describe('JSON', () => {
  test('arrays and rows one after another, however they are laid out, for every feed size', () => {
    const layout = fc.tuple(rows, fc.constantFrom(0, 1, 4, '\t'), fc.boolean(), fc.constantFrom('', '\ufeff', ' \n'))
    fc.assert(
      fc.property(layout, layout, fc.integer({ min: 1, max: 60 }), (first, second, size) => {
        const write = ([list, indent, isArray]: typeof first): string =>
          isArray ? JSON.stringify(list, undefined, indent) : list.map((row) => JSON.stringify(row, undefined, indent)).join('\n')
        const data = first[3] + write(first) + '\r\n' + write(second)
        const { documents, bad, format } = parse(data, size)
        const texts = [...first[0], ...second[0]].map(({ text }) => text)
        expect(documents.map(({ text }) => text)).toEqual(texts.filter((text) => text !== ''))
        expect(bad).toEqual([])
        expect(format).toBe(Buffer.byteLength(data) - Buffer.byteLength(texts.join('')))
      }),
      { numRuns: 1000 },
    )
  })

  test('rows that are taken many at a time are what they are one by one, whatever is among them', () => {
    const row = fc.oneof(
      { weight: 8, arbitrary: fc.string({ unit: 'grapheme', maxLength: 20 }).map((text) => JSON.stringify({ id: 1, text })) },
      { weight: 1, arbitrary: fc.constantFrom('12', 'null', '{"x":1}', '{"text":["a","b"]}', '[{"text":"c"}]', '{"text":"\\ud800"}') },
    )
    const separator = fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom(',', ' ,\n ') },
      { weight: 1, arbitrary: fc.constantFrom('', ',,', '],[', ']', '}') },
    )
    fc.assert(
      fc.property(
        fc.array(fc.tuple(row, separator), { maxLength: 30 }),
        fc.constantFrom('[', ' [ ', ''),
        fc.constantFrom(7, 100, 1e6),
        (list, start, size) => {
          const data = Buffer.from(
            `${start}${list.map(([json, between]) => json + (start === '' ? '\n' : between)).join('')}{"text":"z"}${start && ']'}`,
          )
          const parser = (sink: RecordSink) =>
            createJsonParser(sink, 0, { name: 'x.json', textFields: ['text'], maxRecordBytes: 1e6 }, 'file')
          expect(collectTexts(parser, data, size, true).found).toEqual(collectTexts(parser, data, size, false).found)
        },
      ),
      { numRuns: 2000 },
    )
  })

  test('usual rows are taken many at a time', () => {
    const rows = Array.from({ length: 1000 }, (_, i) => ({ text: `row ${i}` }))
    const parser = (sink: RecordSink) => createJsonParser(sink, 0, { name: 'x.json', textFields: ['text'], maxRecordBytes: 1e6 }, 'file')
    for (const data of [JSON.stringify(rows), JSON.stringify(rows, undefined, 2), rows.map((row) => JSON.stringify(row)).join('\n')])
      expect(collectTexts(parser, Buffer.from(data), 1e6, true).many).toBeGreaterThan(990)
  })

  test('a row without the text is bad, and the others are not', () => {
    for (let size = 1; size < 40; size++) {
      const { documents, bad } = parse('[{"text":"a"}, 12, null ,{"x":1},[{"text":"b"}],{"text":"c"}]', size)
      expect(documents.map(({ text }) => text)).toEqual(['a', 'c'])
      expect(bad.map(({ start, end }) => [start, end])).toEqual([
        [15, 17],
        [19, 23],
        [25, 32],
        [33, 47],
      ])
    }
  })

  test.each([
    ['[{"text":"a"} {"text":"b"}]', 14, 'a comma or ] is needed behind a row of a JSON array'],
    ['[{"text":"a"},]', 14, 'this is not JSON'],
    ['[{"text":"a"}', 13, 'the JSON array is not closed'],
    ['[{"text":"a"},', 14, 'the JSON array is not closed'],
    ['[{"text":"a"},{"text":"b', 24, 'the JSON ends too early'],
    ['[{"text":"a"},{"text":}, {"text":"b"}]', 22, 'this is not JSON'],
    ['{"text":"a"}}{"text":"b"}', 12, 'this is not JSON (if each line is a row: --format jsonl)'],
    ['{"text":"a"}\n{"text":"b', 23, 'the JSON ends too early'],
  ])('%s: what is behind the error is lost', (data, at, reason) => {
    for (let size = 1; size < 30; size++) {
      const { documents, bad, format, skipped } = parse(data, size)
      expect(documents).toMatchObject([{ text: 'a' }])
      expect(bad).toMatchObject([{ reason, at }])
      expect(format + skipped + 1).toBe(data.length)
      const parser = (sink: RecordSink) => createJsonParser(sink, 0, { name: 'x.json', textFields: ['text'], maxRecordBytes: 1e6 }, 'file')
      expect(collectTexts(parser, Buffer.from(data), size, true).found).toMatchObject({ documents: ['a'], bad })
    }
  })

  test.each<[data: string, endings: string[]]>([
    ['', ['file', 'row', 'limit']],
    ['{"text":"a"}', ['file', 'row', 'limit']],
    ['[{"text":"a"}]', ['file', 'row', 'limit']],
    ['[', ['limit']],
    ['[{"text":"a"}', ['row', 'limit']],
    ['[{"text":"a"} ', ['row', 'limit']],
    ['[{"text":"a"},', ['limit']],
    ['[{"text":"a"}, {"text":"b"}', ['row', 'limit']],
    ['[{"text":"a"}, {"text":"b', []],
  ])('%s may be the end of: %j', (data, endings) => {
    for (const ending of ['file', 'row', 'limit'] as const) {
      const { sink, records } = collectingSink()
      feed(createJsonParser(sink, 0, { name: 'x.json', textFields: ['text'], maxRecordBytes: 1e6 }, ending), Buffer.from(data), 5)
      expect(records.bad.length).toBe(endings.includes(ending) ? 0 : 1)
    }
  })

  test('a row above the limit is an error with its place', () => {
    expect(() => parse(`[{"text":"a"},{"text":"${'b'.repeat(300)}"}]`, 7, 100)).toThrow(
      'reading x.json: the row at byte 14 is longer than 100 bytes; --max-record-bytes raises the limit',
    )
  })
})
