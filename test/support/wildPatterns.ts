import fc from 'fast-check'
import { expect } from 'vitest'
import type { Dialect } from '../../src/pattern/ast.ts'
import { createPipelineSplitter } from '../../src/split/splitText.ts'
import { huggingFace, tiktoken } from '../../src/tokenizer/patternPipeline.ts'
import type { SplitStage } from '../../src/types.ts'
import { splitInFeeds } from './feed.ts'
import { officialUnlessRefused, tiktokenUnlessRefused, unlessRefused } from './officialProcess.ts'
import { withStages } from './stages.ts'
import { kernelTier, referenceTier } from './tiers.ts'

/*
 * Random patterns of everything that the parser takes, and of some things that it refuses, as opposed to those of patterns.ts, which all tiers
 * can do. Some are refused by somebody; the rest must be cut alike by all.
 */

const SINGLE = [
  ['a', 'b', 's', 'k', 'S', '1', ' ', "'", '-', '_', '\\n', 'é', 'ſ', '日', '😀', '.', '\\.', '\\-', '\\x61', '\\u0062', '\\x{1f600}'],
  ['\\s', '\\S', '\\w', '\\W', '\\d', '\\D', '\\h', '\\H'],
  ['\\p{L}', '\\p{Lu}', '\\p{Ll}', '\\p{N}', '\\p{M}', '\\P{L}', '\\P{Nd}', '\\p{Han}', '\\p{P}', '\\p{^N}', '\\pL'],
  [
    '[ab]',
    '[^a]',
    '[a-c]',
    '[^\\s\\p{L}\\p{N}]',
    '[\\r\\n]',
    '[^\\r\\n]',
    '[\\w-]',
    '[-a]',
    '[a\\-b]',
    '[^\\W]',
    '[^\\D1]',
    '[\\S]',
    '[ 1]',
  ],
  [
    '[\\p{L}&&[^s]]',
    '[\\p{Ll}\\p{M}&&[^\\p{Han}]]',
    '[^(\\s|[.,])]',
    '[[a]b]',
    '[^[^a]b]',
    '[a-c&&b-d]',
    '[\\h]',
    '[^\\w]',
    '[é-ſ]',
    '[a-]',
    '[a&&b]',
    '[^\\s\\S]',
  ],
  ['[[:alpha:]]', '[[:^digit:]]', '[a[:space:][:upper:]]', '[[:punct:]]', '[^[:word:]]', '\\p{Emoji}', '\\p{ASCII}', '\\P{Any}', '\\p{Lowercase}'],
].flat()

const ONIGURUMA_SINGLE = ['\\R', '\\N', '\\O', '\\p{Word}', '\\p{^Punct}', '[\\p{Alnum}]', '\\p{Graph}', '\\p{Blank}', '\\p{In_Latin_1_Supplement}']
const FANCY_SINGLE = ['[a-c--b]', '[\\w--[a-b]]', '[a-c~~b-d]', '[a-c&&b-d--c]', '[a--b~~b-]', '[[:foo]a]', '[--b]', '[^-a--c]', '[a&&]', '[]~~a]']

const ONIGURUMA_QUANTIFIERS = ['{2}?', '{1,2}?', '{1,2}+', '{2}+', '{,2}', '{0}', '{0,1}', '+*', '?+', '{2}{2}', '+??']
const FANCY_QUANTIFIERS = ['{2}?', '{1,2}?', '{1,2}+', '{2}+', '{0,1}', '?+', '+?+', '(?#?)+']

const FLAGS = ['(?i)', '(?i:', '(?-i:', '(?x: ', '(?m)', '(?m:', '(?ix-m:', '(?x)']
const ONIGURUMA_FLAGS = [...FLAGS, '(?mi-x:']
const FANCY_FLAGS = [...FLAGS, '(?s:', '(?s)', '(?U:', '(?sm-i:', '(?u:']
const LITTLE = ["(a)\\1", '(?<x>[ab])(?<y>[bc])\\k<x>\\k<y>', '(?<x>[ab])\\k<x>(?<y>[12])\\k<y>+',  "([!' ])\\1*", '([ab])c?\\1', "'(?i:[sdmt]|ll|ve|re)", '\\G', '\\Z', '(?#b)', ' #c\n', '(?<n>[ab])c?\\k<n>', '(?<m>a)', '(?i:([ab])\\1)', '(?i:([as])\\1)', '([éb])(?i:\\1+)']

const look = (body: fc.Arbitrary<string>, single: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.oneof(
    fc.constantFrom('\\b', '\\B', '^', '$', '\\A', '\\z', '(?!\\S)', '(?=\\s|$)', '(?<=\\s|^)', '(?<!\\w)', '(?!.)', '(?<=ab)', '(?<!a|b)'),
    fc.tuple(fc.constantFrom('(?=', '(?!'), body).map(([open, inside]) => `${open}${inside})`),
    fc.tuple(fc.constantFrom('(?<=', '(?<!'), single).map(([open, inside]) => `${open}${inside})`),
  )

/** Patterns that begin with assertions and runs of dots, for which Oniguruma has a shortcut (src/pattern/dotRuns.ts). */
const dotRuns: fc.Arbitrary<string> = (() => {
  const some = (...parts: string[]) => fc.array(fc.constantFrom(...parts), { maxLength: 2 }).map((chosen) => chosen.join(''))
  const asserted = ['\\b', '\\B', '$', '(?=b)', '(?=a*b)', '(?!a)', '(?<=a)', '(?<!\\n)', '(?=\\n)', '(?:\\b|(?=b))']
  const front = fc.oneof(fc.constant(''), some('^', '\\A', '\\G', '(?:)'), some('^', '\\A', ...asserted))
  const run = fc.constantFrom('.+', '.*', '(?:.?)+', '.{2,}', '(?:.+)?', '(?>.+)', '.++', '(.+)', '(.)+', '\\N+', '(?m:.+)', '\\O+', '.+?', '(?:.+b)+', '(?:.+b)?')
  const tail = some('a', 'b', 'ab', '\\s', '[ab]', '(?=b)', '(?=a*b)', '\\b', '$', '^', '(?=\\n)', '(?<=b)', 'b+', '.', '\\n', 'bab')
  const branch = fc.tuple(front, run, tail).map((parts) => parts.join(''))
  return fc.oneof(
    branch,
    fc.tuple(branch, branch).map((branches) => branches.join('|')),
    fc.tuple(front, branch, branch, tail).map(([before, a, b, behind]) => `${before}(?:${a}|${b})${behind}`),
  )
})()

export const wildPattern = (dialect: Dialect): fc.Arbitrary<string> =>
  fc.oneof({ weight: dialect === 'oniguruma' ? 1 : 0, arbitrary: dotRuns }, { weight: 7, arbitrary: anyPattern(dialect) })

const anyPattern = (dialect: Dialect): fc.Arbitrary<string> => {
  const oniguruma = dialect === 'oniguruma'
  const single = fc.constantFrom(...SINGLE, ...(oniguruma ? ONIGURUMA_SINGLE : FANCY_SINGLE))
  const flags = oniguruma ? ONIGURUMA_FLAGS : FANCY_FLAGS
  const times = fc.oneof(
    { weight: 5, arbitrary: fc.constant('') },
    { weight: 4, arbitrary: fc.constantFrom('?', '*', '+') },
    { weight: 2, arbitrary: fc.constantFrom('??', '*?', '+?', '++', '*+', '{2}', '{1,3}', '{2,}', '{0,2}') },
    { weight: 1, arbitrary: fc.constantFrom(...(oniguruma ? ONIGURUMA_QUANTIFIERS : FANCY_QUANTIFIERS)) },
  )
  return fc.letrec<{ alternatives: string; branch: string; item: string; group: string }>((tie) => ({
    alternatives: fc.array(tie('branch'), { minLength: 1, maxLength: 3 }).map((branches) => branches.join('|')),
    branch: fc.array(tie('item'), { minLength: 0, maxLength: 4 }).map((items) => items.join('')),
    item: fc.oneof(
      { maxDepth: 3, depthSize: 'xsmall', withCrossShrink: true },
      { weight: 9, arbitrary: fc.tuple(single, times).map((parts) => parts.join('')) },
      { weight: 2, arbitrary: look(tie('alternatives'), single) },
      { weight: 3, arbitrary: fc.tuple(tie('group'), times).map((parts) => parts.join('')) },
      { weight: 1, arbitrary: fc.constantFrom(...LITTLE, ...flags.filter((flag) => flag.endsWith(')'))) },
    ),
    group: fc
      .tuple(fc.constantFrom('(?:', '(?:', '(', '(?>', ...flags.filter((flag) => !flag.endsWith(')'))), tie('alternatives'))
      .map(([open, inside]) => `${open}${inside})`),
  })).alternatives
}

/** Characters of all classes in those patterns. */
const CHARACTERS = [
  'a',
  'b',
  'c',
  'A',
  's',
  'S',
  'k',
  'K',
  'ſ',
  'é',
  'e\u0301',
  '日',
  '😀',
  '1',
  '2',
  '٣',
  '²',
  ' ',
  '\n',
  '\r\n',
  '\u00a0',
  "'",
  '.',
  ',',
  '-',
  '_',
  '\u200d',
]
const FEW = ['a', 'b', 'c', ' ', '\n']
const WORDS = ["'s", "'LL", 'ab', 'aab', '12', '  ', '\n\n', 'sS']

export const wildText = (): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 2, arbitrary: fc.string({ unit: fc.constantFrom(...CHARACTERS, ...WORDS), maxLength: 10 }) },
    { weight: 1, arbitrary: fc.string({ unit: fc.constantFrom(...FEW), maxLength: 14 }) },
  )

const BEHAVIORS: readonly SplitStage['behavior'][] = ['isolated', 'removed', 'merged-with-previous', 'merged-with-next', 'contiguous']

/** Stages of random patterns, read by either dialect, with any behavior. */
const wildStage: fc.Arbitrary<SplitStage> = fc
  .constantFrom<Dialect>('oniguruma', 'oniguruma', 'fancy-regex')
  .chain((dialect) =>
    fc
      .tuple(wildPattern(dialect), fc.constantFrom(...BEHAVIORS), fc.boolean())
      .map(([pattern, behavior, invert]) => ({ ...huggingFace(pattern), dialect, behavior, invert })),
  )

/**
 * Cuts random texts by random patterns with all tiers, and with the official engine if it is Oniguruma that reads them. Returns how many patterns were compared. Without a seed it is others each time.
 */
export const compareWildPatterns = (patterns: number, seed?: number): number => {
  let compared = 0
  fc.assert(
    fc.property(wildStage, fc.array(wildText(), { minLength: 10, maxLength: 25 }), (stage, texts) => {
      const pipeline = withStages('', [stage])
      const splitter = unlessRefused(() => createPipelineSplitter(pipeline))
      if (splitter === undefined) return
      const pieces = texts.map(splitter.split)
      texts.forEach((text, i) => expect(splitInFeeds(pipeline, text, 2)).toEqual(pieces[i]))
      const official = stage.dialect === 'oniguruma' ? officialUnlessRefused(pipeline, texts) : undefined
      if (official !== undefined) expect(pieces).toEqual(official)
      const kernel = unlessRefused(() => kernelTier([stage]))
      if (kernel !== undefined) expect(kernel(texts)).toEqual(referenceTier([stage])(texts))
      compared++
    }),
    { numRuns: patterns, ...(seed !== undefined && { seed }) },
  )
  return compared
}

/** Cuts random texts by random patterns as tiktoken does, and with tiktoken. Returns how many patterns were compared. */
export const compareWithTiktoken = (patterns: number, seed?: number): number => {
  let compared = 0
  fc.assert(
    fc.property(wildPattern('fancy-regex'), fc.array(wildText(), { minLength: 10, maxLength: 25 }), (pattern, texts) => {
      // over an empty match it would go on for ever, where we have an error
      const pieces = unlessRefused(() => texts.map(createPipelineSplitter(withStages('', [tiktoken(pattern)])).split))
      const official = pieces && tiktokenUnlessRefused(pattern, texts)
      if (official === undefined) return
      expect(pieces).toEqual(official)
      compared++
    }),
    { numRuns: patterns, ...(seed !== undefined && { seed }) },
  )
  return compared
}

/**
 * Replaces what random patterns match in random texts, in one feed and in feeds of two bytes, and by the official normalizer. Returns how many
 * patterns were compared.
 */
export const compareWildReplacements = (patterns: number, seed?: number): number => {
  let compared = 0
  const texts = fc.array(wildText(), { minLength: 10, maxLength: 25 })
  fc.assert(
    fc.property(wildPattern('oniguruma'), fc.constantFrom('', 'x', ' ', 'ab'), texts, (pattern, content, all) => {
      // all that is left is one piece
      const pipeline = { ...withStages('', [huggingFace('(?!.).')]), normalizers: [{ kind: 'replace', pattern, isRegex: true, content } as const] }
      const replaced = unlessRefused(() => all.map(createPipelineSplitter(pipeline).split))
      const official = replaced && officialUnlessRefused(pipeline, all)
      if (official === undefined) return
      expect(replaced).toEqual(official)
      all.forEach((text, i) => expect(splitInFeeds(pipeline, text, 2)).toEqual(official[i]))
      compared++
    }),
    { numRuns: patterns, ...(seed !== undefined && { seed }) },
  )
  return compared
}
