import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { DocumentPer } from '../../src/format/records.ts'
import { createTextParser } from '../../src/format/text.ts'
import { collectingSink, feed } from '../support/records.ts'

const parse = (text: string, documentPer: DocumentPer, size: number, stripBom = false) => {
  const { sink, records } = collectingSink()
  feed(createTextParser(sink, 0, { documentPer, stripBom }), Buffer.from(text), size)
  return records
}

const texts = fc.array(fc.constantFrom('a', 'bc', 'é', '\n', '\r', '\r\n', '\n\n', ' '), { maxLength: 20 }).map((parts) => parts.join(''))

describe('documents of a text file', () => {
  test('line: what stands between line ends, with its place, for every feed size', () => {
    fc.assert(
      fc.property(texts, fc.integer({ min: 1, max: 9 }), (text, size) => {
        const { documents, format } = parse(text, 'line', size)
        const lines = text.split(/\r?\n/)
        expect(documents.map((document) => document.text)).toEqual(lines.filter((line) => line !== ''))
        for (const { at, text: line } of documents) expect(Buffer.from(text).subarray(at).toString().startsWith(line)).toBe(true)
        expect(format).toBe(Buffer.byteLength(text) - Buffer.byteLength(lines.join('')))
      }),
      { numRuns: 2000 },
    )
  })

  test('blank-line: what stands between empty lines, for every feed size', () => {
    fc.assert(
      fc.property(texts, fc.integer({ min: 1, max: 9 }), (text, size) => {
        const { documents, format } = parse(text, 'blank-line', size)
        const expected = text
          .replace(/^(?:\r?\n)+/, '')
          .replace(/(?:\r?\n)+$/, '')
          .split(/(?:\r?\n){2,}/)
        expect(documents.map((document) => document.text)).toEqual(expected.filter((document) => document !== ''))
        for (const { at, text: document } of documents) expect(Buffer.from(text).subarray(at).toString().startsWith(document)).toBe(true)
        expect(format).toBe(Buffer.byteLength(text) - Buffer.byteLength(expected.join('')))
      }),
      { numRuns: 2000 },
    )
  })

  test('file: all of it', () => {
    expect(parse('a\n\nb\n', 'file', 1).documents).toEqual([{ at: 0, text: 'a\n\nb\n' }])
  })

  test('a byte-order mark at the start goes if it is to be stripped', () => {
    for (const size of [1, 2, 3, 9]) {
      expect(parse('\ufeffa\ufeff', 'file', size, true)).toMatchObject({ documents: [{ at: 3, text: 'a\ufeff' }], format: 3 })
      expect(parse('\ufeff', 'file', size, true)).toMatchObject({ documents: [], format: 3 })
      expect(parse('ab', 'line', size, true)).toMatchObject({ documents: [{ at: 0, text: 'ab' }], format: 0 })
    }
  })
})
