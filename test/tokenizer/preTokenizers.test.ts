import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createPipelineSplitter } from '../../src/split/splitText.ts'
import { toByteLevel } from '../../src/tokenizer/byteLevel.ts'
import { readPreTokenizer } from '../../src/tokenizer/readPreTokenizer.ts'
import type { Stage } from '../../src/types.ts'
import { cataloguePipelines, sharedVectors } from '../support/catalogue.ts'
import { countsOf, tallyOf } from '../support/feed.ts'
import { officialPreTokenizer } from '../support/oracle.ts'
import { withStages } from '../support/stages.ts'
import { codePointTexts, troublesomeText } from '../support/texts.ts'

const stagesOf = (config: object): readonly Stage[] => readPreTokenizer({ value: config, path: '', file: 'test' })

const inTurn = (...pretokenizers: object[]): object => ({ type: 'Sequence', pretokenizers })
const byteLevel = (add_prefix_space: boolean, use_regex: boolean): object => ({
  type: 'ByteLevel',
  add_prefix_space,
  use_regex,
  trim_offsets: true,
})
const metaspace = (prepend_scheme: string, split: boolean): object => ({ type: 'Metaspace', replacement: '▁', prepend_scheme, split })
const digits = (individual_digits: boolean): object => ({ type: 'Digits', individual_digits })
const punctuation = (behavior: string): object => ({ type: 'Punctuation', behavior })
const split = (pattern: object, behavior: string, invert = false): object => ({ type: 'Split', pattern, behavior, invert })
const BEHAVIORS = ['Isolated', 'Removed', 'MergedWithPrevious', 'MergedWithNext', 'Contiguous']
const WORDS = { type: 'WhitespaceSplit' }

/** Each pre-tokenizer in each of its forms. */
const SINGLE: readonly (readonly [name: string, config: object])[] = [
  ['Digits', digits(false)],
  ['Digits individual', digits(true)],
  ...BEHAVIORS.map((behavior) => [`Punctuation ${behavior}`, punctuation(behavior)] as const),
  ['Whitespace', { type: 'Whitespace' }],
  ['WhitespaceSplit', WORDS],
  ['BertPreTokenizer', { type: 'BertPreTokenizer' }],
  ['CharDelimiterSplit', { type: 'CharDelimiterSplit', delimiter: '.' }],
  ['UnicodeScripts', { type: 'UnicodeScripts' }],
  ['FixedLength', { type: 'FixedLength', length: 3 }],
  ...['always', 'first', 'never'].flatMap((scheme) =>
    [true, false].map((splits) => [`Metaspace ${scheme} ${splits}`, metaspace(scheme, splits)] as const),
  ),
  ...BEHAVIORS.flatMap((behavior) =>
    [true, false].map((invert) => [`Split "a." ${behavior} ${invert}`, split({ String: 'a.' }, behavior, invert)] as const),
  ),
]

/** Several in turn; pieces in the byte alphabet where there is a ByteLevel. */
const SEVERAL: readonly (readonly [name: string, config: object])[] = [
  ['ByteLevel', byteLevel(false, true)],
  ['ByteLevel with a space in front', byteLevel(true, true)],
  ['Digits, ByteLevel with a space in front', inTurn(digits(true), byteLevel(true, true))],
  [
    'Punctuation, ByteLevel, Digits, triples (Falcon)',
    inTurn(punctuation('Contiguous'), byteLevel(false, true), digits(false), split({ Regex: '[0-9][0-9][0-9]' }, 'Isolated')),
  ],
  [
    'ByteLevel without its regex, then classes',
    inTurn(byteLevel(false, false), split({ Regex: '\\p{N}+|[^\\p{L}]|(?<=Ġ)a' }, 'MergedWithNext'), punctuation('Removed')),
  ],
  ['WhitespaceSplit, Metaspace (T5)', inTurn(WORDS, metaspace('always', true))],
  ['Punctuation, Metaspace (DeBERTa)', inTurn(punctuation('Isolated'), metaspace('always', true))],
  ['Split, Metaspace first (Lucie)', inTurn(split({ Regex: ' ?\\p{L}+|\\s' }, 'Isolated'), metaspace('first', false))],
  ['WhitespaceSplit, Metaspace first, Digits', inTurn(WORDS, metaspace('first', true), digits(true))],
  [
    'Metaspace, Digits, ByteLevel with a space in front, Punctuation',
    inTurn(metaspace('always', true), digits(true), byteLevel(true, true), punctuation('Isolated')),
  ],
  [
    'Whitespace, Split merged, WhitespaceSplit',
    inTurn({ type: 'Whitespace' }, split({ String: 'a' }, 'MergedWithPrevious'), split({ Regex: 'b+' }, 'Contiguous', true)),
  ],
]

const isByteLevel = (config: object): boolean => JSON.stringify(config).includes('"ByteLevel"')

/** Compares what a pre-tokenizer's stages make of texts with what they should: each text, and in feeds of each size the counts of all. */
const compare = (config: object): ((texts: readonly string[], expected: readonly string[][], feeds: readonly number[]) => void) => {
  const pipeline = withStages('', stagesOf(config))
  const show = isByteLevel(config) ? toByteLevel : (piece: Uint8Array) => Buffer.from(piece).toString('utf8')
  const { splitToBytes } = createPipelineSplitter(pipeline)
  return (texts, expected, feeds) => {
    texts.forEach((text, i) => {
      const pieces = splitToBytes(text).map(show)
      if (pieces.join('\0') !== expected[i].join('\0')) expect(pieces, JSON.stringify(text)).toEqual(expected[i])
    })
    const tally = tallyOf(expected)
    for (const size of feeds)
      for (const engine of ['reference', 'auto'] as const) expect(countsOf(pipeline.stages, engine, texts, size, show)).toEqual(tally)
  }
}

describe.each([...SINGLE, ...SEVERAL])('%s', (_, config) => {
  const official = officialPreTokenizer(config)
  const check = compare(config)

  test('cuts troublesome texts as the official engine does, in both tiers and in feeds of any size', () => {
    const text = fc.oneof(troublesomeText(20), fc.string({ unit: fc.constantFrom(...'a.1 ▁あア漢é\n'), maxLength: 20 }))
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 10 }), (texts) => {
        check(texts, texts.map(official), [0, 1, 2, 5])
      }),
      { numRuns: Number(process.env.PRETOK_RUNS ?? 8) },
    )
  })

  test('knows characters as the official engine does', () => {
    for (const text of codePointTexts((c) => c < 0x400 || c % 211 === 0)) check([text], [official(text)], [])
  })
})

const vectors = sharedVectors()

describe.runIf(vectors !== undefined)('the shared vectors', () => {
  const hasOwnText = ([, { normalizer, stages }]: ReturnType<typeof cataloguePipelines>[number]): boolean =>
    normalizer === null && stages.every(({ type }) => type !== 'find_all')

  test.each(cataloguePipelines().filter(hasOwnText))('%s', (name, { stages }) => {
    const { texts, pipelines } = vectors!
    compare(inTurn(...stages))(
      texts.map((text) => text.toWellFormed()),
      pipelines[name].pieces,
      [1, 2, 5, 2 ** 16],
    )
  })
})
