import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createNormalizer, normalizeText } from '../../src/normalize/normalizer.ts'
import tokenizers from 'tokenizers'
import { onNormalText } from '../../src/normalize/nfc.ts'
import { TROUBLESOME, troublesomeText } from '../support/texts.ts'

const NFC = [{ kind: 'nfc' }] as const

const official = (text: string): string => tokenizers.nfcNormalizer().normalizeString(text)

test('equals the official normalizer on every code point, alone and between combining characters', () => {
  for (let start = 0; start < 0x110000; start += 0x800) {
    let text = ''
    for (let c = start; c < start + 0x800; c++)
      if (c < 0xd800 || c > 0xdfff) text += `${String.fromCodePoint(c)}\n\u1100${String.fromCodePoint(c)}\u0301\u0323\n`
    expect(normalizeText(NFC, text)).toBe(official(text))
  }
})

test('equals the official normalizer on random runs of marks, also newer than Unicode 12', () => {
  const mark = fc.constantFrom(
    'a',
    'e',
    'A',
    '\u0301',
    '\u0323',
    '\u0327',
    '\u1abf',
    '\u0897',
    '\u{11935}',
    '\u{11930}',
    '\u{16d63}',
    '\u{16d67}',
    '\u{113c2}',
    '\u{113b8}',
    '\u0bc6',
    '\u0bd7',
    '\u1100',
    '\u1161',
    '\u11a8',
    '가',
    '\u3099',
    'か',
    '\u0344',
    '\u2126',
    '\ufb31',
    '日',
  )
  fc.assert(
    fc.property(fc.array(mark, { maxLength: 12 }), (marks) => {
      expect(normalizeText(NFC, marks.join(''))).toBe(official(marks.join('')))
    }),
    { numRuns: 5000 },
  )
})

test('a stream gives the same as the whole text, for every feed size', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        troublesomeText(20),
        fc.array(fc.constantFrom(...TROUBLESOME, '\u0301', '\u0323', '\u11a8'), { maxLength: 12 }).map((list) => list.join('')),
      ),
      fc.integer({ min: 1, max: 4 }),
      (text, size) => {
        let out = ''
        const normalizer = createNormalizer(NFC, (part) => (out += part.toString('utf8')))
        const codePoints = [...text]
        for (let i = 0; i < codePoints.length; i += size) normalizer.push(Buffer.from(codePoints.slice(i, i + size).join('')))
        normalizer.end()
        expect(out).toBe(normalizeText(NFC, text))
      },
    ),
    { numRuns: 2000 },
  )
})

test('a cut is looked for only in text that NFC leaves alone, and in front of what cannot combine', () => {
  const find = onNormalText((window) => window.indexOf('|') + 1 || -1)
  const at = (text: string): number => find(Buffer.from(text))
  expect(at('ab|cd')).toBe(3)
  expect(at('\u0301ab|cd')).toBe(5)
  expect(at('ab|\u0301cd')).toBe(-1)
  expect(at('ab|e\u0301d')).toBe(-1)
  expect(at('\u0301\u0301')).toBe(-1)
})
