import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { snapFrames } from '../../src/snap/snapFrames.ts'
import type { Chunk } from '../../src/types.ts'
import { readAtOf } from '../support/parquet.ts'

const plan = (borders: readonly number[], size: number): Chunk[] =>
  [0, ...borders].map((start, i) => ({ source: 3, start, end: borders[i] ?? size }))

const starts = (chunks: readonly Chunk[]): number[] => chunks.map(({ start }) => start)

/** A block of RFC 8878. Type 0: as it is, 1: one byte that is repeated, 2: compressed (nobody looks into it). */
const block = (type: number, length: number, isLast: boolean): Buffer => {
  const bytes = Buffer.alloc(3 + (type === 1 ? 1 : length), 0x61)
  bytes.writeUIntLE((length << 3) | (type << 1) | Number(isLast), 0, 3)
  return bytes
}

interface Frame {
  /** Bytes that tell the size of the content, as a code; of the dictionary's id, as a code. */
  content: number
  dictionary: number
  isSingle: boolean
  hasChecksum: boolean
  blocks: [type: number, length: number][]
}

const frame = ({ content, dictionary, isSingle, hasChecksum, blocks }: Frame): Buffer => {
  const header = Buffer.alloc(5 + (isSingle ? 0 : 1) + [0, 1, 2, 4][dictionary] + [isSingle ? 1 : 0, 2, 4, 8][content], 1)
  header.writeUInt32LE(0xfd2fb528)
  header[4] = (content << 6) | (Number(isSingle) << 5) | (Number(hasChecksum) << 2) | dictionary
  return Buffer.concat([
    header,
    ...blocks.map(([type, length], i) => block(type, length, i === blocks.length - 1)),
    Buffer.alloc(hasChecksum ? 4 : 0, 0x63),
  ])
}

/** A frame of so many bytes in all, 10 at least. */
const rawFrame = (bytes: number): Buffer => {
  const blocks: [number, number][] = []
  let left = bytes - 6
  for (; left > 2 ** 20; left -= 2 ** 20) blocks.push([0, 2 ** 20 - 3])
  return frame({ content: 0, dictionary: 0, isSingle: false, hasChecksum: false, blocks: [...blocks, [0, left - 3]] })
}

const skippable = (kind: number, length: number): Buffer => {
  const bytes = Buffer.alloc(8 + length, 0x62)
  bytes.writeUInt32LE(0x184d2a50 + kind)
  bytes.writeUInt32LE(length, 4)
  return bytes
}

/** A member of bgzip of so many bytes in all; nobody looks into it. */
const member = (bytes: number): Buffer => {
  const made = Buffer.alloc(bytes, 0x61)
  Buffer.from([0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff, 6, 0, 0x42, 0x43, 2, 0]).copy(made)
  made.writeUInt16LE(bytes - 1, 16)
  return made
}

const frames = fc.oneof(
  fc
    .record({
      content: fc.nat(3),
      dictionary: fc.nat(3),
      isSingle: fc.boolean(),
      hasChecksum: fc.boolean(),
      blocks: fc.array(fc.tuple(fc.nat(2), fc.nat(60)), { minLength: 1, maxLength: 4 }),
    })
    .map(frame),
  fc.tuple(fc.nat(15), fc.integer({ min: 1, max: 40 })).map(([kind, length]) => skippable(kind, length)),
)
const members = fc.integer({ min: 18, max: 90 }).map(member)

/** What begins as a part does and is none, for nothing stands where it says that it ends; of two, the first leads to the other. */
const falseStarts = { zstd: skippable(0, 3).subarray(0, 9), gzip: member(40).subarray(0, 20) }

/** The same, with what is no part put into some of them. */
const withFalseStart = (part: Buffer, falseStart: Buffer, at: number): Buffer => {
  const changed = Buffer.from(part)
  if (at + falseStart.length <= part.length) falseStart.copy(changed, at)
  return changed
}

describe.each([
  ['zstd', frames, (at: number) => skippable(1, at + 12), 8] as const,
  ['gzip', members, (at: number) => member(at + 60), 18] as const,
])('%s', (compression, parts, large, header) => {
  test('a border goes to the first part that begins between it and the next one, or is given up', async () => {
    const mixed = fc.oneof(
      { weight: 4, arbitrary: parts },
      fc.nat(30).map((at) => withFalseStart(large(at + header), falseStarts[compression], header + at)),
    )
    await fc.assert(
      fc.asyncProperty(
        fc.array(mixed, { minLength: 2, maxLength: 12 }),
        fc.uniqueArray(fc.integer({ min: 1, max: 700 }), { maxLength: 8 }),
        async (all, wanted) => {
          const data = Buffer.concat(all)
          const begins = all.map((_, i) => Buffer.concat(all.slice(0, i)).length)
          const planned = plan(wanted.filter((border) => border < data.length).sort((a, b) => a - b), data.length)
          const found = planned.flatMap(({ start, end }) => begins.find((at) => at >= start && at < end) ?? [])
          const snapped = await snapFrames(planned, compression, readAtOf(data))
          expect(snapped).toEqual(plan(found.slice(1), data.length))
        },
      ),
      { numRuns: 250 },
    )
  })
})

describe('how far is searched', () => {
  const LEAST = 2 ** 20
  const WINDOW = 2 ** 18
  const first = rawFrame(50)
  /** The frames of so many bytes, cut a byte behind the beginning of the second. */
  const snap = (...sizes: number[]) => {
    const data = Buffer.concat(sizes.map(rawFrame))
    return snapFrames(plan([sizes[0] + 1], data.length), 'zstd', readAtOf(data)).then(starts)
  }

  test('in windows, between which no part is overlooked', async () => {
    for (const shift of [-20, -4, -3, -1, 0, 1])
      for (const windows of [1, 2]) {
        const length = 1 + windows * WINDOW + shift
        expect(await snap(first.length, length, 60)).toEqual([0, first.length + length])
      }
  })

  test('1 MiB, or as far as four parts as the first one are long', async () => {
    expect(await snap(50, LEAST, 60)).toEqual([0, 50 + LEAST])
    expect(await snap(50, LEAST + 1, 60)).toEqual([0])
    const large = LEAST / 2
    expect(await snap(large, 4 * large, 60)).toEqual([0, 5 * large])
    expect(await snap(large, 4 * large + 1, 60)).toEqual([0])
  })

  test('nothing is searched for in a file of one part, or of none', async () => {
    let read = 0
    const count = async (data: Buffer, compression: 'zstd' | 'gzip' | 'xz') => {
      read = 0
      const readAt = async (position: number, length: number): Promise<Buffer> => {
        read += length
        return readAtOf(data)(position, length)
      }
      expect(await snapFrames(plan([20, 50], data.length), compression, readAt)).toEqual(plan([], data.length))
      return read
    }
    expect(await count(rawFrame(90), 'zstd')).toBeLessThan(90)
    expect(await count(member(90), 'gzip')).toBeLessThan(90)
    expect(await count(Buffer.alloc(90, 0x61), 'zstd')).toBeLessThan(90)
    expect(await count(Buffer.concat([member(90), member(90)]), 'xz')).toBe(0)
  })

})

describe('what is no part', () => {
  const good = rawFrame(60)
  const spoilt = (part: Buffer, change: (bytes: Buffer) => void): Buffer => {
    const bytes = Buffer.from(part)
    change(bytes)
    return bytes
  }

  test('a frame of very many blocks, which is not gone through', async () => {
    const blocks = (count: number) =>
      frame({ content: 0, dictionary: 0, isSingle: false, hasChecksum: false, blocks: Array.from({ length: count }, () => [1, 1]) })
    for (const [count, found] of [[10_000, true], [10_001, false]] as const) {
      const data = Buffer.concat([good, blocks(count), good])
      const last = data.length - 60
      expect(starts(await snapFrames(plan([60, 70], data.length), 'zstd', readAtOf(data)))).toEqual(found ? [0, 60, last] : [0, last])
    }
  })

  test('a frame with a reserved bit, or a reserved type of block, or that ends behind the file', async () => {
    for (const [second, found] of [
      [good, [0, 60, 120]],
      [spoilt(good, (bytes) => (bytes[4] |= 8)), [0, 120]],
      [spoilt(good, (bytes) => (bytes[6] |= 6)), [0, 120]],
      [spoilt(good, (bytes) => bytes.writeUIntLE(200 << 3, 6, 3)), [0, 120]],
    ] as const) {
      const data = Buffer.concat([good, second, good])
      expect(starts(await snapFrames(plan([60, 61], data.length), 'zstd', readAtOf(data)))).toEqual(found)
    }
  })

  test('what leads to another part, but has not all that a header has', async () => {
    for (const [compression, part, around, places] of [
      ['zstd', good, skippable(1, 60), [0, 1, 2, 3]],
      ['gzip', member(60), member(18 + 60), [0, 1, 2, 3, 12, 13, 14, 15]],
    ] as const)
      for (const at of places) {
        const other = spoilt(part, (bytes) => (bytes[at] ^= 0x40))
        const inside = Buffer.concat([part, around.subarray(0, -60), other, part])
        expect(starts(await snapFrames(plan([61], inside.length), compression, readAtOf(inside)))).toEqual([0, inside.length - 60])
        const inFront = Buffer.concat([other, part, part])
        expect(starts(await snapFrames(plan([60, 61], inFront.length), compression, readAtOf(inFront)))).toEqual([0])
      }
  })

  test('what the end of the file cuts off', async () => {
    const small = frame({ content: 0, dictionary: 0, isSingle: true, hasChecksum: false, blocks: [[0, 0]] })
    for (const [compression, first, last] of [
      ['zstd', good, small],
      ['zstd', good, good],
      ['zstd', good, frame({ content: 0, dictionary: 0, isSingle: false, hasChecksum: true, blocks: [[0, 5], [1, 9]] })],
      ['zstd', good, skippable(0, 0x28)],
      ['gzip', member(60), member(60)],
    ] as const)
      for (let length = 1; length <= last.length; length++) {
        const data = Buffer.concat([first, first, last.subarray(0, length)])
        const borders = Array.from({ length: length + 1 }, (_, i) => 120 + i).filter((border) => border < data.length)
        const found = starts(await snapFrames(plan(borders, data.length), compression, readAtOf(data)))
        expect(found).toEqual(length === last.length ? [0, 120] : [0])
      }
  })
})
