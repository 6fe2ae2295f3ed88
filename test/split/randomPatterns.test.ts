import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { PretokError } from '../../src/errors.ts'
import type { Dialect } from '../../src/pattern/ast.ts'
import { huggingFace } from '../../src/tokenizer/patternPipeline.ts'
import type { SplitStage } from '../../src/types.ts'
import { randomPattern } from '../support/patterns.ts'
import { DROP_GAPS, KEEP_GAPS, withStages } from '../support/stages.ts'
import { createPipelineSplitter } from '../../src/split/splitText.ts'
import { officialUnlessRefused, unlessRefused } from '../support/officialProcess.ts'
import { compareWildPatterns, compareWildReplacements, compareWithTiktoken } from '../support/wildPatterns.ts'
import { compareWildClasses, compareWildSyntax } from '../support/wildSyntax.ts'
import { allStrings, kernelTier, referenceTier, type CutDocuments } from '../support/tiers.ts'

const ALPHABET = ['a', 'b', 'c', ' ']

const tier = (make: (stages: readonly SplitStage[]) => CutDocuments, stage: SplitStage): CutDocuments | undefined => {
  try {
    return make([stage])
  } catch (error) {
    if (error instanceof PretokError) return undefined // refused
    throw error
  }
}

test('random patterns: the kernel cuts all short strings, and some longer ones, as the reference tier does', () => {
  const texts = [
    ...allStrings(ALPHABET, 1),
    ...allStrings(ALPHABET, 2),
    ...allStrings(ALPHABET, 3),
    ...allStrings(ALPHABET, 4),
    ...allStrings(['a', 'b', 'c'], 5),
  ].flat()
  let compared = 0
  const gaps = fc.constantFrom(KEEP_GAPS, DROP_GAPS)
  const long = fc.array(fc.constantFrom(...ALPHABET), { minLength: 6, maxLength: 14 }).map((letters) => letters.join(''))
  fc.assert(
    fc.property(randomPattern(), gaps, fc.array(long, { maxLength: 20 }), (pattern, treatment, longTexts) => {
      const stage: SplitStage = { ...huggingFace(pattern), ...treatment }
      const kernel = tier(kernelTier, stage)
      const reference = kernel && tier(referenceTier, stage)
      if (kernel === undefined || reference === undefined) return
      compared++
      for (const list of [texts, longTexts]) {
        const [cuts, expected] = [kernel(list), reference(list)]
        if (cuts.join() !== expected.join()) expect(cuts).toEqual(expected)
      }
    }),
    { numRuns: Number(process.env.PRETOK_RUNS ?? 150) },
  )
  expect(compared).toBeGreaterThan(50)
})

test('random patterns of every construct: all tiers and the official engine cut alike, or somebody refuses', () => {
  expect(compareWildPatterns(120, 1)).toBeGreaterThan(60)
})

test('random patterns of every construct: cut as tiktoken does, or somebody refuses', () => {
  expect(compareWithTiktoken(40, 1)).toBeGreaterThan(5)
})

test('random patterns of every construct: what they match is replaced as the official normalizer does, or somebody refuses', () => {
  expect(compareWildReplacements(100, 1)).toBeGreaterThan(50)
})

describe.each<Dialect>(['oniguruma', 'fancy-regex'])('%s', (dialect) => {
  test('classes of anything in any order are read as the engine reads them, and what it refuses is refused', () => {
    const { compared, refusedByTheirs } = compareWildClasses(500, dialect)
    expect(refusedByTheirs).toEqual([])
    expect(compared).toBeGreaterThan(200)
  })

  test('patterns of anything in any order are read as the engine reads them, or refused', () => {
    expect(compareWildSyntax(700, dialect)).toBeGreaterThan(100)
  })
})

test('quantifiers of quantifiers, and atomic groups in look-behinds: as the official engine, or refused', () => {
  const texts = ['ab cb', 'abc aab xc', 'ab 1234567', 'aab', 'aabaab', 'abb ab', 'abab', 'b', 'abc aabbcc aaa']
  const quantifiers = ['', '?', '+', '{2}', '{2}?', '{2}??', '{2}?+', '{2,2}', '{2,2}?', '{2,2}+', '{1}', '{1}?', '{1}+', '{1,1}?', '{1,1}+', '{1}{2}', '{,2}?', '{1,2}+']
  const repeated = quantifiers.flatMap((quantifier) => ['a', '\\d', '(?:ab)', '(ab)', '(?:[ab]c)', '(?:aab)'].map((atom) => `${atom}${quantifier}|b`))
  const behind = ['(?>a)', '(?>a)b', '(?>ab)', '(?>a|ab)', 'a?+a', 'a?+', '(?>a?)b', 'b(?>a|)', '(?:a++)?b'].flatMap((body) =>
    ['c', 'b', '\\s'].flatMap((next) => [`(?<=${body})${next}`, `(?<!${body})${next}`]),
  )
  let compared = 0
  for (const pattern of [...repeated, ...behind]) {
    const pipeline = withStages('', [huggingFace(pattern)])
    const pieces = unlessRefused(() => texts.map(createPipelineSplitter(pipeline).split))
    if (pieces === undefined) continue
    expect([pattern, pieces]).toEqual([pattern, officialUnlessRefused(pipeline, texts)])
    compared++
  }
  expect(compared).toBeGreaterThan(120)
})

test('look-behinds of which whole branches are ^', () => {
  const texts = ['a b', '\na\n\nb\n', ' a\n b \n', 'ab', '\n', '\n\n', 'b\na', 'aab\nbab\n']
  const behinds = ['^|\\s', '\\s|^', '^', '^|^', '^|a', 'a|^|b', '^|ab', '^|(?>a|ab)'].flatMap((body) => [`(?<=${body})`, `(?<!${body})`])
  const patterns = behinds.flatMap((behind) => [`${behind}[ab]`, `${behind}\\n`, `${behind}[^z]`, `[ab\\n]${behind}b`, `(?:${behind}a|b)+`, behind, `a|${behind}`])
  for (const pattern of patterns) {
    const pipeline = withStages('', [huggingFace(pattern)])
    expect([pattern, texts.map(createPipelineSplitter(pipeline).split)]).toEqual([pattern, officialUnlessRefused(pipeline, texts)])
    const kernel = tier(kernelTier, { ...huggingFace(pattern), ...KEEP_GAPS })
    expect([pattern, kernel?.(texts)]).toEqual([pattern, kernel && referenceTier([{ ...huggingFace(pattern), ...KEEP_GAPS }])(texts)])
  }
  expect(() => createPipelineSplitter(withStages('', [huggingFace('(?<=^a)b')]))).toThrow('look-around or back-reference inside a look-around at 0')
  expect(() => createPipelineSplitter(withStages('', [huggingFace('(?<=^|a+)b')]))).toThrow('look-behind of unbounded length at 0')
})

test('a pattern over which the official engine ends its process is left out, and the next one is not', () => {
  const official = (pattern: string, text: string) => officialUnlessRefused(withStages('', [huggingFace(pattern)]), [text])
  expect(official('(?:a+b?|[^c]+)+(?=c.)', `${'a'.repeat(40)}c`)).toBe(undefined)
  expect(official('a+', 'aab')).toEqual([['aa', 'b']])
  expect(official('(', 'aab')).toBe(undefined)
  expect(official('b', 'aab')).toEqual([['aa', 'b']])
})
