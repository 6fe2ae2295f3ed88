import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { crc32 } from 'node:zlib'
import { closeReadNow } from '../closeRead.ts'
import { describeSystemError, notSettled, PretokError, systemErrorCode, totalTooHigh } from '../errors.ts'
import { makeFolder } from '../makeFolder.ts'
import { PARTITIONS } from './layout.ts'
import { spareBlocks } from './spareBuffers.ts'
import { BLOCK_BYTES, BLOCK_HEADER_BYTES, emptySegment, MAGIC, sumSegments, TAIL_BYTES, type Footer, type Segment } from './runFormat.ts'

/** Longer common prefixes are not looked for: what is kept of the last piece stays small. */
const LONGEST_PREFIX = 2 ** 12
const LONGEST_NUMBER = 8 // 2^53 in base 128

export interface RunWriterOptions {
  /** The name under which the file is written, until `finish` renames it. Default: the path with `.tmp`. */
  temporaryPath?: string
  /** Number of segments. Default: one for each partition. */
  segments?: number
  /** Whether the file is to outlast a power cut. */
  durable?: boolean
}

/**
 * Writes a run file (runFormat.ts) in bounded memory, synchronously: runs are written by worker threads, in the middle of counting.
 * Throws 'output' when the file cannot be written; `discard` then removes what there is.
 */
export class RunWriter {
  private readonly path: string
  private readonly temporaryPath: string
  private readonly isDurable: boolean
  private readonly file: number
  private readonly segments: Segment[]
  private at = 0
  private current = 0
  private block = spareBlocks.take(BLOCK_HEADER_BYTES + BLOCK_BYTES + BLOCK_BYTES / 4)
  private length = BLOCK_HEADER_BYTES
  private records = 0
  private last = new Uint8Array(LONGEST_PREFIX)
  private lastLength = 0
  private isOpen = true

  constructor(path: string, { temporaryPath = `${path}.tmp`, segments = PARTITIONS, durable = false }: RunWriterOptions = {}) {
    this.path = path
    this.temporaryPath = temporaryPath
    this.isDurable = durable
    this.file = this.doing(() => openSync(temporaryPath, 'w'))
    this.segments = Array.from({ length: segments }, () => emptySegment(0))
    try {
      this.write(MAGIC, MAGIC.length)
    } catch (error) {
      this.discard()
      throw error
    }
    this.segments[0].offset = this.at
  }

  /** Adds a piece: segment after segment, and in each in its order, each piece once. */
  add(segment: number, bytes: Uint8Array, start: number, end: number, count: number): void {
    if (segment !== this.current) this.goTo(segment)
    const { last } = this
    const length = end - start
    const most = Math.min(length, this.lastLength)
    let shared = 0
    while (shared < most && last[shared] === bytes[start + shared]) shared++
    this.reserve(3 * LONGEST_NUMBER + length - shared)
    this.number(shared)
    this.number(length - shared)
    const { block } = this
    if (length - shared > 64) block.set(bytes.subarray(start + shared, end), this.length)
    else for (let i = start + shared, to = this.length; i < end; i++) block[to++] = bytes[i]
    this.length += length - shared
    this.number(count)
    const kept = Math.min(length, LONGEST_PREFIX)
    for (let i = shared; i < kept; i++) last[i] = bytes[start + i]
    this.lastLength = kept
    this.records++
    const sum = this.segments[segment]
    sum.total += count
    sum.pieceBytes += length
    sum.textBytes += length * count
    if (this.length >= BLOCK_HEADER_BYTES + BLOCK_BYTES) this.endBlock()
  }

  /** Ends the file and gives it its name. What is in it by segments. Throws 'limit' when the counts are more than 2^53 together. */
  finish(about?: unknown): Segment[] {
    this.goTo(this.segments.length - 1)
    this.endSegment()
    const { segments } = this
    if (sumSegments(segments).total > Number.MAX_SAFE_INTEGER) throw totalTooHigh()
    const footer = Buffer.from(JSON.stringify({ segments, about } satisfies Footer))
    const tail = Buffer.alloc(TAIL_BYTES)
    tail.writeUInt32LE(footer.length, 0)
    tail.writeUInt32LE(crc32(footer), 4)
    MAGIC.copy(tail, 8)
    this.write(footer, footer.length)
    this.write(tail, tail.length)
    this.doing(() => {
      if (this.isDurable) fsyncSync(this.file)
      this.close()
      renameSync(this.temporaryPath, this.path)
    })
    if (this.isDurable) this.settle()
    return segments
  }

  /** Removes an unfinished file; to be called when something has gone wrong. */
  discard(): void {
    // the error that led here is the one to report, not that the clean-up fails as well
    for (const act of [() => this.close(), () => rmSync(this.temporaryPath, { force: true })])
      try {
        act()
      } catch {}
  }

  private settle(): void {
    try {
      syncFolder(dirname(this.path))
    } catch (error) {
      throw notSettled(`the run ${this.path}`, error)
    }
  }

  private close(): void {
    if (!this.isOpen) return
    this.isOpen = false // whatever comes of it: a file that could not be closed is not there any more to be closed again
    spareBlocks.giveBack(this.block)
    closeSync(this.file)
  }

  private goTo(segment: number): void {
    while (this.current < segment) {
      this.endSegment()
      this.segments[++this.current].offset = this.at
    }
  }

  private endSegment(): void {
    if (this.records > 0) this.endBlock()
    const segment = this.segments[this.current]
    segment.bytes = this.at - segment.offset
  }

  private endBlock(): void {
    const { block } = this
    const segment = this.segments[this.current]
    block.writeUInt32LE(this.length - BLOCK_HEADER_BYTES, 0)
    block.writeUInt32LE(this.records, 4)
    block.writeUInt32LE(crc32(block.subarray(BLOCK_HEADER_BYTES, this.length), crc32(block.subarray(0, 8))), 8)
    segment.checksum = crc32(block.subarray(8, 12), segment.checksum)
    segment.records += this.records
    segment.largestBlock = Math.max(segment.largestBlock, this.length - BLOCK_HEADER_BYTES)
    this.write(block, this.length)
    this.length = BLOCK_HEADER_BYTES
    this.records = 0
    this.lastLength = 0
  }

  private reserve(bytes: number): void {
    if (this.length + bytes <= this.block.length) return
    const grown = spareBlocks.take(this.length + bytes)
    this.block.copy(grown, 0, 0, this.length)
    spareBlocks.giveBack(this.block)
    this.block = grown
  }

  private number(value: number): void {
    const { block } = this
    while (value >= 0x80) {
      block[this.length++] = (value % 0x80) | 0x80
      value = value < 2 ** 31 ? value >>> 7 : Math.floor(value / 0x80)
    }
    block[this.length++] = value
  }

  private write(bytes: Uint8Array, length: number): void {
    this.doing(() => {
      for (let done = 0; done < length;) {
        const written = writeSync(this.file, bytes, done, length - done)
        done += written
        this.at += written
      }
    })
  }

  private doing<Result>(act: () => Result): Result {
    try {
      return act()
    } catch (error) {
      throw runOutputError(this.path, error, this.at)
    }
  }
}

/** Writes a run file with what `fill` adds; leaves nothing behind when that fails. What is in it by segments. */
export const writeRun = (path: string, fill: (run: RunWriter) => unknown, options?: RunWriterOptions): Segment[] => {
  const run = new RunWriter(path, options)
  try {
    return run.finish(fill(run))
  } catch (error) {
    run.discard()
    throw error
  }
}

/** Removes a run that was needed on the way. One that cannot be removed is left to whoever removes its folder. */
export const removeRun = (path: string): void => {
  try {
    rmSync(path)
  } catch {}
}

const OTHER_FOLDER = 'take another folder (--temp-dir, --work-dir)'
const MORE_ROOM = 'make room, give workers more memory (--max-memory-gb), or take another disk (--temp-dir, --work-dir)'
const ADVICE: Readonly<Record<string, string>> = {
  ENOSPC: MORE_ROOM,
  EDQUOT: MORE_ROOM,
  EACCES: OTHER_FOLDER,
  EPERM: OTHER_FOLDER,
  EROFS: OTHER_FOLDER,
}

/** The error for a run file or its folder that a system call refused. */
export const runOutputError = (path: string, error: unknown, written = 0): PretokError => {
  const code = systemErrorCode(error) ?? ''
  const gone = written > 0 ? 'it, or its folder, was removed meanwhile' : 'its folder is not there'
  const problem = code === 'ENOENT' ? gone : describeSystemError(error)
  const place = written > 0 ? ` (after ${written} bytes)` : ''
  const advice = code in ADVICE ? `; ${ADVICE[code]}` : ''
  return new PretokError('output', `writing the run ${path}: ${problem}${place}${advice}`, { cause: error })
}

/** Makes a folder for runs. Throws 'output', with `name` as what was to be written. */
export const makeFolderOfRuns = (path: string, name = path): void => {
  try {
    makeFolder(path)
  } catch (error) {
    throw runOutputError(name, error)
  }
}

/** Makes a rename outlast a power cut. Some file systems and platforms cannot sync a folder; then there is nothing more to do. */
const syncFolder = (path: string): void => {
  let folder
  try {
    folder = openSync(path, 'r')
  } catch {
    return
  }
  try {
    fsyncSync(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EIO') throw error
  } finally {
    closeReadNow(folder)
  }
}
