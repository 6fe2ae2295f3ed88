import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { normalizeText } from '../../src/normalize/normalizer.ts'
import { createPipelineSplitter } from '../../src/split/splitText.ts'
import { PRESETS } from '../../src/tokenizer/presets.ts'
import type { Preset } from '../../src/tokenizer/presets/preset.ts'
import { resolveTokenizer } from '../../src/tokenizer/resolve.ts'
import { readTokenizerJson } from '../../src/tokenizer/tokenizerJson.ts'
import type { Pipeline } from '../../src/types.ts'
import { countsOf } from '../support/feed.ts'
import { inItsWords, officialPieces } from '../support/officialTokenizer.ts'
import { TROUBLESOME, troublesomeText } from '../support/texts.ts'
import { tokenizerJson } from '../support/tokenizerJson.ts'

const definitionOf = ({ definition }: Preset): { normalizer: unknown; preTokenizer: unknown } | undefined =>
  'preTokenizer' in definition ? definition : undefined

/** What a text is cut into by stages and normalizers; added tokens are left out, as they are by the vectors. */
const split = (pipeline: Pipeline) => createPipelineSplitter({ ...pipeline, addedTokens: [] }).splitToBytes

/** Bytes as a string; pieces need not be UTF-8. */
const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')

/** Presets with the same definition are one here. */
const distinct = [...new Map(PRESETS.map((preset) => [JSON.stringify(preset.definition), preset])).values()].filter(
  (preset) => definitionOf(preset) !== undefined,
)

describe.each(distinct.map((preset) => [preset.name, definitionOf(preset)!] as const))('%s', (name, { normalizer, preTokenizer }) => {
  const pipeline = resolveTokenizer(name)
  const official = officialPieces(normalizer, preTokenizer)
  const splitToBytes = split(pipeline)
  const ours = (text: string): string[] => inItsWords(preTokenizer, splitToBytes(text))

  test('is the same from a tokenizer.json', () => {
    const { stages, normalizers } = readTokenizerJson(tokenizerJson({ normalizer, pre_tokenizer: preTokenizer }), 'x')
    expect({ stages, normalizers }).toEqual({ stages: pipeline.stages, normalizers: pipeline.normalizers })
  })

  test('equals the official engine on random texts', () => {
    fc.assert(
      fc.property(troublesomeText(), (text) => {
        expect(ours(text)).toEqual(official(text))
      }),
      { numRuns: 60 },
    )
  })

  // the slow suite goes through all of them
  test('equals the official engine on pairs of troublesome characters', () => {
    for (const first of TROUBLESOME.filter((_, i) => i % 10 === 0)) {
      const text = TROUBLESOME.map((second) => `${first}${second}x `).join('')
      expect(ours(text)).toEqual(official(text))
    }
  })

  test('the tier that runs by default counts the same', () => {
    const texts = fc.sample(troublesomeText(), { numRuns: 60, seed: 1 })
    const expected = new Map<string, number>()
    for (const text of texts) for (const piece of splitToBytes(text)) expected.set(latin1(piece), (expected.get(latin1(piece)) ?? 0) + 1)
    const documents = texts.map((text) => normalizeText(pipeline.normalizers, text))
    expect(countsOf(pipeline.stages, 'auto', documents, 0, latin1)).toEqual(expected)
  })
})

describe('presets that say they give the same pieces do', () => {
  const equal: [name: string, other: string][] = [
    ...['gpt2_tiktoken_original', 'r50k_base_tiktoken', 'gpt2_minbpe'].map((name): [string, string] => [name, 'gpt2']),
    ...['cl100k_base_tiktoken_original', 'gpt4_minbpe', 'gpt4_hub090', 'cl100k_base_removed_invert', 'llama3', 'mistral_hf_broken'].map(
      (name): [string, string] => [name, 'cl100k_base'],
    ),
    ['bailingmoe', 'qwen2_rawcrlf'],
  ]
  test.each(equal)('%s and %s', (name, other) => {
    const [one, two] = [split(resolveTokenizer(name)), split(resolveTokenizer(other))]
    fc.assert(
      fc.property(troublesomeText(), (text) => {
        expect(one(text).map(latin1)).toEqual(two(text).map(latin1))
      }),
      { numRuns: 300 },
    )
  })

  test('but the two of cl100k differ in white space at the end', () => {
    expect(createPipelineSplitter(resolveTokenizer('cl100k_base')).split('a\n  ')).toEqual(['a', '\n', '  '])
    expect(createPipelineSplitter(resolveTokenizer('cl100k_base_tiktoken')).split('a\n  ')).toEqual(['a', '\n  '])
  })

  test("and Kimi's pattern is the same to the official engine as a Split", () => {
    const { definition } = PRESETS.find(({ name }) => name === 'kimi_k2')!
    const pattern = { Regex: 'tiktoken' in definition ? definition.tiktoken : '' }
    const official = officialPieces(null, { type: 'Split', pattern, behavior: 'Removed', invert: true })
    const kimi = split(resolveTokenizer('kimi_k2'))
    fc.assert(
      fc.property(troublesomeText(), (text) => {
        expect(inItsWords(null, kimi(text))).toEqual(official(text))
      }),
      { numRuns: 300 },
    )
  })
})
