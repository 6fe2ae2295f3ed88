import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { chooseTokens, createAddedTokens } from '../../src/added/addedTokens.ts'
import { createSections } from '../../src/added/sections.ts'
import { createNormalizer, keepsText, normalizeText } from '../../src/normalize/normalizer.ts'
import type { AddedToken, Normalizer } from '../../src/types.ts'
import { anyText, anyTokens, naiveExtraction, officialExtraction, token, type Section } from '../support/addedTokens.ts'

/** A normalizer of the official engine, and what it does to text. */
const NFC: readonly Normalizer[] = [{ kind: 'nfc' }]
const LOWERCASE: readonly Normalizer[] = [{ kind: 'lowercase' }]

const OFFICIAL: [name: string, normalizer: object | null, normalize: (text: string) => string][] = [
  ['none', null, (text) => text],
  ['NFC', { type: 'NFC' }, (text) => normalizeText(NFC, text)],
  ['Lowercase', { type: 'Lowercase' }, (text) => normalizeText(LOWERCASE, text)],
]

describe('the definition is what the official engine does', () => {
  test.each(OFFICIAL)('%s', async (_, normalizer, normalize) => {
    await fc.assert(
      fc.asyncProperty(anyTokens(), fc.array(anyText(30), { minLength: 1, maxLength: 10 }), async (tokens, texts) => {
        // of two that are equal when they are normalized, the official engine takes either, by chance
        const looked = tokens.filter(({ normalized }) => normalized).map(({ content }) => normalize(content))
        fc.pre(new Set(looked).size === looked.length)
        const official = officialExtraction(tokens, normalizer)
        for (const text of texts) {
          const sections = naiveExtraction(tokens, text, normalize)
          if (sections !== undefined) expect(await official(text)).toEqual(sections.map(([part]) => part))
        }
      }),
      { numRuns: 1000 },
    )
  })
})

/** The sections of a text that comes in feeds of `size` code points. */
const extract = (tokens: readonly AddedToken[], normalizers: readonly Normalizer[], text: string, size: number): Section[] => {
  const found: Section[] = []
  let isNew = true
  const added = createAddedTokens(
    tokens,
    (content) => normalizeText(normalizers, content),
    (content) => keepsText(normalizers, content),
  )
  const sections = createSections(added, (emit) => createNormalizer(normalizers, emit), {
    text(bytes) {
      if (isNew) found.push([''])
      isNew = false
      found.at(-1)![0] += bytes.toString()
    },
    piece(bytes) {
      found.push([bytes.toString(), 'piece'])
      isNew = true
    },
    special({ content }, bytes) {
      found.push([bytes.toString(), content])
      isNew = true
    },
  })
  const characters = [...text]
  for (let i = 0; i < characters.length; i += size) sections.push(Buffer.from(characters.slice(i, i + size).join('')))
  sections.end()
  return found
}

const isSpecial = (tokens: readonly AddedToken[], content: string): boolean => tokens.some((one) => one.special && one.content === content)

describe('equals the definition, for every feed size', () => {
  test.each<[string, Normalizer[]]>([
    ['none', []],
    ['NFC', [{ kind: 'nfc' }]],
    ['Lowercase', [{ kind: 'lowercase' }]],
    ['NFKC and Lowercase', [{ kind: 'nfkc' }, { kind: 'lowercase' }]],
  ])('%s', (_, normalizers) => {
    const tokensOf = fc.oneof(anyTokens(), anyTokens(fc.record({ special: fc.boolean(), normalized: fc.boolean() })))
    fc.assert(
      fc.property(tokensOf, anyText(40), fc.integer({ min: 1, max: 9 }), (tokens, text, size) => {
        // of two that are equal when they are normalized, the first counts, and `chooseTokens` makes that a special one
        const looked = tokens.filter(({ normalized }) => normalized).map(({ content }) => normalizeText(normalizers, content))
        fc.pre(new Set(looked).size === looked.length)
        const sections = naiveExtraction(tokens, text, (part) => normalizeText(normalizers, part))
        if (sections === undefined) return
        expect(extract(tokens, normalizers, text, size)).toEqual(
          sections.map(([part, found]) => (found === undefined ? [part] : [part, isSpecial(tokens, found) ? found : 'piece'])),
        )
      }),
      { numRuns: 5000 },
    )
  })
})

describe('normalized tokens are looked for in the text as it is, together with raw ones, where that is the same', () => {
  const isOneSet = (tokens: readonly AddedToken[], normalizers: readonly Normalizer[] = []): boolean =>
    createAddedTokens(
      tokens,
      (text) => normalizeText(normalizers, text),
      (text) => keepsText(normalizers, text),
    ).normalized.tokens.length === 0
  const SPACES = token('  ', { normalized: true })

  test.each<[string, boolean, AddedToken[], Normalizer[]]>([
    ['without a normalizer', true, [token('<|endoftext|>', { normalized: true, special: true })], []],
    ['with others that cannot overlap', true, [token('<s>'), SPACES], []],
    ['with others that can', false, [token('<s>'), token('<', { normalized: true })], []],
    ['with others that take white space along', false, [token('<s>', { lstrip: true }), SPACES], []],
    ['that is not to be in a word', false, [token('a', { normalized: true, singleWord: true })], []],
    ['GPT-NeoX', true, [token('<|endoftext|>', { special: true }), SPACES], [{ kind: 'nfc' }]],
    ['of a character that combines', false, [token('e', { normalized: true })], [{ kind: 'nfc' }]],
    ['of a character that others become', false, [token(';', { normalized: true })], [{ kind: 'nfc' }]],
    ['of one that none becomes', true, [token(',', { normalized: true })], [{ kind: 'nfc' }]],
    ['spaces, which others become', false, [SPACES], [{ kind: 'nfkc' }]],
    ['of a small letter, which a capital becomes', false, [token('a', { normalized: true })], [{ kind: 'lowercase' }]],
    ['behind a text that is put in front of each section', false, [token('a', { normalized: true })], [{ kind: 'prepend', text: '_' }]],
  ])('%s: %s', (_, expected, tokens, normalizers) => {
    expect(isOneSet(tokens, normalizers)).toBe(expected)
  })
})

describe('the tokens of a run', () => {
  const OWN = [
    token('</s>', { special: true, rstrip: true }),
    token('<mask>', { lstrip: true }),
    token('<s>', { special: true }),
    token(''),
  ]

  test('special ones as listed, with the flags of the tokenizer’s own; all that are not special', () => {
    expect(chooseTokens(OWN, ['###', '</s>', '###'])).toEqual([token('###', { special: true }), OWN[0], OWN[1]])
    expect(chooseTokens(OWN, [])).toEqual([OWN[1]])
    expect(chooseTokens(OWN, ['<mask>'])).toEqual([token('<mask>', { special: true })])
  })

  test('of several with the same content the last, as the official engine has it', async () => {
    const twice = [token('<a>'), token('<a>', { lstrip: true })]
    expect(chooseTokens(twice, [])).toEqual([twice[1]])
    expect(await officialExtraction(twice, null)('b <a> b')).toEqual(['b', ' <a>', ' b'])
    expect(await officialExtraction(twice.toReversed(), null)('b <a> b')).toEqual(['b ', '<a>', ' b'])
  })

  test('of those that become equal the special one', () => {
    const tokens = chooseTokens([token('Day', { normalized: true }), token('day', { normalized: true, special: true })], ['day'])
    const { normalized } = createAddedTokens(tokens, (text) => text.toLowerCase())
    expect(normalized.tokens[normalized.trie.longestAt(Buffer.from('day'), 0, true)].special).toBe(true)
  })

  test('one of which normalization leaves nothing is refused: the reference finds it between all characters', () => {
    expect(() => createAddedTokens([token('\u0301', { normalized: true })], () => '')).toThrow(
      'added tokens: normalization leaves nothing of "\u0301"; set its "normalized" to false',
    )
  })
})
