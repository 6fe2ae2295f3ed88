import { describe, expect, test } from 'vitest'
import { createPipelineSplitter } from '../../src/split/splitText.ts'
import { officialSplit } from '../support/oracle.ts'
import { MAIN_PIPELINES } from '../support/presets.ts'
import { codePointTexts } from '../support/texts.ts'
import { asSplit } from '../support/stages.ts'

const HUGGING_FACE = MAIN_PIPELINES.filter(({ stages }) => asSplit(stages[0]).dialect === 'oniguruma').map(
  (pipeline) => [pipeline.name, pipeline] as const,
)

describe.each(HUGGING_FACE)('%s', (_, pipeline) => {
  test('equals the official engine on every code point', () => {
    const official = officialSplit(pipeline)
    const { split } = createPipelineSplitter(pipeline)
    for (const text of codePointTexts(() => true)) expect(split(text)).toEqual(official(text))
  })
})
