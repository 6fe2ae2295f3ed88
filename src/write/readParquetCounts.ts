import { open, type FileHandle } from 'node:fs/promises'
import { parquetMetadataAsync, parquetRead, type AsyncBuffer, type Compressors, type FileMetaData } from 'hyparquet'
import { closeRead } from '../closeRead.ts'
import { describeSystemError, PretokError } from '../errors.ts'
import { loadPageCodecs } from '../parquet/codecs.ts'
import { checkEnd } from '../parquet/metadata.ts'
import type { TakeEntry } from './codec.ts'

/*
 * Counts in Parquet, whoever has written them: a column `piece` of strings or bytes, and a column `count` of whole numbers, with any others
 * beside them. A row group is in memory at a time.
 */

/** Reads a file of counts as Parquet. Throws as `readCounts`. */
export const readParquetCounts = async (path: string, take: TakeEntry): Promise<void> => {
  const failed = (error: unknown): never => {
    throw new PretokError('input', `reading ${path}: ${describeSystemError(error)}`, { cause: error })
  }
  const handle = await open(path).catch(failed)
  try {
    const { size } = await handle.stat().catch(failed)
    await readRows({ byteLength: size, slice: (start, end = size) => readSlice(handle, start, end).catch(failed) }, path, take)
  } finally {
    await closeRead(handle)
  }
}

const readSlice = async (handle: FileHandle, start: number, end: number): Promise<ArrayBuffer> => {
  const bytes = new Uint8Array(end - start)
  for (let filled = 0; filled < bytes.length;) {
    const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, start + filled)
    if (bytesRead === 0) throw new Error('the file ends early')
    filled += bytesRead
  }
  return bytes.buffer
}

const readRows = async (file: AsyncBuffer, path: string, take: TakeEntry): Promise<void> => {
  const problem = (what: string, cause?: unknown): PretokError => new PretokError('format', `reading ${path}: ${what}`, { cause })
  const orDamaged = async <Result>(what: string, read: () => Promise<Result>): Promise<Result> => {
    try {
      return await read()
    } catch (error) {
      throw error instanceof PretokError ? error : problem(`${what} cannot be read: ${(error as Error).message}`, error)
    }
  }
  const metadata = await orDamaged('the metadata at the end of the Parquet file', async () => {
    await checkEnd(async (position, length) => Buffer.from(await file.slice(position, position + length)), file.byteLength)
    return parquetMetadataAsync(file)
  })
  const wrong = whatIsWrong(metadata)
  if (wrong !== undefined) throw problem(wrong)
  const compressors = await loadPageCodecs()
  let row = 0
  for (const [number, { num_rows }] of metadata.row_groups.entries()) {
    const end = row + Number(num_rows)
    const rows = await orDamaged(`row group ${number}`, () => readGroup(file, metadata, compressors, row, end))
    if (rows.length !== end - row) throw problem(`row group ${number} has ${rows.length} rows instead of ${end - row}`)
    for (const [piece, count] of rows) {
      const why = takeRow(piece, count, take)
      if (why !== undefined) throw problem(`row ${row}: ${why}`)
      row++
    }
  }
}

const readGroup = async (
  file: AsyncBuffer,
  metadata: FileMetaData,
  compressors: Compressors,
  rowStart: number,
  rowEnd: number,
): Promise<unknown[][]> => {
  let rows: unknown[][] = []
  await parquetRead({
    file,
    metadata,
    compressors,
    columns: ['piece', 'count'],
    rowStart,
    rowEnd,
    utf8: false,
    parsers: { stringFromBytes: (bytes: Uint8Array) => bytes },
    onComplete: (read) => (rows = read),
  })
  return rows
}

const WHOLE_NUMBERS = /^U?INT_\d+$/

/** Why a file holds no counts; undefined if it does. */
const whatIsWrong = ({ schema, row_groups, num_rows }: FileMetaData): string | undefined => {
  const columns = new Map(topLevel(schema).map((column) => [column.name, column]))
  const [piece, count] = [columns.get('piece'), columns.get('count')]
  if (piece === undefined || count === undefined) {
    const missing = piece === undefined ? 'piece' : 'count'
    const known = [...columns.keys()].map((name) => `"${name}"`).join(', ')
    return `there is no column "${missing}"; counts have "piece" and "count", and the file has ${known}`
  }
  const repeated = ['piece', 'count'].find((name) => topLevel(schema).filter((column) => column.name === name).length > 1)
  if (repeated !== undefined) return `two columns are called "${repeated}"`
  if (piece.type !== 'BYTE_ARRAY' || piece.repetition_type === 'REPEATED') return 'the column "piece" holds neither strings nor bytes'
  const isWhole = count.type === 'INT64' || count.type === 'INT32'
  if (!isWhole || count.repetition_type === 'REPEATED' || !WHOLE_NUMBERS.test(count.converted_type ?? 'INT_64'))
    return 'the column "count" holds no whole numbers (INT64)'
  // rows that no row group has would be lost without a word
  const rows = row_groups.reduce((sum, group) => sum + Number(group.num_rows), 0)
  return Number(num_rows) === rows ? undefined : `it is damaged: the file has ${num_rows} rows, and its row groups have ${rows}`
}

/** The columns and groups of columns of a file. */
const topLevel = (schema: FileMetaData['schema']): FileMetaData['schema'] => {
  const found: FileMetaData['schema'] = []
  let at = 1
  const pass = (): void => {
    const { num_children: children = 0 } = schema[at++]
    for (let child = 0; child < children; child++) pass()
  }
  while (at < schema.length) {
    found.push(schema[at])
    pass()
  }
  return found
}

/** Hands a row on; what is wrong with it. */
const takeRow = (piece: unknown, count: unknown, take: TakeEntry): string | undefined => {
  if (!(piece instanceof Uint8Array)) return 'there is no piece'
  if (piece.length === 0) return 'a piece cannot be empty'
  const number = Number(count ?? NaN)
  if (!Number.isSafeInteger(number) || number < 1)
    return `expected a count (a whole number from 1 to ${Number.MAX_SAFE_INTEGER}), found ${String(count)}`
  return take(piece, 0, piece.length, number) ?? undefined
}
