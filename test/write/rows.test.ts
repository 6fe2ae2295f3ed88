import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CODECS, type TextFormat } from '../../src/write/formats.ts'
import { emptyBatch, inBatches, type PieceBatch } from '../../src/write/pieceBatch.ts'
import { utf8Length } from '../../src/write/pieceText.ts'
import { MOST_ENCODED, RowEncoder } from '../../src/write/rows.ts'
import type { PieceCount } from '../../src/types.ts'

/** The specification. */
const rowsOf = (format: TextFormat, entries: readonly PieceCount[]): string => {
  const { separator, before, escapes, between, after } = CODECS[format].layout
  const escaped = (piece: Uint8Array): string => {
    let text = ''
    for (let at = 0; at < piece.length;) {
      const length = utf8Length(piece, at, piece.length)
      const next = at + (length || 1)
      text += (length <= 1 ? escapes[piece[at]] : undefined) ?? Buffer.from(piece.subarray(at, next)).toString('latin1')
      at = next
    }
    return text
  }
  return entries.map(({ piece, count }) => `${before}${escaped(piece)}${between}${count}${after}`).join(separator)
}

/** Pieces that stand here and there, the last one first. */
function* scattered(entries: readonly PieceCount[]): Generator<PieceBatch> {
  const bytes = Buffer.concat(entries.toReversed().flatMap(({ piece }) => [piece, Buffer.from('-')]))
  let end = bytes.length
  for (let first = 0; first < entries.length; first += 200) {
    const batch = emptyBatch(bytes)
    for (const { piece, count } of entries.slice(first, first + 200)) {
      batch.ends[batch.size] = end - 1
      end -= piece.length + 1
      batch.starts[batch.size] = end
      batch.counts[batch.size++] = count
    }
    yield batch
  }
}

const encoded = (format: TextFormat, batches: Iterable<PieceBatch>): string => {
  const encoder = new RowEncoder(CODECS[format].layout)
  let text = ''
  for (const batch of batches)
    for (const bytes of encoder.encode(batch)) {
      expect(bytes.length).toBeLessThanOrEqual(MOST_ENCODED)
      text += Buffer.from(bytes).toString('latin1')
    }
  return text
}

const FORMATS = Object.keys(CODECS) as TextFormat[]
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 12 }).map((text) => Uint8Array.from(Buffer.from(text))),
  fc.constantFrom('"', '\\', '\t\r\n', '\x00\x1f\x7f', ' the', 'é', '\u{10ffff}').map((text) => Uint8Array.from(Buffer.from(text))),
  fc.constantFrom([0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xc0, 0x80], [0xe0, 0x9f, 0x80], [0xf0, 0x8f, 0x80, 0x80]).map(Uint8Array.from.bind(Uint8Array)),
)
const count = fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 2 ** 32 }), fc.constantFrom(9, 10, 2 ** 31 - 1, 2 ** 31, 2 ** 53 - 1))

test.each(FORMATS)('%s: as it is specified', (format) => {
  fc.assert(
    fc.property(fc.array(fc.record({ piece: bytes, count }), { maxLength: 600 }), (entries) => {
      expect(encoded(format, inBatches(entries))).toBe(rowsOf(format, entries))
      expect(encoded(format, scattered(entries))).toBe(rowsOf(format, entries))
    }),
  )
})

test.each(FORMATS)('%s: pieces of any length', (format) => {
  const of = (length: number, text: string): Uint8Array => Buffer.alloc(length, text)
  const pieces = [2 ** 15 - 1, 2 ** 15, 2 ** 15 + 1, 100_000].flatMap((length) =>
    ['a', '"', 'aé', 'a字', '\u{1f600}', 'ab\u{1f600}', '\x80', 'a\xf0\x9f'].map((text) => of(length, text)),
  )
  const latin = Buffer.alloc(70_000, Buffer.from([0xf0, 0x9f, 0x98, 0xe5, 0xad, 0x80, 0x80, 0x80, 0x80]))
  const entries = [...pieces, latin, of(3, 'end')].map((piece, i) => ({ piece, count: i + 1 }))
  expect(encoded(format, inBatches(entries)) === rowsOf(format, entries)).toBe(true)
  expect(encoded(format, scattered(entries)) === rowsOf(format, entries)).toBe(true)
})
