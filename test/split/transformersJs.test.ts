import { PreTrainedTokenizer } from '@xenova/transformers/src/tokenizers.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createPipelineSplitter } from '../../src/split/splitText.ts'
import { asSplit } from '../../src/split/stages.ts'
import { toByteLevel } from '../../src/tokenizer/byteLevel.ts'
import { resolveTokenizer } from '../../src/tokenizer/resolve.ts'

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

const preTokenizer = (config: object): ((text: string) => string[]) => {
  const model = { type: 'BPE', vocab: {}, merges: [], unk_token: null }
  const tokenizer = new PreTrainedTokenizer(
    { added_tokens: [], normalizer: null, pre_tokenizer: config, post_processor: null, decoder: null, model },
    {},
  )
  return (text) => (text === '' ? [] : tokenizer.pre_tokenizer(text))
}

const split = (pattern: string): object => ({
  type: 'Sequence',
  pretokenizers: [
    { type: 'Split', pattern: { Regex: pattern }, behavior: 'Isolated', invert: false },
    { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false },
  ],
})

describe('transformers.js agrees', () => {
  test.each(['gpt2', 'cl100k_base', 'o200k_base', 'llama3'])('%s', (name) => {
    const { stages } = resolveTokenizer(name)
    const other = preTokenizer(
      name === 'gpt2'
        ? { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true }
        : split(asSplit(stages[0]).pattern),
    )
    const { splitToBytes } = createPipelineSplitter(resolveTokenizer(name))
    fc.assert(
      fc.property(agreed, (text) => {
        expect(splitToBytes(text).map(toByteLevel)).toEqual(other(text))
      }),
      { numRuns: 1000 },
    )
  })
})
