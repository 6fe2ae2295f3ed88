import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compareCounts } from '../../src/result/compareCounts.ts'
import { countsOf, entries, key } from '../write/pieces.ts'

test('what is only in one, what has another count, and what is the same', () => {
  const a = countsOf([
    ['same', 9],
    ['more', 5],
    ['less', 10],
    ['a only', 4],
    ['a 2', 1],
  ])
  const b = countsOf([
    ['same', 9],
    ['more', 8],
    ['less', 3],
    ['b only', 7],
    ['b 2', 1],
  ])
  const { differences, ...sums } = compareCounts(a, b)
  expect(sums).toEqual({ same: 1, changed: 2, onlyInA: { distinct: 2, total: 5 }, onlyInB: { distinct: 2, total: 8 } })
  // by the absolute difference, then by bytes
  expect(Array.from(differences(), ({ piece, a, b }) => [key(piece), a, b])).toEqual([
    ['b only', 0, 7],
    ['less', 10, 3],
    ['a only', 4, 0],
    ['more', 5, 8],
    ['a 2', 1, 0],
    ['b 2', 0, 1],
  ])
})

test('agrees with the definition, for any counts', () => {
  // half of the pieces of each are pieces of the other, some with the same count
  const twoCounts = fc
    .tuple(entries, entries, entries, fc.integer({ min: 0, max: 1 }))
    .map(([both, a, b, more]) => [
      new Map([...a, ...both].map(([piece, count]) => [key(piece), count])),
      new Map([...b, ...both].map(([piece, count], i) => [key(piece), count + (i % 2) * more])),
    ])
  const asCounts = (map: ReadonlyMap<string, number>) => countsOf([...map].map(([piece, count]) => [Buffer.from(piece, 'latin1'), count]))
  fc.assert(
    fc.property(twoCounts, ([a, b]) => {
      const { differences, same, changed, onlyInA, onlyInB } = compareCounts(asCounts(a), asCounts(b))
      const all = [...new Set([...a.keys(), ...b.keys()])].sort() // strings of Latin-1 sort as their bytes do
      const expected = all
        .map((piece): [string, number, number] => [piece, a.get(piece) ?? 0, b.get(piece) ?? 0])
        .filter(([, inA, inB]) => inA !== inB)
        .sort(([, a, b], [, c, d]) => Math.abs(c - d) - Math.abs(a - b))
      expect(Array.from(differences(), ({ piece, a, b }) => [key(piece), a, b])).toEqual(expected)
      const without = (other: ReadonlyMap<string, number>, counts: ReadonlyMap<string, number>) => {
        const only = [...counts].filter(([piece]) => !other.has(piece))
        return { distinct: only.length, total: only.reduce((sum, [, count]) => sum + count, 0) }
      }
      expect([onlyInA, onlyInB]).toEqual([without(b, a), without(a, b)])
      expect(same + changed + onlyInA.distinct + onlyInB.distinct).toBe(all.length)
      expect(same).toBe(all.length - expected.length)
    }),
  )
})

test('counts whose differences add up to more than 2^53', () => {
  const { differences } = compareCounts(countsOf([['a', 2 ** 53 - 1]]), countsOf([['b', 2 ** 53 - 1]]))
  expect(Array.from(differences(), ({ piece, a, b }) => [key(piece), a, b])).toEqual([
    ['a', 2 ** 53 - 1, 0],
    ['b', 0, 2 ** 53 - 1],
  ])
})
