import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createPipelineSplitter } from '../../src/split/splitText.ts'
import { splitInFeeds } from '../support/feed.ts'
import { officialSplit } from '../support/oracle.ts'
import { MAIN_PIPELINES } from '../support/presets.ts'
import { troublesomeText } from '../support/texts.ts'
import { asSplit } from '../support/stages.ts'

const HUGGING_FACE = MAIN_PIPELINES.filter(({ stages }) => asSplit(stages[0]).dialect === 'oniguruma').map(
  (pipeline) => [pipeline.name, pipeline] as const,
)

describe.each(HUGGING_FACE)('%s', (_, pipeline) => {
  test('equals the official engine on a hundred thousand texts, in feeds of any size', () => {
    const official = officialSplit(pipeline)
    const { split } = createPipelineSplitter(pipeline)
    fc.assert(
      fc.property(troublesomeText(60), fc.integer({ min: 1, max: 30 }), (text, size) => {
        const expected = official(text)
        expect(split(text)).toEqual(expected)
        expect(splitInFeeds(pipeline, text, size)).toEqual(expected)
      }),
      { numRuns: 100_000 },
    )
  })
})
