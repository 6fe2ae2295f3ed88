import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DEFAULT_LIMITS } from '../../src/count/counter.ts'
import { chooseEngine } from '../../src/count/chooseEngine.ts'
import { createCounter } from '../../src/count/createCounter.ts'
import { normalizeText } from '../../src/normalize/normalizer.ts'
import { createPipelineSplitter } from '../../src/split/splitText.ts'
import { PRESETS } from '../../src/tokenizer/presets.ts'
import { resolveTokenizer } from '../../src/tokenizer/resolve.ts'
import { readTokenizerJson } from '../../src/tokenizer/tokenizerJson.ts'
import type { Pipeline } from '../../src/types.ts'
import { inItsWords, officialPieces } from '../support/officialTokenizer.ts'
import { randomNormalizer, randomPreTokenizer } from '../support/randomConfigs.ts'
import { TROUBLESOME, troublesomeText } from '../support/texts.ts'
import { tokenizerJson } from '../support/tokenizerJson.ts'

/** How often each piece was met, by its bytes. */
const tally = (pieces: readonly (readonly [piece: Uint8Array, count: number])[]): Record<string, number> => {
  const counts: Record<string, number> = {}
  for (const [piece, count] of pieces) {
    const key = Buffer.from(piece).toString('latin1')
    counts[key] = (counts[key] ?? 0) + count
  }
  return counts
}

const countFast = ({ normalizers, stages }: Pipeline, texts: readonly string[]): Record<string, number> => {
  const counter = createCounter(chooseEngine(stages), DEFAULT_LIMITS)
  for (const text of texts) {
    counter.text(Buffer.from(normalizeText(normalizers, text)))
    counter.endDocument()
  }
  counter.flush()
  const { arena, starts, counts, size } = counter.finish()
  return tally(Array.from({ length: size }, (_, i) => [arena.subarray(starts[i], starts[i + 1]), counts[i]] as const))
}

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

  test('are counted by the fastest tier as they are split', () => {
    fc.assert(
      fc.property(
        randomNormalizer(),
        randomPreTokenizer(),
        fc.array(troublesomeText(30), { maxLength: 5 }),
        (normalizer, config, texts) => {
          const pipeline = readTokenizerJson(tokenizerJson({ normalizer, pre_tokenizer: config }), 'x')
          const { splitToBytes } = createPipelineSplitter(pipeline)
          expect(countFast(pipeline, texts)).toEqual(tally(texts.flatMap(splitToBytes).map((piece) => [piece, 1])))
        },
      ),
      { numRuns: 300 },
    )
  })
})
