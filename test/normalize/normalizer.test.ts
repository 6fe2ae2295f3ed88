import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createNormalizer, normalizeText } from '../../src/normalize/normalizer.ts'
import type { Normalizer } from '../../src/types.ts'
import { anyCharsmap } from '../support/charsmap.ts'
import { NORMALIZERS } from '../support/normalizers.ts'
import { officialNormalize } from '../support/oracle.ts'
import { tries } from '../support/seed.ts'
import { TROUBLESOME, troublesomeText } from '../support/texts.ts'

/** Characters that combine, decompose, change their order, make clusters, or are newer than some of the tables. */
const COMBINING = [
  'a', 'e', 'A', '1', '©', '日', 'か', '\u0301', '\u0323', '\u0327', '\u0315', '\u0345', '\u0334', '\u1abf', '\u0897', '\u0344', '\u0340',
  '\u{11935}', '\u{11930}', '\u{16d63}', '\u{16d67}', '\u{113c2}', '\u{113b8}', '\u0bc6', '\u0bd7', '\u1100', '\u1161', '\u11a7', '\u11a8',
  '가', '각', '\u3099', '\uff76', '\uff9e', '\u2126', '\ufb31', 'ệ', 'ﬁ', '①', '㍿', 'Å', '\u0958', '\u0915', '\u093c', '\u094d', 'ष',
  '\u0e33', '\u0e48', '\u0f73', '\u0f71', '\u0600', '\u{110bd}', '\u200d', '\ufe0f', '👩', '🇩', '🏽', '\u1dfa', '\u{1e94a}', '\u0130', '\ua7ce',
] // prettier-ignore

const text = (): fc.Arbitrary<string> =>
  fc.oneof(
    fc.array(fc.constantFrom(...COMBINING), { maxLength: 12 }).map((list) => list.join('')),
    fc.array(fc.constantFrom(...TROUBLESOME, ...COMBINING, ' ', 'a', 'b'), { maxLength: 20 }).map((list) => list.join('')),
    troublesomeText(20),
    // ASCII is rewritten sixteen characters at a time
    fc.string({ unit: fc.constantFrom('a', 'b', 'B', 'x', ' ', ' ', '\n', '1', 'é'), maxLength: 80 }),
  )

/** Makes a function that feeds sections some code points at a time (0: all at once), and gives what comes out of each. */
const createFeeder = (normalizers: readonly Normalizer[]): ((sections: readonly string[], size: number) => string[]) => {
  let out = ''
  const normalizer = createNormalizer(normalizers, (part) => (out += part.toString('utf8')))
  return (sections, size) =>
    sections.map((section) => {
      out = ''
      const codePoints = [...section]
      const step = size === 0 ? Math.max(1, codePoints.length) : size
      for (let i = 0; i < codePoints.length; i += step) normalizer.push(Buffer.from(codePoints.slice(i, i + step).join('')))
      normalizer.end()
      return out
    })
}

describe.each(NORMALIZERS)('%s', (_, normalizers) => {
  const official = officialNormalize(normalizers)
  const inFeeds = createFeeder(normalizers)
  const normalize = (text: string): string => normalizeText(normalizers, text)

  test('equals the official normalizer on random text', () => {
    fc.assert(
      fc.property(text(), (text) => {
        expect(normalize(text)).toBe(official(text))
      }),
      { numRuns: 1000 },
    )
  })

  test('a stream gives the same as the whole text, section by section, for every feed size', () => {
    fc.assert(
      fc.property(fc.array(text(), { minLength: 1, maxLength: 3 }), fc.constantFrom(0, 1, 2, 5), (sections, size) => {
        expect(inFeeds(sections, size)).toEqual(sections.map((section) => official(section)))
      }),
      { numRuns: 300 },
    )
  })

  test('text longer than a slice, and than what the kernel writes at a time', () => {
    const parts = [
      'Das Öl ist  teuer, ',
      'русский\r\n',
      '日本語テキスト',
      'tiếng Việt',
      "'s's's.",
      'हिन्दी\u200d',
      'aaa',
      'e\u0301\u0323',
      ' 한국어\t\u0378',
    ]
    const long = parts
      .map((part) => part.repeat(700))
      .join('')
      .repeat(3)
    const wanted = official(long)
    expect(normalize(long) === wanted).toBe(true)
    expect(inFeeds([long], 70_001)[0] === wanted).toBe(true)
  })
})

test('charsmaps of any keys that begin clusters: equal to the official normalizer, whole and in a stream', () => {
  const character = fc.constantFrom(...COMBINING, '\r', '\n', '\u0001', '\u0600', 'é')
  fc.assert(
    fc.property(anyCharsmap(character), fc.array(fc.array(character, { maxLength: 9 }).map((list) => list.join('')), { minLength: 1, maxLength: 20 }), (charsmap, texts) => {
      const normalizers: Normalizer[] = [{ kind: 'precompiled', charsmap }]
      const wanted = texts.map(officialNormalize(normalizers))
      expect(texts.map((text) => normalizeText(normalizers, text))).toEqual(wanted)
      expect(createFeeder(normalizers)(texts, 1)).toEqual(wanted)
    }),
    { numRuns: tries(150) },
  )
})

describe.each(['nfc', 'nfd', 'nfkc', 'nfkd'] as const)('%s', (kind) => {
  test('long stretches of characters of which none is sure', () => {
    const unsure = ['\u0958', '\u{1d15e}', 'Ａ', '\u3000', 'ﬁ', '㍿', '\u2126', '\u0f73', '\u0344', '\u0301', '\u0323', '\u1161', '\u11a8', '가', 'ǅ', '\u{113c2}', '\u0897']
    const feed = createFeeder([{ kind }])
    const official = officialNormalize([{ kind }])
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...unsure), { minLength: 1, maxLength: 12 }), fc.constantFrom(0, 5000, 33_333), (list, size) => {
        const stretch = list.join('').repeat(Math.ceil(40_000 / list.length))
        const texts = [stretch, `a${stretch}\u0301b`]
        const normalized = feed(texts, size)
        texts.forEach((text, i) => expect(normalized[i] === official(text)).toBe(true))
      }),
      { numRuns: 15 },
    )
  })

  test('very many marks in a row are brought into order in time', () => {
    const normalizers: Normalizer[] = [{ kind }]
    const runs = ['\u0301\u0323', '\u0345\u0334\u0344ﬁ\u0327', '\u0315\u0F71\u0F72e\u0301\u{1d165}', '\u3099\u09be\u0323'].map((marks) =>
      marks.repeat(5000),
    )
    const text = runs.map((run) => `e${run}`).join('\u0378')
    const wanted = officialNormalize(normalizers)(text)
    expect(normalizeText(normalizers, text) === wanted).toBe(true)
    expect(createFeeder(normalizers)([text], 1001)[0] === wanted).toBe(true)
    // the host alone would take minutes
    const marks = '\u0301\u0323'.repeat(500_000)
    expect(normalizeText([{ kind: 'nfd' }], `x${marks}`) === `x${'\u0323'.repeat(500_000)}${'\u0301'.repeat(500_000)}`).toBe(true)
  })
})
