import { execFileSync, spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createUtf8Cleaner } from '../../src/read/utf8Cleaner.ts'
import type { ErrorPolicy } from '../../src/types.ts'
import { tries } from '../support/seed.ts'

const clean = (policy: ErrorPolicy, bytes: Uint8Array, size: number): { text: Buffer; ranges: [number, number][] } => {
  const ranges: [number, number][] = []
  const cleaner = createUtf8Cleaner(policy, (start, end) => ranges.push([start, end]))
  const parts: Buffer[] = []
  for (let i = 0; i < bytes.length; i += size) parts.push(Buffer.from(cleaner.push(Buffer.from(bytes.subarray(i, i + size)), i)))
  parts.push(cleaner.end())
  return { text: Buffer.concat(parts), ranges }
}

/** Bytes that are often almost UTF-8. */
const almostUtf8 = fc
  .array(
    fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 3 }),
      fc.string({ unit: 'binary', maxLength: 3 }).map((text) => new Uint8Array(Buffer.from(text))),
      fc
        .tuple(fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }), fc.nat(3))
        .map(([text, cut]) => new Uint8Array(Buffer.from(text).subarray(0, cut + 1))),
      fc
        .constantFrom(
          [0xe0, 0x80],
          [0xed, 0xa0, 0x80],
          [0xf0, 0x80, 0x80],
          [0xf4, 0x90, 0x80, 0x80],
          [0xf0, 0x9f, 0x98],
          [0xc0, 0xaf],
          [0xff],
          [0xef, 0xbb, 0xbf],
        )
        .map((list) => new Uint8Array(list)),
    ),
    { maxLength: 12 },
  )
  .map((parts) => Buffer.concat(parts))

test('replace equals TextDecoder, for every feed size', () => {
  fc.assert(
    fc.property(almostUtf8, fc.integer({ min: 1, max: 7 }), (bytes, size) => {
      const { text } = clean('replace', bytes, size)
      expect(text).toEqual(Buffer.from(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)))
    }),
    { numRuns: 5000 },
  )
})

test('so do all beginnings of sequences, with whatever follows', () => {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  for (let lead = 0x7f; lead <= 0xff; lead++)
    for (let second = 0; second <= 0xff; second++)
      for (const rest of [[], [0xbf, 0xbf]]) {
        const bytes = Uint8Array.of(lead, second, ...rest)
        const { text } = clean('replace', bytes, 9)
        if (!text.equals(Buffer.from(decoder.decode(bytes)))) expect.unreachable(text.toString('hex'))
      }
})

test('what is looked at as a whole ends anywhere in sequences, and among bytes that nothing begins', () => {
  const long = fc.tuple(fc.integer({ min: 500, max: 520 }), fc.constantFrom('a', 'é', '日', '😀')).map(([count, unit]) => Buffer.from(unit.repeat(count)))
  const nothing = fc.integer({ min: 1, max: 1100 }).map((count) => Buffer.alloc(count, 0x80))
  fc.assert(
    fc.property(fc.array(fc.oneof(long, nothing, almostUtf8), { maxLength: 6 }), (parts) => {
      const bytes = Buffer.concat(parts)
      const { text, ranges } = clean('replace', bytes, bytes.length || 1)
      expect(text).toEqual(Buffer.from(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)))
      expect(ranges).toEqual(clean('replace', bytes, 100).ranges)
    }),
    { numRuns: tries(500) },
  )
})

test('very many invalid sequences, and long stretches of text between them', () => {
  const parts = Array.from({ length: 50_000 }, (_, i) => (i % 1000 === 7 ? Buffer.from('é text'.repeat(40)) : Buffer.of(0x61, 0xff, 0xf0, 0x9f)))
  const bytes = Buffer.concat(parts)
  expect(clean('replace', bytes, bytes.length).text.toString()).toBe(new TextDecoder().decode(bytes))
  expect(clean('ignore', bytes, bytes.length).text.toString()).toBe(new TextDecoder().decode(bytes).replaceAll('\ufffd', ''))
})

test('ignore leaves out just the invalid sequences, and the ranges name them', () => {
  fc.assert(
    fc.property(almostUtf8, fc.integer({ min: 1, max: 7 }), (bytes, size) => {
      const { text, ranges } = clean('ignore', bytes, size)
      const kept: Uint8Array[] = []
      let at = 0
      for (const [start, end] of ranges) {
        kept.push(bytes.subarray(at, start))
        at = end
      }
      expect(text).toEqual(Buffer.concat([...kept, bytes.subarray(at)]))
      expect(ranges).toEqual(clean('replace', bytes, bytes.length || 1).ranges)
      expect(clean('replace', bytes, size).text.toString('utf8').split('\ufffd').length - 1).toBe(
        ranges.length + (text.toString('utf8').split('\ufffd').length - 1),
      )
    }),
    { numRuns: 5000 },
  )
})

const hasPython = spawnSync('python3', ['--version']).status === 0

describe.skipIf(!hasPython)('Python', () => {
  test('decodes the same way with errors=replace and errors=ignore', () => {
    const samples = fc.sample(almostUtf8, { numRuns: 1000, seed: 7 })
    const script =
      'import sys,json\nfor h in json.load(sys.stdin):\n b=bytes.fromhex(h)\n print(b.decode("utf-8","replace").encode().hex()+" "+b.decode("utf-8","ignore").encode().hex())'
    const lines = execFileSync('python3', ['-c', script], { input: JSON.stringify(samples.map((bytes) => bytes.toString('hex'))) })
      .toString()
      .split('\n')
    samples.forEach((bytes, i) =>
      expect(`${clean('replace', bytes, 5).text.toString('hex')} ${clean('ignore', bytes, 5).text.toString('hex')}`).toBe(lines[i]),
    )
  })
})
