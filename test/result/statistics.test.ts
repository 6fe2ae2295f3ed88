import { expect, test } from 'vitest'
import { countStatistics } from '../../src/result/statistics.ts'
import { countsOf } from '../write/pieces.ts'

test('of a handful of pieces', () => {
  const counts = countsOf([
    [' the', 10],
    ['é', 4],
    ['\udcff', 1],
    ['a'.repeat(20), 1],
    ['b'.repeat(32), 1],
    ['x', 3],
    ['c'.repeat(33), 1],
    ['d'.repeat(16), 2],
  ])
  expect(countStatistics(counts)).toEqual({
    distinct: 8,
    total: 23,
    bytes: 40 + 8 + 1 + 20 + 32 + 3 + 33 + 32,
    singletons: 4,
    coverage: [],
    lengths: [
      { min: 1, max: 1, distinct: 2, total: 4 },
      { min: 2, max: 2, distinct: 1, total: 4 },
      { min: 4, max: 4, distinct: 1, total: 10 },
      { min: 16, max: 16, distinct: 1, total: 2 },
      { min: 17, max: 32, distinct: 2, total: 2 },
      { min: 33, max: 64, distinct: 1, total: 1 },
    ],
    medianLength: { distinct: 4, total: 4 },
    longest: new Uint8Array(33).fill(0x63),
    nonAscii: { distinct: 2, total: 5 },
    nonUtf8: { distinct: 1, total: 1 },
  })
})

test('coverage: what the most frequent make up', () => {
  const counts = countsOf(Array.from({ length: 1000 }, (_, i) => [`piece ${i}`, 1000 - i]))
  expect(countStatistics(counts).coverage).toEqual([
    { top: 10, total: 9955 },
    { top: 100, total: 95_050 },
    { top: 1000, total: 500_500 },
  ])
})

test('medians of an even number, and of occurrences', () => {
  expect(
    countStatistics(
      countsOf([
        ['a', 1],
        ['aaa', 1],
      ]),
    ).medianLength,
  ).toEqual({ distinct: 1, total: 1 })
  expect(
    countStatistics(
      countsOf([
        ['a', 1],
        ['aa', 1],
        ['aaa', 7],
      ]),
    ).medianLength,
  ).toEqual({ distinct: 2, total: 3 })
})

test('of several longest pieces, the first by its bytes', () => {
  expect(
    countStatistics(
      countsOf([
        ['zz', 9],
        ['aa', 1],
        ['mm', 5],
      ]),
    ).longest,
  ).toEqual(Uint8Array.from(Buffer.from('aa')))
})

test('of nothing', () => {
  const nothing = { distinct: 0, total: 0 }
  expect(countStatistics(countsOf([]))).toEqual({
    ...nothing,
    bytes: 0,
    singletons: 0,
    coverage: [],
    lengths: [],
    medianLength: nothing,
    longest: undefined,
    nonAscii: nothing,
    nonUtf8: nothing,
  })
})
