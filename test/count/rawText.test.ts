import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createTokenSet } from '../../src/added/tokenSet.ts'
import { createKernelCounter } from '../../src/count/kernelCounter.ts'
import { valueAt } from '../../src/normalize/codePointTable.ts'
import { createSureText } from '../../src/normalize/normalizer.ts'
import { SETTLED } from '../../src/normalize/quickCheck.ts'
import type { Normalizer } from '../../src/types.ts'
import { anyCharsmap, keyOf, makeCharsmap } from '../support/charsmap.ts'
import { NORMALIZERS } from '../support/normalizers.ts'
import { asTokens, byDefinition, byKernel, countsOf, TABLES } from '../support/rawText.ts'
import { tries } from '../support/seed.ts'

const unlessThere = (text: string): Normalizer => ({ kind: 'prepend', text, unlessThere: true })
const asMark: Normalizer = { kind: 'replace', pattern: ' ', isRegex: false, content: '▁' }

const normalizersNamed = (wanted: string): readonly Normalizer[] => NORMALIZERS.find(([name]) => name === wanted)![1]

/** What leading stages of a pipeline become (tokenizer/leadingRewrites.ts). */
const LEADING: typeof NORMALIZERS = [
  ['ByteLevel, add_prefix_space', [unlessThere(' ')]],
  ['Metaspace', [asMark, unlessThere('▁')]],
  ['a prefix that letters become', [{ kind: 'lowercase' }, unlessThere('e')]],
  ['a prefix behind what may become nothing', [{ kind: 'replace', pattern: '\r', isRegex: false, content: '' }, unlessThere(' ')]],
  ['a prefix of two characters', [unlessThere('aa')]],
  ['xlm-roberta, with Strip', [...normalizersNamed('Precompiled, Strip of the right, then two spaces and more'), asMark, unlessThere('▁')]],
  ['xlm-roberta', [...normalizersNamed('Precompiled, then two spaces and more'), asMark, unlessThere('▁')]],
  ['a prefix behind a quick check', [{ kind: 'nfc' }, unlessThere(' ')]],
]

const KERNEL_NORMALIZERS = [...NORMALIZERS, ...LEADING].filter(([, normalizers]) => createSureText(normalizers) !== undefined)

const UNITS = [
  'a', 'e', 'E', 'K', '▁', '<', '|', '>', ' ', '\n', '\0', '\r', '1', '日', 'か', '\u0301', '\u0323', '\u0338', '\u0344', 'é', 'ệ', '\u3099', '\u1100',
  '\u1161', '\u11a8', '가', '각', '\u2126', 'ﬁ', '①', '\u0bc6', '\u0bd7', '\u0130', '👩', '\u0378', '\u{1d165}', '\u{1d160}', '\u302e', '\u{11930}', '\u{11935}',
  '\u2000', '\u2001', '\u2003', '\u3000', '\u00a8', '\u037e',
] // prettier-ignore

const PARTS = [
  'plain words between them. '.repeat(12),
  'Žluťoučký kůň, naïve café ',
  'русский текст ',
  '日本語のテキスト',
  'tie\u0302\u0301ng Vie\u0323\u0302t ',
  'हिन्दी ',
  '\u0301'.repeat(40),
  'e\u0301'.repeat(9),
  ' \u0301\u0323 \u2000\u2001  e\u0301\u0323 \u0340  \u2000',
  ' \u2001'.repeat(200),
]

const TOKENS = [[], ['<|>'], ['<|>', '<|><|>', '<', '>\u0338'], ['e', 'e\u0301', '\u0301'], ['a', 'b', 'c', 'é', '日']]

test('what the kernel can do: all but what looks at several characters, or at the borders of text', () => {
  expect(KERNEL_NORMALIZERS.map(([name]) => name)).toEqual([
    'NFC',
    'NFD',
    'NFKC',
    'NFKD',
    'Lowercase',
    'StripAccents',
    'Nmt',
    'BertNormalizer, clean_text',
    'BertNormalizer, handle_chinese_chars',
    'BertNormalizer, strip_accents',
    'BertNormalizer, uncased',
    'BertNormalizer, clean_text, then runs',
    'BertNormalizer, cased',
    'Strip',
    'Strip, left',
    'Strip, right',
    'Prepend',
    'Prepend of nothing',
    'Replace of a character',
    'Replace by characters whose halves are marks of ours',
    'the same beside runs',
    'Replace of a class',
    'Replace of white space',
    'Replace of runs',
    'Replace of runs by a longer text',
    'Replace of runs by nothing',
    'Precompiled',
    'Precompiled, then two spaces and more',
    'Precompiled, then runs by a longer text, and maps',
    'Precompiled, then two spaces and more that become the same as one',
    'Precompiled, Strip of the right, then two spaces and more',
    'the same by a longer text',
    'NFKC, Strip of the right, a map',
    'NFC, Strip of neither side, a map',
    'a map, then runs that a map takes away',
    'gpt-neox',
    'NFC, then runs and a map',
    'NFC, then runs of what combines',
    'NFKC, then runs of white space',
    'NFC, then a map',
    'clip',
    'lucie',
    'llama 2',
    'albert',
    'deberta',
    'deberta, uncased',

    'ByteLevel, add_prefix_space',
    'Metaspace',
    'a prefix that letters become',
    'a prefix behind what may become nothing',
    'xlm-roberta, with Strip',
    'xlm-roberta',
    'a prefix behind a quick check',
  ])
})

test('what decomposes is sure where all its marks are dropped, and where it has none', () => {
  const isSure = (normalizers: readonly Normalizer[], character: string): boolean =>
    valueAt(createSureText(normalizers)!.classes!.table, character.codePointAt(0)!) === SETTLED
  const uncased: Normalizer[] = [{ kind: 'bert', cleanText: true, handleChineseChars: true, stripAccents: true, lowercase: true }]
  expect([...'éệ가각Ω豈'].filter((character) => !isSure(uncased, character))).toEqual([])
  // marks that stay; a mark that decomposes
  expect([...'\u{1d160}\u0344'].filter((character) => isSure(uncased, character))).toEqual([])
  expect([...'éệ가각Ω豈'].filter((character) => isSure([{ kind: 'nfd' }], character))).toEqual([...'가각Ω豈'])
})

describe.each(KERNEL_NORMALIZERS)('%s', (_, normalizers) => {
  test('equals the definition, for tokens that overlap and begin or end with what combines, at every feed size', () => {
    const string = fc.string({ unit: fc.constantFrom(...UNITS), maxLength: 30 })
    fc.assert(
      fc.property(
        fc.constantFrom(...TOKENS),
        fc.array(fc.oneof(string, fc.constantFrom(...PARTS), fc.constantFrom('<|>', '<|', '<|><|>')), { maxLength: 14 }),
        fc.array(fc.oneof(fc.integer({ min: 1, max: 8 }), fc.constantFrom(30, 200, 1e6)), { minLength: 1, maxLength: 3 }),
        fc.constantFrom(0, 1, 5),
        (tokens, parts, feeds, special) => {
          const text = parts.join('')
          expect(byKernel(normalizers, tokens, text, feeds, special)).toEqual(byDefinition(normalizers, tokens, text, special))
        },
      ),
      { numRuns: tries(60) },
    )
  })

  test('the same for whole documents, any number at a time', () => {
    const string = fc.string({ unit: fc.constantFrom(...UNITS), maxLength: 12 })
    fc.assert(
      fc.property(
        fc.constantFrom(...TOKENS),
        fc.array(fc.oneof(string, fc.constantFrom(...PARTS), fc.constantFrom('<|>', '<|', '', 'x'.repeat(70_000))), { maxLength: 20 }),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 2 }),
        fc.constantFrom(0, 1, 5),
        (tokens, documents, feeds, special) => {
          expect(byKernel(normalizers, tokens, documents, feeds, special)).toEqual(byDefinition(normalizers, tokens, documents, special))
        },
      ),
      { numRuns: tries(40) },
    )
  })

  test('the same for text longer than blocks and batches', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...TOKENS),
        fc.array(fc.tuple(fc.constantFrom(...PARTS, '<|>', ' ', 'x'), fc.integer({ min: 1, max: 900 })), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 8 }),
        fc.array(fc.constantFrom(999, 20_000, 33_333, 65_537, 1e6), { minLength: 1, maxLength: 2 }),
        fc.constantFrom(0, 1, 5),
        (tokens, parts, times, feeds, special) => {
          const text = parts.map(([part, often]) => part.repeat(often)).join('').repeat(times).slice(0, 200_000)
          expect(byKernel(normalizers, tokens, text, feeds, special)).toEqual(byDefinition(normalizers, tokens, text, special))
        },
      ),
      { numRuns: 4 },
    )
  })
})

test.each([
  ['that begin clusters', 'aeA 日か\u0301\u0323\u0344\u0e33\u0e48\u200d\u1100\u1161\u11a8가ष\u094d\r\n\u0600©🇩é'],
  ['of ends of lines', '\r\ne\u0301日\u200d'],
])('charsmaps of any keys %s', (_, characters) => {
  const character = fc.constantFrom(...characters)
  fc.assert(
    fc.property(anyCharsmap(character), fc.string({ unit: character, maxLength: 60 }), fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 2 }), (charsmap, text, feeds) => {
      const normalizers: Normalizer[] = [{ kind: 'precompiled', charsmap }]
      const texts = [text, text.repeat(40)]
      for (const one of texts) expect(byKernel(normalizers, [], one, feeds)).toEqual(byDefinition(normalizers, [], one))
    }),
    { numRuns: tries(120) },
  )
})

const charsmapOf = (...entries: readonly [key: string, replacement: string][]): Normalizer[] => [
  { kind: 'precompiled', charsmap: makeCharsmap(entries.map(([key, replacement]) => [keyOf(key), replacement])) },
]

test('what the kernel composes by a charsmap ends where the cluster does, whatever is behind it', () => {
  const normalizers = charsmapOf(['e\u0301', 'é'], ['ẛ', 'ṡ'], ['日', 'day'])
  const ranges = [[0, 0x80], [0x300, 0x370], [0x900, 0x980], [0x1100, 0x1200], [0x2000, 0x2070], [0xa960, 0xa980], [0xd7a4, 0xd800]]
  const isLooked = (c: number): boolean => c % 211 === 0 || ranges.some(([start, end]) => c >= start && c < end)
  const codePoints = Array.from({ length: 0x110000 }, (_, i) => i).filter((c) => isLooked(c) && (c < 0xd800 || c >= 0xe000) && c !== 0x3c)
  const behind = codePoints.map((c) => String.fromCodePoint(c))
  for (const cluster of ['e\u0301', 'e\u0323', 'ẛ\u0323']) {
    const text = behind.map((c) => `${cluster}${c}\n${cluster}${c}\u0323`).join('<|>')
    expect(byKernel(normalizers, ['<|>'], text, [1e6])).toEqual(byDefinition(normalizers, ['<|>'], text))
  }
})

test('what a charsmap composes has room', () => {
  const normalizers = charsmapOf(['a\u0301', '𐐀'], ['e\u0301', 'é'], ['o\u0301', '日'], ['u\u20dd', '𐐀'])
  const pairs = createSureText(normalizers)!.pairs!.pack()
  const bytesOf = (codePoint: number): number => Buffer.byteLength(String.fromCodePoint(codePoint))
  const composed = Array.from({ length: pairs.length / 3 }, (_, i) => pairs.subarray(3 * i, 3 * i + 3)).filter(([, mark]) => mark !== 0)
  expect(composed.map(([first]) => String.fromCodePoint(first)).sort()).toEqual(['e', 'o', 'u'])
  for (const [first, mark, made] of composed) expect(bytesOf(made)).toBeLessThanOrEqual(bytesOf(first) + bytesOf(mark))
  const text = ['a\u0301', 'o\u0301', 'plain words '].map((part) => part.repeat(30_000)).join('')
  expect(byKernel(normalizers, [], `a\u0301 ${text}${text}`, [1e6])).toEqual(byDefinition(normalizers, [], `a\u0301 ${text}${text}`))
})

test.each(KERNEL_NORMALIZERS.filter(([, normalizers]) => normalizers.length > 1))('a run in front of marks that go on and on: %s', (_, normalizers) => {
  const text = `a \u2000${'\u0301'.repeat(40_000)} \u2001 e${'\u0323\u0301'.repeat(20_000)}  b`
  for (const feeds of [[999], [1e6], [7001, 3]])
    expect(byKernel(normalizers, [], text, feeds)).toEqual(byDefinition(normalizers, [], text))
})

test('no cluster begins behind a prefix with a mark, which the kernel would take for the first of one', () => {
  const prefix: Normalizer = { kind: 'prepend', text: '▁' }
  expect(createSureText([prefix, ...charsmapOf(['\u0323\u0301', 'x'])])).toBeUndefined()
  expect(createSureText([prefix, { kind: 'nfc' }])).toBeDefined()
})

test.each<[string, Normalizer]>([
  ['NFC', { kind: 'nfc' }],
  ['a charsmap', charsmapOf(['e\u0301', 'é'])[0]],
])('no document is where, behind %s and a Strip of the right, a map leaves nothing', (_, first) => {
  const nothing = ['a', 'é'].map((pattern): Normalizer => ({ kind: 'replace', pattern, isRegex: false, content: '' }))
  const normalizers: Normalizer[] = [first, { kind: 'strip', left: false, right: true }, ...nothing]
  const documents = ['a', 'aé', 'e\u0301', 'a ', ' ', ' a', 'e\u0301\u0323 a', 'b', 'a b', '']
  for (const texts of [documents.join('<|>'), documents])
    for (const feeds of [[1], [2, 7], [1e6]]) expect(byKernel(normalizers, ['<|>'], texts, feeds)).toEqual(byDefinition(normalizers, ['<|>'], texts))
})

test('runs go on behind ASCII characters that become nothing, or several, wherever they stand among sixteen', () => {
  const replace = (pattern: string, content: string, isRegex = false): Normalizer => ({ kind: 'replace', pattern, isRegex, content })
  const strings = (length: number): string[] => (length === 0 ? [''] : strings(length - 1).flatMap((string) => [...' abx'].map((c) => string + c)))
  const texts = strings(5).flatMap((string, i) => ['x'.repeat(i % 16) + string + 'x'.repeat(20), string])
  for (const run of [replace(' {2,}', ' ', true), replace(' +', 'x', true), replace('[ x]+', '<é>', true)]) {
    const normalizers = [replace('a', ''), replace('b', 'x '), run]
    expect(byKernel(normalizers, ['|'], texts.join('|'), [1e6])).toEqual(byDefinition(normalizers, ['|'], texts.join('|')))
  }
})

const WHITE = [...'\t\n\v\f\r \u0085\u00a0\u1680\u2000\u2003\u200a\u2028\u2029\u202f\u205f\u3000']
const NEARLY_WHITE = ['\u200b', '\u180e', '\ufeff', '\u2030', '\u2027', '\u3001', '\u0084', '\b', '\u000e']
const STRIPPING = [['<m>'], ['<m>', '</s>', '<'], ['<m>', '日', 'é'], ['m', '\u200b']]

const NORMALIZERS_WITH_STRIPPING: typeof NORMALIZERS = [
  ['nothing', []],
  ...KERNEL_NORMALIZERS.filter(([name]) => ['NFC', 'NFKC', 'BertNormalizer, uncased', 'ByteLevel, add_prefix_space', 'Metaspace', 'xlm-roberta', 'xlm-roberta, with Strip', 'deberta', 'Strip', 'Strip, left'].includes(name)),
]

describe.each(NORMALIZERS_WITH_STRIPPING)('tokens that strip white space, behind %s', (_, normalizers) => {
  const strips = fc.record({ lstrip: fc.boolean(), rstrip: fc.boolean() })
  const feeds = fc.array(fc.oneof(fc.integer({ min: 1, max: 8 }), fc.constantFrom(30, 200, 1e6)), { minLength: 1, maxLength: 3 })
  const part = fc.oneof(
    fc.string({ unit: fc.constantFrom(...WHITE, ...WHITE, ...NEARLY_WHITE, ' '), maxLength: 12 }),
    fc.constantFrom('<m>', '</s>', '<', '<m', 'm>', '日', 'é', 'e\u0301', 'x', 'a b', '\u0301', ' '.repeat(20_000), ' '.repeat(70_000), 'word '.repeat(9000)),
  )

  test('equals the definition at every feed size', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...STRIPPING),
        fc.array(strips, { minLength: 1, maxLength: 3 }),
        fc.array(part, { maxLength: 16 }),
        feeds,
        fc.constantFrom(1, 5),
        (tokens, flags, parts, feeds, special) => {
          const text = parts.join('')
          const steps = text.length > 9000 ? [Math.max(...feeds, 5000)] : feeds
          expect(byKernel(normalizers, tokens, text, steps, special, flags)).toEqual(byDefinition(normalizers, tokens, text, special, flags))
        },
      ),
      { numRuns: tries(80) },
    )
  })

  test('the same for whole documents, any number at a time', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...STRIPPING),
        fc.array(strips, { minLength: 1, maxLength: 3 }),
        fc.array(fc.array(part, { maxLength: 4 }).map((parts) => parts.join('')), { maxLength: 12 }),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 2 }),
        (tokens, flags, documents, feeds) => {
          const { length } = tokens
          expect(byKernel(normalizers, tokens, documents, feeds, length, flags)).toEqual(byDefinition(normalizers, tokens, documents, length, flags))
        },
      ),
      { numRuns: tries(40) },
    )
  })
})

test('code points are white space beside a token, or are not, as the definition has it', () => {
  const isLooked = (c: number): boolean => (c < 0x3100 || c % 61 === 0) && (c < 0xd800 || c >= 0xe000) && c !== 0x3c
  const codePoints = Array.from({ length: 0x110000 }, (_, i) => i).filter(isLooked)
  const text = codePoints.map((c) => String.fromCodePoint(c)).join('<m>')
  const flags = [{ lstrip: true, rstrip: false }]
  for (const one of [flags, [{ lstrip: false, rstrip: true }]])
    expect(byKernel([], ['<m>'], text, [1e6], 1, one)).toEqual(byDefinition([], ['<m>'], text, 1, one))
})

test('a token at the end of a text strips nothing of the next one, even if it might have become longer', () => {
  const counter = createKernelCounter([TABLES])
  const stream = counter.withTokens!(createTokenSet(asTokens(['<m>', '<m>x'], 2, [{ rstrip: true }])))!
  stream.push(Buffer.from('a<m>'))
  stream.end()
  counter.endDocument()
  stream.push(Buffer.from('  b'))
  stream.end()
  expect(countsOf(counter)).toEqual({ a: 1, ' ': 1, ' b': 1 })
})

test('white space that waits for a token has a limit', () => {
  const counter = createKernelCounter([TABLES], { maxPieceBytes: 2 ** 16 })
  const stream = counter.withTokens!(createTokenSet(asTokens(['<m>'], 1, [{ lstrip: true }])))!
  const blank = Buffer.alloc(2 ** 17, ' ')
  const give = (): void => {
    for (let i = 0; i < 40; i++) stream.push(blank)
  }
  expect(give).toThrow(expect.objectContaining({ code: 'piece-too-long' }))
})

test('marks without end wait in the normalizer, and what follows is taken by the kernel again', () => {
  const marks = '\u0301\u0323'.repeat(50_000)
  const text = `a${marks} plain words again${' and again'.repeat(100)}<|>e${marks}<|>\u0301`
  for (const feeds of [[1e6], [10_001]]) expect(byKernel([{ kind: 'nfc' }], ['<|>'], text, feeds)).toEqual(byDefinition([{ kind: 'nfc' }], ['<|>'], text))
})

test('a token longer than blocks, and what begins like it', () => {
  const token = `<${'-'.repeat(2_000_000)}>`
  const text = `a\u0301 ${token} b ${token.slice(0, -1)} c ${token}${token.slice(0, 1000)}`
  expect(byKernel([{ kind: 'nfc' }], [token], text, [70_000])).toEqual(byDefinition([{ kind: 'nfc' }], [token], text))
})

describe.each(['nfc', 'nfkc'] as const)('%s: the kernel composes as the normalizer does', (kind) => {
  const codePoints = Array.from({ length: 0x30000 }, (_, i) => i).filter((c) => (c < 0xac00 || c >= 0xe000) && c !== 0x3c && c !== 0x7c)
  const composed = codePoints.map((c) => String.fromCodePoint(c)).filter((c) => c.normalize('NFD') !== c)
  const marks = ['\u0301', '\u0302', '\u0308', '\u0323', '\u0327', '\u031b', '\u0338', '\u0345', '\u0334', '\u093c', '\u3099']

  test('all that is composed of others, with a mark more, and one that is out of order', () => {
    const texts = composed.flatMap((c) => [c, c.normalize('NFD'), ...marks.flatMap((mark) => [c + mark, c.normalize('NFD') + mark, `${c}${mark}\u0302`])])
    const text = texts.join(' x<|>')
    expect(byKernel([{ kind }], ['<|>'], text, [1e6])).toEqual(byDefinition([{ kind }], ['<|>'], text))
  })

  test('everything that composes forward, with every mark', () => {
    const first = [...new Set(composed.map((c) => [...c.normalize('NFD')][0]))]
    const last = [...new Set(composed.flatMap((c) => [...c.normalize('NFD')].slice(1)))]
    const text = first.flatMap((a) => last.map((b) => a + b)).join('|')
    expect(byKernel([{ kind }], ['|'], text, [1e6])).toEqual(byDefinition([{ kind }], ['|'], text))
  })

  test('decomposed words, one behind the other, wherever they stand', () => {
    const words = ['tiếng', 'Việt', 'nước', 'những', 'naïve', 'Ωμέγα', 'ᾧ', 'が', 'パン', '한국어', 'क़', 'ở', 'ṩ', 'x\u0323\u0302\u0301', '\u0301', 'é\u0327', 'plain', '“–”', '😀']
    const word = fc.constantFrom(...words, ...words.map((one) => one.normalize('NFD')))
    const separator = fc.constantFrom(' ', '', ', ', '<|>', '\n', 'y'.repeat(40), '日'.repeat(20))
    fc.assert(
      fc.property(
        fc.array(fc.tuple(word, separator), { minLength: 1, maxLength: 200, size: 'max' }),
        fc.array(fc.oneof(fc.integer({ min: 1, max: 8 }), fc.constantFrom(63, 64, 65, 200, 1e6)), { minLength: 1, maxLength: 3 }),
        (parts, feeds) => {
          const text = parts.flat().join('')
          expect(byKernel([{ kind }], ['<|>'], text, feeds)).toEqual(byDefinition([{ kind }], ['<|>'], text))
        },
      ),
      { numRuns: tries(150) },
    )
  })
})
