import { isUtf8 } from 'node:buffer'
import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { CORPUS_KINDS, type CorpusKind } from '../../src/generate/kinds.ts'
import { makeCorpus } from './corpora.ts'

const TEXT_KINDS = CORPUS_KINDS.filter((kind) => kind !== 'jsonl')
const SEPARATOR = '<|endoftext|>'
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** Of 200,000 bytes with seed 1. If these change, corpora of an older version cannot be made again: say so in the release. */
const SHA256: Record<CorpusKind, string> = {
  stories: '7df501359a28eaa2df254e3ba5dea6216074636fcee2834d9471e6f26a817ea0',
  prose: '4648722d115cc58e9891725284258fba8b257c3aaad3f7518d2caa3992317e67',
  tiny: '74b530af272864bcd30500ede0075ddbc1624ef96e273db4f3457413c94ba0d5',
  logs: 'afef0d637fbe585893aef4e7b6e96bfa05ede605cdb8a30bca9d1768cb421f27',
  code: '59fb5ce384a91c1f55d0666a3784688c381ab11df45c454e3c44ab6ef0edeb56',
  multilingual: 'eaf7f15964f632b27cb9e6a82b406d93a3ab232a61d17315da13c07c99b8fe8f',
  cjk: '8bb589f10d27efcfc38765042a25e5a79e02af088726389cf16965bfc951fc74',
  jsonl: 'ba13346ef6b832580607d7632bc31d5875c5d267753f85a1642827e2043f793d',
  mixed: 'c928bad9c78d0ebecd73b1b50a847f2bf94aaf5a6adbe507d42b0af7f624354a',
  varied: 'f4eb3fadae3582781ad8cbad0c2bab69fa87b00b77d5d5732dba4377d7d9845e',
  distinct: 'a538cb17b7af1726919e778ef34578463db433f8568436de00564667609e0267',
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

/** What is wrong with a text of a given size; null if nothing is. Thousands are looked at, which is too many for an `expect` each. */
const flawOfText = (corpus: Buffer, bytes: number): string | null => {
  if (corpus.length !== bytes) return `${corpus.length} bytes`
  if (!isUtf8(corpus)) return 'not UTF-8'
  const text = corpus.toString()
  if (bytes > 0 && !text.endsWith('\n')) return `ends in ${JSON.stringify(text.slice(-20))}`
  const documents = text.slice(0, -1).split(`\n${SEPARATOR}\n`)
  if (bytes > 1 && documents.includes('')) return 'an empty document'
  return documents.some((document) => document.includes(SEPARATOR.slice(0, 2))) ? 'a separator that is not whole' : null
}

const flawOfRow = (row: string, i: number): string | null => {
  const { id, text, meta } = JSON.parse(row) as { id: unknown; text: unknown; meta: unknown }
  if (id !== i || typeof text !== 'string' || text.trim() === '' || typeof meta !== 'object') return `row ${i}: ${row}`
  return /\p{Surrogate}/u.test(text) ? `row ${i} has half a character: ${row}` : null
}

const flawOfRows = (corpus: Buffer, bytes: number, documents: number): string | null => {
  if (corpus.length !== bytes) return `${corpus.length} bytes`
  if (!isUtf8(corpus)) return 'not UTF-8'
  if (bytes < 56) return corpus.toString().trim() === '' ? null : 'a row where there is no room'
  const rows = corpus.toString().split('\n')
  if (rows.pop() !== '') return 'the last row does not end'
  if (rows.length !== documents) return `${rows.length} rows for ${documents} documents`
  return rows.map(flawOfRow).find((flaw) => flaw !== null) ?? null
}

describe('every size is exact', () => {
  const SIZES = Array.from({ length: 3001 }, (_, bytes) => bytes)

  test.each(TEXT_KINDS)('%s', (kind) => {
    const flaws = SIZES.map((bytes) => flawOfText(makeCorpus(kind, bytes, { documentBytes: 120 }).corpus, bytes))
    expect(flaws.flatMap((flaw, bytes) => (flaw === null ? [] : [[bytes, flaw]]))).toEqual([])
  })

  test('jsonl: rows are whole', () => {
    const flaws = SIZES.map((bytes) => {
      const { corpus, composer } = makeCorpus('jsonl', bytes, { documentBytes: 120 })
      return flawOfRows(corpus, bytes, composer.documents)
    })
    expect(flaws.flatMap((flaw, bytes) => (flaw === null ? [] : [[bytes, flaw]]))).toEqual([])
  })

  test.each(['', '\n\n', '§', '='.repeat(500), '<|end|><|start|>'])('with the separator %j', (separator) => {
    for (let bytes = 2; bytes < 2500; bytes += 17) {
      const { corpus, composer } = makeCorpus('stories', bytes, { documentBytes: 150, separator })
      expect(corpus.length).toBe(bytes)
      if (separator.trim() !== '') expect(corpus.toString().split(`\n${separator}\n`).length).toBe(composer.documents)
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
    expect(
      missing(
        text,
        scripts.map((script) => new RegExp(`\\p{Script=${script}}{2}`, 'u')),
      ),
    ).toEqual([])
    expect(
      missing(
        text,
        ['Mn', 'Mc', 'Nd', 'So', 'Pi', 'Pf', 'Sk'].map((category) => new RegExp(`\\p{${category}}`, 'u')),
      ),
    ).toEqual([])
    expect(missing(text, ['👩‍💻', '👍🏽', '🇯🇵', '1️⃣', 'e\u0302', '٣', '४'])).toEqual([])
  })

  test('prose has a vocabulary as long as a library has', () => {
    const { counts, distinct } = countWords(makeCorpus('prose', 3_000_000).corpus)
    expect(distinct).toBeGreaterThan(30_000)
    expect(counts.filter((count) => count === 1).length / distinct).toBeGreaterThan(0.3)
  })

  test('tiny has documents of about 50 bytes', () => {
    const documents = makeCorpus('tiny', 300_000).corpus.toString().split(`\n${SEPARATOR}\n`)
    const mean = documents.join('').length / documents.length
    expect(mean).toBeGreaterThan(40)
    expect(mean).toBeLessThan(60)
  })

  test('cjk is Chinese, Japanese and Korean, and little else', () => {
    const text = makeCorpus('cjk', 200_000).corpus.toString()
    const letters = text.match(/\p{L}/gu) ?? []
    const ofTheEast = text.match(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/gu) ?? []
    expect(ofTheEast.length / letters.length).toBeGreaterThan(0.9)
    expect(missing(text, [/\p{Script=Han}{2}/u, /\p{Script=Hiragana}{2}/u, /\p{Script=Katakana}{2}/u, /\p{Script=Hangul}{2}/u])).toEqual([])
  })

  test('varied has text of every sort', () => {
    const text = makeCorpus('varied', 1_000_000).corpus.toString()
    expect(missing(text, ['In 18', ' INFO [', 'def __init__(self', '#include <', 'export const', 'だ', /\p{Script=Cyrillic}{2}/u])).toEqual(
      [],
    )
  })

  test('mixed has documents of every voice', () => {
    const text = makeCorpus('mixed', 1_000_000).corpus.toString()
    const traces = ['Once upon a time', ' INFO [', 'HTTP/1.1"', 'def __init__(self', '#include <', 'export const', 'だ', '😂']
    expect(missing(text, traces)).toEqual([])
  })
})

const countWords = (corpus: Buffer): { total: number; counts: number[]; distinct: number } => {
  const counts = new Map<string, number>()
  const words = corpus
    .toString()
    .split(/\s+/)
    .filter((word) => word !== '' && word !== SEPARATOR)
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
  return { total: words.length, counts: [...counts.values()].sort((a, b) => b - a), distinct: counts.size }
}

describe('words', () => {
  const TOP_SHARES = [
    ['stories', 0.05, 0.1],
    ['prose', 0.02, 0.05],
    ['mixed', 0.02, 0.07],
    ['code', 0.02, 0.07],
  ] as const

  test.each(TOP_SHARES)('%s: counts fall as in real text', (kind, low, high) => {
    const { total, counts } = countWords(makeCorpus(kind, 1_000_000).corpus)
    expect(counts[0] / total).toBeGreaterThan(low)
    expect(counts[0] / total).toBeLessThan(high)
    for (const [rank, later] of [
      [10, 100],
      [100, 1000],
    ]) {
      expect(counts[rank - 1] / counts[later - 1]).toBeGreaterThan(3)
      expect(counts[rank - 1] / counts[later - 1]).toBeLessThan(50)
    }
  })

  test.each(TEXT_KINDS.filter((kind) => kind !== 'distinct'))('%s: new words keep coming, ever more rarely', (kind) => {
    const [first, second, third] = [300_000, 900_000, 2_700_000].map((bytes) => countWords(makeCorpus(kind, bytes).corpus).distinct)
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
