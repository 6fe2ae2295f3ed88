import fc from 'fast-check'
import { expect, test } from 'vitest'
import { orderByCount, orderLarge } from '../../src/sort/orderByCount.ts'

const count = fc.oneof(
  fc.integer({ min: 1, max: 3 }),
  fc.integer({ min: 1, max: 2 ** 33 }),
  fc.constantFrom(65535, 65536, 2 ** 40 + 1, 2 ** 53 - 1),
)

test.each([orderByCount, orderLarge])('%o: the highest count first, equal ones as they stand', (order) => {
  fc.assert(
    fc.property(fc.array(count, { maxLength: 300 }), (counts) => {
      const expected = counts.map((count, entry) => ({ count, entry })).sort((a, b) => b.count - a.count || a.entry - b.entry)
      expect([...order(Float64Array.from(counts))]).toEqual(expected.map(({ entry }) => entry))
    }),
  )
})
