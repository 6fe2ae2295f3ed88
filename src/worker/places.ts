import { PretokError } from '../errors.ts'
import { firstLineOf, lineAt, plainBlocks } from '../read/plainBlocks.ts'
import type { Chunk, Source } from '../types.ts'

/*
 * What goes wrong in the text of a chunk, and how the user is told where.
 */

export class BadRecord extends Error {
  readonly offset: number

  constructor(offset: number, reason: string) {
    super(reason)
    this.offset = offset
  }
}

export const isPieceTooLong = (error: unknown): error is PretokError => error instanceof PretokError && error.code === 'piece-too-long'

export class InvalidUtf8 extends Error {
  readonly offset: number
  readonly bytes: string

  constructor(offset: number, bytes: Uint8Array) {
    super()
    this.offset = offset
    this.bytes = Buffer.from(bytes).toString('hex')
  }
}

/** Places in a chunk that begins inside compressed data are counted from the chunk's, as if it were plain; by so much they are wrong. */
export const shiftOf = async (source: Source, chunk: Chunk): Promise<number> =>
  source.compression === 'none' || chunk.start === 0 ? 0 : (await firstLineOf(source, chunk)) - chunk.start

/** Compressed bytes that are read for the sake of a message. */
const MOST_LOOKED_AT = 2 ** 28
const DAMAGE_BLOCK = 2 ** 18

/**
 * What is wrong with the compression of a chunk whose text is wrong: then that is the cause, and the error to tell of. The checksum that shows it stands at
 * the end, so all is read once more; in a very large file only the beginning.
 */
const findDamage = async (source: Source, chunk: Chunk): Promise<PretokError | undefined> => {
  if (source.compression === 'none' || source.format === 'parquet') return undefined
  let looked = 0
  try {
    for await (const { stored } of plainBlocks(source, chunk, DAMAGE_BLOCK)) if ((looked += stored) > MOST_LOOKED_AT) break
  } catch (error) {
    if (error instanceof PretokError) return error
    throw error
  }
  return undefined
}

/**
 * Whether an error may be about the header of a table, whose message says all there is to say. It may also be of damaged compression, which has the same
 * code; then `findDamage` finds that again.
 */
const isAboutHeader = (error: unknown, { format }: Source): boolean =>
  (format === 'csv' || format === 'tsv') && error instanceof PretokError && error.code === 'data'

/**
 * The error with the place in the source where it happened.
 *
 * @param pieceAt about where a piece is that is too long; of rows, where the row begins
 */
export const withPlace = async (
  error: unknown,
  source: Source,
  chunk: Chunk,
  pieceAt: number,
  findShift: () => Promise<number>,
): Promise<unknown> => {
  /** A byte of plain data in words, and its line; the line may be beyond reach, behind damaged data. */
  const where = async (counted: number): Promise<string> => {
    if (source.format === 'parquet') return `row ${counted}`
    const at = counted + (await findShift())
    const line = await lineAt(source, at).catch(() => undefined)
    return `byte ${at}${source.compression === 'none' ? '' : ' of what it holds'}${line === undefined ? '' : `, line ${line}`}`
  }
  const isAboutText = error instanceof BadRecord || error instanceof InvalidUtf8 || isAboutHeader(error, source)
  const damage = isAboutText ? await findDamage(source, chunk) : undefined
  if (damage !== undefined) return damage
  if (error instanceof BadRecord)
    return new PretokError(
      'data',
      `reading ${source.path}: ${error.message}${source.format === 'parquet' ? '' : `, at ${await where(error.offset)}`}; --on-error skip goes on without such records`,
    )
  if (error instanceof InvalidUtf8) {
    const skipping = source.format === 'text' ? '' : ', --on-error skip without such records'
    return new PretokError(
      'invalid-utf8',
      `reading ${source.path}: invalid UTF-8 (${error.bytes}) at ${await where(error.offset)}; --errors replace or ignore goes on over it${skipping}`,
    )
  }
  if (isPieceTooLong(error)) {
    const from = source.format === 'text' ? 'from about' : source.format === 'parquet' ? 'in' : 'in the row at'
    const ending = source.format === 'text' ? ', and -s names the special tokens that end documents' : ''
    return new PretokError(
      'piece-too-long',
      `counting ${source.path}: ${error.message}, ${from} ${await where(pieceAt)}; --max-piece-bytes raises the limit${ending}`,
    )
  }
  return error
}
