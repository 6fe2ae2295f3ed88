import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createPipelineSplitter } from '../../src/split/splitText.ts'
import { huggingFace } from '../../src/tokenizer/patternPipeline.ts'
import { officialUnlessRefused, unlessRefused } from '../support/officialProcess.ts'
import { withStages } from '../support/stages.ts'
import { kernelTier, referenceTier } from '../support/tiers.ts'

const PARTS = ['s', 's', 't', 'f', 'f', 'i', 'l', 'S', 'ſ', 'a', 'j', '\u030c', '(?:s)', '(?:st)', '(?:ff)', '(?:f(?:i))', '(?:a|ss)', '(?:a.)', '(?:(?:ss)+)',
  's?', 'f{2}', '[s]', '(s)', '.', '\\x73', '(?=s)', '|',
  '[ß]', '[ß]+', '[ßa]{2}', '[\\p{L}]', '[^\\P{L}]', '[ﬀ-ﬆ]', '[ﬃ]??', '[ﬀﬃ]', '[^ß]', '[ǰ]', '[[ß]&&\\p{Ll}]', '[^[^ß]]', '[ŉ]', '(?<![ß])'] // prettier-ignore
const LETTERS = ['s', 't', 'f', 'i', 'l', 'S', 'F', 'ſ', 'a', 'j', 'ǰ', '\u030c', 'ß', 'ẞ', 'ﬀ', 'ﬁ', 'ﬂ', 'ﬃ', 'ﬄ', 'ﬅ', 'ﬆ']

const RUNS = Number(process.env.PRETOK_RUNS ?? 200)

test('letters in (?i:…) that may be one character: all tiers cut as the official engine does', () => {
  let compared = 0
  const texts = fc.array(fc.string({ unit: fc.constantFrom(...LETTERS), maxLength: 9 }), { minLength: 20, maxLength: 40 })
  const pattern = fc.array(fc.constantFrom(...PARTS), { minLength: 1, maxLength: 7 }).map((parts) => `(?i:${parts.join('')})`)
  fc.assert(
    fc.property(pattern, texts, (one, random) => {
      const stage = huggingFace(one)
      const pipeline = withStages('', [stage])
      const splitter = unlessRefused(() => createPipelineSplitter(pipeline))
      if (splitter === undefined) return
      // what the pattern itself is written with, too
      const all = [...random, ...LETTERS.map((letter) => one.slice(4, -1).replace(/\W/g, '').toLowerCase().replace('ss', letter))]
      expect(all.map(splitter.split)).toEqual(officialUnlessRefused(pipeline, all))
      const kernel = unlessRefused(() => kernelTier([stage]))
      if (kernel !== undefined) expect(kernel(all)).toEqual(referenceTier([stage])(all))
      compared++
    }),
    { numRuns: RUNS },
  )
  expect(compared).toBeGreaterThan(RUNS / 3)
})
