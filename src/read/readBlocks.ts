import { readSync } from 'node:fs'
import { milliseconds } from '../clock.ts'
import { closeRead } from '../closeRead.ts'
import type { PretokError } from '../errors.ts'
import type { Chunk, Source } from '../types.ts'
import { changedError, inputError, openHandle, readFully, readStart } from './source.ts'
import { unfinishedLength } from './utf8Cleaner.ts'

/*
 * Files are read in one of two ways. What the system has in its memory is read at once, right to where it is wanted: that takes less than
 * asking another thread for it. What comes from a slow device is read ahead, while the block before it is looked at.
 */

/** Gives memory for a block of so many bytes or fewer, which is read into it; it is there until it is asked for the next. */
export type GiveRoom = (bytes: number) => Buffer

/** Smaller blocks are parts of one read. */
const LEAST_READ = 2 ** 16
const readBytesOf = (blockBytes: number): number => blockBytes * Math.ceil(LEAST_READ / blockBytes)

/**
 * Reads a byte range of a source, block after block. A block is good until the next one is asked for.
 *
 * @param room where blocks of text may be put; these end where code points do, as far as the text is UTF-8
 * @throws PretokError 'input', and 'source-changed' if the file has become shorter than when it was inspected, or was changed otherwise
 */
export const readBlocks = (source: Source, chunk: Chunk, blockBytes: number, room?: GiveRoom): AsyncGenerator<Buffer> => {
  const readBytes = readBytesOf(blockBytes)
  if (room !== undefined) return readIntoRoom(source, chunk, blockBytes, room)
  return chunk.end - chunk.start <= readBytes ? readInParts(source, chunk, blockBytes) : readAhead(source, chunk, blockBytes, readBytes)
}

const readWhole = async (source: Source, { start, end }: Chunk, buffer: Buffer): Promise<Buffer> => {
  const bytes = await readStart(source, buffer, start)
  if (bytes.length < buffer.length) throw shortError(source, start + bytes.length, end)
  return bytes
}

/** Buffers that are not at work: there may be thousands of small files. */
const idle: Buffer[] = []

async function* readInParts(source: Source, chunk: Chunk, blockBytes: number): AsyncGenerator<Buffer> {
  const size = chunk.end - chunk.start
  const spare = idle.pop()
  const buffer = spare !== undefined && spare.length >= size ? spare : Buffer.allocUnsafeSlow(size)
  try {
    const bytes = await readWhole(source, chunk, buffer.subarray(0, size))
    for (let from = 0; from < bytes.length; from += blockBytes) yield bytes.subarray(from, from + blockBytes)
  } finally {
    idle.push(buffer)
  }
}

/** Blocks that are not copied may be larger: there is less to do for each byte then. */
const ROOM_BLOCKS = 4

async function* readIntoRoom(source: Source, chunk: Chunk, blockBytes: number, room: GiveRoom): AsyncGenerator<Buffer> {
  const size = chunk.end - chunk.start
  const roomBytes = ROOM_BLOCKS * blockBytes
  const whole = size <= roomBytes ? room(size) : undefined
  if (whole?.length === size) return yield await readWhole(source, chunk, whole)
  const file = await openHandle(source)
  const reader = new RoomReader(file.fd, source, chunk)
  try {
    while (!reader.isDone && !reader.isSlow) yield reader.next(roomBytes, room)
  } finally {
    await closeRead(file)
  }
  if (!reader.isDone) yield* readAhead(source, { ...chunk, start: reader.at }, blockBytes, readBytesOf(blockBytes))
}

/** What takes longer than this for so many bytes did not come from memory; a device is slow if that is so so many times in a row. */
const slowMs = (bytes: number): number => 0.1 + bytes / 5e5
const SLOW_TIMES = 4

/** Reads at once, as long as that is quick. */
class RoomReader {
  at: number
  private readonly file: number
  private readonly source: Source
  private readonly end: number
  private slowTimes = 0

  constructor(file: number, source: Source, { start, end }: Chunk) {
    this.file = file
    this.source = source
    this.at = start
    this.end = end
  }

  get isDone(): boolean {
    return this.at === this.end
  }

  get isSlow(): boolean {
    return this.slowTimes === SLOW_TIMES
  }

  next(blockBytes: number, room: GiveRoom): Buffer {
    const bytes = room(Math.min(blockBytes, this.end - this.at))
    const before = milliseconds()
    this.read(bytes)
    this.slowTimes = milliseconds() - before > slowMs(bytes.length) ? this.slowTimes + 1 : 0
    const isLast = this.at + bytes.length === this.end
    const whole = isLast ? bytes.length : bytes.length - unfinishedLength(bytes)
    const block = whole === 0 ? bytes : bytes.subarray(0, whole)
    this.at += block.length
    return block
  }

  private read(buffer: Buffer): void {
    for (let filled = 0; filled < buffer.length;) {
      const bytes = this.tryReading(buffer.subarray(filled), this.at + filled)
      if (bytes === 0) throw shortError(this.source, this.at + filled, this.end)
      filled += bytes
    }
  }

  private tryReading(buffer: Buffer, position: number): number {
    try {
      return readSync(this.file, buffer, 0, buffer.length, position)
    } catch (error) {
      throw inputError(this.source.path, error, position)
    }
  }
}

/** While one block is looked at, the next is read already. */
async function* readAhead(source: Source, { start, end }: Chunk, blockBytes: number, readBytes: number): AsyncGenerator<Buffer> {
  const buffers = [0, 1].map((turn) => Buffer.allocUnsafeSlow(Math.max(0, Math.min(readBytes, end - start - turn * readBytes))))
  const file = await openHandle(source)
  const read = (at: number, turn: number): Promise<Buffer> => {
    const reading = readFully(file, source.path, buffers[turn].subarray(0, end - at), at)
    reading.catch(() => {}) // it is waited for later; until then nobody is there to hear that it failed
    return reading
  }
  let next = read(start, 0)
  try {
    for (let at = start, turn = 0; at < end; at += readBytes, turn = 1 - turn) {
      const bytes = await next
      if (at + bytes.length < Math.min(end, at + readBytes)) throw shortError(source, at + bytes.length, end)
      if (at + readBytes < end) next = read(at + readBytes, 1 - turn)
      for (let from = 0; from < bytes.length; from += blockBytes) yield bytes.subarray(from, from + blockBytes)
    }
  } finally {
    await next.catch(() => {}) // the file must not be closed while it is read
    await closeRead(file)
  }
}

const shortError = (source: Source, at: number, end: number): PretokError =>
  changedError(source, `bytes ${at} to ${end} are not there any more`)
