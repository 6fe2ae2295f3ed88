import fc from 'fast-check'
import { expect, test } from 'vitest'
import { codePointAt, codePointBefore, codePointEnd, codePointStart, firstByteOf, nextCodePoint } from '../../src/unicode/utf8.ts'

test('finds code points from each of their bytes', () => {
  const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 20 })
  fc.assert(
    fc.property(text, (text) => {
      const bytes = Buffer.from(text)
      const characters = [...text].map((character) => ({ codePoint: character.codePointAt(0)!, length: Buffer.byteLength(character) }))
      let end = 0
      const expected = characters.flatMap(({ codePoint, length }) => {
        const start = end
        end += length
        return Array.from({ length }, (_, i) => [start, i === 0 ? start : start + length, codePoint, start + length, start, bytes[start]])
      })
      const found = Array.from(bytes, (_, at) => {
        const start = codePointStart(bytes, at)
        const codePoint = codePointAt(bytes, start)
        const end = codePointEnd(bytes, start)
        return [start, nextCodePoint(bytes, at, bytes.length), codePoint, end, codePointBefore(bytes, end), codePoint < 0x80 ? codePoint : firstByteOf(codePoint)]
      })
      expect(found).toEqual(expected)
    }),
  )
})

test('does not pass over bounds', () => {
  const bytes = Buffer.alloc(8, 0x80)
  expect([codePointStart(bytes, 6, 2), codePointStart(bytes, 6), nextCodePoint(bytes, 2, 5), nextCodePoint(bytes, 2, 8)]).toEqual([2, 0, 5, 8])
})
