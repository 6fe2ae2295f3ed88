import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createPipelineSplitter } from '../../src/split/splitText.ts'
import { huggingFace } from '../../src/tokenizer/patternPipeline.ts'
import type { SplitStage, Stage } from '../../src/types.ts'
import { countsOf, splitInFeeds, tallyOf } from '../support/feed.ts'
import { officialUnlessRefused, unlessRefused } from '../support/officialProcess.ts'
import { officialSplit } from '../support/oracle.ts'
import { randomPattern } from '../support/patterns.ts'
import { withStages } from '../support/stages.ts'
import { allStrings, kernelTier, referenceTier } from '../support/tiers.ts'

const BEHAVIORS: readonly SplitStage['behavior'][] = ['isolated', 'removed', 'merged-with-previous', 'merged-with-next', 'contiguous']
const TREATMENTS = BEHAVIORS.flatMap((behavior) => [false, true].map((invert) => ({ behavior, invert })))

/** Patterns with runs, gaps, empty matches, matches side by side, and matches that are decided late. */
const PATTERNS = ['a', 'a+', 'ab|b', '', 'a*', '\\b', '^', '$', 'a|(?=c)', 'a+b|a', 'a+?|bc', '(?<=a)b|c', '\\s+(?!\\S)|\\s+|a', 'aa|aab+c']

const ALPHABET = ['a', 'b', 'c', ' ']
const TEXTS = [1, 2, 3, 4].flatMap((length) => [...allStrings(ALPHABET, length)].flat())
const LONGER = fc.string({ unit: fc.constantFrom(...ALPHABET, 'é', '\n'), minLength: 6, maxLength: 30 })

describe.each(TREATMENTS)('$behavior, invert: $invert', (treatment) => {
  const stagesOf = (pattern: string): Stage[] => [{ ...huggingFace(pattern), ...treatment }]

  test.each(PATTERNS)('%j cuts all short strings as the official engine and the kernel do', (pattern) => {
    const stages = stagesOf(pattern)
    const official = officialSplit(withStages('', stages))
    const { split } = createPipelineSplitter(withStages('', stages))
    for (const text of TEXTS) {
      const pieces = split(text)
      if (pieces.join('|') !== official(text).join('|')) expect(pieces, text).toEqual(official(text))
    }
    expect(kernelTier(stages)(TEXTS)).toEqual(referenceTier(stages)(TEXTS))
  })

  test('random patterns cut longer strings as the official engine and the kernel do, in feeds of any size', () => {
    let compared = 0
    fc.assert(
      fc.property(randomPattern(), fc.array(LONGER, { minLength: 1, maxLength: 4 }), (pattern, texts) => {
        const pipeline = withStages('', stagesOf(pattern))
        if (unlessRefused(() => createPipelineSplitter(pipeline)) === undefined) return
        const expected = officialUnlessRefused(pipeline, texts)
        if (expected === undefined) return
        for (const size of [0, 1, 2, 5]) {
          texts.forEach((text, i) => expect(splitInFeeds(pipeline, text, size)).toEqual(expected[i]))
          expect(countsOf(pipeline.stages, 'auto', texts, size)).toEqual(tallyOf(expected))
        }
        compared++
      }),
      { numRuns: Number(process.env.PRETOK_RUNS ?? 20) },
    )
    expect(compared).toBeGreaterThan(5)
  })
})
