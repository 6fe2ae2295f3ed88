import { PretokError } from '../errors.ts'
import { createTextCheck, type CheckText, type InvalidRows } from '../format/invalidRows.ts'
import type { ReadStep, RecordSink } from '../format/records.ts'
import { columnNames } from '../format/textFields.ts'
import { readParquetMetadata, RowsElsewhere, type ParquetFile, type ReadAt, type RowGroup, type TextColumn } from './metadata.ts'
import { releasePageKernel, takePageKernel, type Texts } from './pageKernel.ts'
import { DamagedGroup, openCursor, type AheadOf, type RowCursor } from './rowCursor.ts'

export interface ParquetOptions extends InvalidRows {
  /** The source, in errors. */
  name: string
  textFields: readonly string[]
  /** Where there is someone who decompresses pages meanwhile. */
  aheadOf?: AheadOf | undefined
}

/** @throws PretokError 'data' if it is damaged */
export const openParquet = async (readAt: ReadAt, size: number, name: string): Promise<ParquetFile> => {
  try {
    return await readParquetMetadata(readAt, size)
  } catch (error) {
    if (error instanceof PretokError) throw error
    if (error instanceof RowsElsewhere)
      throw new PretokError('data', `reading ${name}: ${error.message}: it is metadata only; leave it out, and name those`, { cause: error })
    throw new PretokError(
      'data',
      `reading ${name}: the metadata at the end of the Parquet file cannot be read: ${(error as Error).message}; get the file again, or say with --format what it holds`,
      { cause: error },
    )
  }
}

/**
 * Tells a sink the rows of the row groups that begin in bytes [start, end) of a file. Places are numbers of rows, from 0. What is in memory
 * at a time is a page of each column.
 *
 * Where a row group is damaged, the rest of it is told as bad rows.
 *
 * @throws PretokError 'data' for a column that is not there, or twice
 */
export async function* readParquet(
  file: ParquetFile,
  { start, end }: { start: number; end: number },
  readAt: ReadAt,
  options: ParquetOptions,
  sink: RecordSink,
): AsyncGenerator<ReadStep> {
  const columns = options.textFields.map((field) => columnOf(file, field, options.name))
  for (const [number, group] of file.rowGroups.entries()) {
    if (group.start < start || group.start >= end) continue
    yield* readRowGroup(group, number, columns, readAt, options, sink)
  }
}

/** A page may be very long: so much of it is told at a time. */
const STEP_BYTES = 2 ** 20

const columnOf = ({ textColumns, columns }: ParquetFile, field: string, name: string): TextColumn => {
  const wanted = field.replaceAll('\\.', '.')
  const places = columns.flatMap((known, i) => (known === wanted ? [i + 1] : []))
  if (places.length > 1)
    throw new PretokError(
      'data',
      `reading ${name}: two columns are called ${JSON.stringify(field)}, ${places[0]} and ${places[1]} of ${columns.length}; write the file with another name for one`,
    )
  const column = textColumns.get(wanted)
  if (column !== undefined) return column
  const problem = columns.includes(wanted) ? 'holds no text' : 'is not there'
  throw new PretokError(
    'data',
    `reading ${name}: the column ${JSON.stringify(field)} ${problem}; the file has ${columnNames(columns, columns.length)} (--text-field names one)`,
  )
}

async function* readRowGroup(
  group: RowGroup,
  number: number,
  columns: readonly TextColumn[],
  readAt: ReadAt,
  options: ParquetOptions,
  sink: RecordSink,
): AsyncGenerator<ReadStep> {
  const { textFields, aheadOf } = options
  const check = createTextCheck(options, textFields)
  const kernels = columns.map(takePageKernel)
  const cursors: RowCursor[] = []
  let row = 0
  let plain = 0
  try {
    for (const [i, column] of columns.entries()) cursors.push(await openCursor(group, column, readAt, kernels[i], aheadOf))
    const takesMany = cursors.length === 1 && sink.documents !== undefined
    while (row < group.rows) {
      for (const cursor of cursors)
        if (!cursor.isReady()) {
          yield { stored: cursor.takeStored(), plain }
          plain = 0
          await cursor.load()
        }
      const place = group.firstRow + row
      const many = takesMany ? cursors[0].takeMany() : undefined
      if (many !== undefined) {
        plain += tellRows(many, place, sink, check)
        row += many.ends.length
        if (plain < STEP_BYTES) continue
        yield { stored: 0, plain }
        plain = 0
        continue
      }
      const texts = cursors.map((cursor) => cursor.next())
      if (row === group.rows - 1 && !cursors.every((cursor) => cursor.isAtEnd()))
        throw new DamagedGroup('a column has more values than there are rows')
      const field = texts.indexOf('null')
      if (field === -1) plain += tellRow(texts as Buffer[][], place, sink, check)
      else sink.badRows(place, place + 1, `the field ${JSON.stringify(textFields[field])} is null, in row ${place} (row group ${number})`)
      row++
    }
  } catch (error) {
    if (!(error instanceof DamagedGroup)) throw error
    sink.badRows(group.firstRow + row, group.firstRow + group.rows, `${error.message}, in row group ${number}`)
  } finally {
    kernels.forEach(releasePageKernel)
  }
  yield { stored: cursors.reduce((sum, cursor) => sum + cursor.takeStored(), 0), plain }
}

/** Rows of one text each, from row `place` on. */
const tellRows = ({ text, ends }: Texts, place: number, sink: RecordSink, check: CheckText | undefined): number => {
  if (sink.documents!({ text, ends, end: place + ends.length })) return text.length
  let from = 0
  ends.forEach((end, row) => {
    tellRow([[text.subarray(from, end)]], place + row, sink, check)
    from = end
  })
  return text.length
}

const tellRow = (texts: readonly Buffer[][], place: number, sink: RecordSink, check: CheckText | undefined): number => {
  const problem = check === undefined ? undefined : problemIn(texts, check)
  if (problem !== undefined) return leaveOut(texts, place, problem, sink)
  let bytes = 0
  let isFirst = true
  sink.startDocument(place)
  for (const column of texts)
    for (const text of column) {
      if (!isFirst) sink.endText()
      isFirst = false
      sink.text(text, place)
      bytes += text.length
    }
  sink.endDocument()
  return bytes
}

const problemIn = (texts: readonly Buffer[][], check: CheckText): string | undefined =>
  texts.flatMap((column, field) => column.map((text) => check(text, field))).find((problem) => problem !== undefined)

/** A row whose text can be read, but is none. */
const leaveOut = (texts: readonly Buffer[][], place: number, problem: string, sink: RecordSink): number => {
  const bytes = texts.flat().reduce((sum, { length }) => sum + length, 0)
  sink.badRows(place, place + 1, `${problem}, in row ${place}`)
  sink.skip(bytes)
  return bytes
}
