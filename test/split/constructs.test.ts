import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createPipelineSplitter } from '../../src/split/splitText.ts'
import { huggingFace } from '../../src/tokenizer/patternPipeline.ts'
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
