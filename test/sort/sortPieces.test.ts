import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bytesKey, comparePieces, KEY_BYTES, sortPieces } from '../../src/sort/sortPieces.ts'

// the beginnings of one another, for which the keys are filled up, and such as are alike for more than one key
const byte = fc.constantFrom(0, 1, 0x61, 0x80, 0xff)
const end = fc.uint8Array({ maxLength: 3 }).chain((bytes) => fc.tuple(...Array.from(bytes, () => byte)))
const piece = fc
  .tuple(byte, fc.constantFrom(0, 1, 4, 5, 6, 7, 11, 12, 13, 30), end)
  .map(([one, length, rest]) => Buffer.from([...Array<number>(length).fill(one), ...rest]))
const pieces = fc.oneof(fc.array(piece, { maxLength: 20 }), fc.array(piece, { minLength: 100, maxLength: 400 }))

const tableOf = (list: readonly Buffer[]): { arena: Uint8Array; starts: Uint32Array } => {
  let end = 0
  return { arena: Buffer.concat(list), starts: Uint32Array.from([0, ...list.map(({ length }) => (end += length))]) }
}

test('pieces are in the order of their weights, descending, and then of their bytes', () => {
  fc.assert(
    fc.property(pieces, fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 400, maxLength: 400 }), fc.boolean(), (list, some, isCounted) => {
      const weights = Float64Array.from(list, (_, i) => (isCounted ? some[i] : 0))
      const order = Uint32Array.from(list.keys())
      sortPieces(tableOf(list), weights, order)
      const naive = [...list.keys()].sort((a, b) => weights[b] - weights[a] || Buffer.compare(list[a], list[b]))
      const told = (entries: Iterable<number>): [number, string][] => Array.from(entries, (entry) => [weights[entry], list[entry].toString('hex')])
      expect(told(order)).toEqual(told(naive))
      expect([...order].sort((a, b) => a - b)).toEqual([...list.keys()])
    }),
    { numRuns: 150 },
  )
})

test('a key sorts as the six bytes that are in it, and then by whether there are more', () => {
  fc.assert(
    fc.property(piece, piece, fc.nat({ max: 3 }), (a, b, before) => {
      const key = (one: Buffer): number => bytesKey(Buffer.concat([Buffer.alloc(before, 'z'), one, Buffer.from('z')]), before, before + one.length)
      const first = (one: Buffer): Buffer => one.subarray(0, KEY_BYTES)
      const more = (one: Buffer): number => Number(one.length > KEY_BYTES)
      const expected = Buffer.compare(first(a), first(b)) || more(a) - more(b)
      expect(Math.sign(key(a) - key(b))).toBe(expected)
      expect(Math.sign(comparePieces(a, 0, a.length, b, 0, b.length))).toBe(Buffer.compare(a, b))
    }),
    { numRuns: 2000 },
  )
})
