import { PretokError } from '../errors.ts'
import type { RecordSink } from '../format/records.ts'
import { loadCodec } from './codecs.ts'
import { readParquetMetadata, type ParquetFile, type ReadAt, type RowGroup, type TextColumn } from './metadata.ts'
import { readPages, type TextPage } from './pages.ts'

export interface ParquetOptions {
  /** The source, in errors. */
  name: string
  textFields: readonly string[]
}

/** Bytes as they are stored, and bytes of text. */
export interface ParquetProgress {
  stored: number
  plain: number
}

/** @throws PretokError 'data' if it is damaged */
export const openParquet = async (readAt: ReadAt, size: number, name: string): Promise<ParquetFile> => {
  try {
    return await readParquetMetadata(readAt, size)
  } catch (error) {
    if (error instanceof PretokError) throw error
    throw new PretokError('data', `reading ${name}: the metadata at the end of the Parquet file is damaged (${(error as Error).message})`, {
      cause: error,
    })
  }
}

/**
 * Tells a sink the rows of the row groups that begin in bytes [start, end) of a file. Places are numbers of rows, from 0. What is in memory
 * at a time is a page of each column.
 *
 * @throws PretokError 'data' for a column that is not there, and for damaged pages
 */
export async function* readParquet(
  file: ParquetFile,
  { start, end }: { start: number; end: number },
  readAt: ReadAt,
  options: ParquetOptions,
  sink: RecordSink,
): AsyncGenerator<ParquetProgress> {
  const columns = options.textFields.map((field) => columnOf(file, field, options.name))
  for (const [number, group] of file.rowGroups.entries()) {
    if (group.start < start || group.start >= end) continue
    const place = `in row group ${number}`
    try {
      yield* readRowGroup(
        group,
        columns,
        readAt,
        sink,
        (field, row) => `the field ${JSON.stringify(options.textFields[field])} is null, in row ${row} (row group ${number})`,
      )
    } catch (error) {
      if (error instanceof DamagedGroup)
        throw new PretokError('data', `reading ${options.name}: ${error.message}, ${place}`, { cause: error })
      throw error
    }
  }
}

/** Something about the file, not about what is done with its text. */
class DamagedGroup extends Error {}

const columnOf = ({ textColumns, columns }: ParquetFile, field: string, name: string): TextColumn => {
  const column = textColumns.get(field.replaceAll('\\.', '.'))
  if (column !== undefined) return column
  const problem = columns.includes(field) ? 'holds no text' : 'is not there'
  const known = columns.map((known) => JSON.stringify(known)).join(', ')
  throw new PretokError(
    'data',
    `reading ${name}: the column ${JSON.stringify(field)} ${problem}; the file has ${known} (--text-field names one)`,
  )
}

async function* readRowGroup(
  group: RowGroup,
  columns: readonly TextColumn[],
  readAt: ReadAt,
  sink: RecordSink,
  describeNull: (field: number, row: number) => string,
): AsyncGenerator<ParquetProgress> {
  const cursors: RowCursor[] = []
  for (const column of columns) cursors.push(await openCursor(group, column, readAt))
  let plain = 0
  for (let row = 0; row < group.rows; row++) {
    for (const cursor of cursors)
      if (!cursor.isReady()) {
        yield { stored: cursor.takeStored(), plain }
        plain = 0
        await damagedIfFailing(() => cursor.load())
      }
    const place = group.firstRow + row
    const texts = cursors.map((cursor) => cursor.next())
    const field = texts.indexOf('null')
    if (field !== -1) sink.badRecord(place, place, describeNull(field, place), place)
    else plain += tellRow(texts as Buffer[][], place, sink)
  }
  for (const cursor of cursors) {
    yield { stored: cursor.takeStored(), plain }
    plain = 0
    if (!cursor.isAtEnd()) throw new DamagedGroup('a column has more values than there are rows')
  }
}

const tellRow = (texts: readonly Buffer[][], place: number, sink: RecordSink): number => {
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

const damagedIfFailing = async <Result>(read: () => Promise<Result>): Promise<Result> => {
  try {
    return await read()
  } catch (error) {
    if (error instanceof PretokError) throw error
    throw new DamagedGroup((error as Error).message, { cause: error })
  }
}

/** The texts of a row in one column: several of a list. */
type RowTexts = Buffer[] | 'null'

interface RowCursor {
  /** Whether the next row is all there. */
  isReady(): boolean
  /** Reads on until it is. */
  load(): Promise<void>
  next(): RowTexts
  isAtEnd(): boolean
  /** Bytes of the file that were read since the last call. */
  takeStored(): number
}

const openCursor = async (group: RowGroup, column: TextColumn, readAt: ReadAt): Promise<RowCursor> => {
  const metadata = group.columns.get(column.path)
  if (metadata === undefined) throw new DamagedGroup(`the column ${JSON.stringify(column.path)} is missing`)
  if (column.maxRepetition === 0 && Number(metadata.num_values) !== group.rows)
    throw new DamagedGroup(`the column ${JSON.stringify(column.path)} has ${metadata.num_values} values in ${group.rows} rows`)
  const codec = await loadCodec(metadata.codec)
  if (codec === undefined) throw new DamagedGroup(`the compression ${metadata.codec} is not supported`)
  const pages = readPages(readAt, metadata, column, codec)
  let page: TextPage | undefined
  let at = 0 // of the page's values, those that are missing included
  let value = 0 // of those that are there
  let stored = 0
  let isFinished = false
  let begun: Buffer[] | 'null' | undefined // a row of a list that may go on in the next page

  const nextPage = async (): Promise<void> => {
    const { done, value: next } = await pages.next()
    isFinished = done === true
    page = isFinished ? undefined : (next as TextPage)
    stored += page?.stored ?? 0
    at = value = 0
  }
  /** Takes one value of the page. */
  const take = (row: RowTexts): RowTexts => {
    const level = page!.definition === undefined ? column.maxDefinition : page!.definition[at]
    at++
    if (level === column.maxDefinition) {
      const text = page!.values[value++]
      if (row !== 'null') row.push(text)
      return row
    }
    return column.undefinedAs[level] === 'null' ? 'null' : row
  }
  const isRowStart = (): boolean => (page!.repetition?.[at] ?? 0) === 0
  const hasMore = (): boolean => page !== undefined && at < page.count
  return {
    isReady: () => (column.maxRepetition === 0 ? hasMore() : begun !== undefined && (isFinished || (hasMore() && isRowStart()))),
    async load() {
      if (column.maxRepetition === 0) {
        while (!hasMore()) {
          if (isFinished) throw new Error('a column has fewer values than there are rows')
          await nextPage()
        }
        return
      }
      for (;;) {
        if (!hasMore()) {
          if (isFinished) {
            if (begun === undefined) throw new Error('a column has fewer values than there are rows')
            return
          }
          await nextPage()
        } else if (isRowStart()) {
          if (begun !== undefined) return
          begun = take([])
        } else if (begun === undefined) throw new Error('a list does not begin at its row')
        else begun = take(begun)
      }
    },
    next() {
      if (column.maxRepetition === 0) return take([])
      const row = begun!
      begun = undefined
      while (hasMore() && (begun === undefined || !isRowStart())) begun = take(begun ?? [])
      return row
    },
    isAtEnd: () => !hasMore() && begun === undefined,
    takeStored() {
      const bytes = stored
      stored = 0
      return bytes
    },
  }
}
