import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ReadAt } from '../../src/snap/snapChunks.ts'
import { findLineStart, findParagraphStart, snapRecords, type FindRecordStart } from '../../src/snap/snapRecords.ts'

const texts = fc
  .array(fc.constantFrom('a', 'bc', '\n', '\r', '\r\n', '\n\n'), { maxLength: 40 })
  .map((parts) => Buffer.from(parts.join('')))

const snap = (text: Buffer, chunkBytes: number, findStart: FindRecordStart) => {
  const chunks = Array.from({ length: Math.ceil(text.length / chunkBytes) }, (_, i) => ({
    source: 0,
    start: i * chunkBytes,
    end: Math.min(text.length, (i + 1) * chunkBytes),
  }))
  return snapRecords(chunks, async (position, length) => text.subarray(position, position + length), findStart)
}

test.each([
  ['lines', findLineStart, /\n(?=[^])/g],
  ['paragraphs', findParagraphStart, /\n\r?\n(?=[^\r\n])/g],
] as const)('borders between chunks of %s go to the next record, and chunks cover the text', async (_, findStart, border) => {
  await fc.assert(
    fc.asyncProperty(texts, fc.integer({ min: 1, max: 12 }), async (text, chunkBytes) => {
      const chunks = await snap(text, chunkBytes, findStart)
      const starts = [...text.toString().matchAll(border)].map((match) => match.index + match[0].length)
      const planned = Array.from({ length: Math.ceil(text.length / chunkBytes) }, (_, i) => i * chunkBytes).slice(1)
      const expected = planned.flatMap((at) => starts.filter((start) => start >= at && start < at + chunkBytes).slice(0, 1))
      expect(chunks.map(({ start }) => start)).toEqual(text.length === 0 ? [] : [0, ...expected])
      expect(chunks.map(({ end }) => end)).toEqual(text.length === 0 ? [] : [...expected, text.length])
    }),
    { numRuns: 1000 },
  )
})

test.each([
  ['lines', findLineStart, ['\n', '\r\n']],
  ['paragraphs', findParagraphStart, ['\n\n', '\n\r\n', '\r\n\r\n', '\n\n\r\n']],
] as const)('%s are found at every place around the borders of the windows, each with what ends the one before', async (_, findStart, ends) => {
  let largest = 0
  const readIn =
    (text: Buffer): ReadAt =>
    async (position, length) => {
      largest = Math.max(largest, length)
      return text.subarray(position, position + length)
    }
  // 64 KiB, 128 KiB: each begins where the one before ends
  for (const border of [64, 192].map((kib) => 10 + kib * 1024))
    for (const end of ends)
      for (let at = border - 10; at <= border + 10; at++) {
        const text = Buffer.alloc(256 * 1024, 'x')
        text.write(end, at - end.length)
        const chunks = [
          { source: 0, start: 0, end: 10 },
          { source: 0, start: 10, end: text.length },
        ]
        expect(await snapRecords(chunks, readIn(text), findStart)).toEqual([
          { source: 0, start: 0, end: at },
          { source: 0, start: at, end: text.length },
        ])
      }
  expect(largest).toBeLessThan(129 * 1024)
})
