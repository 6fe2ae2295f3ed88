import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { normalizeText } from '../../src/normalize/normalizer.ts'
import { onNormalText } from '../../src/normalize/safeCut.ts'
import type { Normalizer } from '../../src/types.ts'
import { NORMALIZERS } from '../support/normalizers.ts'
import { TROUBLESOME } from '../support/texts.ts'

/** Takes the first place in a window, but not its start, that is in front of a `|`. */
const findBar = (window: Buffer): number => window.indexOf('|', 1)

const cutIn = (normalizers: readonly Normalizer[], text: string): number => onNormalText(normalizers, findBar)!(Buffer.from(text))

const WITH_CUTS = NORMALIZERS.filter(([, normalizers]) => onNormalText(normalizers, findBar) !== undefined)

test('there are cuts for normalizers that look at characters and what combines with them', () => {
  expect(WITH_CUTS.map(([name]) => name)).toEqual([
    'NFC',
    'NFD',
    'NFKC',
    'NFKD',
    'Lowercase',
    'StripAccents',
    'Nmt',
    'ByteLevel',
    'BertNormalizer, clean_text',
    'BertNormalizer, handle_chinese_chars',
    'BertNormalizer, strip_accents',
    'BertNormalizer, uncased',
    'BertNormalizer, clean_text, then runs',
    'BertNormalizer, cased',
    'Replace of a character',
    'Replace by characters whose halves are marks of ours',
    'the same beside runs',
    'Replace of a class',
    'Replace of white space',
    'Replace of runs',
    'Replace of runs by a longer text',
    'Replace of runs by nothing',
    'Precompiled, then two spaces and more',
    'Precompiled, then runs by a longer text, and maps',
    'NFC, Strip of neither side, a map',
    'a map, then runs that a map takes away',
    'gpt-neox',
    'NFC, then runs and a map',
    'NFC, then runs of what combines',
    'NFKC, then runs of white space',
    'NFC, then a map',
    'clip',
    'lucie',
    'maps and forms in turn',
  ])
})

test('the place is given in the text as it was', () => {
  const nfc: Normalizer[] = [{ kind: 'nfc' }]
  expect(cutIn(nfc, 'ab|cd')).toBe(2)
  expect(cutIn(nfc, 'e\u0301b|cd')).toBe(4)
  expect(cutIn([{ kind: 'nfd' }], 'x éé |cd')).toBe(7)
  expect(
    cutIn([{ kind: 'bert', cleanText: true, handleChineseChars: true, stripAccents: true, lowercase: true }], 'A日B\u200b|cdefg'),
  ).toBe(8)
  expect(cutIn([{ kind: 'lowercase' }], 'ABİC|cd')).toBe(5)
})

test('there is none where text could have to do with what is before or behind', () => {
  const nfc: Normalizer[] = [{ kind: 'nfc' }]
  expect(cutIn(nfc, 'ab|')).toBe(-1)
  expect(cutIn(nfc, 'ab|\u0301')).toBe(-1)
  expect(cutIn(nfc, '|ab')).toBe(-1)
  expect(cutIn(nfc, '\u0301\u0301')).toBe(-1)
  // the characters between the bar and the mark go away before NFC
  expect(cutIn([{ kind: 'nmt' }, { kind: 'nfc' }], 'ab|\u0001\u0002')).toBe(-1)
})

test('a window may begin and end inside a code point', () => {
  const window = Buffer.from('日a|b日').subarray(1, -1)
  expect(onNormalText([{ kind: 'nfkc' }], findBar)!(window)).toBe(3)
})

describe.each(WITH_CUTS)('%s', (_, normalizers) => {
  const normalize = (text: string): string => normalizeText(normalizers, text)
  const combining = fc.constantFrom('é', '\u0301', '\u0323', '\u1100', '\u1161', '\u11a8', '가', '\u0001')
  const piece = fc.oneof(fc.constantFrom(...TROUBLESOME), fc.constantFrom('|', '|', '|', 'a'), combining)
  const text = (maxLength: number) => fc.array(piece, { maxLength }).map((list) => list.join(''))

  test('both sides of a cut, each on its own, give what the whole gives', () => {
    const find = onNormalText(normalizers, findBar)!
    let found = 0
    fc.assert(
      fc.property(text(4), text(20), text(4), (before, window, after) => {
        const cut = find(Buffer.from(window))
        if (cut === -1) return
        found++
        const bytes = Buffer.from(window)
        const left = before + bytes.toString('utf8', 0, cut)
        const right = bytes.toString('utf8', cut) + after
        expect(normalize(left) + normalize(right)).toBe(normalize(left + right))
        expect(normalize(right)[0]).toBe(normalize('|')[0])
      }),
      { numRuns: 1500 },
    )
    expect(found).toBeGreaterThan(100)
  })
})
