import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { huggingFace, tiktoken } from '../../src/tokenizer/patternPipeline.ts'
import { resolveTokenizer } from '../../src/tokenizer/resolve.ts'
import { createPipelineSplitter } from '../../src/split/splitText.ts'
import { toByteLevel } from '../../src/tokenizer/byteLevel.ts'
import { normalizeText } from '../../src/normalize/normalizer.ts'
import type { Pipeline } from '../../src/types.ts'
import { CONFORMANCE } from '../support/conformance.ts'
import { splitInFeeds } from '../support/feed.ts'
import { officialSplit } from '../support/oracle.ts'
import { MAIN_PIPELINES } from '../support/presets.ts'
import { asSplit, withStages } from '../support/stages.ts'
import { codePointTexts, TROUBLESOME, troublesomeText } from '../support/texts.ts'

const HUGGING_FACE = MAIN_PIPELINES.filter(({ stages }) => asSplit(stages[0]).dialect === 'oniguruma')
const byName = HUGGING_FACE.map((pipeline) => [pipeline.name, pipeline] as const)

describe.each(byName)('%s equals the official engine', (_, pipeline) => {
  const official = officialSplit(pipeline)
  const { split } = createPipelineSplitter(pipeline)

  test('on troublesome texts', () => {
    fc.assert(
      fc.property(troublesomeText(), (text) => {
        expect(split(text)).toEqual(official(text))
      }),
      { numRuns: 1500 },
    )
  })

  test('on each pair of troublesome characters', () => {
    for (const first of TROUBLESOME) {
      const text = TROUBLESOME.map((second) => `${first}${second}x `).join('')
      expect(split(text)).toEqual(official(text))
    }
  })

  // the slow suite goes through all of them
  test('on every code point of the scripts, and some of the large blocks, between letters, spaces and digits', () => {
    for (const text of codePointTexts((c) => c < 0x3400 || (c >= 0xa000 && c < 0xac00) || (c >= 0xf900 && c < 0x20000) || c % 97 === 0))
      expect(split(text)).toEqual(official(text))
  })
})

const EVERY_PIPELINE = [...MAIN_PIPELINES, ...twoAndThreeStages()].map((pipeline) => [pipeline.name, pipeline] as const)

describe.each(EVERY_PIPELINE)('%s in feeds', (_, pipeline) => {
  test('gives the same pieces for every feed size', () => {
    fc.assert(
      fc.property(troublesomeText(25), fc.integer({ min: 1, max: 9 }), (text, size) => {
        expect(splitInFeeds(pipeline, text, size)).toEqual(splitInFeeds(pipeline, text, 0))
      }),
      { numRuns: 400 },
    )
  })

  test('loses no text', () => {
    const { normalizers, stages } = pipeline
    if (stages.map(asSplit).some(({ behavior }) => behavior === 'removed')) return
    fc.assert(
      fc.property(troublesomeText(), (text) => {
        expect(splitInFeeds(pipeline, text, 3).join('')).toBe(normalizeText(normalizers, text))
      }),
    )
  })
})

/** Pipelines with several stages: DeepSeek V3's three regexes, and lines before words. */
function twoAndThreeStages(): Pipeline[] {
  const gpt2 = resolveTokenizer('gpt2').stages[0]
  const pipeline = (name: string, ...patterns: string[]): Pipeline => withStages(name, patterns.map(huggingFace))
  return [
    withStages('lines, then words', [huggingFace('[^\\n]+|[\\n]+'), gpt2]),
    withStages('digits, then words', [huggingFace('\\p{N}'), gpt2]),
    pipeline(
      'deepseek_v3',
      '\\p{N}{1,3}',
      '[一-龥぀-ゟ゠-ヿ]+',
      '[!"#$%&\'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+',
    ),
    pipeline('look-behind and word borders', '(?<![a-z])\\p{N}+\\b|(?<=\\s)x|\\B,'),
    withStages('words only, gaps dropped', [tiktoken('\\p{L}+|\\p{N}{1,3}(?!\\.)')]),
    withStages('words only, then halves', [tiktoken('\\p{L}+|\\p{N}+'), huggingFace('..')]),
  ]
}

describe.each(
  twoAndThreeStages()
    .filter(({ stages }) => stages.map(asSplit).every(({ dialect }) => dialect === 'oniguruma'))
    .map((p) => [p.name, p] as const),
)('%s', (_, pipeline) => {
  test('equals the official engine', () => {
    const official = officialSplit(pipeline)
    fc.assert(
      fc.property(troublesomeText(), fc.integer({ min: 0, max: 5 }), (text, size) => {
        expect(splitInFeeds(pipeline, text, size)).toEqual(official(text))
      }),
      { numRuns: 600 },
    )
  })
})

const CORPORA = join(import.meta.dirname, '../../../shared/corpora')

const withVectors = (): void => {
  const vectors = JSON.parse(gunzipSync(readFileSync(join(CONFORMANCE, 'vectors.json.gz'))).toString()) as {
    texts: string[]
    pipelines: Record<string, { byteLevel: boolean; pieces: string[][] }>
  }
  const catalogue = JSON.parse(readFileSync(join(CONFORMANCE, 'catalogue.json'), 'utf8')) as {
    patterns: Record<string, { stages: { type: string; pattern?: string | { Regex?: string }; behavior?: string }[] }>
  }

  test.each(['gpt2', 'cl100k_base', 'o200k_base', 'qwen2'])('%s', (name) => {
    const { splitToBytes } = createPipelineSplitter(resolveTokenizer(name))
    vectors.texts.forEach((text, i) => expect(splitToBytes(text).map(toByteLevel)).toEqual(vectors.pipelines[name].pieces[i]))
  })

  test.each(
    Object.entries(catalogue.patterns)
      .filter(([, { stages }]) => stages.length === 1 && stages[0].type === 'find_all')
      .map(([name, { stages }]) => [name, stages[0].pattern as string]),
  )('%s (tiktoken)', (name, pattern) => {
    const { split } = createPipelineSplitter(withStages(name, [tiktoken(pattern)]))
    vectors.texts.forEach((text, i) => expect(split(text)).toEqual(vectors.pipelines[name].pieces[i]))
  })
}

const withCorpora = (): void => {
  const files = ['multilingual', 'code', 'nasty', 'cs336']
    .flatMap((folder) => readdirSync(join(CORPORA, folder)).map((name) => join(CORPORA, folder, name)))
    .filter((path) => statSync(path).isFile())
  test.each(byName)('%s equals the official engine on all of them', (_, pipeline) => {
    const official = officialSplit(pipeline)
    const { split } = createPipelineSplitter(pipeline)
    for (const path of files) {
      const text = readFileSync(path, 'utf8').slice(0, 60_000).toWellFormed()
      expect(split(text), path).toEqual(official(text))
    }
  })
}

if (existsSync(CONFORMANCE)) describe('shared vectors', withVectors)
if (existsSync(CORPORA)) describe('shared corpora', withCorpora)
