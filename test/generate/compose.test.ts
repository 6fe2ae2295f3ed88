import { isUtf8 } from 'node:buffer'
import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { CORPUS_KINDS, type CorpusKind } from '../../src/generate/kinds.ts'
import { makeCorpus } from './corpora.ts'

const TEXT_KINDS = CORPUS_KINDS.filter((kind) => kind !== 'jsonl')
const SEPARATOR = '<|endoftext|>'
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** Of 200,000 bytes with seed 1. A change of these means that corpora made by an older version cannot be made again: say so in the release. */
const SHA256: Record<CorpusKind, string> = {
}

describe('the same bytes everywhere', () => {
  test.each(CORPUS_KINDS)('%s', (kind) => {
    expect(sha256(makeCorpus(kind, 200_000).corpus)).toBe(SHA256[kind])
  })

  test.each(CORPUS_KINDS)('%s: the size of the blocks does not matter', (kind) => {
    const whole = sha256(makeCorpus(kind, 30_000).corpus)
    for (const blockBytes of [1, 1000, 29_999]) expect(sha256(makeCorpus(kind, 30_000, { blockBytes }).corpus)).toBe(whole)
  })

  test.each(CORPUS_KINDS)('%s: another seed gives another text', (kind) => {
    expect(makeCorpus(kind, 5000, { seed: 2 }).corpus.equals(makeCorpus(kind, 5000).corpus)).toBe(false)
  })

  test('a longer corpus begins as a shorter one does', () => {
    const short = makeCorpus('mixed', 50_000).corpus
    expect(makeCorpus('mixed', 100_000).corpus.subarray(0, 40_000).equals(short.subarray(0, 40_000))).toBe(true)
  })
})

const expectWholeSeparators = (text: string, separator: string): void => {
  const documents = text.split(`\n${separator}\n`)
  for (const document of documents) {
    expect(document).not.toBe('')
    expect(document).not.toContain(separator.slice(0, 3))
  }
}

describe('every size is exact', () => {
  const SIZES = Array.from({ length: 3001 }, (_, bytes) => bytes)

  test.each(TEXT_KINDS)('%s', (kind) => {
    for (const bytes of SIZES) {
      const { corpus } = makeCorpus(kind, bytes, { documentBytes: 120 })
      if (corpus.length !== bytes || !isUtf8(corpus)) expect.fail(`${bytes}: ${corpus.length} bytes, valid: ${isUtf8(corpus)}`)
      if (bytes === 0) continue
      const text = corpus.toString()
      if (!text.endsWith('\n')) expect.fail(`${bytes}: ends in ${JSON.stringify(text.slice(-20))}`)
      expectWholeSeparators(text.slice(0, bytes === 1 ? undefined : -1), SEPARATOR)
    }
  })

  test('jsonl: rows are whole', () => {
    for (const bytes of SIZES) {
      const { corpus, composer } = makeCorpus('jsonl', bytes, { documentBytes: 120 })
      if (corpus.length !== bytes || !isUtf8(corpus)) expect.fail(`${bytes}: ${corpus.length} bytes, valid: ${isUtf8(corpus)}`)
      const rows = corpus.toString().split('\n').slice(0, -1)
      if (bytes < 44) {
        expect(corpus.toString().trim()).toBe('') // no room for a row
        continue
      }
      expect(rows.length).toBe(composer.documents)
      for (const [i, row] of rows.entries()) {
        const { id, text, meta } = JSON.parse(row) as { id: number; text: string; meta: object }
        expect([id, typeof text, typeof meta]).toEqual([i, 'string', 'object'])
        expect(/\p{Surrogate}/u.test(text), row).toBe(false)
      }
    }
  })

  test.each(['', '\n\n', '§', 'x'.repeat(500), '<|end|><|start|>'])('with the separator %j', (separator) => {
    for (let bytes = 0; bytes < 2500; bytes += 7) {
      const { corpus, composer } = makeCorpus('stories', bytes, { documentBytes: 150, separator })
      expect(corpus.length).toBe(bytes)
      const found = corpus.toString().split(`\n${separator}\n`).length
      if (separator.trim() !== '') expect(found).toBe(Math.max(1, composer.documents))
    }
  })
})

const missing = (text: string, parts: readonly (string | RegExp)[]) =>
  parts.filter((part) => (typeof part === 'string' ? !text.includes(part) : !part.test(text)))

describe('what a corpus is like', () => {
  test('documents have about the size that was asked for', () => {
    const { corpus, composer } = makeCorpus('stories', 400_000, { documentBytes: 4000 })
    expect(corpus.toString().split(`\n${SEPARATOR}\n`).length).toBe(composer.documents)
    expect(composer.documents).toBeGreaterThan(85)
    expect(composer.documents).toBeLessThan(105)
  })

  test('a document may be larger than a block', () => {
    const { corpus, composer } = makeCorpus('code', 300_000, { documentBytes: 1e9, blockBytes: 1000 })
    expect([corpus.length, composer.documents]).toEqual([300_000, 1])
  })

  test('jsonl has escapes of each sort', () => {
    const text = makeCorpus('jsonl', 300_000).corpus.toString()
    const escapes = ['\\n', '\\"', '\\\\', '\\t', '\\u00e9', '\\ud83d']
    expect(missing(text, [...escapes, 'é', /[\u3040-\u30ff]/])).toEqual([])
  })

  test('multilingual has the scripts, marks and sequences that pre-tokenizers trip over', () => {
    const text = makeCorpus('multilingual', 400_000).corpus.toString()
    const scripts = ['Latin', 'Cyrillic', 'Greek', 'Arabic', 'Hebrew', 'Devanagari', 'Thai', 'Han', 'Hiragana', 'Katakana', 'Hangul']
    expect(missing(text, scripts.map((script) => new RegExp(`\\p{Script=${script}}{2}`, 'u')))).toEqual([])
    expect(missing(text, ['Mn', 'Mc', 'Nd', 'So', 'Pi', 'Pf', 'Sk'].map((category) => new RegExp(`\\p{${category}}`, 'u')))).toEqual([])
    expect(missing(text, ['👩‍💻', '👍🏽', '🇯🇵', '1️⃣', 'e\u0302', '٣', '४'])).toEqual([])
  })

  test('mixed has documents of every voice', () => {
    const text = makeCorpus('mixed', 1_000_000).corpus.toString()
    expect(missing(text, ['Once upon a time', ' INFO [', 'HTTP/1.1"', 'def __init__(self', '#include <', 'export const', 'だ', '😂'])).toEqual([])
  })
})

const countWords = (corpus: Buffer): { total: number; counts: number[]; distinct: number } => {
  const counts = new Map<string, number>()
  const words = corpus.toString().split(/\s+/).filter((word) => word !== '' && word !== SEPARATOR)
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
  return { total: words.length, counts: [...counts.values()].sort((a, b) => b - a), distinct: counts.size }
}

describe('words', () => {
  test.each([['stories', 0.05, 0.1], ['mixed', 0.02, 0.07], ['code', 0.02, 0.07]] as const)('%s: counts fall as in real text', (kind, low, high) => {
    const { total, counts } = countWords(makeCorpus(kind, 1_000_000).corpus)
    expect(counts[0] / total).toBeGreaterThan(low)
    expect(counts[0] / total).toBeLessThan(high)
    for (const [rank, later] of [[10, 100], [100, 1000]]) {
      expect(counts[rank - 1] / counts[later - 1]).toBeGreaterThan(3)
      expect(counts[rank - 1] / counts[later - 1]).toBeLessThan(50)
    }
  })

  test.each(TEXT_KINDS.filter((kind) => kind !== 'distinct'))('%s: new words keep coming, ever more rarely', (kind) => {
    const [first, second, third] = [400_000, 1_200_000, 3_600_000].map((bytes) => countWords(makeCorpus(kind, bytes).corpus).distinct)
    expect(second).toBeGreaterThan(1.05 * first)
    expect(third).toBeGreaterThan(1.05 * second)
    expect(third).toBeLessThan(2.9 * second)
  })

  test('distinct: nearly every word is new', () => {
    const { total, distinct, counts } = countWords(makeCorpus('distinct', 2_000_000).corpus)
    expect(counts.slice(0, 3)).toEqual([1, 1, 1])
    expect(distinct).toBe(total)
  })
})
