import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createSpecialTokens } from '../../src/added/tokenSet.ts'
import type { CounterLimits, TextCounter } from '../../src/count/counter.ts'
import { createKernelCounter } from '../../src/count/kernelCounter.ts'
import { createReferenceCounter } from '../../src/count/referenceCounter.ts'
import { UNCHANGED } from '../../src/normalize/sureText.ts'
import { compileStage } from '../../src/pattern/compile.ts'
import type { SplitStage } from '../../src/types.ts'
import { splitInFeeds } from '../support/feed.ts'
import { MAIN_PIPELINES } from '../support/presets.ts'
import { cutsOf, PRESET_STAGES } from '../support/stages.ts'

const EMPTY = MAIN_PIPELINES[0]
const GPT2 = PRESET_STAGES[0][1]
/** Words; what is between them is in no piece. */
const WORDS: SplitStage = { kind: 'split', pattern: '\\w+', dialect: 'oniguruma', behavior: 'removed', invert: true, refusesEmptyMatches: false }
const LETTERS: SplitStage = { kind: 'split', pattern: '[a-c]', dialect: 'oniguruma', behavior: 'isolated', invert: false, refusesEmptyMatches: false }

const compiled = new Map<SplitStage, Uint8Array>()
const tablesOf = (stage: SplitStage): Uint8Array => {
  if (!compiled.has(stage)) compiled.set(stage, compileStage(stage).tables)
  return compiled.get(stage)!
}

type Create = (stages: SplitStage[], limits: CounterLimits) => TextCounter
const TIERS: readonly (readonly [string, Create])[] = [
  ['reference', (stages, limits) => createReferenceCounter(stages.flatMap((stage) => cutsOf(stage)), limits)],
  ['automaton', (stages, limits) => createKernelCounter(stages.map(tablesOf), limits)],
]

const PIPELINES: readonly (readonly [string, SplitStage[]])[] = [
  ['gpt2', [GPT2]],
  ['words alone', [WORDS]],
  ['two stages', [GPT2, LETTERS]],
  ['no cuts', []],
]

const LIMITS: CounterLimits = { blockBytes: 50, maxPieceBytes: 2 ** 20 }

type Tally = Record<string, number>

const noteIn = (tally: Tally) => (bytes: Uint8Array, start: number, end: number): void => {
  const piece = Buffer.from(bytes.subarray(start, end)).toString()
  tally[piece] = (tally[piece] ?? 0) + 1
}

/** The first of its pieces, if the document begins with one. */
const firstPieceOf = (stages: SplitStage[], document: string): string | undefined => {
  const [first] = splitInFeeds({ ...EMPTY, stages }, document, 0)
  return first !== undefined && document.startsWith(first) ? first : undefined
}

const expectedOf = (stages: SplitStage[], documents: readonly string[]): Tally => {
  const tally: Tally = {}
  for (const document of documents) {
    const first = firstPieceOf(stages, document)
    if (first !== undefined) tally[first] = (tally[first] ?? 0) + 1
  }
  return tally
}

const text = fc.string({ unit: fc.constantFrom('a', 'b', 'dog', ' ', '  ', '1', '\n', 'é', '日', "'s", '.'), maxLength: 12 })
const document = fc.oneof(text, text, fc.constantFrom('', 'word '.repeat(40), ' '.repeat(200), 'x'.repeat(3000)))
const feeds = fc.array(fc.oneof(fc.integer({ min: 1, max: 8 }), fc.constantFrom(100, 5000)), { minLength: 1, maxLength: 3 })

describe.each(PIPELINES)('%s', (_, stages) => {
  describe.each(TIERS)('%s tier', (_name, create) => {
    test('the pieces with which documents begin are told, each once, whatever is spilled meanwhile', () => {
      // parts of a document with pieces between them that are given as they are
      const parts = fc.array(fc.array(text, { minLength: 1, maxLength: 3 }), { maxLength: 12 })
      fc.assert(
        fc.property(parts, feeds, fc.boolean(), (documents, sizes, drains) => {
          const told: Tally = {}
          const counter = create(stages, { ...LIMITS, onFirst: noteIn(told), spill: (handOver) => handOver(() => {}) })
          for (const some of documents) {
            for (const [i, part] of some.entries()) {
              if (i > 0) counter.piece(Buffer.from('<piece>'))
              for (const feed of feedsOf(part, sizes)) counter.text(feed)
              if (drains) counter.drain()
            }
            counter.endDocument()
          }
          counter.flush()
          expect(told).toEqual(expectedOf(stages, documents.map(([first]) => first)))
        }),
        { numRuns: 100 },
      )
    })
  })

  test('the same where the kernel finds tokens, and for whole documents', () => {
    fc.assert(
      fc.property(fc.array(document, { maxLength: 30 }), feeds, fc.constantFrom<'none' | 'unchanged'>('none', 'unchanged'), (documents, sizes, kind) => {
        const sure = kind === 'none' ? undefined : UNCHANGED
        const told: Tally = {}
        const counter = TIERS[1][1](stages, { ...LIMITS, onFirst: noteIn(told) })
        const stream = counter.withTokens!(createSpecialTokens(['<|>']), sure)!
        for (const feed of feedsOf(documents.join('<|>'), sizes)) stream.push(feed)
        stream.end()
        counter.endDocument()
        if (stream.documents !== undefined) {
          let end = 0
          const ends = Uint32Array.from(documents, (one) => (end += Buffer.byteLength(one)))
          stream.documents(Buffer.from(documents.join('')), ends)
          stream.end()
          counter.endDocument()
        }
        counter.flush()
        const all = stream.documents === undefined ? documents : [...documents, ...documents]
        expect(told).toEqual(expectedOf(stages, all))
      }),
      { numRuns: 60 },
    )
  })
})

test('many short documents at a time', () => {
  const told: Tally = {}
  const counter = TIERS[1][1]([GPT2], { ...LIMITS, onFirst: noteIn(told) })
  const stream = counter.withTokens!(createSpecialTokens(['|']))!
  for (let i = 0; i < 20; i++) stream.push(Buffer.from('a b|'.repeat(9999)))
  stream.end()
  counter.endDocument()
  counter.flush()
  expect(told).toEqual({ a: 199_980 })
})

/** Text in parts of some code points, in turn. */
const feedsOf = (all: string, sizes: readonly number[]): Buffer[] => {
  const codePoints = [...all]
  const feeds: Buffer[] = []
  for (let at = 0; at < codePoints.length; at += sizes[(feeds.length - 1) % sizes.length])
    feeds.push(Buffer.from(codePoints.slice(at, at + sizes[feeds.length % sizes.length]).join('')))
  return feeds
}
