import { expect, test } from 'vitest'
import { compareWildPatterns, compareWildReplacements, compareWithTiktoken } from '../support/wildPatterns.ts'

test('random patterns of every construct: all tiers and the official engine cut alike, or somebody refuses', () => {
  expect(compareWildPatterns(Number(process.env.PRETOK_RUNS ?? 500))).toBeGreaterThan(250)
})

test('random patterns of every construct: cut as tiktoken does, or somebody refuses', () => {
  const patterns = Number(process.env.PRETOK_RUNS ?? 500)
  expect(compareWithTiktoken(patterns)).toBeGreaterThan(patterns / 5)
})

test('random patterns of every construct: what they match is replaced as the official normalizer does, or somebody refuses', () => {
  const patterns = Number(process.env.PRETOK_RUNS ?? 500)
  expect(compareWildReplacements(patterns)).toBeGreaterThan(patterns / 2)
})
