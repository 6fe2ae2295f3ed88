import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createJsonParser } from '../../src/format/json.ts'
import { collectingSink, feed } from '../support/records.ts'

const parse = (data: string | Buffer, size = 1000, maxRecordBytes = 1e6) => {
  const { sink, records } = collectingSink()
  feed(createJsonParser(sink, { name: 'x.json', textFields: ['text'], maxRecordBytes }), Buffer.from(data), size)
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
    ['[{"text":"a"},', 14, 'the JSON array is not closed'],
    ['[{"text":"a"},{"text":"b', 24, 'the JSON ends too early'],
    ['[{"text":"a"},{"text":}, {"text":"b"}]', 22, 'this is not JSON'],
    ['{"text":"a"}}{"text":"b"}', 12, 'this is not JSON'],
  ])('%s: what is behind the error is lost', (data, at, reason) => {
    for (let size = 1; size < 30; size++) {
      const { documents, bad, format, skipped } = parse(data, size)
      expect(documents).toMatchObject([{ text: 'a' }])
      expect(bad).toMatchObject([{ reason, at }])
      expect(format + skipped + 1).toBe(data.length)
    }
  })

  test('a row above the limit is an error with its place', () => {
    expect(() => parse(`[{"text":"a"},{"text":"${'b'.repeat(300)}"}]`, 7, 100)).toThrow(
      'reading x.json: the row at byte 14 is longer than 100 bytes; --max-record-bytes raises the limit',
    )
  })
})
