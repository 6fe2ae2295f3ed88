import { crc32 } from 'node:zlib'
import type { ColumnMetaData, PageHeader } from 'hyparquet'
import { parquetHeader } from 'hyparquet/src/column.js'
import type { PageCodec } from './codecs.ts'
import { createLevels, readHybrid, type Levels } from './levels.ts'
import { startOf, type ReadAt, type TextColumn } from './metadata.ts'
import type { PageKernel } from './pageKernel.ts'
import { checkedCount, readDictionaryValues, readValues, type TextValues } from './values.ts'

/**
 * The values of a data page with their levels; value i is missing where its definition level is below the column's. It is good until the next
 * page is asked for.
 */
export interface TextPage {
  /** Bytes of the file that were read for it. */
  stored: number
  count: number
  repetition: Levels | undefined
  definition: Levels | undefined
  /** Whether all values are there. */
  isFull: boolean
  /** Those that are there. */
  values: TextValues
}

/** Page headers may hold statistics with whole values. */
const FIRST_HEADER = 2 ** 13
const LARGEST_HEADER = 2 ** 24
/** A page is in memory as a whole. */
const LARGEST_PAGE = 2 ** 30

/** What decodes the pages of a column. */
export interface PageDecoder {
  codec: PageCodec
  kernel: PageKernel
  /** Does the same as the codec elsewhere, meanwhile; undefined: there is nobody who could. */
  ahead?: CodecAhead | undefined
}

/**
 * Decompresses a page of known length while other things are done. The data is its own from then on. Fails with an Error if that is damaged, and
 * with DecompressorLost.
 */
export type CodecAhead = (data: Uint8Array<ArrayBuffer>, length: number) => Promise<Uint8Array>

/** Whoever decompressed pages is gone: no fault of the file. */
export class DecompressorLost extends Error {}

/** The data pages of one column in one row group, one after another. Throws an Error for what is damaged or not supported. */
export async function* readPages(
  readAt: ReadAt,
  metadata: ColumnMetaData,
  column: TextColumn,
  decoder: PageDecoder,
): AsyncGenerator<TextPage> {
  const total = Number(metadata.num_values)
  const pages = storedPages(readAt, metadata, decoder.ahead !== undefined)
  let dictionary: readonly Buffer[] | undefined
  let stored = 0
  let values = 0
  for await (const { header, data, size, plain } of decoder.ahead === undefined ? pages : decompressedAhead(pages, decoder.ahead)) {
    stored += size
    const own = plain === undefined ? decoder : { ...decoder, codec: plain }
    if (header.type === 'DICTIONARY_PAGE') dictionary = readDictionary(data, header, own)
    else {
      const page = { ...readDataPage(data, header, column, own, dictionary, total - values), stored }
      stored = 0
      values += page.count
      yield page
    }
  }
}

/** A page as it stands in the file, good until the next one is asked for, unless it is in memory of its own. */
interface StoredPage {
  header: PageHeader
  data: Buffer<ArrayBuffer>
  /** Bytes of the file that it takes, and what was passed over before it. */
  size: number
  /** Gives what its compressed part holds, if that has been decompressed already, or throws what is wrong with it. */
  plain?: () => Uint8Array
}

/** The pages with values of a column, the dictionary among them. */
async function* storedPages(readAt: ReadAt, metadata: ColumnMetaData, areOwn: boolean): AsyncGenerator<StoredPage> {
  const start = startOf(metadata)
  const end = start + Number(metadata.total_compressed_size)
  const total = Number(metadata.num_values)
  let buffer = Buffer.alloc(0)
  let passed = start
  for (let at = start, values = 0; values < total;) {
    const { header, length } = await readHeader(readAt, at, end)
    const size = header.compressed_page_size
    if (!isCount(size) || at + length + size > end) throw new Error('a page is longer than its column')
    if (!isCount(header.uncompressed_page_size) || header.uncompressed_page_size > LARGEST_PAGE)
      throw new Error('a page is longer than 1 GiB')
    if (areOwn || buffer.length < size) buffer = Buffer.allocUnsafeSlow(size)
    const data = (await readAt(at + length, size, buffer)) as Buffer<ArrayBuffer>
    if (data.length < size) throw new Error('a page is cut off')
    if (header.crc !== undefined && crc32(data) !== header.crc >>> 0) throw new Error('a page has a wrong checksum')
    at += length + size
    if (header.type !== 'DICTIONARY_PAGE' && header.type !== 'DATA_PAGE' && header.type !== 'DATA_PAGE_V2') continue
    values += valuesIn(header)
    yield { header, data, size: at - passed }
    passed = at
  }
}

/** How many values a page has, those that are missing included. */
const valuesIn = ({ type, data_page_header, data_page_header_v2 }: PageHeader): number =>
  type === 'DICTIONARY_PAGE' ? 0 : countOf((data_page_header_v2 ?? data_page_header)?.num_values)

/** So many pages are on their way at a time, and each of them is no longer than this. */
const PAGES_AHEAD = 3
const LARGEST_AHEAD = 2 ** 22

/** The same pages, decompressed while those before them are looked at. What is wrong with one comes out in its turn. */
async function* decompressedAhead(pages: AsyncGenerator<StoredPage>, ahead: CodecAhead): AsyncGenerator<StoredPage> {
  const begun: Promise<StoredPage>[] = []
  let isDone = false
  const beginNext = async (): Promise<void> => {
    try {
      const { done, value } = await pages.next()
      if (done) isDone = true
      else begin(decompress(value, ahead))
    } catch (error) {
      isDone = true
      begin(Promise.reject(error))
    }
  }
  const begin = (page: Promise<StoredPage>): void => {
    page.catch(() => {}) // it is waited for below; until then its failure must not count as unhandled
    begun.push(page)
  }
  for (;;) {
    while (!isDone && begun.length < PAGES_AHEAD) await beginNext()
    const next = begun.shift()
    if (next === undefined) return
    yield await next
  }
}

const decompress = async (page: StoredPage, ahead: CodecAhead): Promise<StoredPage> => {
  const { header, data } = page
  const { start, length, isCompressed } = compressedPart(header, data)
  if (!isCompressed || length > LARGEST_AHEAD) return page
  const levels = Buffer.from(data.subarray(0, start)) // stay here, and are looked at first
  const plain = await ahead(data.subarray(start), length).then(
    (bytes) => () => bytes,
    (error: unknown) => () => {
      throw error
    },
  )
  return { ...page, data: levels, plain }
}

const readHeader = async (readAt: ReadAt, at: number, end: number): Promise<{ header: PageHeader; length: number }> => {
  for (let window = FIRST_HEADER; ; window *= 16) {
    const bytes = await readAt(at, Math.min(window, end - at))
    const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length), offset: 0 }
    try {
      return { header: parquetHeader(reader), length: reader.offset }
    } catch (error) {
      if (window >= LARGEST_HEADER || bytes.length < window) throw new Error('a page header is damaged', { cause: error })
    }
  }
}

const decompressed = (data: Buffer, codec: PageCodec, length: number): Buffer => {
  const page = codec(data, length)
  if (page.length !== length) throw new Error(`a page has ${page.length} bytes instead of ${length}`)
  return Buffer.from(page.buffer, page.byteOffset, page.length)
}

const readDictionary = (
  data: Buffer,
  { dictionary_page_header, uncompressed_page_size }: PageHeader,
  { codec, kernel }: PageDecoder,
): Buffer[] => readDictionaryValues(decompressed(data, codec, uncompressed_page_size), countOf(dictionary_page_header?.num_values), kernel)

type Values = Omit<TextPage, 'stored'>

const readDataPage = (
  data: Buffer,
  header: PageHeader,
  column: TextColumn,
  { codec, kernel }: PageDecoder,
  dictionary: readonly Buffer[] | undefined,
  most: number,
): Values => {
  const { count, encoding, page, repetition, definition, at } =
    header.data_page_header_v2 === undefined ? levelsOfV1(data, header, column, codec) : levelsOfV2(data, header, column, codec)
  if (count > most) throw new Error('a page has more values than its column')
  checkLevels(repetition, column.maxRepetition)
  const present = definition === undefined ? count : checkLevels(definition, column.maxDefinition)
  return { count, repetition, definition, isFull: present === count, values: readValues(page, at, encoding, present, dictionary, kernel) }
}

/** A level that a column does not have would be taken for no text. Returns how many are the highest. */
const checkLevels = (levels: Levels | undefined, max: number): number => {
  let highest = 0
  for (const level of levels ?? []) {
    if (level > max) throw new Error('a page has levels that its column has not')
    if (level === max) highest++
  }
  return highest
}

interface PageLevels {
  count: number
  encoding: string
  page: Buffer
  repetition: Levels | undefined
  definition: Levels | undefined
  /** Where the values begin in the page. */
  at: number
}

const bitsFor = (level: number): number => 32 - Math.clz32(level)

/** A damaged header may hold anything. */
const isCount = (value: unknown): value is number => Number.isInteger(value) && (value as number) >= 0

const countOf = (count: number | undefined): number => {
  if (!isCount(count)) throw new Error('a page header is damaged')
  return count
}

/** The levels, each behind its length, are compressed together with the values. */
const levelsOfV1 = (
  data: Buffer,
  { data_page_header: header, uncompressed_page_size }: PageHeader,
  column: TextColumn,
  codec: PageCodec,
): PageLevels => {
  const count = countOf(header?.num_values)
  const page = decompressed(data, codec, uncompressed_page_size)
  let at = 0
  const levels = (max: number): Levels | undefined => {
    if (max === 0) return undefined
    const start = at + 4
    at = start + page.readUInt32LE(at)
    return readHybrid(page, start, Math.min(at, page.length), bitsFor(max), createLevels(max, checkedCount(count, page)))
  }
  const repetition = levels(column.maxRepetition)
  const definition = levels(column.maxDefinition)
  return { count, encoding: header!.encoding, page, repetition, definition, at }
}

/** What of a page is compressed, from `start` on, and how long it is when it is not. */
const compressedPart = (
  { type, data_page_header_v2: header, uncompressed_page_size }: PageHeader,
  data: Buffer,
): { start: number; length: number; isCompressed: boolean } => {
  // by its type a page is a dictionary, whatever else a damaged header says
  if (type === 'DICTIONARY_PAGE' || header === undefined) return { start: 0, length: uncompressed_page_size, isCompressed: true }
  const start = countOf(header.repetition_levels_byte_length) + countOf(header.definition_levels_byte_length)
  if (start > data.length) throw new Error('a page is shorter than its levels')
  const length = uncompressed_page_size - start
  return { start, length, isCompressed: header.is_compressed !== false && length !== 0 }
}

/** The levels stand in front of the values, not compressed. */
const levelsOfV2 = (data: Buffer, pageHeader: PageHeader, column: TextColumn, codec: PageCodec): PageLevels => {
  const header = pageHeader.data_page_header_v2!
  const count = countOf(header.num_values)
  const repetitionEnd = countOf(header.repetition_levels_byte_length)
  const { start: levelsEnd, length, isCompressed } = compressedPart(pageHeader, data)
  const levels = (max: number, start: number, end: number): Levels | undefined =>
    max === 0 ? undefined : readHybrid(data, start, end, bitsFor(max), createLevels(max, checkedCount(count, data)))
  const repetition = levels(column.maxRepetition, 0, repetitionEnd)
  const definition = levels(column.maxDefinition, repetitionEnd, levelsEnd)
  const values = data.subarray(levelsEnd)
  const page = isCompressed ? decompressed(values, codec, length) : values
  return { count, encoding: header.encoding, page, repetition, definition, at: 0 }
}
