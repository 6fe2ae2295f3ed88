import { describe, expect, test, vi } from 'vitest'
// workers run from dist, so that is what is tested here
import { pretokenize } from '../../dist/index.js'
import { PretokError } from '../../src/errors.ts'
import { blocksAhead } from '../../src/read/blocksAhead.ts'
import { plainBlocks } from '../../src/read/plainBlocks.ts'
import { inspectSource } from '../../src/read/source.ts'
import type { Chunk, Source } from '../../src/types.ts'
import { compressBy, gzip, hasProgram, zstd } from '../support/compress.ts'
import { temporaryFolder } from '../support/temporary.ts'

const { file } = temporaryFolder()
const THREAD = new URL('../../dist/decompressor.js', import.meta.url)

/** Words that hardly repeat, so that they stay long when they are compressed. */
const TEXT = Array.from({ length: 600_000 }, (_, i) => `${Math.imul(i + 1, 0x9e3779b1) >>> 0} `).join('')
const ROWS = TEXT.match(/.{1,5000}/gs)!.map((text) => `${JSON.stringify({ text })}\n`)

type Read = (...args: [source: Source, chunk: Chunk, blockBytes: number]) => ReturnType<typeof plainBlocks>

const collect = async (read: Read, source: Source, blockBytes: number) => {
  const parts: Buffer[] = []
  let stored = 0
  try {
    for await (const block of read(source, { source: 0, start: 0, end: source.size }, blockBytes)) {
      expect(block.bytes.length).toBeLessThanOrEqual(blockBytes)
      parts.push(Buffer.from(block.bytes))
      stored += block.stored
    }
    return { bytes: Buffer.concat(parts), stored }
  } catch (error) {
    return { bytes: Buffer.concat(parts), error }
  }
}

const problemOf = ({ error }: { error?: unknown }) => error instanceof PretokError && { code: error.code, message: error.message }

const ahead: Read = (source, chunk, blockBytes) => blocksAhead(source, chunk, blockBytes, THREAD)

describe('blocks that another thread reads ahead', () => {
  test.each([
    ['ahead.txt', () => Buffer.from(TEXT)],
    ['ahead.txt.gz', () => gzip(TEXT)],
    ['cut.txt.gz', () => gzip(TEXT).subarray(0, 1e6)],
    ['empty.gz', () => Buffer.alloc(0)],
  ])('%s: are those that this thread would read, and so are errors', async (name, data) => {
    const source = await inspectSource(file(name, data()))
    for (const blockBytes of [2 ** 18, 10_007]) {
      const expected = await collect(plainBlocks, source, blockBytes)
      const found = await collect(ahead, source, blockBytes)
      expect(found.bytes.equals(expected.bytes)).toBe(true)
      expect(found.stored).toBe(expected.stored)
      expect(problemOf(found)).toEqual(problemOf(expected))
    }
  })

  test('may be left alone; several may be read at a time', async () => {
    const source = await inspectSource(file('whole.txt', TEXT))
    const chunk = { source: 0, start: 0, end: source.size }
    const begun = ahead(source, chunk, 1000)
    expect((await begun.next()).value!.bytes.toString()).toBe(TEXT.slice(0, 1000))
    const both = await Promise.all([collect(ahead, source, 5000), collect(ahead, source, 2 ** 18)])
    expect(both.map(({ bytes }) => bytes.toString() === TEXT)).toEqual([true, true])
    await begun.return(undefined)
    expect((await collect(ahead, source, 2 ** 18)).stored).toBe(source.size)
  })

  test('a thread that cannot start is an error', async () => {
    vi.resetModules() // there is no other thread then
    const { blocksAhead } = await import('../../src/read/blocksAhead.ts')
    const source = await inspectSource(file('none.txt', TEXT))
    const read: Read = (...args) => blocksAhead(...args, new URL('./none.js', import.meta.url))
    expect((await collect(read, source, 1000)).error).toMatchObject({
      message: expect.stringContaining('decompressing: Error: Cannot find'),
    })
  })

  test.skipIf(!hasProgram('zstd'))('one worker counts the same, and tells the same of what is damaged', async () => {
    const data = zstd(ROWS.join(''))
    expect(data.length).toBeGreaterThan(2 ** 20)
    const plain = await pretokenize(file('rows.jsonl', ROWS.join('')), [], { numProcesses: 1 })
    const counts = await pretokenize(file('rows.jsonl.zst', data), [], { numProcesses: 1 })
    expect(counts.total).toBe(plain.total)
    expect(counts.size).toBe(plain.size)
    for (const [piece, count] of counts.top(1000)) expect(plain.get(piece)).toBe(count)
    const cut = file('cut.jsonl.zst', data.subarray(0, -1000))
    await expect(pretokenize(cut, [], { numProcesses: 1 })).rejects.toMatchObject({
      code: 'data',
      message: `reading ${cut}: the zstd data ends inside a frame, at byte ${data.length - 1000} of the file`,
    })
    const { receipt } = await pretokenize(cut, [], { numProcesses: 1, maxDocuments: 10 })
    expect(receipt!.documents).toBe(10)
  })

  test.each<[ending: string, compress: (data: string) => Buffer, program?: string]>([
    ['gz', gzip],
    ['xz', (data) => compressBy('xz', ['-0', '--stdout'], data), 'xz'],
  ])('so it is with .%s', async (ending, compress, program) => {
    if (program !== undefined && !hasProgram(program)) return console.warn(`.${ending}: not tested, for ${program} is not installed`)
    const rows = ROWS.slice(0, ROWS.length / 2).join('')
    const data = compress(rows)
    expect(data.length).toBeGreaterThan(2 ** 20)
    const plain = await pretokenize(file('same.jsonl', rows), [], { numProcesses: 1 })
    const counts = await pretokenize(file(`same.jsonl.${ending}`, data), [], { numProcesses: 1 })
    expect([counts.total, counts.size, counts.textBytes]).toEqual([plain.total, plain.size, plain.textBytes])
    const cut = await inspectSource(file(`cut.jsonl.${ending}`, data.subarray(0, -1000)))
    const problem = problemOf(await collect(plainBlocks, cut, 2 ** 18))
    await expect(pretokenize(cut.path, [], { numProcesses: 1 })).rejects.toMatchObject({ ...problem })
  })
})
