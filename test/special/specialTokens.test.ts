import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createDocumentSplitter } from '../../src/read/documentSplitter.ts'
import { createSpecialTokens } from '../../src/special/specialTokens.ts'

/** Documents and tokens of a text that comes in feeds, as ['text', '<token>', …] with empty texts left out. */
const split = (tokens: readonly string[], text: string, size: number): string[] => {
  const parts: string[] = []
  let current = ''
  const special = createSpecialTokens(tokens)
  const flush = (): void => {
    if (current !== '') parts.push(current)
    current = ''
  }
  const documents = createDocumentSplitter(special, {
    text: (bytes) => (current += bytes.toString('latin1')),
    token(token) {
      flush()
      parts.push(`<${special.tokens[token]}>`)
    },
  })
  const bytes = Buffer.from(text)
  for (let i = 0; i < bytes.length; i += size) documents.push(Buffer.from(bytes.subarray(i, i + size)))
  documents.end()
  flush()
  return parts
}

/** The definition: at each place the longest token, else one byte of text. */
const naive = (tokens: readonly string[], text: string): string[] => {
  const parts: string[] = []
  let current = ''
  const longestFirst = [...tokens].sort((a, b) => b.length - a.length)
  for (let at = 0; at < text.length;) {
    const token = longestFirst.find((candidate) => text.startsWith(candidate, at))
    if (token === undefined) {
      current += text[at++]
      continue
    }
    if (current !== '') parts.push(current)
    current = ''
    parts.push(`<${token}>`)
    at += token.length
  }
  return current === '' ? parts : [...parts, current]
}

test('equals the definition for overlapping and prefix-sharing tokens, for every feed size', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '<', '|'), minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(
      fc.uniqueArray(word, { maxLength: 5 }),
      fc.string({ unit: fc.constantFrom('a', 'b', 'c', '<', '|', 'x'), maxLength: 40 }),
      fc.integer({ min: 1, max: 9 }),
      (tokens, text, size) => {
        expect(split(tokens, text, size)).toEqual(naive(tokens, text))
      },
    ),
    { numRuns: 5000 },
  )
})

test('takes the longest token first, as the CS336 assignment expects', () => {
  expect(split(['<|endoftext|>', '<|endoftext|><|endoftext|>'], 'a<|endoftext|><|endoftext|>b<|endoftext|>', 5)).toEqual([
    'a',
    '<<|endoftext|><|endoftext|>>',
    'b',
    '<<|endoftext|>>',
  ])
})

test('refuses what cannot be a token', () => {
  expect(() => createSpecialTokens([''])).toThrow('special tokens: the empty string cannot be one')
  expect(() => createSpecialTokens(['\ud800'])).toThrow('special tokens: "\\ud800" holds a lone surrogate')
})

test('the same token given twice counts once', () => {
  expect(createSpecialTokens(['<a>', '<a>']).tokens).toEqual(['<a>'])
})
