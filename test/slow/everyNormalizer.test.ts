import { describe, expect, test } from 'vitest'
import { createSpecialTokens } from '../../src/added/tokenSet.ts'
import { createKernelCounter } from '../../src/count/kernelCounter.ts'
import { createSureText, normalizeText } from '../../src/normalize/normalizer.ts'
import { NORMALIZERS } from '../support/normalizers.ts'
import { officialNormalize } from '../support/oracle.ts'

/** What stands around each code point: nothing that combines, then what does so with some of what may come. */
const SURROUNDINGS = [
  ['\n', '\n'],
  ['a', 'b'],
  [' ', ' '],
  [' ', ' in front of more ASCII than the kernel rewrites at a time\n'],
  ['a\u0323', '\u0301\u0323\n'],
  ['\u1100', '\u11a8\n'],
  ['가', '\u0301\u0300\n'],
  ['1\u200d', '©\u200d'],
  ['\u0600', '\u093c'],
  ['ष\u094d', 'ष\u0301\n'],
  ['🇩', '🇪\n'],
]

/**
 * Every code point in all surroundings, some at a time. Each text has the same ones: near what must be composed, the kernel does nothing itself
 * (CALM_BYTES in src/kernel/quickCheck.ts).
 */
const texts = function* (): Generator<[start: number, text: string]> {
  for (let start = 0; start < 0x110000; start += 0x400) {
    if (start >= 0xd800 && start < 0xe000) continue
    const codePoints = Array.from({ length: 0x400 }, (_, i) => String.fromCodePoint(start + i))
    for (const [before, after] of SURROUNDINGS) yield [start, codePoints.map((c) => before + c + after).join('')]
  }
}

describe.each(NORMALIZERS)('%s', (_, normalizers) => {
  test('equals the official normalizer on every code point, in all surroundings', () => {
    const official = officialNormalize(normalizers)
    const normalize = (text: string): string => normalizeText(normalizers, text)
    for (const [start, text] of texts()) expect(normalize(text) === official(text), start.toString(16)).toBe(true)
  })

  test.skipIf(createSureText(normalizers) === undefined)('so does the kernel', () => {
    const official = officialNormalize(normalizers)
    const counter = createKernelCounter([]) // each document is one piece
    const stream = counter.withTokens!(createSpecialTokens([]), createSureText(normalizers))!
    const wanted = new Set<string>()
    for (const [, text] of texts()) {
      wanted.add(official(text))
      const bytes = Buffer.from(text)
      stream.documents!(bytes, Uint32Array.of(bytes.length))
    }
    const { arena, starts, size } = counter.finish()
    const pieces = Array.from({ length: size }, (_, i) => Buffer.from(arena.subarray(starts[i], starts[i + 1])).toString())
    wanted.delete('')
    expect(size).toBe(wanted.size)
    expect(pieces.findIndex((piece) => !wanted.has(piece))).toBe(-1)
  })

  test('equals the official normalizer on every code point alone', () => {
    const official = officialNormalize(normalizers)
    const normalize = (text: string): string => normalizeText(normalizers, text)
    for (let c = 0; c < 0x110000; c++) {
      if (c === 0xd800) c = 0xe000
      const text = String.fromCodePoint(c)
      const normalized = normalize(text)
      if (normalized !== official(text)) expect(normalized, c.toString(16)).toBe(official(text))
    }
  })
})
