import { parquetMetadataAsync, parquetSchema, type ColumnMetaData, type FileMetaData, type SchemaTree } from 'hyparquet'

/** Reads bytes [position, position + length) of a file; fewer only at its end. They may be put into a buffer that has room for them. */
export type ReadAt = (position: number, length: number, into?: Buffer) => Promise<Buffer>

/** What a column chunk of a row group needs to be read. */
export interface ParquetFile {
  rowGroups: RowGroup[]
  /** All columns that can hold text, by their paths as people name them and as the file does. */
  textColumns: Map<string, TextColumn>
  /** Paths of all columns, as people name them. */
  columns: string[]
}

export interface RowGroup {
  /** Place of its first byte in the file. */
  start: number
  /** Number of its first row in the file. */
  firstRow: number
  rows: number
  /** By the path in the file. */
  columns: Map<string, ColumnMetaData>
  /** Paths of the columns that cannot be read without a key. */
  encrypted: Set<string>
}

export interface TextColumn {
  /** Path in the file, joined by dots. */
  path: string
  maxRepetition: number
  maxDefinition: number
  /** What it means that a value is defined only up to some level: an empty list, which is no text, or null. */
  undefinedAs: ('empty' | 'null')[]
}

/** A file that is only the metadata of others, as Dask and Spark put beside them with the name _metadata. */
export class RowsElsewhere extends Error {}

/** The magic at the beginning, the metadata's length in front of the one at the end. */
const SMALLEST_FILE = 12
const MAGIC = 'PAR1'
/** Stands in its place where the metadata is encrypted. */
const ENCRYPTED_MAGIC = 'PARE'

/** Throws an Error if the metadata, at the end of the file, is damaged or not there. */
export const readParquetMetadata = async (readAt: ReadAt, size: number): Promise<ParquetFile> => {
  const metadataStart = await checkEnd(readAt, size)
  try {
    return fileOf(
      await parquetMetadataAsync({
        byteLength: size,
        slice: async (start, end = size) => {
          const bytes = await readAt(start, end - start)
          return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer
        },
      }),
      metadataStart,
    )
  } catch (error) {
    // the library takes for granted that what must be there is there
    throw error instanceof TypeError || error instanceof RangeError ? new Error('it is damaged', { cause: error }) : error
  }
}

const fileOf = (metadata: FileMetaData, end: number): ParquetFile => {
  const columns: string[] = []
  const textColumns = new Map<string, TextColumn>()
  for (const leaf of leavesOf(parquetSchema(metadata), [], [])) {
    columns.push(leaf.name)
    if (!leaf.isText) continue
    textColumns.set(leaf.column.path, leaf.column)
    textColumns.set(leaf.name, leaf.column)
  }
  return { rowGroups: rowGroupsOf(metadata, end), textColumns, columns }
}

/** What is cut off, and what is no Parquet at all, is told here, by an Error. Returns where the metadata begins. */
export const checkEnd = async (readAt: ReadAt, size: number): Promise<number> => {
  if (size < SMALLEST_FILE) throw new Error(`the file has ${size} bytes, and no Parquet file has fewer than ${SMALLEST_FILE}`)
  const end = await readAt(size - 8, 8)
  const magic = end.toString('latin1', 4)
  if (magic === ENCRYPTED_MAGIC) throw new Error('it is encrypted, and there is no key here')
  if (magic !== MAGIC)
    throw new Error(`the file does not end with ${MAGIC}, at byte ${size}: it is cut off, or no Parquet file`)
  const length = end.readUInt32LE()
  if (length > size - SMALLEST_FILE) throw new Error(`it would have ${length} bytes, and the file has ${size}: it is cut off, or damaged`)
  return size - 8 - length
}

/**
 * A row group that nobody reads, because it does not begin in the file, or that stands for another one, would be lost without a word: so
 * each column's place is looked at, and the sum of all rows.
 *
 * @param end where the metadata begins, and so all pages have ended
 */
const rowGroupsOf = (metadata: FileMetaData, end: number): RowGroup[] => {
  let firstRow = 0
  const starts = new Set<number>()
  const groups = metadata.row_groups.map((group) => {
    const rows = numberOf(group.num_rows, 'number of rows')
    const columns = new Map<string, ColumnMetaData>()
    const encrypted = new Set<string>()
    let start = Infinity
    for (const { meta_data: column, file_path, crypto_metadata: encryption } of group.columns) {
      if (column === undefined) throw new Error('a column has no metadata')
      const path = column.path_in_schema.join('.')
      columns.set(path, column)
      if (encryption !== undefined) encrypted.add(path)
      numberOf(column.data_page_offset, 'place of pages')
      const size = numberOf(column.total_compressed_size, 'size of a column')
      const columnStart = startOf(column)
      start = Math.min(start, columnStart)
      if (rows === 0) continue
      const isHere = size > 0 && columnStart >= MAGIC.length && columnStart + size <= end
      if (!isHere && file_path) throw new RowsElsewhere(`its rows are in other files, such as ${JSON.stringify(file_path)}`)
      if (!isHere)
        throw new Error(`it is damaged: a column has the bytes ${columnStart} to ${columnStart + size}, and pages are before byte ${end}`)
      if (starts.has(columnStart)) throw new Error(`it is damaged: two columns begin at byte ${columnStart}`)
      starts.add(columnStart)
    }
    firstRow += rows
    return { start, firstRow: firstRow - rows, rows, columns, encrypted }
  })
  const rows = numberOf(metadata.num_rows, 'number of all rows')
  if (rows !== firstRow) throw new Error(`it is damaged: the file has ${rows} rows, and its row groups have ${firstRow}`)
  return groups
}

/** A number that the format requires; what is not in the file is undefined, and what is of another kind there is something else. */
const numberOf = (value: unknown, what: string): number => {
  if (typeof value !== 'bigint' && typeof value !== 'number') throw new Error(`it is damaged: the ${what} is missing`)
  const number = Number(value)
  if (!Number.isSafeInteger(number) || number < 0) throw new Error(`it is damaged: a ${what} is ${value}`)
  return number
}

/** Where a column's pages begin: the dictionary comes first. */
export const startOf = ({ dictionary_page_offset, data_page_offset }: ColumnMetaData): number =>
  Number(
    dictionary_page_offset !== undefined && dictionary_page_offset > 0n && dictionary_page_offset < data_page_offset
      ? dictionary_page_offset
      : data_page_offset,
  )

interface Leaf {
  /** As people name it: without the groups that only make lists and maps of it. */
  name: string
  column: TextColumn
  isText: boolean
}

const leavesOf = function* (node: SchemaTree, above: readonly SchemaTree[], names: readonly string[]): Generator<Leaf> {
  const path = [...above, node]
  if (node.children.length > 0) {
    for (const child of node.children) yield* leavesOf(child, path, isListPart(child, path) ? names : [...names, child.element.name])
    return
  }
  const levels = path.slice(1).filter(({ element }) => element.repetition_type !== 'REQUIRED')
  const column: TextColumn = {
    path: node.path.join('.'),
    maxRepetition: levels.filter(({ element }) => element.repetition_type === 'REPEATED').length,
    maxDefinition: levels.length,
    undefinedAs: levels.map(({ element }) => (element.repetition_type === 'REPEATED' ? 'empty' : 'null')),
  }
  yield { name: names.join('.'), column, isText: isText(node) }
}

const isList = ({ element }: SchemaTree): boolean => element.converted_type === 'LIST' || element.logical_type?.type === 'LIST'

/** The repeated group in a list, and the element in that. */
const isListPart = (node: SchemaTree, above: readonly SchemaTree[]): boolean => {
  const parent = above.at(-1)!
  if (isList(parent)) return node.element.repetition_type === 'REPEATED'
  const grandparent = above.at(-2)
  return grandparent !== undefined && isList(grandparent) && parent.element.repetition_type === 'REPEATED' && parent.children.length === 1
}

/** Bytes without a type are text, too, for many writers. */
const isText = ({ element }: SchemaTree): boolean =>
  element.type === 'BYTE_ARRAY' && ['UTF8', 'ENUM', 'JSON', undefined].includes(element.converted_type)
