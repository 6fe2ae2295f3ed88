import { crc32 } from 'node:zlib'
import type { ColumnMetaData, PageHeader } from 'hyparquet'
import { parquetHeader } from 'hyparquet/src/column.js'
import type { PageCodec } from './codecs.ts'
import { readHybrid } from './levels.ts'
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
  repetition: Uint32Array | undefined
  definition: Uint32Array | undefined
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
}

/** The data pages of one column in one row group, one after another. Throws an Error for what is damaged or not supported. */
export async function* readPages(
  readAt: ReadAt,
  metadata: ColumnMetaData,
  column: TextColumn,
  decoder: PageDecoder,
): AsyncGenerator<TextPage> {
  const start = startOf(metadata)
  const end = start + Number(metadata.total_compressed_size)
  const total = Number(metadata.num_values)
  let dictionary: readonly Buffer[] | undefined
  let stored = 0
  let buffer = Buffer.alloc(0)
  for (let at = start, values = 0; values < total;) {
    const { header, length } = await readHeader(readAt, at, end)
    const size = header.compressed_page_size
    if (!(size >= 0) || at + length + size > end) throw new Error('a page is longer than its column')
    if (!(header.uncompressed_page_size >= 0) || header.uncompressed_page_size > LARGEST_PAGE)
      throw new Error('a page is longer than 1 GiB')
    if (buffer.length < size) buffer = Buffer.allocUnsafeSlow(size)
    const data = await readAt(at + length, size, buffer)
    if (data.length < size) throw new Error('a page is cut off')
    if (header.crc !== undefined && crc32(data) !== header.crc >>> 0) throw new Error('a page has a wrong checksum')
    at += length + size
    stored += length + size
    if (header.type === 'DICTIONARY_PAGE') dictionary = readDictionary(data, header, decoder)
    else if (header.type === 'DATA_PAGE' || header.type === 'DATA_PAGE_V2') {
      const page = { ...readDataPage(data, header, column, decoder, dictionary, total - values), stored }
      stored = 0
      values += page.count
      yield page
    }
  }
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
  const present = definition === undefined ? count : definition.reduce((sum, level) => sum + (level === column.maxDefinition ? 1 : 0), 0)
  return { count, repetition, definition, isFull: present === count, values: readValues(page, at, encoding, present, dictionary, kernel) }
}

interface Levels {
  count: number
  encoding: string
  page: Buffer
  repetition: Uint32Array | undefined
  definition: Uint32Array | undefined
  /** Where the values begin in the page. */
  at: number
}

const bitsFor = (level: number): number => 32 - Math.clz32(level)

const countOf = (count: number | undefined): number => {
  if (count === undefined || !(count >= 0)) throw new Error('a page header is damaged')
  return count
}

/** The levels, each behind its length, are compressed together with the values. */
const levelsOfV1 = (
  data: Buffer,
  { data_page_header: header, uncompressed_page_size }: PageHeader,
  column: TextColumn,
  codec: PageCodec,
): Levels => {
  const count = countOf(header?.num_values)
  const page = decompressed(data, codec, uncompressed_page_size)
  let at = 0
  const levels = (max: number): Uint32Array | undefined => {
    if (max === 0) return undefined
    const start = at + 4
    at = start + page.readUInt32LE(at)
    return readHybrid(page, start, Math.min(at, page.length), bitsFor(max), checkedCount(count, page))
  }
  const repetition = levels(column.maxRepetition)
  const definition = levels(column.maxDefinition)
  return { count, encoding: header!.encoding, page, repetition, definition, at }
}

/** The levels stand in front of the values, not compressed. */
const levelsOfV2 = (
  data: Buffer,
  { data_page_header_v2: header, uncompressed_page_size }: PageHeader,
  column: TextColumn,
  codec: PageCodec,
): Levels => {
  const count = countOf(header!.num_values)
  const repetitionEnd = countOf(header!.repetition_levels_byte_length)
  const levelsEnd = repetitionEnd + countOf(header!.definition_levels_byte_length)
  if (levelsEnd > data.length) throw new Error('a page is shorter than its levels')
  const levels = (max: number, start: number, end: number): Uint32Array | undefined =>
    max === 0 ? undefined : readHybrid(data, start, end, bitsFor(max), checkedCount(count, data))
  const repetition = levels(column.maxRepetition, 0, repetitionEnd)
  const definition = levels(column.maxDefinition, repetitionEnd, levelsEnd)
  const values = data.subarray(levelsEnd)
  const length = uncompressed_page_size - levelsEnd
  const page = header!.is_compressed === false || length === 0 ? values : decompressed(values, codec, length)
  return { count, encoding: header!.encoding, page, repetition, definition, at: 0 }
}
