import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { pretokenize } from '../../src/pipeline.ts'
import { normalizeText } from '../../src/normalize/normalizer.ts'
import { createPipelineSplitter } from '../../src/split/splitText.ts'
import type { AddedToken, Pipeline, Receipt } from '../../src/types.ts'
import { anyText, anyTokens, naiveExtraction, token } from '../support/addedTokens.ts'
import { byteLevel, metaspace, whitespaceSplit } from '../../src/tokenizer/preTokenizers.ts'
import { splitInFeeds } from '../support/feed.ts'
import { PRESET_STAGES } from '../support/stages.ts'
import { temporaryFolder } from '../support/temporary.ts'

const { file } = temporaryFolder()
const stageOf = (name: string) => [PRESET_STAGES.find(([preset]) => preset === name)![1]]
const pipelineOf = (name: string, addedTokens: AddedToken[], normalizers: Pipeline['normalizers'] = []): Pipeline => ({
  name,
  addedTokens,
  normalizers,
  stages: stageOf(name),
  specialTokens: addedTokens.filter(({ special }) => special).map(({ content }) => content),
})

/** By the definition: sections, each of them cut on its own; undefined where the reference fails. */
const piecesByDefinition = (pipeline: Pipeline, text: string): string[] | undefined =>
  naiveExtraction(pipeline.addedTokens, text, (part) => normalizeText(pipeline.normalizers, part))?.flatMap(([part, found]) =>
    found === undefined ? splitInFeeds({ ...pipeline, normalizers: [] }, part, 0) : pipeline.specialTokens.includes(found) ? [] : [part],
  )

const countsOf = (pieces: readonly string[]): Map<string, number> => {
  const counts = new Map<string, number>()
  for (const piece of pieces) counts.set(piece, (counts.get(piece) ?? 0) + 1)
  return counts
}

const sorted = (counts: Iterable<[string, number]>): [string, number][] => [...counts].sort(([a], [b]) => (a < b ? -1 : 1))

/** What must not depend on how a text was cut into chunks and blocks. */
const facts = ({ bytes, documents, pieces, distinct, specialTokens }: Receipt) => ({ bytes, documents, pieces, distinct, specialTokens })

describe('equals the definition, however the text is cut into chunks and blocks, and the receipt adds up', () => {
  test.each<[string, Pipeline['normalizers'], number]>([
    ['gpt2', [], 10],
    ['qwen2', [{ kind: 'nfc' }], 10],
    ['cl100k_base_tiktoken', [], 10],
    ['gpt2', [{ kind: 'bert', cleanText: true, handleChineseChars: true, stripAccents: true, lowercase: true }], 10],
  ])('%s', async (name, normalizers, numRuns) => {
    const words = fc.array(fc.oneof(anyText(12), fc.constantFrom(' the cat', 'sat on\n', '    return', "it's 2026")), { maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(
        anyTokens(),
        words,
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 40 }),
        async (tokens, parts, ...sizes) => {
          const [chunkBytes, blockBytes] = sizes
          if (tokens.some((one) => one.normalized && normalizeText(normalizers, one.content) === '')) return // refused
          const pipeline = pipelineOf(name, tokens, normalizers)
          const text = parts.join('')
          const expected = piecesByDefinition(pipeline, text)
          if (expected === undefined) return
          expect(createPipelineSplitter(pipeline, pipeline.specialTokens).split(text)).toEqual(expected)
          const path = file(`${name}.txt`, text)
          const whole = await pretokenize(path, pipeline.specialTokens, { tokenizer: pipeline })
          expect(sorted(whole)).toEqual(sorted(countsOf(expected)))
          for (const options of [
            { chunkBytes: 1 },
            { chunkBytes, blockBytes },
            { chunkBytes, blockBytes: 1, engine: 'reference' as const },
          ]) {
            const parted = await pretokenize(path, pipeline.specialTokens, { tokenizer: pipeline, ...options })
            expect(sorted(parted)).toEqual(sorted(whole))
            expect(facts(parted.receipt!)).toEqual(facts(whole.receipt!))
          }
        },
      ),
      { numRuns },
    )
  })
})

describe('tokens that normalization puts together', () => {
  const bert: Pipeline['normalizers'] = [{ kind: 'bert', cleanText: true, handleChineseChars: true, stripAccents: true, lowercase: true }]
  const covid = [token('COVID-19', { normalized: true })]

  test.each<[string, Pipeline['normalizers'], AddedToken[], string, string[]]>([
    ['of what stands around a character that is taken out', bert, covid, 'COVID\u200b-19 Covid-19', ['covid-19', 'covid-19']],
    ['the same of a separator', bert, [token('1-2', { normalized: true, special: true })], 'a 1\u00ad-2 b', ['a', 'b']],
    ['of what stands around a mark', [{ kind: 'strip-accents' }], [token('ab', { normalized: true })], 'xa\u0301b y', ['x', 'ab', 'y']],
    ['of what stands around a string', [{ kind: 'replace', pattern: '-', isRegex: false, content: '' }], [token('ab', { normalized: true })], 'a-b c', ['ab', 'c']],
  ])('%s', async (_, normalizers, tokens, text, expected) => {
    const pipeline = { ...pipelineOf('gpt2', tokens, normalizers), stages: whitespaceSplit() }
    expect(createPipelineSplitter(pipeline, pipeline.specialTokens).split(text)).toEqual(expected)
    for (const engine of ['auto', 'reference'] as const) {
      const counts = await pretokenize(file('joined.txt', text), pipeline.specialTokens, { tokenizer: pipeline, engine })
      expect(sorted(counts)).toEqual(sorted(countsOf(expected)))
    }
  })

  test('are not cut by the borders of chunks', async () => {
    const pipeline = { ...pipelineOf('gpt2', covid, bert), stages: whitespaceSplit() }
    const path = file('covid.txt', 'COVID-19 COVID-19 cases\n'.repeat(2000))
    for (const chunkBytes of [100, 301, 997]) {
      const counts = await pretokenize(path, [], { tokenizer: pipeline, chunkBytes })
      expect(sorted(counts)).toEqual([['cases', 2000], ['covid-19', 4000]])
      expect(counts.receipt!.chunks).toBeGreaterThan(40)
    }
  })
})

describe('pipelines that rewrite sections: the same, in all tiers', () => {
  test.each<[string, Pipeline['stages'], Pipeline['normalizers']]>([
    ['Metaspace, always', metaspace('▁', 'always', true), []],
    ['Metaspace, first', metaspace('▁', 'first', true), []],
    ['Metaspace, never', metaspace('▁', 'never', true), [{ kind: 'nfkc' }]],
    ['Metaspace behind a prefix', metaspace('▁', 'always', false), [{ kind: 'prepend', text: ' ' }]],
    ['ByteLevel with a prefix', byteLevel(true, true), [{ kind: 'lowercase' }]],
  ])('%s', async (name, stages, normalizers) => {
    const words = fc.array(fc.oneof(anyText(12), fc.constantFrom(' the cat', '▁sat on ', '  ', 'é')), { maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(anyTokens(), words, fc.integer({ min: 1, max: 40 }), async (tokens, parts, chunkBytes) => {
        const pipeline = { ...pipelineOf('gpt2', tokens, normalizers), name, stages }
        const text = parts.join('')
        if (naiveExtraction(tokens, text, (part) => normalizeText(normalizers, part)) === undefined) return // the reference fails at such tokens
        const path = file('rewritten.txt', text)
        const run = (options: object) => pretokenize(path, pipeline.specialTokens, { tokenizer: pipeline, ...options })
        const whole = await run({})
        expect(sorted(whole)).toEqual(sorted(countsOf(createPipelineSplitter(pipeline, pipeline.specialTokens).split(text))))
        for (const options of [{ engine: 'reference' }, { chunkBytes, blockBytes: 1 }]) {
          const other = await run(options)
          expect(sorted(other)).toEqual(sorted(whole))
          expect(facts(other.receipt!)).toEqual(facts(whole.receipt!))
        }
      }),
      { numRuns: 25 },
    )
  })
})

describe('GPT-NeoX: runs of 2 to 24 spaces', () => {
  const SPACES = Array.from({ length: 23 }, (_, i) => token(' '.repeat(i + 2)))
  const code = `def f(a,   b):\n    if a:\n        return   b\n${' '.repeat(30)}# end\n`.repeat(100)

  test('are pieces, the longest first', async () => {
    const neox = pipelineOf('gpt2', SPACES)
    expect(createPipelineSplitter(neox).split('a     b')).toEqual(['a', '     ', 'b'])
    const counts = await pretokenize(file('code.txt', code), [], { tokenizer: neox })
    expect(['    ', '        ', ' '.repeat(24), '      ', '   ', ' a'].map((piece) => counts.get(piece))).toEqual([
      100, 100, 100, 100, 200, 100,
    ])
    expect(counts.receipt!.bytes).toMatchObject({ pieces: code.length, special: 0, dropped: 0, normalizedGain: 0 })
    expect(counts.receipt!.documents).toBe(1)
  })

  test.each([false, true])(
    'text without special tokens is cut into chunks in front of them, or between them: normalized %s',
    async (normalized) => {
      const neox = pipelineOf(
        'gpt2',
        SPACES.map((one) => ({ ...one, normalized })),
        [{ kind: 'nfc' }],
      )
      const path = file('code.txt', `${code}A line of some more words, which is long enough to be cut in the middle.\n`.repeat(5))
      const whole = await pretokenize(path, [], { tokenizer: neox })
      const parted = await pretokenize(path, [], { tokenizer: neox, chunkBytes: 100 })
      expect(parted.receipt!.chunks).toBeGreaterThan(normalized ? 4 : 100)
      expect(facts(parted.receipt!)).toEqual(facts(whole.receipt!))
      expect([...parted]).toEqual([...whole])
    },
  )
})

test('a special token with its white space is not counted; one that strips what is counted again is told by the receipt', async () => {
  const pipeline = pipelineOf('gpt2', [token('</s>', { special: true, rstrip: true }), token('  ')])
  const counts = await pretokenize(file('text.txt', 'a b</s>  c</s>\n d'), ['</s>'], { tokenizer: pipeline })
  expect(sorted(counts)).toEqual([
    ['  ', 1],
    [' b', 1],
    ['a', 1],
    ['c', 1],
    ['d', 1],
  ])
  expect(counts.receipt!).toMatchObject({
    documents: 3,
    // the two spaces are in both
    bytes: { read: 17, pieces: 7, special: 12, normalizedGain: -2 },
    specialTokens: { '</s>': 2 },
  })
})
