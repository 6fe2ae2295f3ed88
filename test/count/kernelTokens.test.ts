import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createTokenCutter } from '../../src/added/tokenCutter.ts'
import { createSpecialTokens, createTokenSet, plainToken, type TokenSet } from '../../src/added/tokenSet.ts'
import type { FoundTokens } from '../../src/count/counter.ts'
import { createKernelCounter } from '../../src/count/kernelCounter.ts'
import { createReferenceCounter } from '../../src/count/referenceCounter.ts'
import { countsOf, GPT2, TABLES } from '../support/rawText.ts'
import { cutsOf } from '../support/stages.ts'

interface Result {
  counts: Record<string, number>
  documents: number
  tokens: number[]
}

/** Tokens without flags; those from number `special` on are pieces. */
const tokenSet = (tokens: readonly string[], special: number): TokenSet =>
  createTokenSet(tokens.map((content, i) => ({ ...plainToken(content), special: i < special })))

/** By cutting the text at tokens, and counting each document on its own. */
const byDefinition = (tokens: readonly string[], text: string, special = tokens.length): Result => {
  const counter = createReferenceCounter(cutsOf(GPT2))
  const result: Result = { counts: {}, documents: 0, tokens: tokens.map(() => 0) }
  let hasText = false
  const end = (): void => {
    counter.endDocument()
    if (hasText) result.documents++
    hasText = false
  }
  const cutter = createTokenCutter(tokenSet(tokens, special), {
    text(bytes) {
      counter.text(bytes)
      hasText = true
    },
    token(token, bytes) {
      if (token < special) end()
      else {
        counter.piece(bytes)
        hasText = true
      }
      result.tokens[token]++
    },
  })
  cutter.push(Buffer.from(text))
  cutter.end()
  end()
  return { ...result, counts: countsOf(counter) }
}

/** @param feed in code points */
const byKernel = (
  tokens: readonly string[],
  text: string,
  feed: number,
  usesRoom: (feed: number) => boolean,
  special = tokens.length,
): Result => {
  const counter = createKernelCounter([TABLES])
  const stream = counter.withTokens!(tokenSet(tokens, special))!
  const result: Result = { counts: {}, documents: 0, tokens: [] }
  let hasText = false
  let bytes = 0
  const note = (found: FoundTokens): void => {
    hasText ||= found.isTextBefore
    if (found.count === 0) return
    result.documents += found.apart + (hasText ? 1 : 0)
    hasText = found.isTextBehind
    bytes += found.bytes
  }
  const codePoints = [...text]
  for (let at = 0, feeds = 0; at < codePoints.length; at += feed, feeds++) {
    const fed = Buffer.from(codePoints.slice(at, at + feed).join(''))
    if (!usesRoom(feeds)) note(stream.push(fed))
    else {
      const room = stream.room(fed.length)
      fed.copy(room)
      note(stream.push(room.subarray(0, fed.length)))
    }
    expect(counter.pieces).toBeGreaterThanOrEqual(0) // counts what is decided now, before more text comes
  }
  note(stream.end())
  if (hasText) result.documents++
  result.tokens = stream.takeCounts()
  expect(stream.takeCounts()).toEqual(tokens.map(() => 0))
  result.tokens.forEach((count, token) => token >= special && count > 0 && counter.add!(Buffer.from(tokens[token]), count))
  result.counts = countsOf(counter)
  expect(bytes).toBe(tokens.slice(0, special).reduce((sum, token, i) => sum + Buffer.byteLength(token) * result.tokens[i], 0))
  expect(counter.dropped).toBe(0)
  return result
}

const ALPHABETS = [
  ['<', '|', 'a', ' ', '\n'],
  ['<', '|', 'a', 'b', 'é', '日', ' '],
  ['é', 'è', '日', '😀', '\ud7ff', '.'],
  ['[', '<', '{', '(', "'", 's'],
]

test('equals the definition for tokens that overlap, at every feed size', () => {
  const cases = fc.constantFrom(...ALPHABETS).chain((alphabet) => {
    const unit = fc.constantFrom(...alphabet)
    const token = fc.string({ unit, minLength: 1, maxLength: 5 })
    return fc.record({
      tokens: fc.uniqueArray(token, { maxLength: 6 }),
      parts: fc.array(fc.oneof(fc.string({ unit, maxLength: 60 }), fc.constant('plain words between them. '.repeat(4))), { maxLength: 12 }),
      feed: fc.oneof(fc.integer({ min: 1, max: 8 }), fc.constantFrom(30, 100, 1e6)),
      room: fc.constantFrom(1, 2, 3),
      special: fc.constantFrom(0, 1, 2, 6),
    })
  })
  fc.assert(
    fc.property(cases, ({ tokens, parts, feed, room, special }) => {
      const text = parts.join('')
      expect(byKernel(tokens, text, feed, (feeds) => feeds % room === 0, special)).toEqual(byDefinition(tokens, text, special))
    }),
    { numRuns: 300 },
  )
})

test('tokens of documents themselves: what a token can be is cut from the text, wherever blocks and batches end', () => {
  const tokens = ['<|endoftext|>', '<|endoftext|><|endoftext|>', '<|', '日本', '日']
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...tokens, '<|endoftext|', ' once upon a time', '本日', '\n\n', 'é'), { minLength: 1, maxLength: 30 }),
      fc.integer({ min: 1, max: 4000 }),
      fc.constantFrom(1000, 33_333, 65_537, 150_000),
      (parts, times, feed) => {
        const text = parts.join('').repeat(times).slice(0, 100_000)
        expect(byKernel(tokens, text, feed, () => true)).toEqual(byDefinition(tokens, text))
      },
    ),
    { numRuns: 8 },
  )
})

test('many tokens side by side: more than the kernel notes at a time', () => {
  const text = `${'x'.repeat(100_000)}${'ax'.repeat(50_000)}xx `
  for (const tokens of [['x'], ['x', 'a'], ['ax', 'xa'], ['x', 'y', 'z', 'a']])
    for (const special of [0, 1, 4])
      expect(byKernel(tokens, text, 1e6, () => true, special)).toEqual(byDefinition(tokens, text, special))
})

test('hundreds of tokens, many of which begin alike', () => {
  const unit = fc.constantFrom('<', 'é', 'è', '日', '本', '😀', ' ', 'a')
  const string = fc.string({ unit, minLength: 1, maxLength: 6 })
  fc.assert(
    fc.property(
      fc.uniqueArray(string, { minLength: 100, maxLength: 400, size: 'max' }),
      fc.string({ unit, maxLength: 400, size: 'max' }),
      fc.constantFrom(1, 7, 1e6),
      fc.constantFrom(0, 50, 400),
      (tokens, text, feed, special) => {
        expect(byKernel(tokens, text, feed, (feeds) => feeds % 2 === 0, special)).toEqual(byDefinition(tokens, text, special))
      },
    ),
    { numRuns: 30 },
  )
})

test('a token longer than blocks, and what begins like it', () => {
  const token = `<${'-'.repeat(100_000)}>`
  const text = `a ${token} b ${token.slice(0, -1)} c ${token}${token.slice(0, 1000)}`
  expect(byKernel([token], text, 7000, (feeds) => feeds % 2 === 0)).toEqual(byDefinition([token], text))
})

test('no splits and a large vocabulary: tokens side by side make no pieces, wherever feeds end', () => {
  const counter = createKernelCounter([])
  const stream = counter.withTokens!(tokenSet(['|', 'X'], 1))!
  const documents = Array.from({ length: 70_000 }, (_, i) => `d${i}`)
  for (const text of [documents.join('|'), '|', '|', '||', 'foo', '|', 'X', 'XX|', '|foo', '||']) stream.push(Buffer.from(text))
  stream.end()
  expect(counter.pieces).toBe(documents.length + 2)
  expect(countsOf(counter)).toEqual(Object.fromEntries([...documents.map((document) => [document, 1]), ['foo', 2]].sort()))
  expect(stream.takeCounts()).toEqual([documents.length + 8, 3])
})

test('no tokens: text is one document', () => {
  expect(byKernel([], 'one document', 3, () => true)).toEqual({ counts: { ' document': 1, one: 1 }, documents: 1, tokens: [] })
  expect(byKernel([], '', 3, () => true)).toEqual({ counts: {}, documents: 0, tokens: [] })
})

test('text of the kernel’s own memory that stands elsewhere is copied before it is moved', () => {
  const counter = createKernelCounter([TABLES])
  const stream = counter.withTokens!(createSpecialTokens(['|']))!
  const room = stream.room(1000)
  room.write('xyz one|two')
  stream.push(room.subarray(4, 11))
  stream.end()
  expect(countsOf(counter)).toEqual({ one: 1, two: 1 })
})

test.each([6e6, 8e6, 2e7])('in little memory the room is smaller, and no count is lost: %d bytes', (memoryBytes) => {
  const spilled = new Map<string, number>()
  let spills = 0
  const counter = createKernelCounter([TABLES], {
    maxPieceBytes: 1000,
    memoryBytes,
    spill(handOver) {
      spills++
      handOver((_, bytes, start, end, count) => {
        const piece = Buffer.from(bytes.subarray(start, end)).toString()
        spilled.set(piece, (spilled.get(piece) ?? 0) + count)
      })
    },
  })
  const stream = counter.withTokens!(createSpecialTokens(['|']))!
  const words = Array.from(
    { length: 200_000 },
    (_, i) => `${'bcdefghijk'[i % 10].repeat(i % 20)}${i.toString(36).replace(/\d/g, (digit) => 'QRSTUVWXYZ'[+digit])}`,
  )
  const expected = new Map<string, number>()
  for (const word of words) expected.set(` ${word}`, (expected.get(` ${word}`) ?? 0) + 1)
  const text = Buffer.from(words.map((word, i) => ` ${word}${i % 7 === 0 ? '|' : ''}`).join(''))
  for (let at = 0; at < text.length;) {
    const room = stream.room(2 ** 20)
    const length = text.copy(room, 0, at)
    stream.push(room.subarray(0, length))
    expect(counter.memory).toBeLessThanOrEqual(memoryBytes)
    at += length
  }
  stream.end()
  counter.endDocument()
  counter.drain()
  expect(counter.pieces).toBe(words.length)
  expect(spilled).toEqual(expected)
  if (memoryBytes < 1e7) expect(spills).toBeGreaterThan(1)
})

test('a piece that is too long is told with the place of what is not counted', () => {
  const counter = createKernelCounter([TABLES], { maxPieceBytes: 100 })
  const stream = counter.withTokens!(createSpecialTokens(['|']))!
  stream.push(Buffer.from(`${'a'.repeat(100)}|`))
  expect(() => stream.push(Buffer.from(`b|${'a'.repeat(101)}|c`))).toThrow(expect.objectContaining({ code: 'piece-too-long' }))
  expect(counter.pending).toBeGreaterThanOrEqual(103)
})
