import type { PlainBlock } from '../decompress/plainBlock.ts'
import { LINE_FEED } from '../format/bytes.ts'
import { createCsvParser } from '../format/csv.ts'
import { delimiterOf, type CsvHeader } from '../format/csvHeader.ts'
import { createJsonParser } from '../format/json.ts'
import { createJsonlParser } from '../format/jsonl.ts'
import { IGNORING_SINK, type DocumentPer, type ReadStep, type RecordParser, type RecordSink } from '../format/records.ts'
import { createTextParser } from '../format/text.ts'
import type { ParquetFile } from '../parquet/metadata.ts'
import type { Chunk, ErrorPolicy, Source } from '../types.ts'
import { blocksAhead, isWorthAhead } from './blocksAhead.ts'
import { isWorthThread } from './decompressorThread.ts'
import { inUtf8 } from './inUtf8.ts'
import { plainBlocks } from './plainBlocks.ts'
import { openForReading } from './source.ts'
import { createTurns } from './turns.ts'

/** How sources are read; plain data, for the workers. */
export interface ReadingOptions {
  documentPer: DocumentPer
  stripBom: boolean
  /** Paths of the fields that hold the text. */
  textFields: readonly string[]
  maxRecordBytes: number
  /** The byte between the fields of a table; undefined: as its format has it. */
  delimiter?: number | undefined
  /** A record that cannot be read fails its chunk, or is left out. */
  onError: 'fail' | 'skip'
  /** What is done about invalid UTF-8: with 'strict', a row that has it cannot be read. */
  errors: ErrorPolicy
  /** Size of the blocks in which sources are read, in bytes. */
  blockBytes: number
  /** There are cores to spare: another thread may decompress while this one has the text. */
  ahead?: boolean
  /** What a source holds was not said: compressed data in which there is no text is refused. */
  looksInside?: boolean
}

/**
 * Tells a sink the documents of a chunk, in order. Between two calls of the iterator the sink is told what one block holds.
 *
 * @throws PretokError 'input', 'source-changed', 'data', and what the sink throws
 */
export async function* readRecords(source: Source, chunk: Chunk, options: ReadingOptions, sink: RecordSink): AsyncGenerator<ReadStep> {
  const turn = createTurns()
  for await (const step of tellRecords(source, chunk, options, sink)) {
    yield step
    await turn()
  }
}

async function* tellRecords(source: Source, chunk: Chunk, options: ReadingOptions, sink: RecordSink): AsyncGenerator<ReadStep> {
  if (source.format === 'parquet') return yield* readParquetRecords(source, chunk, options, sink)
  const isLaterCsv = (source.format === 'csv' || source.format === 'tsv') && chunk.start > 0
  const parser = createParser(source, chunk, options, sink, isLaterCsv ? await csvHeaderOf(source, options) : undefined)
  const blocks = wholeLines(source, chunk, options, parser.room ?? sink.room)
  for await (const { bytes, stored } of inUtf8(blocks, source, chunk, options.looksInside ?? false)) {
    const { length } = bytes // in the room that was given for them they may be gone afterwards
    parser.push(bytes)
    yield { stored, plain: length }
  }
  parser.end()
}

/**
 * The plain data of a chunk. A chunk of compressed data that does not begin or end with it (snapFrames) begins and ends anywhere in its lines:
 * it has the lines that begin behind its first line end, up to the first line end behind it.
 */
const wholeLines = (source: Source, chunk: Chunk, options: ReadingOptions, room: RecordSink['room']): AsyncGenerator<PlainBlock> =>
  source.compression === 'none' ? plainBlocks(source, chunk, options.blockBytes, room) : linesInside(source, chunk, options)

async function* linesInside(source: Source, chunk: Chunk, { blockBytes, ahead }: ReadingOptions): AsyncGenerator<PlainBlock> {
  let isInside = chunk.start === 0
  for await (const block of (ahead && isWorthAhead(source, chunk) ? blocksAhead : plainBlocks)(source, chunk, blockBytes)) {
    const first = isInside ? 0 : block.bytes.indexOf(LINE_FEED) + 1
    isInside ||= first > 0
    yield isInside ? { ...block, bytes: block.bytes.subarray(first) } : { ...block, bytes: block.bytes.subarray(0, 0) }
  }
  if (!isInside || chunk.end === source.size) return
  for await (const { bytes } of plainBlocks(source, { ...chunk, start: chunk.end, end: source.size }, blockBytes)) {
    const last = bytes.indexOf(LINE_FEED) + 1
    yield { bytes: last === 0 ? bytes : bytes.subarray(0, last), stored: 0 }
    if (last > 0) return
  }
}

const createParser = (
  { format, path, size }: Source,
  { start, end, until }: Chunk,
  options: ReadingOptions,
  sink: RecordSink,
  header: CsvHeader | undefined,
): RecordParser => {
  switch (format) {
    case 'jsonl':
      return createJsonlParser(sink, start, { name: path, ...options })
    case 'json':
      return createJsonParser(sink, start, { name: path, ...options }, end === size ? 'file' : end === until ? 'limit' : 'row')
    case 'csv':
    case 'tsv':
      return createCsvParser(sink, start, { name: path, ...options, delimiter: delimiterOf(format, options.delimiter) }, header)
    default:
      return createTextParser(sink, start, options)
  }
}

const csvHeaders = new WeakMap<Source, Promise<CsvHeader | undefined>>()

/** The header of a table, which stands at its beginning, for chunks that do not begin there. */
const csvHeaderOf = (source: Source, options: ReadingOptions): Promise<CsvHeader | undefined> => {
  const known = csvHeaders.get(source) ?? readCsvHeader(source, options)
  csvHeaders.set(source, known)
  return known
}

/** Smaller than other blocks: most of it is read again. */
const HEADER_BLOCK = 2 ** 14

const readCsvHeader = async (source: Source, options: ReadingOptions): Promise<CsvHeader | undefined> => {
  const delimiter = delimiterOf(source.format, options.delimiter)
  const parser = createCsvParser(IGNORING_SINK, 0, { name: source.path, ...options, delimiter })
  for await (const { bytes } of plainBlocks(source, { source: 0, start: 0, end: source.size }, HEADER_BLOCK)) {
    // line by line: a row behind the header may be none, and is not to be told of here
    for (let at = 0; at < bytes.length && parser.header === undefined;) {
      const end = bytes.indexOf(LINE_FEED, at) + 1 || bytes.length
      parser.push(bytes.subarray(at, end))
      at = end
    }
    if (parser.header !== undefined) break
  }
  parser.end()
  return parser.header
}

/** The metadata of a file, which may take as long to read as some of its chunks, serves for all that this thread takes one after the other. */
const parquetFiles = new WeakMap<Source, Promise<ParquetFile>>()

/** Loaded when it is needed: it brings several decompressors along. */
async function* readParquetRecords(source: Source, chunk: Chunk, options: ReadingOptions, sink: RecordSink): AsyncGenerator<ReadStep> {
  const { openParquet, readParquet } = await import('../parquet/readParquet.ts')
  const { readAt, close } = await openForReading(source)
  const pages = options.ahead && isWorthThread(chunk) ? (await import('./pagesAhead.ts')).openPagesAhead() : undefined
  try {
    if (!parquetFiles.has(source)) parquetFiles.set(source, openParquet(readAt, source.size, source.path))
    const file = await parquetFiles.get(source)!
    let left = chunk.end - chunk.start
    for await (const { stored, plain } of readParquet(file, chunk, readAt, { name: source.path, aheadOf: pages?.aheadOf, ...options }, sink)) {
      const step = Math.min(stored, left)
      left -= step
      yield { stored: step, plain }
    }
    yield { stored: left, plain: 0 } // other columns, and what is between the row groups
  } finally {
    pages?.close()
    await close()
  }
}
