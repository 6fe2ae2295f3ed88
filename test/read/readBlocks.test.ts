import { truncateSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import fc from 'fast-check'
import { afterEach, expect, test, vi } from 'vitest'
import { readBlocks } from '../../src/read/readBlocks.ts'
import { inspectSource } from '../../src/read/source.ts'
import { temporaryFolder } from '../support/temporary.ts'

const { file } = temporaryFolder()

/** So long each look at the clock takes, in milliseconds: all devices are as fast as the test wants them. */
const clock = vi.hoisted(() => ({ lookMs: 0, now: 0 }))
vi.mock('../../src/clock.ts', () => ({ milliseconds: () => (clock.now += clock.lookMs) }))
afterEach(() => {
  clock.lookMs = 0
})

/** The blocks of a range, and how many of them were put into the room that was given. */
const blocksOf = async (path: string, [start, end]: readonly [number, number], blockBytes: number, hasRoom: boolean) => {
  const memory = Buffer.alloc(150) // less than is asked for at times
  const room = (bytes: number): Buffer => memory.subarray(0, bytes)
  const blocks: Buffer[] = []
  let inRoom = 0
  for await (const block of readBlocks(await inspectSource(path), { source: 0, start, end }, blockBytes, hasRoom ? room : undefined)) {
    blocks.push(Buffer.from(block))
    if (block.buffer === memory.buffer) inRoom++
    memory.fill(0)
  }
  return { blocks, inRoom }
}

const anyBytes = fc
  .array(fc.oneof(fc.constantFrom('a', 'é', '日', '😀').map(Buffer.from), fc.uint8Array({ maxLength: 3 }).map(Buffer.from)), {
    maxLength: 60,
  })
  .map((parts) => Buffer.concat(parts))

test('blocks are the bytes of the range, whatever they are, and no larger than was asked for', async () => {
  await fc.assert(
    fc.asyncProperty(
      anyBytes,
      fc.nat(200),
      fc.nat(200),
      fc.integer({ min: 1, max: 100 }),
      fc.boolean(),
      async (bytes, a, b, size, room) => {
        const range = [Math.min(a, b, bytes.length), Math.min(Math.max(a, b), bytes.length)] as const
        const { blocks, inRoom } = await blocksOf(file('any.bin', bytes), range, size, room)
        expect(Buffer.concat(blocks)).toEqual(bytes.subarray(...range))
        for (const { length } of blocks) expect(length).toBeLessThanOrEqual(room ? 4 * size : size)
        expect(inRoom).toBe(room ? blocks.length : 0)
      },
    ),
    { numRuns: 200 },
  )
})

test('blocks that are put into a room end where code points do', async () => {
  const text = 'a é 日本 😀😀 '.repeat(50)
  const { blocks } = await blocksOf(file('text.txt', text), [0, Buffer.byteLength(text)], 10, true)
  for (const block of blocks) expect(block.toString()).not.toContain('\ufffd')
  expect(Buffer.concat(blocks).toString()).toBe(text)
})

test('a slow device is read ahead after a while', async () => {
  clock.lookMs = 1000
  const text = 'é日😀 '.repeat(1000)
  const { blocks, inRoom } = await blocksOf(file('slow.txt', text), [0, Buffer.byteLength(text)], 33, true)
  expect(inRoom).toBe(4)
  expect(blocks.length).toBeGreaterThan(100)
  expect(Buffer.concat(blocks).toString()).toBe(text)
})

test.each([true, false])('what is looked at stays as it is while the next is read: slow device %s', async (isSlow) => {
  clock.lookMs = isSlow ? 1000 : 0
  const bytes = Buffer.from(Uint32Array.from({ length: 100_000 }, (_, i) => i).buffer)
  const path = file('large.bin', bytes)
  const source = await inspectSource(path)
  for (const [start, end] of [[0, 400_000], [7, 330_001], [65_536, 262_144]])
    for (const blockBytes of [1000, 65_536, 100_000]) {
      let at = start
      const memory = Buffer.alloc(150)
      for await (const block of readBlocks(source, { source: 0, start, end }, blockBytes, isSlow ? () => memory : undefined)) {
        if (at % 3 === 0) await stat(path) // by then, others have been read, too
        expect(block.equals(bytes.subarray(at, at + block.length))).toBe(true)
        expect(block.length).toBeLessThanOrEqual(blockBytes)
        at += block.length
      }
      expect(at).toBe(end)
    }
})

test.each([
  [true, 1000, 500, 300],
  [false, 1000, 500, 300],
  [true, 300_000, 200_000, 70_000],
  [false, 300_000, 200_000, 70_000],
  [false, 300_000, 140_000, 70_000],
])('a file that has become shorter is an error: room %s, %d bytes of which %d are left', async (hasRoom, before, now, blockBytes) => {
  const path = file('short.txt', 'x'.repeat(before))
  const source = await inspectSource(path)
  truncateSync(path, now)
  const room = hasRoom ? (bytes: number): Buffer => Buffer.alloc(bytes) : undefined
  const read = async (): Promise<void> => {
    for await (const _ of readBlocks(source, { source: 0, start: 0, end: before }, blockBytes, room));
  }
  await expect(read()).rejects.toThrow(expect.objectContaining({ code: 'source-changed', message: expect.stringContaining(`to ${before} are`) }))
})
