import { expect, test } from 'vitest'
import { compareWildPatterns } from '../support/wildPatterns.ts'

test('random patterns of every construct: all tiers and the official engine cut alike, or somebody refuses', () => {
  expect(compareWildPatterns(Number(process.env.PRETOK_RUNS ?? 500))).toBeGreaterThan(250)
})
