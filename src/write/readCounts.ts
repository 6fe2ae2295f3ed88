import { createReadStream } from 'node:fs'
import { describeSystemError, PretokError } from '../errors.ts'
import { CODECS, formatOf, STANDARD_STREAM, type CountsFormat } from './formats.ts'
import { END, NEED_MORE, Scanner } from './scanner.ts'

const BLOCK = 1 << 20
const BYTE_ORDER_MARK = '\xef\xbb\xbf'

/**
 * Receives one entry: the piece is bytes[start, end), in memory that is reused. May return what is wrong with the entry; that becomes an
 * error with its place in the file.
 */
export type TakeEntry = (bytes: Uint8Array, start: number, end: number, count: number) => string | undefined | void

/**
 * Reads a file of counts, or standard input (`-`), in constant memory. The format is told by the name's ending unless it is given.
 * Throws 'input' when the file cannot be read, and 'format', with line and byte, when it is damaged: nothing is guessed or left out.
 */
export const readCounts = async (path: string, format: CountsFormat | undefined, take: TakeEntry): Promise<void> => {
  const input = new Scanner(path === STANDARD_STREAM ? 'standard input' : path)
  const read = createReader(input, format ?? formatOf(path), take)
  for await (const chunk of chunksOf(path)) {
    input.feed(chunk)
    read()
  }
  input.finish()
  read()
}

async function* chunksOf(path: string): AsyncGenerator<Uint8Array> {
  try {
    yield* path === STANDARD_STREAM ? process.stdin : createReadStream(path, { highWaterMark: BLOCK })
  } catch (error) {
    throw new PretokError('input', `reading ${path}: ${describeSystemError(error)}`, { cause: error })
  }
}

/** A function that reads as many entries as the scanner's window holds: to be called after each `feed`, and after `finish`. */
export const createReader = (input: Scanner, format: CountsFormat, take: TakeEntry): (() => void) => {
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
