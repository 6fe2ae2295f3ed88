import { createReadStream } from 'node:fs'
import { pipeline, type Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { describeSystemError, PretokError } from '../errors.ts'
import { isFolder } from '../makeFolder.ts'
import { standardInputBlocks } from '../standardInput.ts'
import type { TakeEntry } from './codec.ts'
import { CODECS, formatToRead, isGzipped, STANDARD_STREAM, type CountsFormat, type TextFormat } from './formats.ts'
import { END, NEED_MORE, Scanner } from './scanner.ts'

/** Each is new memory: with 1 MiB, giving that back took half of the time for thousands of small files. */
const BLOCK = 1 << 17
const BYTE_ORDER_MARK = '\xef\xbb\xbf'

/**
 * Reads a file of counts, or standard input (`-`), in constant memory. The format is told by the name's ending unless it is given.
 * Throws 'input' when the file cannot be read, and 'format', with line and byte, when it is damaged: nothing is guessed or left out.
 */
export const readCounts = async (path: string, format: CountsFormat | undefined, take: TakeEntry): Promise<void> => {
  if (path !== STANDARD_STREAM && isFolder(path)) throw new PretokError('input', `reading ${path}: it is a directory; name the files in it`)
  const known = format ?? formatToRead(path)
  if (known === 'parquet') {
    if (path === STANDARD_STREAM)
      throw new PretokError('usage', 'counts as Parquet are read from their end, not from standard input; write them to a file first')
    return (await import('./readParquetCounts.ts')).readParquetCounts(path, take)
  }
  const input = new Scanner(path === STANDARD_STREAM ? 'standard input' : path)
  const read = createReader(input, known, take)
  for await (const chunk of path === STANDARD_STREAM ? standardInputBlocks() : chunksOf(path)) {
    input.feed(chunk)
    read()
  }
  input.finish()
  read()
}

async function* chunksOf(path: string): AsyncGenerator<Uint8Array> {
  try {
    yield* isGzipped(path) ? gunzipped(path) : createReadStream(path, { highWaterMark: BLOCK })
  } catch (error) {
    if (String((error as NodeJS.ErrnoException).code).startsWith('Z_'))
      throw new PretokError('format', `reading ${path}: the gzip data is damaged (${(error as Error).message})`, { cause: error })
    throw new PretokError('input', `reading ${path}: ${describeSystemError(error)}`, { cause: error })
  }
}

/** Errors of the file are those of what comes out, and when that is read no more the file is closed. */
const gunzipped = (path: string): Readable => {
  const plain = createGunzip({ chunkSize: BLOCK })
  return pipeline(createReadStream(path, { highWaterMark: BLOCK }), plain, () => {})
}

/** A function that reads as many entries as the scanner's window holds: to be called after each `feed`, and after `finish`. */
export const createReader = (input: Scanner, format: TextFormat, take: TakeEntry): (() => void) => {
  const codec = CODECS[format]
  let state: 'start' | 'entries' | 'end' = 'start'
  let isFirst = true

  const readWindow = (): void => {
    if (state === 'start') {
      input.take(BYTE_ORDER_MARK)
      codec.readStart(input)
      input.commit()
      state = 'entries'
    }
    while (state === 'entries') {
      if (codec.readEntry(input, isFirst)) takeEntry(input, take)
      else state = 'end'
      input.commit()
      isFirst = false
    }
    input.skipSpace()
    if (input.peek() !== END) throw input.expected('the end of the file')
  }

  return () => {
    if (!input.hasEnough) return
    try {
      readWindow()
    } catch (error) {
      if (error !== NEED_MORE) throw error
      input.rewind()
    }
  }
}

const takeEntry = (input: Scanner, take: TakeEntry): void => {
  if (input.pieceLength === 0) throw input.pieceError('a piece cannot be empty')
  const problem = take(input.piece, 0, input.pieceLength, input.count)
  if (typeof problem === 'string') throw input.pieceError(problem)
}
