import { setTimeout } from 'node:timers/promises'
import { crc32 } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { DECOMPRESSORS, decompressLongZstd, decompressSmall } from '../../src/decompress/decompress.ts'
import type { DamagePlace, Decompress } from '../../src/decompress/plainBlock.ts'
import { decompressBy } from '../../src/decompress/program.ts'
import { ZstdWindowTooLarge } from '../../src/decompress/zstd.ts'
import { PretokError } from '../../src/errors.ts'
import { bgzip, bzip2, compressBy, gzip, hasProgram, xz, zstd } from '../support/compress.ts'

async function* blocksOf(data: Buffer, size: number): AsyncGenerator<Buffer> {
  const buffer = Buffer.alloc(size)
  for (let at = 0; at < data.length; at += size) yield buffer.subarray(0, data.copy(buffer, 0, at, at + size))
}

const decompress = async (how: Decompress, data: Buffer, size = 2 ** 16): Promise<Buffer> => {
  const parts: Buffer[] = []
  let taken = 0
  const damaged = (problem: string, place: DamagePlace): PretokError => new PretokError('data', `${problem} at ${JSON.stringify(place)}`)
  for await (const { bytes, stored } of how(() => blocksOf(data, size), damaged, 'it')) {
    parts.push(Buffer.from(bytes))
    taken += stored
  }
  expect(taken).toBe(data.length)
  return Buffer.concat(parts)
}

const TEXT = Buffer.from(Array.from({ length: 3000 }, (_, i) => `line ${i} ${(i * 7919) % 1009}\n`).join(''))
const HALVES = [TEXT.subarray(0, 20_000), TEXT.subarray(20_000)]
/** A frame that says to be skipped. */
const skippable = Buffer.concat([Buffer.from([0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0]), Buffer.from('abc')])

const ZSTD = hasProgram('zstd')
const KINDS: [name: string, how: Decompress, make: (data: Buffer) => Buffer, isThere: boolean][] = [
  ['gzip', DECOMPRESSORS.gzip, gzip, true],
  ['zstd', DECOMPRESSORS.zstd, zstd, ZSTD],
  ['zstd --long by the program', decompressLongZstd, zstd, ZSTD],
  ['xz', DECOMPRESSORS.xz, xz, hasProgram('xz')],
  ['bzip2', DECOMPRESSORS.bzip2, bzip2, hasProgram('bzip2')],
]

describe.each(KINDS)('%s', (name, how, make, isThere) => {
  test.skipIf(!isThere)('one part, several parts, parts of nothing, for several block sizes', async () => {
    const one = make(TEXT)
    const several = Buffer.concat([make(HALVES[0]), make(Buffer.alloc(0)), make(HALVES[1])])
    for (const size of [7, 1000, 2 ** 20]) {
      expect((await decompress(how, one, size)).equals(TEXT)).toBe(true)
      expect((await decompress(how, several, size)).equals(TEXT)).toBe(true)
      expect((await decompress(how, make(Buffer.alloc(0)), size)).length).toBe(0)
    }
  })

  test.skipIf(!isThere)('text that is just as long as buffers are', async () => {
    for (const length of [2 ** 17, 2 ** 18, 2 ** 19, 2 ** 20 - 1, 2 ** 20]) {
      const text = Buffer.alloc(length, 'words, ')
      for (const size of [100, 2 ** 16]) {
        expect((await decompress(how, make(text), size)).equals(text)).toBe(true)
        expect((await decompress(how, Buffer.concat([make(text), make(text)]), size)).length).toBe(2 * length)
      }
    }
  })

  test.skipIf(!isThere)('what is cut off, or changed, or followed by something else, is an error, and never other text', async () => {
    const whole = make(Buffer.from('A short text, a short text.'))
    // programs take milliseconds to start
    const step = ['gzip', 'zstd'].includes(name) ? 1 : 9
    for (let length = 1; length < whole.length; length += step)
      await expect(decompress(how, whole.subarray(0, length)), `cut at ${length}`).rejects.toMatchObject({ code: 'data' })
    for (let at = 0; at < whole.length; at += step)
      for (const bit of [1, 0x80]) {
        const changed = Buffer.from(whole)
        changed[at] ^= bit
        const result = await decompress(how, changed).catch((error: Error) =>
          error instanceof ZstdWindowTooLarge ? 'data' : (error as PretokError).code,
        )
        expect([result, at]).toSatisfy(([outcome]) => outcome === 'data' || outcome.toString() === 'A short text, a short text.')
      }
    await expect(decompress(how, Buffer.concat([whole, Buffer.from('garbage')]))).rejects.toMatchObject({ code: 'data' })
  })
})

test('all that gzip data holds in front of damage is there, however slowly it is taken', async () => {
  const data = gzip(TEXT)
  data.fill(0xff, 8000, 8100)
  const damaged = (problem: string): PretokError => new PretokError('data', problem)
  const lengthWhenTaken = async (size: number, take: () => Promise<void>): Promise<number> => {
    let length = 0
    const read = async (): Promise<void> => {
      for await (const { bytes } of DECOMPRESSORS.gzip(() => blocksOf(data, size), damaged, 'it')) {
        await take()
        length += bytes.length
      }
    }
    await expect(read()).rejects.toThrow('the gzip data is damaged')
    return length
  }
  for (const size of [500, 2 ** 16]) {
    const length = await lengthWhenTaken(size, async () => {})
    expect(await lengthWhenTaken(size, () => setTimeout(5))).toBe(length)
  }
})

test('zeros behind gzip data are passed over, and anything else is not', async () => {
  for (const size of [1, 7, 1000, 2 ** 20])
    for (const zeros of [1, 6, 512, 100_000]) {
      const padded = Buffer.concat([gzip(HALVES[0]), gzip(HALVES[1]), Buffer.alloc(zeros)])
      if (size > 1 || zeros < 1000) expect((await decompress(DECOMPRESSORS.gzip, padded, size)).equals(TEXT)).toBe(true)
      const place = padded.length - zeros
      for (const more of [Buffer.from('x'), gzip(HALVES[0])])
        await expect(decompress(DECOMPRESSORS.gzip, Buffer.concat([padded, more]), Math.max(7, size))).rejects.toMatchObject({
          code: 'data',
          message: `there is something behind the gzip data at {"from":${place}}`,
        })
    }
})

describe('the place of what is behind gzip data', () => {
  const members = Buffer.concat([gzip(HALVES[0]), bgzip(HALVES[1], 3000), gzip(TEXT)])
  // a name, a comment, an extra field and a checksum of the header, which zlib holds it against
  const head = Buffer.from([0x1f, 0x8b, 8, 31, 0, 0, 0, 0, 0, 3, 2, 0, 7, 7, ...Buffer.from('name\0comment\0')])
  const checksum = Buffer.alloc(2)
  checksum.writeUInt16LE(crc32(head) & 0xffff)
  const described = Buffer.concat([head, checksum, gzip(TEXT).subarray(10)])
  const large = gzip(Array.from({ length: 300_000 }, (_, i) => Math.imul(i, 0x9e3779b1)).join())

  test.each([
    ['one member', gzip('A short text')],
    ['several members', members],
    ['a long header', described],
    ['a large member', large],
  ])('%s', async (_, whole) => {
    for (const behind of ['x', 'garbage behind', '\x1f'])
      for (const size of [7, 1000, 2 ** 20]) {
        const found = decompress(DECOMPRESSORS.gzip, Buffer.concat([whole, Buffer.from(behind)]), whole === large ? 2 ** 18 : size)
        const message = `there is something behind the gzip data at {"from":${whole.length}}`
        await expect(found).rejects.toMatchObject({ code: 'data', message })
      }
  })

  test('what is damaged in itself is not behind it', async () => {
    const wrong = gzip(TEXT)
    wrong[wrong.length - 6] ^= 1
    const damaged = async (data: Buffer): Promise<string> =>
      decompress(DECOMPRESSORS.gzip, Buffer.concat([members, data])).then(
        () => expect.fail(),
        (error: unknown) => (error as Error).message,
      )
    expect(await damaged(wrong)).toBe(`the gzip data is damaged (incorrect data check) at {"behind":${members.length}}`)
    expect(await damaged(gzip(TEXT).subarray(0, -3))).toMatch(/^the gzip data is damaged \(unexpected end of file\) at \d+$/)
  })

  test.each([
    ['method', 2, 7],
    ['flags', 3, 31 + 32],
    ['what its checksum is of', 11, 1],
  ])('a header with another %s is damaged where the member begins', async (_, at, value) => {
    const damaged = Buffer.from(described)
    damaged[at] = value
    for (const before of [Buffer.alloc(0), members])
      await expect(decompress(DECOMPRESSORS.gzip, Buffer.concat([before, damaged]))).rejects.toThrow(new RegExp(`^the gzip data is damaged \\(.*\\) at ${before.length}$`))
  })
})

test.skipIf(!hasProgram('bzip2'))('of what a program says only the first line is told, and how far it came at most', async () => {
  const data = bzip2(TEXT)
  data.fill(0x55, 3000, 3010)
  await expect(decompress(DECOMPRESSORS.bzip2, data)).rejects.toMatchObject({
    message: `bzip2 cannot decompress it (bzip2: Data integrity error when decompressing.) at {"before":${data.length}}`,
  })
})

test('zstd data made with a dictionary is not called damaged', async () => {
  // one raw block of the byte "a" in a frame with the number of a dictionary
  const frame = Buffer.from('28b52ffd21050109000061', 'hex')
  await expect(decompress(DECOMPRESSORS.zstd, frame)).rejects.toThrow('the zstd data needs a dictionary, and none is known here; decompress it first')
})

describe.skipIf(!ZSTD)('zstd', () => {
  test('frames to be skipped, a frame in one block, a long window', async () => {
    const data = Buffer.concat([skippable, zstd(HALVES[0]), skippable, zstd(HALVES[1]), skippable])
    for (const size of [1, 5, 2 ** 20]) expect((await decompress(DECOMPRESSORS.zstd, data, size)).equals(TEXT)).toBe(true)
    expect((await decompress(DECOMPRESSORS.zstd, zstd(TEXT, '--long=27'))).equals(TEXT)).toBe(true)
  })

  test('errors tell the place', async () => {
    const data = Buffer.concat([zstd(TEXT), Buffer.from('garbage')])
    await expect(decompress(DECOMPRESSORS.zstd, data, 100)).rejects.toThrow(`no frame begins here`)
    await expect(decompress(DECOMPRESSORS.zstd, data.subarray(0, 5000), 100)).rejects.toThrow('the zstd data ends inside a frame at 5000')
  })

  test.skipIf(!hasProgram('pzstd'))('pzstd', async () => {
    const data = compressBy('pzstd', ['--quiet', '--stdout', '-p', '3'], TEXT)
    expect((await decompress(DECOMPRESSORS.zstd, data)).equals(TEXT)).toBe(true)
  })
})

test('an error of what gives the blocks comes out as it is', async () => {
  async function* failing(): AsyncGenerator<Buffer> {
    yield gzip(TEXT).subarray(0, 100)
    throw new PretokError('source-changed', 'it shrank')
  }
  const all = async (how: Decompress): Promise<void> => {
    for await (const block of how(failing, () => new PretokError('data', 'damaged'), 'it')) expect(block.bytes.length).toBeGreaterThanOrEqual(0)
  }
  for (const how of [DECOMPRESSORS.gzip, decompressBy('cat', [])]) await expect(all(how)).rejects.toThrow('it shrank')
})

test('a program that is not there is named, and not tried again', async () => {
  await expect(decompress(decompressBy('no-such-xz', []), TEXT)).rejects.toMatchObject({
    code: 'installation',
    message: 'reading it: it needs the program no-such-xz, which is not installed; install it, or decompress the file first',
  })
})

describe('little gzip data, decompressed at once', () => {
  const small = (data: Buffer, size = 1000) => decompressSmall('gzip', () => blocksOf(data, size), data.length)
  const members = Buffer.concat([gzip(HALVES[0]), gzip(''), gzip(HALVES[1])])

  test('is what the stream gives', async () => {
    for (const size of [7, 2 ** 16]) {
      expect(await small(gzip(TEXT), size)).toEqual(TEXT)
      expect(await small(members, size)).toEqual(TEXT)
      expect(await small(gzip(''), size)).toEqual(Buffer.alloc(0))
    }
  })

  const damaged = gzip(TEXT)
  damaged[damaged.length - 6] ^= 1
  test.each([
    ['damaged', damaged],
    ['cut off', gzip(TEXT).subarray(0, -1)],
    ['followed by something', Buffer.concat([members, Buffer.from('x')])],
    ['followed by zeros', Buffer.concat([members, Buffer.alloc(9)])],
    ['very long when it is decompressed', gzip(Buffer.alloc(5e6))],
    ['not so little', gzip(Array.from({ length: 30_000 }, (_, i) => Math.imul(i, 0x9e3779b1)).join())],
    ['none', Buffer.alloc(20)],
  ])('is left to the stream if it is %s', async (_, data) => expect(await small(data)).toBe(undefined))
})
