import { readSync } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { setImmediate } from 'node:timers/promises'
import type { PretokError } from '../errors.ts'
import type { Chunk, Source } from '../types.ts'
import { changedError, inputError, openHandle, readFully, readStart } from './source.ts'
import { unfinishedLength } from './utf8Cleaner.ts'

/*
 * Files are read in one of two ways. What the system has in its memory is read at once, right to where it is wanted: that takes less than
 * asking another thread for it. What comes from a slow device is read ahead, while the block before it is looked at.
 */

/** Gives memory for a block of so many bytes, which is read into it; it is there until it is asked for the next. */
export type GiveRoom = (bytes: number) => Buffer

/** Smaller blocks are parts of one read. */
const LEAST_READ = 2 ** 16

/**
 * Reads a byte range of a source, block after block. A block is good until the next one is asked for.
 *
 * @param room where blocks of text may be put; these end where code points do, as far as the text is UTF-8
 * @throws PretokError 'input', and 'source-changed' if the file has become shorter than when it was inspected, or was changed otherwise
 */
export async function* readBlocks(source: Source, chunk: Chunk, blockBytes: number, room?: GiveRoom): AsyncGenerator<Buffer> {
  const size = chunk.end - chunk.start
  const readBytes = blockBytes * Math.ceil(LEAST_READ / blockBytes)
  if (room !== undefined && size <= blockBytes) return yield await readWhole(source, chunk, room(size))
  if (room === undefined && size <= readBytes) return yield* readInParts(source, chunk, blockBytes)
  const file = await openHandle(source)
  try {
    const start = room === undefined ? chunk.start : yield* readIntoRoom(file, source, chunk, blockBytes, room)
    if (start < chunk.end) yield* readAhead(file, source, { ...chunk, start }, blockBytes, readBytes)
  } finally {
    await file.close()
  }
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

/** What takes longer than this for so many bytes did not come from memory; a device is slow if that is so so many times in a row. */
const slowMs = (bytes: number): number => 0.1 + bytes / 5e5
const SLOW_TIMES = 4
/** Timers and signals wait for no longer than this. */
const TURN_MS = 20

/** Returns up to where it has read: less than all if the device is slow. */
async function* readIntoRoom(
  { fd }: FileHandle,
  source: Source,
  { start, end }: Chunk,
  blockBytes: number,
  room: GiveRoom,
): AsyncGenerator<Buffer, number> {
  let turnedAt = performance.now()
  let slowTimes = 0
  let at = start
  while (at < end && slowTimes < SLOW_TIMES) {
    const bytes = room(Math.min(blockBytes, end - at))
    const before = performance.now()
    readNow(fd, source, bytes, at, end)
    const now = performance.now()
    slowTimes = now - before > slowMs(bytes.length) ? slowTimes + 1 : 0
    const whole = bytes.length - (at + bytes.length < end ? unfinishedLength(bytes) : 0)
    const block = whole === 0 ? bytes : bytes.subarray(0, whole)
    at += block.length
    yield block
    if (now - turnedAt < TURN_MS) continue
    await setImmediate()
    turnedAt = performance.now()
  }
  return at
}

const readNow = (fd: number, source: Source, buffer: Buffer, position: number, end: number): void => {
  for (let filled = 0; filled < buffer.length;) {
    const at = position + filled
    const bytes = tryReading(fd, source, buffer.subarray(filled), at)
    if (bytes === 0) throw shortError(source, at, end)
    filled += bytes
  }
}

const tryReading = (fd: number, { path }: Source, buffer: Buffer, position: number): number => {
  try {
    return readSync(fd, buffer, 0, buffer.length, position)
  } catch (error) {
    throw inputError(path, error, position)
  }
}

/** While one block is looked at, the next is read already. */
async function* readAhead(
  file: FileHandle,
  source: Source,
  { start, end }: Chunk,
  blockBytes: number,
  readBytes: number,
): AsyncGenerator<Buffer> {
  const buffers = [0, 1].map((turn) => Buffer.allocUnsafeSlow(Math.max(0, Math.min(readBytes, end - start - turn * readBytes))))
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
  }
}

const shortError = (source: Source, at: number, end: number): PretokError =>
  changedError(source, `bytes ${at} to ${end} are not there any more`)
