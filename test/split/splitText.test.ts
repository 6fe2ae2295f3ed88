import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createSplitter, startSplittingOf } from '../../src/createSplitter.ts'
import { PretokError } from '../../src/errors.ts'
import { pretokenize } from '../../src/pipeline.ts'
import { createReferenceCutter } from '../../src/split/referenceCutter.ts'
import { phasesOf } from '../../src/split/phases.ts'
import { createPipelineSplitter, createSplitting, createTextSplitter, cutCharacters, type TextSplitter } from '../../src/split/splitText.ts'
import { byteLevel, metaspace, whitespaceSplit } from '../../src/tokenizer/preTokenizers.ts'
import { isComplete, PRESETS } from '../../src/tokenizer/presets.ts'
import { patternPipeline } from '../../src/tokenizer/patternPipeline.ts'
import { resolveTokenizer } from '../../src/tokenizer/resolve.ts'
import { readTokenizerJson } from '../../src/tokenizer/tokenizerJson.ts'
import type { Pipeline, TierChoice } from '../../src/types.ts'
import { anyText, anyTokens, token } from '../support/addedTokens.ts'
import { WITH_LATER_PHASES } from '../support/laterPhases.ts'
import { randomNormalizer, randomPreTokenizer } from '../support/randomConfigs.ts'
import { tries } from '../support/seed.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { troublesomeText } from '../support/texts.ts'
import { tokenizerJson } from '../support/tokenizerJson.ts'

const { file } = temporaryFolder()

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const splitterOf = (pipeline: Pipeline, specialTokens: readonly string[] = [], engine?: TierChoice): TextSplitter =>
  createTextSplitter(startSplittingOf(pipeline, specialTokens, engine), cutCharacters(phasesOf(pipeline.stages)))

/** What a splitter makes of a text, as bytes and as strings; or the code of its error. */
const outcome = (splitter: TextSplitter, text: string): unknown => {
  try {
    return { bytes: splitter.splitToBytes(text).map((piece) => Buffer.from(piece).toString('latin1')), strings: splitter.split(text) }
  } catch (error) {
    if (error instanceof PretokError) return error.code
    throw error
  }
}

/** Holds a splitter that is used again and again against one of the reference tier for each text. */
const expectEqual = (splitter: TextSplitter, pipeline: Pipeline, specialTokens: readonly string[], texts: readonly string[]): void => {
  for (const text of texts) expect(outcome(splitter, text)).toEqual(outcome(createPipelineSplitter(pipeline, specialTokens), text))
}

const loneSurrogates = fc.array(fc.oneof(troublesomeText(5), fc.constantFrom('\ud800', '\udc00', '\udcc3', '\ud83d')), { maxLength: 6 }).map((parts) => parts.join(''))

/** Texts as they come one after another: of all lengths, some of them empty, some no valid UTF-16, some with special tokens. */
const manyTexts = (specialTokens: readonly string[] = []): fc.Arbitrary<string[]> => {
  const text = fc.oneof(troublesomeText(20), loneSurrogates, fc.constant(''), fc.string({ maxLength: 1 }), fc.string({ maxLength: 100 }))
  const cut = specialTokens.length === 0 ? text : fc.array(fc.oneof(text, fc.constantFrom(...specialTokens.slice(0, 5))), { maxLength: 5 }).map((parts) => parts.join(''))
  return fc.array(cut, { minLength: 3, maxLength: 6 })
}

describe('the tier that counting would take gives the pieces of the reference tier, text after text', () => {
  test.each(PRESETS.filter(isComplete).map(({ name }) => name))('%s', (name) => {
    const pipeline = resolveTokenizer(name)
    for (const engine of ['auto', 'automaton'] as const) {
      const splitter = splitterOf(pipeline, pipeline.specialTokens, engine)
      fc.assert(
        fc.property(manyTexts(pipeline.specialTokens), (texts) => expectEqual(splitter, pipeline, pipeline.specialTokens, texts)),
        { numRuns: tries(10) },
      )
    }
  })

  test('any normalizer, pre-tokenizer and added tokens', () => {
    fc.assert(
      fc.property(
        randomNormalizer(),
        randomPreTokenizer(),
        anyTokens(),
        fc.array(fc.oneof(troublesomeText(12), anyText(20), loneSurrogates), { minLength: 4, maxLength: 4 }),
        (normalizer, config, addedTokens, texts) => {
          const pipeline = { ...readTokenizerJson(tokenizerJson({ normalizer, pre_tokenizer: config }), 'x'), addedTokens }
          const specialTokens = addedTokens.filter(({ special }) => special).map(({ content }) => content)
          try {
            createPipelineSplitter(pipeline, specialTokens)
          } catch (error) {
            if (!(error instanceof PretokError)) throw error
            expect(() => splitterOf(pipeline, specialTokens)).toThrow(error.message)
            return
          }
          expectEqual(splitterOf(pipeline, specialTokens), pipeline, specialTokens, texts)
        },
      ),
      { numRuns: tries(300) },
    )
  })

  test.each<[string, Pipeline['stages']]>([
    ['Metaspace, first', metaspace('▁', 'first', true)],
    ['Metaspace, always', metaspace('▁', 'always', true)],
    ['Metaspace, first, behind a cut', [...whitespaceSplit(), ...metaspace('▁', 'first', true)]],
    ['ByteLevel with a prefix', byteLevel(true, true)],
    ...WITH_LATER_PHASES.map(([name, stages]): [string, Pipeline['stages']] => [name, [...stages]]),
  ])('stages that rewrite text: %s', (_, stages) => {
    fc.assert(
      fc.property(anyTokens(), fc.array(anyText(20), { minLength: 4, maxLength: 4 }), (addedTokens, texts) => {
        const pipeline = { ...resolveTokenizer('gpt2'), addedTokens, stages }
        const specialTokens = addedTokens.filter(({ special }) => special).map(({ content }) => content)
        expectEqual(splitterOf(pipeline, specialTokens), pipeline, specialTokens, texts)
      }),
      { numRuns: tries(60) },
    )
  })
})

describe('texts that are longer than what the kernel takes at a time', () => {
  const words = "It's 2026; naïve café — 日本語のテキスト, 😀 and\n\n  more\t"
  const texts: [string, string][] = [
    ['of words', words.repeat(4000)],
    ['of one letter', 'a'.repeat(300_000)],
    ['of white space', `a${' '.repeat(200_000)}\n${' '.repeat(100_000)}b`],
    ['of one character of four bytes', '😀'.repeat(50_000)],
    ['of marks', `e${'\u0301'.repeat(3000)} ${'e\u0301'.repeat(40_000)}`],
    ['with a pair across the 65,536th unit', `${'x'.repeat(65_535)}😀 y`],
    ['with a lone surrogate there', `${'x'.repeat(65_535)}\ud83d y`],
  ]
  test.each(['gpt2', 'cl100k_base_tiktoken', 'qwen2', 'o200k_base', 'bert_uncased', 'falcon', 'llama2_legacy', 'deepseek_v3'])('%s', (name) => {
    const pipeline = resolveTokenizer(name)
    const splitter = splitterOf(pipeline)
    for (const [, text] of texts) expectEqual(splitter, pipeline, [], [text, 'a b'])
  })

  test('many different pieces, and long ones, behind a stage that rewrites them', () => {
    const pipeline = { ...resolveTokenizer('gpt2'), stages: [...whitespaceSplit(), ...metaspace('_', 'always', true)] }
    const words = Array.from({ length: 70_000 }, (_, i) => `w${i}_${i % 100 === 0 ? 'é_'.repeat(40) : 'x'}`)
    expectEqual(splitterOf(pipeline), pipeline, [], [[...words, ...words.slice(0, 1000)].join(' '), 'w1_x w2_x'])
  })

  test('a document ends also where all text before has been cut', () => {
    const pipeline = patternPipeline('(?<! )b|a', 'tiktoken')
    expect(splitterOf(pipeline, ['<s>']).split(`a${' '.repeat(65_535)}<s>b b`)).toEqual(['a', 'b'])
  })

  test('a piece does not keep its text in memory', () => {
    const { split } = createSplitter('gpt2')
    collectGarbage()
    const before = process.memoryUsage().heapUsed
    const pieces = Array.from({ length: 1000 }, (_, i) => split(`${'word '.repeat(10_000)}incomprehensibilities${i}`)[10_000])
    collectGarbage()
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(2 ** 25)
    expect(pieces.at(-1)).toBe(' incomprehensibilities')
    expect(pieces).toHaveLength(1000)
  })

  test('a large text does not leave a large memory behind', () => {
    const text = 'a'.repeat(2 ** 25)
    const splitters = Array.from({ length: 8 }, () => createSplitter('gpt2'))
    const rssOfFirst = splitters.map(({ split }) => {
      expect(split(text)).toHaveLength(1)
      collectGarbage()
      return process.memoryUsage.rss() // what the last one took is given back later, in the background
    })[0]
    expect(process.memoryUsage.rss() - rssOfFirst).toBeLessThan(4 * text.length)
    for (const { split } of splitters) expect(split('a b')).toEqual(['a', ' b'])
  })
})

describe('an error does not harm what comes after it', () => {
  test('of a regex that must not match the empty string', () => {
    const pipeline = patternPipeline('a*', 'tiktoken')
    const splitter = splitterOf(pipeline)
    expect(() => splitter.split('aab')).toThrow('it matches the empty string')
    expect(splitter.split('aa')).toEqual(['aa'])
  })

  test('of tokens at which the reference fails', () => {
    const tokens = [token('<', { rstrip: true }), token(' ', { lstrip: true })]
    const pipeline = { ...resolveTokenizer('gpt2'), addedTokens: tokens }
    const splitter = splitterOf(pipeline)
    for (let i = 0; i < 3; i++) {
      expect(() => splitter.split('one two <   three')).toThrow('the reference fails at this')
      expectEqual(splitter, pipeline, [], ['a<  b', 'a'])
    }
  })

  test('of what is no text', () => {
    const { split } = createSplitter()
    expect(() => split(5 as never)).toThrow('text: 5 is not a string')
    expect(split('a b')).toEqual(['a', ' b'])
  })
})

describe('pieces that are no valid UTF-8', () => {
  const bytes = readTokenizerJson(
    tokenizerJson({
      pre_tokenizer: {
        type: 'Sequence',
        pretokenizers: [
          { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false },
          { type: 'Split', pattern: { Regex: '.' }, behavior: 'Isolated', invert: false },
        ],
      },
    }),
    'bytes',
  )

  test.each(['auto', 'reference'] as const)('are strings by which counts find them: %s', async (engine) => {
    const { split, splitToBytes } = createSplitter(bytes, [], { engine })
    expect(split('é')).toEqual(['\udcc3', '\udca9'])
    expect(splitToBytes('é')).toEqual([Uint8Array.of(0xc3), Uint8Array.of(0xa9)])
    const counts = await pretokenize(file('bytes.txt', 'éaé'), [], { tokenizer: bytes })
    expect(split('éa').map((piece) => counts.get(piece))).toEqual([2, 2, 1])
  })
})

describe('createSplitter', () => {
  test('takes linear time for what takes the reference tier exponential time', () => {
    const { split } = createSplitter({ pattern: '(?:[a-z]+)*1', style: 'huggingface' })
    const start = performance.now()
    expect(split(`${'a'.repeat(100_000)}1${'a'.repeat(100_000)}`)).toHaveLength(2)
    expect(performance.now() - start).toBeLessThan(10_000)
  })

  test('runs the tier that is asked for', () => {
    const engines = ['auto', 'automaton', 'simd', 'reference', undefined] as const
    for (const engine of engines) expect(createSplitter('gpt2', ['2'], { engine }).split("it's 2026")).toEqual(['it', "'s", ' ', '0', '6'])
    expect(() => createSplitter({ pattern: 'ab+' }, [], { engine: 'simd' })).toThrow('the simd tier knows the families')
    expect(() => createSplitter({ pattern: '(?<=ab)c' }, [], { engine: 'automaton' })).toThrow('--engine auto')
    expect(createSplitter({ pattern: '(?<=ab)c' }).split('cabc')).toEqual(['c'])
  })

  test('many of them can be there at a time', () => {
    const splitters = Array.from({ length: 300 }, () => createSplitter('qwen2'))
    for (const { split } of splitters) expect(split('a b')).toEqual(['a', ' b'])
  })

  test('the reference tier says what it cannot take as a whole', () => {
    const pipeline = resolveTokenizer('gpt2')
    const { split } = createTextSplitter(createSplitting(pipeline, ['<s>'], createReferenceCutter(phasesOf(pipeline.stages), 10)), false)
    expect(split('ten bytes.<s>ten bytes.')).toHaveLength(6)
    expect(() => split('eleven byte')).toThrow(expect.objectContaining({ code: 'limit' }))
    expect(split('ten bytes.')).toHaveLength(3)
  })

  test('the same splitter gives strings and bytes of many lines', () => {
    const { split, splitToBytes } = createSplitter('gpt2')
    for (let i = 0; i < 5000; i++) {
      const line = `line ${i} é`
      expect(split(line).join('')).toBe(line)
      expect(Buffer.concat(splitToBytes(line)).toString()).toBe(line)
    }
  })
})
