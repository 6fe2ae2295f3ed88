import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createSampler } from '../../src/select/sample.ts'

const taken = (fraction: number, seed: number, path: string, places: readonly number[]): number[] =>
  places.filter(createSampler({ fraction, seed }, { path }))

test('takes about the fraction, of places of any kind', () => {
  for (const step of [1, 2, 64, 1000, 4096, 123_457])
    for (const start of [0, 2 ** 32 - 5000 * step, 2 ** 40]) {
      const places = Array.from({ length: 10_000 }, (_, i) => Math.max(0, start) + i * step)
      for (const fraction of [0, 0.01, 0.3, 0.5, 1])
        expect(Math.abs(taken(fraction, 1, 'a.txt', places).length / 10_000 - fraction)).toBeLessThan(
          5 * Math.sqrt((fraction * (1 - fraction)) / 10_000) + 1e-9,
        )
    }
})

test('a larger sample holds the smaller one', () => {
  const places = Array.from({ length: 1000 }, (_, i) => i * 700)
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }), fc.integer(), (a, b, seed) => {
      const [small, large] = [Math.min(a, b), Math.max(a, b)].map((fraction) => taken(fraction, seed, 'x', places))
      expect(large).toEqual(expect.arrayContaining(small))
    }),
    { numRuns: 50 },
  )
})

test('other seeds and other sources give other samples', () => {
  const places = Array.from({ length: 10_000 }, (_, i) => i)
  const first = new Set(taken(0.5, 1, 'a', places))
  for (const other of [taken(0.5, 2, 'a', places), taken(0.5, 2 ** 32 + 1, 'a', places), taken(0.5, 1, 'b', places), taken(0.5, 1, 'aa', places)])
    expect(Math.abs(other.filter((place) => first.has(place)).length - 2500)).toBeLessThan(250)
})

test('which documents they are stays the same: samples that were taken before can be taken again', () => {
  const of = (seed: number, path: string, first = 0): number[] => {
    const places = Array.from({ length: 40 }, (_, i) => first + i)
    return taken(0.2, seed, path, places).map((place) => place - first)
  }
  expect(of(0, 'a.txt')).toEqual([0, 6, 10, 11, 12, 13, 14, 17, 22, 23, 24, 25, 31])
  expect(of(0, 'a.txt', 2 ** 33)).toEqual([1, 2, 7, 9, 13, 16, 30, 35])
  expect(of(0, 'b.txt')).toEqual([3, 10, 11, 14, 25, 26, 28, 29, 32, 35])
  expect(of(7, 'folder/a.txt')).toEqual([1, 3, 15, 17, 21, 26, 32, 34])
  expect(of(2 ** 32 + 7, 'a.txt')).toEqual([12, 20, 27, 28, 35, 36])
  expect(of(-3, 'ä.txt')).toEqual([4, 10, 13, 17, 21, 25, 29, 33, 34, 39])
})
