import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createPipelineSplitter } from '../../src/split/splitText.ts'
import { PRESETS } from '../../src/tokenizer/presets.ts'
import { resolveTokenizer } from '../../src/tokenizer/resolve.ts'
import { readTokenizerJson } from '../../src/tokenizer/tokenizerJson.ts'
import { inItsWords, officialPieces } from '../support/officialTokenizer.ts'
import { randomNormalizer, randomPreTokenizer } from '../support/randomConfigs.ts'
import { TROUBLESOME, troublesomeText } from '../support/texts.ts'
import { tokenizerJson } from '../support/tokenizerJson.ts'

/** Each definition once. */
const DEFINITIONS = [...new Map(PRESETS.map((preset) => [JSON.stringify(preset.definition), preset])).values()].flatMap(
  ({ name, definition }) => ('preTokenizer' in definition ? [[name, definition] as const] : []),
)

describe.each(DEFINITIONS)('%s', (name, { normalizer, preTokenizer }) => {
  const official = officialPieces(normalizer, preTokenizer)
  const { splitToBytes } = createPipelineSplitter({ ...resolveTokenizer(name), addedTokens: [] })
  const compare = (text: string): void => {
    expect(inItsWords(preTokenizer, splitToBytes(text))).toEqual(official(text))
  }

  test('equals the official engine on a thousand texts', () => {
    fc.assert(fc.property(troublesomeText(60), compare), { numRuns: 1000 })
  })

  test('on all pairs of troublesome characters', () => {
    for (const first of TROUBLESOME) compare(TROUBLESOME.map((second) => `${first}${second}x `).join(''))
  })
})

describe('random pipelines', () => {
  test('equal the official engine, a thousand of them', () => {
    fc.assert(
      fc.property(randomNormalizer(), randomPreTokenizer(), troublesomeText(30), (normalizer, config, text) => {
        const pipeline = readTokenizerJson(tokenizerJson({ normalizer, pre_tokenizer: config }), 'x')
        const pieces = createPipelineSplitter(pipeline).splitToBytes(text)
        expect(inItsWords(config, pieces)).toEqual(officialPieces(normalizer, config)(text))
      }),
      { numRuns: 1000 },
    )
  })
})
