import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileStage, type PatternStage } from '../../src/pattern/compile.ts'
import { FAMILIES, stageOf } from '../../src/pattern/families.ts'
import { withFamily } from '../../src/pattern/withFamily.ts'
import { fuseStages } from '../../src/pattern/fuse.ts'
import * as layout from '../../src/pattern/layout.ts'
import type { Compiled } from '../../src/pattern/pack.ts'
import { createKernelSplitter } from '../support/kernelSplitter.ts'
import { troublesomeText } from '../support/texts.ts'
import { allStrings } from '../support/tiers.ts'
import { tries } from '../support/seed.ts'

/** Characters of every role and kind that the masks tell apart, of every length in bytes. */
const KINDS = ['a', 'B', 's', "'", ' ', '\n', '\t', '1', '.', '/', 'é', 'É', '日', '\u0301', '٣', '\u00a0', '“']
const MORE = [
  ...KINDS, ...'tmdrevlSTLE', '\r\n', '\u3000', '\u0085', '\u2028', 'ſ', 'ǅ', 'ʰ', 'ª', 'ß', '½', '𝟘', '😀', '𝔘', '𐐀', '𐐨', '𞤀', 'ि', '\u200d', '\0', '\u001c',
  '  ', '\n\n', '   ', "'s", "'LL", ' the', 'Word', 'HTTP', '1234567', '...', '     \n', '\n      ', 'a'.repeat(70), '.'.repeat(70), ' '.repeat(70), '日'.repeat(30), '1'.repeat(70),
  'Привет', ' МИР', 'данные', ' العربية', ' नमस्ते', '한국어', 'ภาษาไทย', 'ひらがな', 'カタカナ・', '漢字かな交じり文、', 'Ελληνικά', '𝔘𝔫𝔦𝔠𝔬𝔡𝔢', '😀😃', '①②③٣٤',
  'ひらがな'.repeat(3), 'ภาษาไทย'.repeat(3), 'abcdefghijklmnopqrstuvwxyz', ' ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'e\u0301'.repeat(9), 'привет'.repeat(3), '日本語ABC'.repeat(3), 'नमस्ते'.repeat(2), 'ǅungla', '々', '〇', '〡', '⺀', '𠀀', '日本', '\u{16ff0}', '人々', ' 日', "日's", '日a', 'é日', 'ー',
] // prettier-ignore

const text = fc.oneof(
  fc.array(fc.constantFrom(...MORE), { maxLength: 150 }),
  fc
    .uniqueArray(fc.constantFrom(...MORE), { minLength: 1, maxLength: 4 })
    .chain((few) => fc.array(fc.constantFrom(...few), { maxLength: 150 })),
  fc.array(troublesomeText(), { maxLength: 8 }),
)

/** Runs of a few kinds of characters, longer and shorter than a window: what a window ends with decides how the next one begins. */
const runs = fc.uniqueArray(fc.constantFrom(...KINDS, '\r', 'ſ', 'К', 'ʰ', '😀', '\u3000'), { minLength: 1, maxLength: 7 }).chain((few) =>
  fc.array(
    fc
      .tuple(fc.constantFrom(...few), fc.oneof({ weight: 5, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.nat(150) }))
      .map(([kind, length]) => kind.repeat(length)),
    { maxLength: 200, size: 'max' },
  ),
)

const encode = (documents: readonly string[]): [bytes: Buffer, ends: number[]] => {
  let end = 0
  return [Buffer.from(documents.join('')), documents.map((document) => (end += Buffer.byteLength(document)))]
}

const familyOf = (tables: Uint8Array | undefined): number =>
  tables === undefined ? 0 : Buffer.from(tables).readUInt32LE(4 * layout.HEADER_FAMILY) & layout.FAMILY_MASK

/** Stages as one machine. */
const fused = (stages: readonly PatternStage[]): Compiled => {
  const [machine, ...others] = fuseStages(stages.map((stage) => compileStage(stage)))
  expect(others).toEqual([])
  return machine
}

const split = (pattern: string, behavior: PatternStage['behavior'] = 'isolated', invert = false): PatternStage => ({
  pattern,
  dialect: 'oniguruma',
  behavior,
  invert,
  refusesEmptyMatches: false,
})

/** Stages that cut between groups of characters (pattern/local.ts). */
const LOCAL: readonly (readonly PatternStage[])[] = [
  [split('\\s', 'removed'), split('\\p{HF=Punctuation}')], // BertPreTokenizer
  [{ ...split('\\w+|[^\\w\\s]+', 'removed', true), dialect: 'fancy-regex' }], // Whitespace
  [split('\\s', 'removed')], // WhitespaceSplit
  [split('\\p{HF=Punctuation}', 'contiguous')],
  [split('\\p{HF=Digits}'), split('\\s+')],
  [split('[^\\n]+|[\\n]+')],
  [split('[a-z]+|\\p{Han}|[\\p{Cyrillic}\\p{Hiragana}]+|\\p{M}', 'removed', true)],
  [split('\\p{L}', 'removed')], // letters are dropped
  [split('\\p{L}')], // letters are isolated
  [split('.', 'removed'), split('\\s+', 'contiguous')],
  [split('x*')],
  [split('日', 'merged-with-next')], // as Metaspace does
  [split('[ \n]', 'merged-with-next'), split('[.1]')],
]

/** Runs with a space in front of them (pattern/headed.ts). */
const HEADED = [
  ' ?[^(\\s|[.,!?…。，、।۔،])]+', // BLOOM
  ' ?\\p{L}+',
  ' ?\\w+',
  ' ?[^\\s]+',
  ' ?[^ ]+',
  ' ?[a-z日1\\n]+',
  ' ?[.é\\p{Han}\\p{M}\\s&&[^ ]]+',
]

const CASES = [
  ...FAMILIES.map((family) => [family.pattern, compileStage(stageOf(family))] as const),
  ...HEADED.map((pattern) => [pattern, compileStage(split(pattern))] as const),
  ...LOCAL.map((stages) => [stages.map(({ pattern, behavior }) => `${pattern} ${behavior}`).join(', then '), fused(stages)] as const),
]

test('what cuts between groups is known', () => {
  const code = (stages: readonly PatternStage[]): number => familyOf(withFamily(fused(stages)))
  for (const stages of LOCAL) expect([stages, code(stages)]).toEqual([stages, layout.FAMILY_LOCAL])
  // more than two characters have a say in it (in Oniguruma's dialect, what \\w and [^\\w] have in common)
  for (const pattern of ['\\w+\\s?', 'ab|\\w', '\\w+(?!\\S)', '\\w{1,2}', '^\\w', '\\w+|[^\\w\\s]+'])
    expect([pattern, code([split(pattern)])]).toEqual([pattern, 0])
})

test('runs with a space in front of them are known', () => {
  for (const pattern of HEADED) expect([pattern, familyOf(withFamily(compileStage(split(pattern))))]).toEqual([pattern, layout.FAMILY_HEADED])
  const others = [' ?[a ]+', ' *\\w+', ' +\\w+', '\\s?\\w+', ' ?\\w', ' ?\\w{1,3}', ' ?\\w+\\n?', ' ?\\w+|\\s+', ' ?\\p{L}+| ?\\d+\\.', '\\w+ ?', ' ?(?:ab)+', ' ?\\w+(?!\\n)', ' \\w+']
  for (const pattern of others) expect([pattern, familyOf(withFamily(compileStage(split(pattern))))]).not.toEqual([pattern, layout.FAMILY_HEADED])
  for (const behavior of ['removed', 'contiguous', 'merged-with-next'] as const)
    expect(familyOf(withFamily(compileStage(split(' ?\\w+', behavior))))).not.toBe(layout.FAMILY_HEADED)
})

/** A gap that goes on is cut wherever a part of the text ends, lest it be kept. */
const withoutBordersOfParts =
  (splitText: ReturnType<typeof createKernelSplitter>): typeof splitText =>
  (bytes, ends, feed) => {
    const pieces = splitText(bytes, ends, feed)
    return pieces.filter(({ end, isDropped }, i) => !isDropped || ends?.includes(end) || !pieces[i + 1]?.isDropped)
  }

describe.each(CASES)('%s', (_, compiled) => {
  const tables = withFamily(compiled)!
  const automaton = withoutBordersOfParts(createKernelSplitter([compiled.tables]))
  const windows = withoutBordersOfParts(createKernelSplitter([tables]))

  test('the masks cut as the automaton does, at every feed size', () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 4 }), fc.constantFrom(1e9, 1, 2, 5, 63, 64, 65, 200), (parts, feed) => {
        const [bytes, ends] = encode(parts.map((part) => part.join('')))
        expect(windows(bytes, ends, feed)).toEqual(automaton(bytes, ends))
      }),
      { numRuns: tries(300) },
    )
  })

  test('runs of every length, at every feed size', () => {
    fc.assert(
      fc.property(fc.array(runs, { minLength: 1, maxLength: 3 }), fc.oneof(fc.constant(1e9), fc.integer({ min: 1, max: 400 })), (parts, feed) => {
        const [bytes, ends] = encode(parts.map((part) => part.join('')))
        const cuts = windows(bytes, ends, feed)
        if (!isDeepStrictEqual(cuts, automaton(bytes, ends))) expect(cuts).toEqual(automaton(bytes, ends))
      }),
      { numRuns: tries(2500) },
    )
  })

  test('all strings of up to 3 kinds of characters', () => {
    for (let length = 1; length <= 3; length++)
      for (const documents of allStrings(KINDS, length)) expect(windows(...encode(documents))).toEqual(automaton(...encode(documents)))
  })

  test('at every place in a window, and with every length behind', () => {
    fc.assert(
      fc.property(text, fc.constantFrom('a', ' b', '.', '日'), (parts, filler) => {
        const [middle] = [parts.slice(0, 6).join('')]
        const documents = Array.from({ length: 70 }, (_, i) => `${filler.repeat(i)}${middle}${filler.repeat(70 - i)}`)
        expect(windows(...encode(documents))).toEqual(automaton(...encode(documents)))
      }),
      { numRuns: tries(25) },
    )
  })

  test('a stage behind another one', () => {
    const first = compileStage(split('[aé]')).tables
    const both = [createKernelSplitter([first, tables]), createKernelSplitter([first, compiled.tables])]
    fc.assert(
      fc.property(text, (parts) => {
        const [bytes] = encode([parts.join('')])
        expect(both[0](bytes)).toEqual(both[1](bytes))
      }),
      { numRuns: tries(60) },
    )
  })
})

test('a stage that merges pieces or drops matches is not left to the masks', () => {
  const isKnown = (behavior: 'isolated' | 'removed' | 'contiguous', invert: boolean): boolean =>
    familyOf(withFamily(compileStage({ ...stageOf(FAMILIES[0]), behavior, invert }))) === layout.FAMILY_GPT2
  expect([isKnown('isolated', false), isKnown('removed', true), isKnown('removed', false), isKnown('contiguous', false)]).toEqual([
    true,
    true,
    false,
    false,
  ])
})

test.each([
  ["GPT-2, minbpe's spelling", `'(?:[sdmt]|ll|ve|re)| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+`, layout.FAMILY_GPT2],
  [
    "cl100k, minbpe's spelling",
    `'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+`,
    layout.FAMILY_CL100K,
  ],
  [
    'marks as letters, without the prefix that they would be',
    `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{M}\\p{N}]?[\\p{M}\\p{L}]+|\\p{N}| ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`,
    layout.FAMILY_CL100K,
  ],
  ['no family', `[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,4}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`, 0],
])('patterns are known by what they do: %s', (_, pattern, family) => {
  const tables = withFamily(compileStage({ ...stageOf(FAMILIES[0]), pattern, dialect: 'fancy-regex' }))
  expect(familyOf(tables)).toBe(family)
})
