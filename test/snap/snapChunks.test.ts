import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { planChunks } from '../../src/plan/planChunks.ts'
import { snapChunks, type ReadAt } from '../../src/snap/snapChunks.ts'
import { createAddedTokens } from '../../src/added/addedTokens.ts'
import { plainToken } from '../../src/added/tokenSet.ts'
import type { Chunk } from '../../src/types.ts'

const END = '<|endoftext|>'

const tokensOf = (contents: readonly string[]) => createAddedTokens(contents.map(plainToken), (text) => text)

const plan = (size: number, chunkBytes: number): Chunk[] => planChunks([{ size }], { numProcesses: 1, maxMemoryGb: 1, chunkBytes }).chunks

const reader = (bytes: Buffer): { readAt: ReadAt; bytesRead: () => number } => {
  let total = 0
  return {
    readAt: async (position, length) => {
      const part = bytes.subarray(position, position + length)
      total += part.length
      return part
    },
    bytesRead: () => total,
  }
}

const snap = async (bytes: Buffer, tokens: readonly string[], chunkBytes: number): Promise<Chunk[]> =>
  snapChunks(plan(bytes.length, chunkBytes), tokensOf(tokens), reader(bytes).readAt)

/** Starts of the tokens that a search from the start finds. */
const tokenStarts = (text: string, tokens: readonly string[]): Set<number> => {
  const starts = new Set<number>()
  const longestFirst = [...tokens].sort((a, b) => b.length - a.length)
  for (let at = 0; at < text.length;) {
    const token = longestFirst.find((candidate) => text.startsWith(candidate, at))
    if (token !== undefined) starts.add(at)
    at += token?.length ?? 1
  }
  return starts
}

const isCover = (chunks: readonly Chunk[], size: number): boolean =>
  chunks.every(({ start, end }, i) => start < end && start === (i === 0 ? 0 : chunks[i - 1].end)) && (chunks.at(-1)?.end ?? 0) === size

describe('snapChunks', () => {
  test('an empty file has no chunks', async () => {
    expect(await snap(Buffer.alloc(0), [END], 10)).toEqual([])
  })

  test('cuts in front of the next token', async () => {
    const text = `one${END}two${END}three`
    expect(await snap(Buffer.from(text), [END], 10)).toEqual([
      { source: 0, start: 0, end: 19 },
      { source: 0, start: 19, end: 37 },
    ])
  })

  test('without special tokens, or none in reach, makes one chunk', async () => {
    expect(await snap(Buffer.alloc(1000, 'a '), [], 10)).toEqual([{ source: 0, start: 0, end: 1000 }])
    expect(await snap(Buffer.alloc(1000, 'a '), [END], 10)).toEqual([{ source: 0, start: 0, end: 1000 }])
  })

  test('a document of many chunks stays whole', async () => {
    const text = `a${END}${'b'.repeat(500)}${END}c`
    expect(await snap(Buffer.from(text), [END], 10)).toEqual([
      { source: 0, start: 0, end: 514 },
      { source: 0, start: 514, end: 528 },
    ])
  })

  test('several tokens in a row, at the very start and end', async () => {
    const text = END.repeat(6)
    const chunks = await snap(Buffer.from(text), [END], 20)
    expect(chunks).toEqual([
      { source: 0, start: 0, end: 26 },
      { source: 0, start: 26, end: 52 },
      { source: 0, start: 52, end: 65 },
      { source: 0, start: 65, end: 78 },
    ])
  })

  test('finds tokens at every place around the borders of its windows', async () => {
    // 16 KiB, 32 KiB, 64 KiB: each begins where the one before ends
    for (const border of [16, 48, 112].map((kib) => kib * 1024))
      for (let at = border - 40; at <= border + 20; at++) {
        const bytes = Buffer.alloc(192 * 1024, 'x')
        bytes.write(END, 10 + at)
        const chunks = await snapChunks(
          [
            { source: 0, start: 0, end: 10 },
            { source: 0, start: 10, end: bytes.length },
          ],
          tokensOf([END]),
          reader(bytes).readAt,
        )
        expect(chunks).toEqual([
          { source: 0, start: 0, end: 10 + at },
          { source: 0, start: 10 + at, end: bytes.length },
        ])
      }
  })

  test('reads a file without tokens about once in all, however many borders there are', async () => {
    const bytes = Buffer.alloc(20_000_000, 'word ')
    const { readAt, bytesRead } = reader(bytes)
    await snapChunks(plan(bytes.length, 100_000), tokensOf([END]), readAt)
    expect(bytesRead()).toBeLessThan(1.01 * bytes.length)
  })

  test('does not cut where a token could reach across, or invalid UTF-8 makes it uncertain', async () => {
    // `<a>` is in `<<a>>` only if the search starts late
    expect(await snap(Buffer.from('xxxx<<a>>yyyy'), ['<<a>>', '<a>'], 5)).toEqual([{ source: 0, start: 0, end: 13 }])
    // with errors: ignore the bytes become `<<a>>`
    expect(await snap(Buffer.from('xxxx<\xff<a>>yyyy', 'latin1'), ['<<a>>', '<a>'], 5)).toEqual([{ source: 0, start: 0, end: 14 }])
  })

  test('every cut is the start of a token that a search from the start finds, none reaching across', async () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', '<', '>'), minLength: 1, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(word, { minLength: 1, maxLength: 4 }),
        fc.string({ unit: fc.constantFrom('a', 'b', '<', '>', 'x'), minLength: 1, maxLength: 80 }),
        fc.integer({ min: 1, max: 20 }),
        async (tokens, text, chunkBytes) => {
          const chunks = await snap(Buffer.from(text), tokens, chunkBytes)
          const starts = tokenStarts(text, tokens)
          expect(isCover(chunks, text.length)).toBe(true)
          for (const { start } of chunks.slice(1)) expect(starts).toContain(start)
        },
      ),
      { numRuns: 3000 },
    )
  })
})

describe('where there is no special token in reach', () => {
  const safeAfterComma = (window: Buffer): number => {
    const comma = window.indexOf(',')
    return comma === -1 ? -1 : comma + 1
  }

  test('a safe cut is taken', async () => {
    const bytes = Buffer.from(`${'x'.repeat(100)},${'y'.repeat(100)}`)
    const chunks = await snapChunks(plan(bytes.length, 60), tokensOf([]), reader(bytes).readAt, safeAfterComma)
    expect(chunks).toEqual([
      { source: 0, start: 0, end: 101 },
      { source: 0, start: 101, end: 201 },
    ])
  })

  test('but never in or beside a special token, nor where the text is not valid UTF-8', async () => {
    const special = tokensOf(['<,>'])
    const tokenText = Buffer.from(`${'x'.repeat(100)}<,>${'y'.repeat(100)}`)
    expect(await snapChunks(plan(tokenText.length, 60), special, reader(tokenText).readAt, safeAfterComma)).toEqual([
      { source: 0, start: 0, end: 100 },
      { source: 0, start: 100, end: 203 },
    ])
    const invalid = Buffer.from(`${'x'.repeat(100)}\xff,${'y'.repeat(100)}`, 'latin1')
    expect(await snapChunks(plan(invalid.length, 60), tokensOf([]), reader(invalid).readAt, safeAfterComma)).toEqual([
      { source: 0, start: 0, end: 202 },
    ])
    // with errors: ignore the bytes become `<,>`, of which a search from the comma on sees nothing
    const joined = Buffer.from(`${'x'.repeat(99)}<\xff,>${'y'.repeat(60)}`, 'latin1')
    expect(await snapChunks(plan(joined.length, 101), special, reader(joined).readAt, safeAfterComma)).toEqual([
      { source: 0, start: 0, end: joined.length },
    ])
  })

  test('a file without any safe place is looked at here and there, not read', async () => {
    const bytes = Buffer.alloc(20_000_000, 'x')
    const { readAt } = reader(bytes)
    let looked = 0
    const chunks = await snapChunks(plan(bytes.length, 1_000_000), tokensOf([END]), readAt, (window) => {
      looked += window.length
      return -1
    })
    expect(chunks).toEqual([{ source: 0, start: 0, end: bytes.length }])
    expect(looked).toBeLessThan(1_000_000)
  })
})
