import { checkChoice, checkOptionNames, checkPath, checkSignal, checkSize, checkTexts, refuse, shown, type OptionNames } from '../checks.ts'
import { PretokError, throwIfReadingStopped } from '../errors.ts'
import { createTokenCutter } from '../added/tokenCutter.ts'
import { createSpecialTokens, type TokenSet } from '../added/tokenSet.ts'
import type { ErrorPolicy, InputFormat } from '../types.ts'
import { parseDelimiter } from '../format/csvHeader.ts'
import { INPUT_FORMATS } from '../format/detect.ts'
import { ERROR_POLICIES } from '../format/encoding.ts'
import { DOCUMENT_PER, type DocumentPer, type RecordSink } from '../format/records.ts'
import { parseFields, textFieldsOf } from '../format/textFields.ts'
import { openSource } from './openSource.ts'
import { readRecords, type ReadingOptions } from './readRecords.ts'
import { createUtf8Cleaner, PART_BYTES } from './utf8Cleaner.ts'

export interface StreamOptions {
  /** Where documents end; the longest that matches is taken. Default: none, the file is one document. */
  specialTokens?: readonly string[] | undefined
  /** What the file holds. Default: as its ending says, behind the ending of a compression; text if that says nothing. */
  format?: InputFormat | undefined
  /** What in a text file is a document: what stands between special tokens ('file', the default), a line, or what stands between empty lines. */
  documentPer?: DocumentPer | undefined
  /** Path of the field with the text, in JSON, CSV and Parquet: `text` (default), or several, each of which then is a document. */
  textField?: string | readonly string[] | undefined
  /** The character of ASCII between the fields of a table. Default: a comma in CSV, a tab in TSV. */
  delimiter?: string | undefined
  /** What happens to invalid UTF-8. Default: 'replace'. */
  errors?: ErrorPolicy | undefined
  /** Size of the blocks in which the file is read, in bytes. Default: 256 KiB. */
  blockBytes?: number | undefined
  /** A longer document, or row of JSON or CSV, is an error ('limit'), since all of one is in memory. Default: 64 MiB. */
  maxDocumentBytes?: number | undefined
  /** Stops it: it fails with code 'interrupted'. */
  signal?: AbortSignal | undefined
}

export interface Document {
  /** Number of the document in the file, from 0. */
  index: number
  /** Its text, valid UTF-8. */
  bytes: Buffer
  /** Its text as a string; decoded each time it is asked for. */
  readonly text: string
  /**
   * Its place in the plain data, which is the file or what its compression holds: bytes [start, end), without the special token. Where JSON has
   * escapes in the text, `end` is start plus the length of the text. Of Parquet, numbers of rows.
   */
  start: number
  end: number
  /** The special token that ends it; undefined if the file does. */
  separator: string | undefined
}

const DEFAULT_BLOCK_BYTES = 2 ** 18
const DEFAULT_MAX_DOCUMENT_BYTES = 2 ** 26

export const STREAM_OPTION_NAMES: OptionNames<StreamOptions> = {
  specialTokens: true,
  format: true,
  documentPer: true,
  textField: true,
  delimiter: true,
  errors: true,
  blockBytes: true,
  maxDocumentBytes: true,
  signal: true,
}

const checkStreamOptions = (options: StreamOptions): void => {
  checkOptionNames(options, STREAM_OPTION_NAMES)
  checkChoice('format', options.format, INPUT_FORMATS)
  checkChoice('documentPer', options.documentPer, DOCUMENT_PER)
  checkChoice('errors', options.errors, ERROR_POLICIES)
  const { delimiter, textField } = options
  if (delimiter !== undefined && typeof delimiter !== 'string') refuse('delimiter', delimiter, 'a character')
  if (textField !== undefined && typeof textField !== 'string') checkTexts('textField', textField, 'a path or an array of paths')
  parseFields(textFieldsOf(options))
  for (const name of ['blockBytes', 'maxDocumentBytes'] as const) checkSize(name, options[name])
  checkSignal(options.signal)
}

/**
 * The documents of a file, one after another, in memory that does not grow with the file. Empty documents are left out; those of white
 * space are not.
 *
 * @throws PretokError 'usage', 'input', 'data' (what is damaged, and rows without the text), 'invalid-utf8' (with errors: 'strict'), 'source-changed', 'limit',
 * 'interrupted'
 */
export async function* streamDocuments(path: string, options: StreamOptions = {}): AsyncGenerator<Document> {
  checkPath('path', path)
  checkStreamOptions(options)
  const { specialTokens = [], maxDocumentBytes = DEFAULT_MAX_DOCUMENT_BYTES, signal } = options
  throwIfReadingStopped(signal, path)
  const source = await openSource(path, { format: options.format })
  const places = source.format === 'parquet' ? createRowPlaces() : createBytePlaces()
  const assembler = createAssembler(path, createSpecialTokens(specialTokens), places, maxDocumentBytes)
  const reading = readingOptionsOf(options, maxDocumentBytes)
  const sink = createStreamSink(path, reading.errors, places, assembler)
  const ready = function* () {
    throwIfReadingStopped(signal, path)
    for (const document of assembler.takeReady()) {
      yield document
      throwIfReadingStopped(signal, path)
    }
  }
  try {
    for await (const _ of readRecords(source, { source: 0, start: 0, end: source.size }, reading, sink)) for (const document of ready()) yield document
  } catch (error) {
    for (const document of ready()) yield document // those that came before
    throw error
  }
  for (const document of ready()) yield document
}

const readingOptionsOf = (options: StreamOptions, maxRecordBytes: number): ReadingOptions => {
  const { documentPer = 'file', delimiter, errors = 'replace', blockBytes = DEFAULT_BLOCK_BYTES } = options
  return {
    documentPer,
    textFields: textFieldsOf(options),
    delimiter: delimiter === undefined ? undefined : parseDelimiter(delimiter),
    stripBom: false,
    blockBytes,
    maxRecordBytes,
    onError: 'fail',
    errors,
    looksInside: options.format === undefined,
  }
}

/** Puts documents together. */
interface Assembler {
  /** Takes text: whole code points of valid UTF-8. */
  push(text: Buffer): void
  /** The text ends, and its last document with it. */
  end(): void
  /** The documents that have ended since the last time. */
  takeReady(): Document[]
}

const createAssembler = (path: string, special: TokenSet, places: Places, maxDocumentBytes: number): Assembler => {
  const ready: Document[] = []
  let parts: Buffer[] = [] // of the current document
  let length = 0
  let position = 0 // in the cleaned text
  let start = 0 // of the current document, in the source, once there is some of it
  let index = 0

  const finish = (separator: string | undefined): void => {
    if (length > 0) ready.push(makeDocument(index++, Buffer.concat(parts), start, places.endOf(position), separator))
    parts = []
    length = 0
  }
  const cutter = createTokenCutter(special, {
    text(bytes) {
      const place = places.startOf(position) // asked for in any case, so that what was before is forgotten
      if (length === 0) start = place
      position += bytes.length
      length += bytes.length
      if (length > maxDocumentBytes)
        throw new PretokError(
          'limit',
          `reading ${path}: the document ${places.where(start)} is longer than ${maxDocumentBytes} bytes (maxDocumentBytes)`,
        )
      parts.push(Buffer.from(bytes))
    },
    token(token, bytes) {
      finish(special.tokens[token].content)
      position += bytes.length
    },
  })
  return {
    push: cutter.push,
    end() {
      cutter.end()
      finish(undefined)
    },
    takeReady: () => ready.splice(0),
  }
}

const makeDocument = (index: number, bytes: Buffer, start: number, end: number, separator: string | undefined): Document => ({
  index,
  bytes,
  start,
  end,
  separator,
  get text() {
    return bytes.toString('utf8')
  },
})

/** Takes what a parser tells: makes the text valid UTF-8, and knows where it was in the source. */
const createStreamSink = (path: string, errors: ErrorPolicy, places: Places, assembler: Assembler): RecordSink => {
  const cleaner = createUtf8Cleaner(errors, (start, end, bytes, at) => {
    if (errors === 'strict')
      throw new PretokError('invalid-utf8', `reading ${path}: invalid UTF-8 (${bytes.toString('hex', at, at + end - start)}) ${places.where(start)}`)
    places.changed(start, end, errors === 'replace' ? 3 : 0)
  })
  const end = (): void => {
    assembler.push(cleaner.end())
    assembler.end()
  }
  return {
    startDocument: () => {},
    text(bytes, at) {
      places.goOnAt(at, at + bytes.length)
      for (let from = 0; from < bytes.length; from += PART_BYTES) assembler.push(cleaner.push(bytes.subarray(from, from + PART_BYTES), at + from))
    },
    invalid(start, stop, bytes) {
      assembler.push(cleaner.end())
      places.goOnAt(start, stop)
      assembler.push(cleaner.invalid(start, stop, bytes))
    },
    endText: end,
    endDocument: end,
    format: () => {},
    badRecord(_start, _end, reason, at) {
      throw new PretokError('data', `reading ${path}: ${reason}, at byte ${at}`)
    },
    badRows(_start, _end, reason) {
      throw new PretokError('data', `reading ${path}: ${reason}`)
    },
    skip: () => {},
  }
}

/** Keeps track of where the cleaned text is in the source, and forgets what is before the last position asked for. Positions must be asked for in ascending order. */
interface Places {
  /** Text from bytes [start, end) of the source follows, or from row `start`; what is between it and the text before is no text. */
  goOnAt(start: number, end: number): void
  /** Bytes [start, end) of the source became `length` bytes. */
  changed(start: number, end: number, length: number): void
  /** How messages say where a place of the text that was told last is. */
  where(place: number): string
  /** Where cleaned text from a position on begins in the source, or the row that holds it; no later than what was told last. */
  startOf(position: number): number
  /** The same for text that ends at a position. */
  endOf(position: number): number
}

const createRowPlaces = (): Places => {
  let row = 0
  return {
    goOnAt: (start) => void (row = start),
    changed: () => {},
    where: () => `in row ${row}`,
    startOf: () => row,
    endOf: () => row + 1,
  }
}

const createBytePlaces = (): Places => {
  let changes: { position: number; shift: number }[] = []
  let used = 0 // how many of the changes are behind the last position asked for
  let shift = 0 // source minus cleaned text, up to there
  let total = 0
  let nextAt = 0 // where text that follows without a gap would be in the source
  const changed = (start: number, end: number, length: number): void => {
    const position = start - total + length
    total += end - start - length
    changes.push({ position, shift: total })
  }
  const inSource = (position: number): number => {
    while (used < changes.length && changes[used].position <= position) shift = changes[used++].shift
    if (used > changes.length / 2) {
      changes = changes.slice(used)
      used = 0
    }
    return position + shift
  }
  return {
    goOnAt(start, end) {
      if (start !== nextAt) changed(nextAt, start, 0)
      nextAt = end
    },
    changed,
    where: (place) => `at byte ${place}`,
    startOf: inSource,
    endOf: inSource,
  }
}

/** The documents of a file in batches of `batchSize`; the last one may be smaller. Throws as `streamDocuments`, 'usage' also for `batchSize`. */
export async function* streamBatches(path: string, batchSize: number, options: StreamOptions = {}): AsyncGenerator<Document[]> {
  if (!Number.isInteger(batchSize) || batchSize < 1) throw new PretokError('usage', `batchSize: ${shown(batchSize)} is no positive whole number`)
  let batch: Document[] = []
  for await (const document of streamDocuments(path, options)) {
    batch.push(document)
    if (batch.length < batchSize) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}
