import { PretokError } from '../errors.ts'
import { createTokenCutter } from '../added/tokenCutter.ts'
import { createSpecialTokens } from '../added/tokenSet.ts'
import type { ErrorPolicy } from '../types.ts'
import { inspectSource, readBlocks } from './source.ts'
import { createUtf8Cleaner } from './utf8Cleaner.ts'

export interface StreamOptions {
  /** Where documents end; the longest that matches is taken. Default: none, the file is one document. */
  specialTokens?: readonly string[]
  /** What happens to invalid UTF-8. Default: 'replace'. */
  errors?: ErrorPolicy
  /** Size of the blocks in which the file is read, in bytes. Default: 256 KiB. */
  blockBytes?: number
  /** A longer document is an error ('limit'), since all of one is in memory. Default: 64 MiB. */
  maxDocumentBytes?: number
}

export interface Document {
  /** Number of the document in the file, from 0. */
  index: number
  /** Its text, valid UTF-8. */
  bytes: Buffer
  /** Its text as a string; decoded each time it is asked for. */
  readonly text: string
  /** Its place in the file: bytes [start, end), without the special token. */
  start: number
  end: number
  /** The special token that ends it; undefined if the file does. */
  separator: string | undefined
}

const DEFAULT_BLOCK_BYTES = 2 ** 18
const DEFAULT_MAX_DOCUMENT_BYTES = 2 ** 26

/**
 * The documents of a file, one after another, in memory that does not grow with the file. Empty documents are left out; those of white
 * space are not.
 *
 * @throws PretokError 'input', 'invalid-utf8' (with errors: 'strict'), 'source-changed', 'limit'
 */
export async function* streamDocuments(path: string, options: StreamOptions = {}): AsyncGenerator<Document> {
  const {
    specialTokens = [],
    errors = 'replace',
    blockBytes = DEFAULT_BLOCK_BYTES,
    maxDocumentBytes = DEFAULT_MAX_DOCUMENT_BYTES,
  } = options
  const source = await inspectSource(path)
  const special = createSpecialTokens(specialTokens)
  const places = createPlaces()
  const ready: Document[] = []
  let parts: Buffer[] = []
  let length = 0
  let position = 0 // in the cleaned text
  let index = 0

  const finish = (separator: string | undefined): void => {
    const [start, end] = [places.inSource(position - length), places.inSource(position)]
    if (length > 0) ready.push(makeDocument(index++, Buffer.concat(parts), start, end, separator))
    parts = []
    length = 0
  }
  const documents = createTokenCutter(special, {
    text(bytes) {
      position += bytes.length
      length += bytes.length
      if (length > maxDocumentBytes)
        throw new PretokError(
          'limit',
          `reading ${path}: the document at byte ${places.inSource(position - length)} is longer than ${maxDocumentBytes} bytes (maxDocumentBytes)`,
        )
      parts.push(Buffer.from(bytes))
    },
    token(token, bytes) {
      finish(special.tokens[token].content)
      position += bytes.length
    },
  })
  const cleaner = createUtf8Cleaner(errors, (start, end, bytes) => {
    if (errors === 'strict')
      throw new PretokError('invalid-utf8', `reading ${path}: invalid UTF-8 (${bytes.toString('hex')}) at byte ${start}`)
    places.changed(start, end, errors === 'replace' ? 3 : 0)
  })

  let at = 0
  for await (const block of readBlocks(source, { source: 0, start: 0, end: source.size }, blockBytes)) {
    documents.push(cleaner.push(block, at))
    at += block.length
    yield* ready.splice(0)
  }
  documents.push(cleaner.end())
  documents.end()
  finish(undefined)
  yield* ready
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

/** Keeps track of where the cleaned text is in the source. Positions must be asked for in ascending order. */
const createPlaces = () => {
  let changes: { position: number; shift: number }[] = []
  let used = 0 // how many of the changes are behind the last position asked for
  let shift = 0 // source minus cleaned text, up to there
  let total = 0
  return {
    /** Bytes [start, end) of the source became `length` bytes. */
    changed(start: number, end: number, length: number): void {
      const position = start - total + length
      total += end - start - length
      changes.push({ position, shift: total })
    },
    inSource(position: number): number {
      while (used < changes.length && changes[used].position <= position) shift = changes[used++].shift
      if (used > changes.length / 2) {
        changes = changes.slice(used)
        used = 0
      }
      return position + shift
    },
  }
}

/** The documents of a file in batches of `batchSize`; the last one may be smaller. */
export async function* streamBatches(path: string, batchSize: number, options: StreamOptions = {}): AsyncGenerator<Document[]> {
  if (!Number.isInteger(batchSize) || batchSize < 1) throw new PretokError('usage', `batchSize: ${batchSize} is no positive whole number`)
  let batch: Document[] = []
  for await (const document of streamDocuments(path, options)) {
    batch.push(document)
    if (batch.length < batchSize) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}
