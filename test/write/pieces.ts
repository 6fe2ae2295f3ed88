import fc from 'fast-check'
import { PieceTable } from '../../src/count/pieceTable.ts'
import { PretokenCounts } from '../../src/result/pretokenCounts.ts'
import { pieceToBytes } from '../../src/write/pieceText.ts'

/** Pieces that are special in one format or another, as byte strings in Latin-1. */
const AWKWARD = [
  '\0',
  '\t',
  '\n',
  '\r',
  '\r\n',
  '\x1b',
  '\x7f',
  ' ',
  ',',
  '"',
  '""',
  "'",
  '\\',
  '\\n',
  '\\x00',
  '\\u0041',
  '{',
  '}',
  ':',
  '#',
  '=1+1',
  '1',
  '0',
  '-1',
  '__proto__',
  'constructor',
  'toString',
  'piece',
  'count',
  'piece\tcount',
  'piece,count',
  'null',
  '\xef\xbb\xbf',
  '\xef\xbb',
  '\xff',
  '\x80',
  '\xed\xa0\x80',
  '\xed\xb2\x80',
  '\xc3',
  '\xc3\xa9',
  '\xc0\x80',
  '\xe0\x80\x80',
  '\xf0\x9f\x98',
  '\xf0\x9f\x98\x80',
  '\xf4\x90\x80\x80',
  '\xc2\x85',
  '\xe2\x80\xa8',
].map((text) => Uint8Array.from(Buffer.from(text, 'latin1')))

/** Any byte string that is not empty; half of them near the borders of formats and of UTF-8. */
export const piece: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 12 }),
  fc.constantFrom(...AWKWARD),
  fc.array(fc.constantFrom(...AWKWARD), { minLength: 1, maxLength: 4 }).map((parts) => Uint8Array.from(Buffer.concat(parts))),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }).map((text) => Uint8Array.from(Buffer.from(text))),
)

const count = fc.oneof(
  fc.integer({ min: 1, max: 20 }),
  fc.integer({ min: 1, max: 2 ** 40 }),
  fc.constantFrom(9, 10, 99, 100, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 999_999_999, 1_000_000_000),
)

/** Distinct pieces with counts. */
export const entries: fc.Arbitrary<[Uint8Array, number][]> = fc.uniqueArray(fc.tuple(piece, count), {
  selector: ([bytes]) => key(bytes),
  maxLength: 40,
})

/** Bytes as text that is equal only for equal bytes. */
export const key = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')

export const countsOf = (pieces: Iterable<readonly [piece: string | Uint8Array, count: number]>): PretokenCounts => {
  const table = new PieceTable()
  for (const [piece, count] of pieces) {
    const bytes = typeof piece === 'string' ? pieceToBytes(piece) : piece
    table.add(bytes, 0, bytes.length, count)
  }
  return PretokenCounts.of(table)
}

/** The rows of counts, copied, with the pieces as keys. */
export const rowsOf = (counts: PretokenCounts): [string, number][] => Array.from(counts.rows(), ({ piece, count }) => [key(piece), count])
