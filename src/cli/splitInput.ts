import { PretokError } from '../errors.ts'
import { createUtf8Cleaner } from '../read/utf8Cleaner.ts'
import { eachPiece } from '../split/collectPieces.ts'
import { createTextSplitter, type StartSplitting } from '../split/splitText.ts'

/** Writes bytes, no faster than they are read at the other end. */
type Write = (bytes: Buffer) => Promise<void>

/** The text of the piece bytes[start, end). */
type Show = (bytes: Uint8Array, start: number, end: number) => string

/** Strings have at most 2^29 - 24 units. */
const MAX_LINE = 2 ** 29 - 24

/** Splits a text, bytes in blocks, and writes each piece as a JSON string on a line of its own. Invalid UTF-8 is taken as U+FFFD. */
export const splitBlocks = async (blocks: AsyncIterable<Buffer>, startSplitting: StartSplitting, show: Show, write: Write): Promise<void> => {
  const lines = new Lines(write)
  const splitting = startSplitting(eachPiece((bytes, start, end) => lines.add(quoted(bytes, start, end, show))))
  const cleaner = createUtf8Cleaner('replace', () => {})
  try {
    for await (const block of blocks) {
      splitting.push(cleaner.push(block, 0))
      await lines.write()
    }
    splitting.push(cleaner.end())
    splitting.end()
  } finally {
    await lines.write()
  }
}

/**
 * Splits texts, a JSON string on each line of blocks, and writes for each line a JSON array of its pieces.
 *
 * @throws PretokError 'input' for a line that holds something else or nothing, 'limit' for one of more than 512 MiB
 */
export const splitJsonLines = async (
  blocks: AsyncIterable<Buffer>,
  startSplitting: StartSplitting,
  show: Show,
  write: Write,
  maxLine = MAX_LINE,
): Promise<void> => {
  const lines = new Lines(write)
  const { splitToBytes } = createTextSplitter(startSplitting, true)
  let number = 0
  const split = (line: Buffer): void => {
    const pieces = splitToBytes(parseString(line, ++number, maxLine))
    lines.add(`[${pieces.map((piece) => quoted(piece, 0, piece.length, show)).join(',')}]`)
  }
  try {
    let kept: Buffer[] = []
    for await (const block of blocks) {
      let start = 0
      // lines end at \n and nowhere else: JSON may hold U+2028 and other line ends as they are
      for (let end = block.indexOf(0x0a); end !== -1; end = block.indexOf(0x0a, start)) {
        split(Buffer.concat([...kept, block.subarray(start, end)]))
        kept = []
        start = end + 1
      }
      kept.push(block.subarray(start))
      checkLine(kept, number + 1, maxLine)
      await lines.write()
    }
    const last = Buffer.concat(kept)
    if (last.length > 0) split(last)
  } finally {
    await lines.write()
  }
}

/** Lines that wait to be written, as few strings. */
class Lines {
  private readonly out: Write
  private strings = ['']

  constructor(out: Write) {
    this.out = out
  }

  add(line: string): void {
    const last = this.strings.length - 1
    if (this.strings[last].length < MANY) this.strings[last] += `${line}\n`
    else this.strings.push(`${line}\n`)
  }

  async write(): Promise<void> {
    const { strings } = this
    this.strings = ['']
    for (const string of strings) if (string !== '') await this.out(Buffer.from(string))
  }
}

/** Units of UTF-16. */
const MANY = 2 ** 16

/** A piece in JSON. A lone surrogate, which stands for a byte that is no UTF-8, is escaped there. */
const quoted = (bytes: Uint8Array, start: number, end: number, show: Show): string => {
  try {
    return JSON.stringify(show(bytes, start, end))
  } catch (error) {
    if (!isTooLong(error)) throw error
    throw new PretokError(
      'limit',
      `splitting: a pre-token of ${end - start} bytes is too long to be shown; pretok count --max-piece-bytes counts those that are not longer than it says`,
      { cause: error },
    )
  }
}

const isTooLong = (error: unknown): boolean =>
  error instanceof RangeError || (error instanceof Error && 'code' in error && error.code === 'ERR_STRING_TOO_LONG')

const checkLine = (parts: readonly Buffer[], number: number, maxLine: number): void => {
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  if (length > maxLine)
    throw new PretokError(
      'limit',
      `reading standard input, line ${number}: it is longer than ${maxLine} bytes, and a JSON string is read as a whole; ` +
        'pretok split without --jsonl reads a text of any length',
    )
}

const parseString = (line: Buffer, number: number, maxLine: number): string => {
  checkLine([line], number, maxLine)
  let value: unknown
  const text = line.toString('utf8')
  if (text.trim() === '') throw noString(number, 'a blank line')
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new PretokError('input', `reading standard input, line ${number}: ${(error as Error).message}`)
  }
  if (typeof value !== 'string') throw noString(number, value === null ? 'null' : Array.isArray(value) ? 'an array' : typeof value)
  return value
}

const noString = (number: number, found: string): PretokError =>
  new PretokError('input', `reading standard input, line ${number}: a JSON string is needed, not ${found}`)
