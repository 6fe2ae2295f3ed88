import type { DamagePlace, Damaged, PlainBlock } from '../decompress/plainBlock.ts'
import { PretokError } from '../errors.ts'
import { LINE_FEED } from '../format/bytes.ts'
import type { Chunk, Compression, Source } from '../types.ts'
import { readBlocks, type GiveRoom } from './readBlocks.ts'

/** Loaded when it is needed, once: to ask for it again takes time, and there may be thousands of small files. */
let decompression: Promise<typeof import('../decompress/decompress.ts')> | undefined

/**
 * The plain data of a chunk, block after block of at most `blockBytes`: the file itself, or what its compression holds. A block is good until
 * the next one is asked for.
 *
 * @param room see `readBlocks`
 * @throws PretokError 'input', 'source-changed', and 'data' for compressed data that is damaged, with its place in the file
 */
export const plainBlocks = (source: Source, chunk: Chunk, blockBytes: number, room?: GiveRoom): AsyncGenerator<PlainBlock> =>
  source.compression === 'none'
    ? storedPlain(readBlocks(source, chunk, blockBytes, room))
    : decompress(source, source.compression, chunk, blockBytes)

async function* storedPlain(blocks: AsyncIterable<Buffer>): AsyncGenerator<PlainBlock> {
  for await (const bytes of blocks) yield { bytes, stored: bytes.length }
}

/** Stored data is given to a decompressor in blocks so many times as large: what it makes of the end of each is a block of its own, mostly a small one. */
const STORED_BLOCKS = 4

async function* decompress(
  source: Source,
  compression: Exclude<Compression, 'none'>,
  chunk: Chunk,
  blockBytes: number,
): AsyncGenerator<PlainBlock> {
  const blocksFrom = (start: number) => () => readBlocks(source, { ...chunk, start }, STORED_BLOCKS * blockBytes)
  const damagedFrom =
    (start: number): Damaged =>
    (problem, place, cause) =>
      new PretokError('data', `reading ${source.path}: ${problem}, ${inWords(place, start)}`, { cause })
  const blocks = blocksFrom(chunk.start)
  const damaged = damagedFrom(chunk.start)
  if (source.size === 0) throw damaged(`the file is empty, and no ${compression} data is`, 0)
  const { DECOMPRESSORS, decompressLongZstd, decompressSmall } = await (decompression ??= import('../decompress/decompress.ts'))
  const stored = chunk.end - chunk.start
  const small = await decompressSmall(compression, blocks, stored)
  if (small !== undefined) return yield* inBlocks([{ bytes: small, stored }], blockBytes)
  try {
    yield* inBlocks(DECOMPRESSORS[compression](blocks, damaged, source.path), blockBytes)
  } catch (error) {
    const { ZstdWindowTooLarge } = await import('../decompress/zstd.ts')
    if (!(error instanceof ZstdWindowTooLarge)) throw error
    const start = chunk.start + error.frameStart
    yield* inBlocks(decompressLongZstd(blocksFrom(start), damagedFrom(start), source.path), blockBytes)
  }
}

/** @param start of the data in the file */
const inWords = (place: DamagePlace, start: number): string => {
  if (typeof place === 'number') return `at byte ${start + place} of the file`
  if ('behind' in place) return `found behind byte ${start + place.behind} of the file`
  if ('before' in place) return `before byte ${start + place.before} of the file`
  const from = start + place.from
  return `from byte ${from} of the file on; what is before it is whole, and head -c ${from} gets that`
}

async function* inBlocks(plain: AsyncIterable<PlainBlock> | Iterable<PlainBlock>, blockBytes: number): AsyncGenerator<PlainBlock> {
  for await (const { bytes, stored } of plain) {
    yield { bytes: bytes.subarray(0, blockBytes), stored }
    for (let at = blockBytes; at < bytes.length; at += blockBytes) yield { bytes: bytes.subarray(at, at + blockBytes), stored: 0 }
  }
}

/** The number (from 1) of the line that holds a byte of plain data. Reads the source up to there: for error messages only. */
export const lineAt = async (source: Source, offset: number): Promise<number> => {
  let line = 1
  let start = 0
  for await (const { bytes } of plainBlocks(source, { source: 0, start: 0, end: source.size }, 1 << 20)) {
    const end = Math.min(bytes.length, offset - start)
    for (let at = bytes.indexOf(LINE_FEED); at !== -1 && at < end; at = bytes.indexOf(LINE_FEED, at + 1)) line++
    start += bytes.length
    if (start >= offset) break
  }
  return line
}

/**
 * The place in the plain data of the first line of a chunk that begins inside compressed data. All before it is read to know it: for messages
 * only.
 */
export const firstLineOf = async (source: Source, chunk: Chunk): Promise<number> => {
  let place = 0
  for await (const { bytes } of plainBlocks(source, { ...chunk, start: 0, end: chunk.start }, 1 << 20)) place += bytes.length
  for await (const { bytes } of plainBlocks(source, { ...chunk, end: source.size }, 1 << 20)) {
    const feed = bytes.indexOf(LINE_FEED)
    if (feed !== -1) return place + feed + 1
    place += bytes.length
  }
  return place
}
