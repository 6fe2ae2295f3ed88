import { expect, test } from 'vitest'
import { createNormalizer } from '../../src/normalize/normalizer.ts'
import { makeCharsmap } from '../support/charsmap.ts'

const start = (charsmap: Buffer): unknown => createNormalizer([{ kind: 'precompiled', charsmap: charsmap.toString('base64') }], () => {})

test('a damaged charsmap is refused', () => {
  const whole = Buffer.from(makeCharsmap([['a', 'b']]), 'base64')
  expect(() => start(whole)).not.toThrow()
  const isRefused = (charsmap: Buffer): void =>
    expect(() => start(charsmap)).toThrow(
      expect.objectContaining({ code: 'tokenizer', message: expect.stringContaining(`${charsmap.length} bytes of precompiled_charsmap`) }),
    )
  isRefused(Buffer.alloc(0))
  isRefused(Buffer.alloc(3))
  isRefused(Buffer.alloc(4)) // a trie without a root
  isRefused(whole.subarray(0, 100)) // shorter than its trie
  isRefused(Buffer.concat([whole, Buffer.of(0xff)])) // replacements that are no UTF-8
})

test('a pattern outside the subset is refused', () => {
  const normalizers = [{ kind: 'replace', pattern: 'a\\K', isRegex: true, content: '' }] as const
  expect(() => createNormalizer(normalizers, () => {})).toThrow(expect.objectContaining({ code: 'pattern' }))
})

test('\\G in a Replace is refused: what it means where text comes in parts is not known', () => {
  const normalizers = [{ kind: 'replace', pattern: '\\Ga', isRegex: true, content: '' }] as const
  expect(() => createNormalizer(normalizers, () => {})).toThrow(expect.objectContaining({ code: 'pattern', message: expect.stringContaining('\\G') }))
})

test('a pattern that is too long for a RegExp is refused when it is read, and not when text comes', () => {
  const letters = Array.from({ length: 9000 }, (_, i) => 'abcdefghijklmnop'[(i * 7 + (i % 5)) % 16]).join('')
  const normalizers = [{ kind: 'replace', pattern: letters, isRegex: true, content: '' }] as const
  expect(() => createNormalizer(normalizers, () => {})).toThrow(expect.objectContaining({ code: 'pattern', message: expect.stringContaining('it is too long') }))
})
