import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createPipelineSplitter } from '../../src/split/splitText.ts'
import { huggingFace, tiktoken } from '../../src/tokenizer/patternPipeline.ts'
import type { SplitStage } from '../../src/types.ts'
import { officialUnlessRefused, tiktokenUnlessRefused, unlessRefused } from '../support/officialProcess.ts'
import { officialSplit } from '../support/oracle.ts'
import { CONSTRUCT_STAGES, withStages } from '../support/stages.ts'

/** Constructs that need more than small patterns can show. */
const MORE = [
  '\\p{Nd}{1,4}(?=(?>\\p{Nd}{4})*(?:\\P{Nd}|$))|\\G\\p{Nd}{4}',
  '\\A\\p{Nd}{3}|\\G\\p{Nd}{3}',
  '\\A\\p{Nd}{1,2}(?=\\p{Nd}{3}+\\z)',
  '\\d{1,3}(?=(?:\\d{3})*\\b)',
  '(?=(\\d{3})+(?!\\d))',
  '(?:\\r?\\n)+(?!\\r?\\n)',
  '(?=ab)[^\\s]+',
  '(?!a?b)a?[bc]+',
  '(?=b)|\\Ga|(?<=a)b',
  '|\\Ga',
].map((pattern) => [pattern, huggingFace(pattern)] as const)

const oniguruma = CONSTRUCT_STAGES.filter(([, { dialect }]) => dialect === 'oniguruma')

describe.each([...oniguruma, ...MORE])('%s', (name, stage) => {
  test('the reference tier cuts as the official engine does', () => {
    const pipeline = withStages(name, [stage])
    const official = officialSplit(pipeline)
    const { split } = createPipelineSplitter(pipeline)
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '1', '2', ' ', '\n', '\r', '<', '>', '@', '.', 'é'), maxLength: 14 })
    fc.assert(
      fc.property(text, (one) => {
        expect(split(one)).toEqual(official(one))
      }),
      { numRuns: 150 },
    )
  })
})

/** White space of all kinds, and what is nearly that. */
const SPACES = [...'\t\n\v\f\r \x1c\x85\xa0\u1680\u180e\u2003\u200b\u2028\u2029\u202f\u3000\ufeff', 'x', '#', '#x\n', '(?#)', '(?#\\))']

describe('what does not count with (?x), or never', () => {
  const patterns = SPACES.flatMap((space) => [`(?x:a${space}b)`, `a${space}b`, `(?x)a${space}+|b`, `[a${space}]b`])
  const texts = SPACES.flatMap((space) => [`ab-`, `a${space}b-`, `aab${space}-`])
  test.each(patterns.map((pattern) => [JSON.stringify(pattern), pattern]))('%s', (_, pattern) => {
    const compare = (stage: SplitStage, official: string[][] | undefined): void => {
      const pieces = unlessRefused(() => texts.map(createPipelineSplitter(withStages('', [stage])).split))
      expect(pieces).toEqual(official)
    }
    compare(huggingFace(pattern), officialUnlessRefused(withStages('', [huggingFace(pattern)]), texts))
    compare(tiktoken(pattern), tiktokenUnlessRefused(pattern, texts))
  })
})
