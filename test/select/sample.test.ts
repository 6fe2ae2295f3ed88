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
