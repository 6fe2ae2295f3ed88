import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { loadTransformersJs, transformersJsEngine } from '../../src/count/transformersJs.ts'
import { createPipelineSplitter } from '../../src/split/splitText.ts'
import { resolveTokenizer } from '../../src/tokenizer/resolve.ts'
import type { Pipeline } from '../../src/types.ts'

// @xenova/transformers as a second, independent engine: right for ByteLevel and Split-Isolated on text where JavaScript's own classes and
// case folding agree with the reference (no U+0085, U+FEFF, U+017F, nor letters newer than Unicode 15)
const agreed = fc
  .array(
    fc.constantFrom(
      'a',
      'bc',
      'Ü',
      'é',
      'Привет',
      '日本語',
      'हिन्दी',
      '한국',
      ' ',
      '  ',
      '\n',
      '\r\n',
      '\t',
      "'s",
      "'LL",
      "'re",
      '1',
      '2345',
      '½',
      '.',
      '!?',
      '😀',
      '_',
      '-',
      '/',
      '\u00a0',
      '\u3000',
    ),
    { maxLength: 40 },
  )
  .map((parts) => parts.join(''))

describe('transformers.js agrees', () => {
  test.each(['gpt2', 'cl100k_base', 'llama3', 'o200k_base', 'tekken', 'seed_coder', 'qwen3.5'])('%s', async (name) => {
    const pipeline = resolveTokenizer(name)
    const cut = await loadTransformersJs(transformersJsEngine({ ...pipeline, huggingFace: asIsolated(pipeline) }))
    const { split } = createPipelineSplitter(pipeline)
    fc.assert(
      fc.property(agreed, (text) => {
        expect(split(text)).toEqual(cut(text, 0).map((piece) => Buffer.from(piece).toString('utf8')))
      }),
      { numRuns: 1000 },
    )
  })
})

/** Removed, inverted, is the same for a pattern that matches all there is, and transformers.js knows the other better. */
const asIsolated = ({ huggingFace }: Pipeline): NonNullable<Pipeline['huggingFace']> =>
  JSON.parse(JSON.stringify(huggingFace).replace('"behavior":"Removed","invert":true', '"behavior":"Isolated","invert":false')) as never
