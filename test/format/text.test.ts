import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { IGNORING_SINK, type DocumentPer, type RecordSink } from '../../src/format/records.ts'
import { createTextParser } from '../../src/format/text.ts'
import { collectingSink, feed } from '../support/records.ts'

const parse = (text: string, documentPer: DocumentPer, size: number, stripBom = false, start = 0) => {
  const { sink, records } = collectingSink()
  feed(createTextParser(sink, start, { documentPer, stripBom }), Buffer.from(text), size)
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

  test.each(['line', 'blank-line'] as const)('%s: many at a time, if the sink takes them, and it is told of the same; also of text that is no UTF-8', (documentPer) => {
    const byte = fc.constantFrom(0x61, 0x62, 0x0a, 0x0a, 0x0d, 0xe6, 0x97, 0xa5, 0xff, 0x20)
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 60 }), fc.integer({ min: 1, max: 70 }), fc.integer({ min: 0, max: 3 }), (list, size, refuses) => {
        const text = Buffer.from(list)
        const one: string[] = []
        const many: string[] = []
        let [oneFormat, manyFormat, told] = [0, 0, 0]
        const sinkOf = (lines: string[], format: (bytes: number) => void): RecordSink => ({
          ...IGNORING_SINK,
          startDocument: () => void lines.push(''),
          text: (bytes) => void (lines[lines.length - 1] += bytes.toString('latin1')),
          format,
        })
        feed(createTextParser(sinkOf(one, (bytes) => (oneFormat += bytes)), 0, { documentPer, stripBom: false }), text, size)
        const sink: RecordSink = {
          ...sinkOf(many, (bytes) => (manyFormat += bytes)),
          documents({ text: texts, ends, end }) {
            if (refuses > 0 && ++told % refuses === 0) return false
            let from = 0
            for (const to of ends) {
              expect(texts[from] & 0xc0).not.toBe(0x80)
              many.push(texts.toString('latin1', from, to))
              from = to
            }
            expect(text.toString('latin1', 0, end)).toMatch(/\n$/)
            expect(text.toString('latin1', 0, end).replace(/(\r?\n)+$/, '')).toSatisfy((before: string) => before.endsWith(many.at(-1)!))
            return true
          },
        }
        feed(createTextParser(sink, 0, { documentPer, stripBom: false }), text, size)
        expect([many, manyFormat]).toEqual([one, oneFormat])
      }),
      { numRuns: 3000 },
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

  test('blank-line: lines of a paragraph that goes on beyond a block are told at once', () => {
    for (const lineEnd of ['\n', '\r\n']) {
      const told: string[] = []
      const parser = createTextParser({ ...IGNORING_SINK, text: (bytes) => void told.push(bytes.toString()) }, 0, { documentPer: 'blank-line', stripBom: false })
      const lines = Array.from({ length: 1000 }, (_, i) => `${i}`).join(lineEnd)
      feed(parser, Buffer.from(lines), 2 ** 12)
      expect(told.join('')).toBe(lines)
      expect(told.length).toBeLessThan(10)
    }
  })

  test('blank-line: line breaks in a row are told at once, however many', () => {
    for (const lineBreak of ['\n', '\r\n']) {
      const formats: number[] = []
      const parser = createTextParser({ ...IGNORING_SINK, format: (bytes) => void formats.push(bytes) }, 0, { documentPer: 'blank-line', stripBom: false })
      const text = Buffer.from(`a${lineBreak.repeat(10_000)}b`)
      feed(parser, text, 2 ** 12)
      expect(formats.reduce((sum, bytes) => sum + bytes, 0)).toBe(text.length - 2)
      expect(formats.length).toBeLessThan(20)
    }
  })

  test('file: all of it', () => {
    expect(parse('a\n\nb\n', 'file', 1).documents).toEqual([{ at: 0, text: 'a\n\nb\n' }])
  })

  test('a byte-order mark at the start goes if it is to be stripped', () => {
    for (const size of [1, 2, 3, 9]) {
      expect(parse('\ufeffa\ufeff', 'file', size, true)).toMatchObject({ documents: [{ at: 3, text: 'a\ufeff' }], format: 3 })
      expect(parse('\ufeff', 'file', size, true)).toMatchObject({ documents: [], format: 3 })
      expect(parse('ab', 'line', size, true)).toMatchObject({ documents: [{ at: 0, text: 'ab' }], format: 0 })
      for (const documentPer of ['file', 'line', 'blank-line'] as const) // a chunk of a file may begin with what is none there
        expect(parse('\ufeffa', documentPer, size, true, 7)).toMatchObject({ documents: [{ at: 7, text: '\ufeffa' }], format: 0 })
    }
  })
})
