import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createAddedTokens, type AddedTokens } from '../../src/added/addedTokens.ts'
import { createSections } from '../../src/added/sections.ts'
import { plainToken } from '../../src/added/tokenSet.ts'
import { createNormalizer, normalizeText } from '../../src/normalize/normalizer.ts'
import { onNormalText } from '../../src/normalize/safeCut.ts'
import { compileStage } from '../../src/pattern/compile.ts'
import { planChunks } from '../../src/plan/planChunks.ts'
import { snapChunks } from '../../src/snap/snapChunks.ts'
import { betweenTokens, tokenCuts } from '../../src/snap/tokenCuts.ts'
import { createSafeCutFinder } from '../../src/split/safeCut.ts'
import type { AddedToken, Normalizer } from '../../src/types.ts'
import { anyText, anyTokens, naiveExtraction } from '../support/addedTokens.ts'
import { splitInFeeds } from '../support/feed.ts'
import { PRESET_STAGES } from '../support/stages.ts'

/** The pieces of one chunk, where documents end in it, and how many of its documents are counted with it (as worker.ts does). */
const piecesOf = (
  tokens: readonly AddedToken[],
  normalizers: readonly Normalizer[],
  stage: (text: string) => string[],
  text: Buffer,
  isAtStart: boolean,
): { pieces: string[]; documents: number } => {
  const pieces: string[] = []
  let section = ''
  let isNew = isAtStart
  let hasText = false
  let documents = 0
  const endDocument = (): void => {
    if (hasText && isNew) documents++
    hasText = false
    isNew = true
  }
  const endSection = (): void => {
    pieces.push(...stage(section))
    section = ''
  }
  const added = createAddedTokens(tokens, (content) => normalizeText(normalizers, content))
  const sections = createSections(added, (emit) => createNormalizer(normalizers, emit), {
    text(bytes) {
      hasText = true
      section += bytes.toString()
    },
    piece(bytes) {
      hasText = true
      endSection()
      pieces.push(bytes.toString())
    },
    special({ content }) {
      endSection()
      endDocument()
      pieces.push(`end by ${content}`)
    },
  })
  sections.push(text)
  sections.end()
  endSection()
  endDocument()
  return { pieces, documents }
}

let cuts = 0

test.each<[string, Normalizer[]]>([
  ['gpt2', []],
  ['gpt2', [{ kind: 'nfc' }]],
  ['gpt2', [{ kind: 'nfd' }, { kind: 'lowercase' }]],
  ['gpt2', [{ kind: 'bert', cleanText: true, handleChineseChars: true, stripAccents: true, lowercase: true }]],
  ['cl100k_base_tiktoken', []],
])('chunks on their own give the pieces and documents of the whole, for tokens with any flags: %s %j', async (name, normalizers) => {
  const [, stage] = PRESET_STAGES.find(([preset]) => preset === name)!
  const pipeline = { name, addedTokens: [], normalizers: [], stages: [stage], specialTokens: [] }
  const split = (text: string): string[] => splitInFeeds(pipeline, text, 0)
  const finder = createSafeCutFinder(compileStage(stage).tables)
  const words = fc.array(fc.oneof(anyText(12), fc.constantFrom(' the cat', 'sat on\n', '    return', "it's 2026", ' a b')), {
    maxLength: 12,
  })
  await fc.assert(
    fc.asyncProperty(anyTokens(), words, fc.integer({ min: 1, max: 20 }), async (tokens, parts, chunkBytes) => {
      const text = Buffer.from(parts.join(''))
      if (naiveExtraction(tokens, text.toString(), (part) => normalizeText(normalizers, part)) === undefined) return
      if (tokens.some((one) => one.normalized && normalizeText(normalizers, one.content) === '')) return // these are refused
      const added = createAddedTokens(tokens, (content) => normalizeText(normalizers, content))
      const find = normalizers.length === 0 ? finder : onNormalText(normalizers, betweenTokens(finder, added.normalized))
      const { chunks } = planChunks([{ size: text.length }], { numProcesses: 1, maxMemoryGb: 1, chunkBytes })
      const snapped = await snapChunks(chunks, added, async (at, length) => text.subarray(at, at + length), find)
      const parted = snapped.map(({ start, end }) => piecesOf(tokens, normalizers, split, text.subarray(start, end), start === 0))
      const whole = piecesOf(tokens, normalizers, split, text, true)
      expect(parted.flatMap(({ pieces }) => pieces)).toEqual(whole.pieces)
      expect(parted.reduce((sum, { documents }) => sum + documents, 0)).toBe(whole.documents)
      cuts += Math.max(0, snapped.length - 1)
    }),
    { numRuns: 1000 },
  )
  expect(cuts).toBeGreaterThan(300)
  cuts = 0
})

/** Tokens that count how often one is looked for at a place. */
const counting = (tokens: AddedTokens): { tokens: AddedTokens; looked: () => number } => {
  let looked = 0
  const { trie } = tokens.raw
  const longestAt: typeof trie.longestAt = (...place) => {
    looked++
    return trie.longestAt(...place)
  }
  return { tokens: { ...tokens, raw: { ...tokens.raw, trie: { ...trie, longestAt } } }, looked: () => looked }
}

test('of a long run of special tokens that overlap only the beginning is looked at, unless another one can be cut at', () => {
  const run = Array.from({ length: 8 }, (_, i) => plainToken('x'.repeat(i + 1)))
  const text = Buffer.from(`${'x'.repeat(100_000)} ab`)
  const special = counting(createAddedTokens(run, (content) => content))
  expect([...tokenCuts(special.tokens, text, 1, text.length, true)]).toEqual([])
  expect(special.looked()).toBeLessThan(10_000)

  const piece = { ...plainToken('ab'), special: false }
  const mixed = createAddedTokens([...run, piece], (content) => content)
  expect([...tokenCuts(mixed, text, 1, text.length, true)]).toEqual([100_001])
  expect([...tokenCuts(mixed, text, 1, text.length, false)]).toEqual([])
})
