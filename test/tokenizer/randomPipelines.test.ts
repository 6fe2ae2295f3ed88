import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { PretokError } from '../../src/errors.ts'
import { createPipelineSplitter } from '../../src/split/splitText.ts'
import { readTokenizerJson } from '../../src/tokenizer/tokenizerJson.ts'
import { inItsWords, officialLoads, officialPieces } from '../support/officialTokenizer.ts'
import { randomNormalizer, randomPreTokenizer, spoiled } from '../support/randomConfigs.ts'
import { troublesomeText } from '../support/texts.ts'
import { tokenizerJson } from '../support/tokenizerJson.ts'

const loads = (parts: Record<string, unknown>): boolean => {
  try {
    readTokenizerJson(tokenizerJson(parts), 'x')
    return true
  } catch (error) {
    if (error instanceof PretokError) return false
    throw error
  }
}

describe('random pipelines', () => {
  test('equal the official engine', () => {
    fc.assert(
      fc.property(
        randomNormalizer(),
        randomPreTokenizer(),
        fc.array(troublesomeText(20), { minLength: 5, maxLength: 5 }),
        (normalizer, config, texts) => {
          const { splitToBytes } = createPipelineSplitter(readTokenizerJson(tokenizerJson({ normalizer, pre_tokenizer: config }), 'x'))
          const official = officialPieces(normalizer, config)
          for (const text of texts) expect(inItsWords(config, splitToBytes(text))).toEqual(official(text))
        },
      ),
      { numRuns: 150 },
    )
  })

  test('load where the official engine loads them, spoiled or not', () => {
    // a missing field that this loader fills in, or does not read
    const isFilledIn = ({ type, ...fields }: Record<string, unknown>): boolean =>
      (type === 'Split' && !('invert' in fields)) || (type === 'Digits' && !('individual_digits' in fields)) || type === 'ByteLevel'
    fc.assert(
      fc.property(
        randomPreTokenizer().chain((config) => fc.oneof(fc.constant(config), spoiled(config))),
        (config) => {
          fc.pre(!isFilledIn(config))
          expect(loads({ pre_tokenizer: config })).toBe(officialLoads({ pre_tokenizer: config }))
        },
      ),
      { numRuns: 500 },
    )
  })

  test('and normalizers, too', () => {
    const config = randomNormalizer().chain((normalizer) =>
      normalizer === null ? fc.constant(normalizer) : fc.oneof(fc.constant(normalizer), spoiled(normalizer)),
    )
    fc.assert(
      fc.property(config, (normalizer) => {
        fc.pre(normalizer === null || /^[A-Z]/.test(String(normalizer.type))) // where there is no type, the reference guesses one
        expect(loads({ normalizer })).toBe(officialLoads({ normalizer }))
      }),
      { numRuns: 500 },
    )
  })
})
