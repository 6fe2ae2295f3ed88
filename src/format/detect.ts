import type { Compression, InputFormat } from '../types.ts'

export const INPUT_FORMATS: readonly InputFormat[] = ['text', 'jsonl', 'json', 'csv', 'tsv', 'parquet']

const COMPRESSION_ENDING = /\.(gz|gzip|bgz|zst|zstd|xz|bz2|bzip2)$/i

const COMPRESSIONS: Readonly<Record<string, Compression>> = {
  gz: 'gzip',
  gzip: 'gzip',
  bgz: 'gzip',
  zst: 'zstd',
  zstd: 'zstd',
  xz: 'xz',
  bz2: 'bzip2',
  bzip2: 'bzip2',
}

const FORMATS: Readonly<Record<string, InputFormat>> = {
  jsonl: 'jsonl',
  ndjson: 'jsonl',
  json: 'json',
  csv: 'csv',
  tsv: 'tsv',
  parquet: 'parquet',
}

/** The ending, behind that of the compression. */
const endingOf = (path: string): string => (/\.([^./\\]+)$/.exec(path.replace(COMPRESSION_ENDING, ''))?.[1] ?? '').toLowerCase()

/** What a file holds: by its name, behind the ending of its compression; by its first bytes if the name says nothing. */
export const formatOf = (path: string, head: Buffer): InputFormat =>
  FORMATS[endingOf(path)] ?? (head.toString('latin1', 0, 4) === 'PAR1' ? 'parquet' : 'text')

const ZSTD_FRAME = 0xfd2fb528
/** Frames to be skipped have 0x184D2A50 to 0x184D2A5F. */
const isZstd = (word: number): boolean => word === ZSTD_FRAME || word >>> 4 === 0x184d2a5

/** How many bytes these functions look at. */
export const HEAD_BYTES = 265

/**
 * The compression that a file's first bytes tell, whatever its name says. Where they tell none, its ending does: what is called .gz and does
 * not begin as gzip is damaged, and is found to be when it is read.
 */
export const compressionOf = (path: string, head: Buffer): Compression => {
  const [, ending = ''] = COMPRESSION_ENDING.exec(path) ?? []
  return compressionByBytes(head) ?? COMPRESSIONS[ending.toLowerCase()] ?? 'none'
}

const compressionByBytes = (head: Buffer): Compression | undefined => {
  if (head.length >= 3 && head[0] === 0x1f && head[1] === 0x8b && head[2] === 8) return 'gzip'
  if (head.length >= 4 && isZstd(head.readUInt32LE())) return 'zstd'
  if (head.subarray(0, 6).equals(XZ)) return 'xz'
  if (head.toString('latin1', 0, 3) === 'BZh' && BZIP2_BLOCKS.some((block) => head.subarray(4, 10).equals(block))) return 'bzip2'
  return undefined
}

const XZ = Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0])
/** What follows the four bytes of the header: a block (the digits of pi), or the end (those of its square root). */
const BZIP2_BLOCKS = [Buffer.from('314159265359', 'hex'), Buffer.from('177245385090', 'hex')]

/** What is no text, by its first bytes; none of them could begin one. */
const FOREIGN: readonly { what: string; at?: number; bytes: Buffer }[] = [
  { what: 'LZ4 data', bytes: Buffer.from('04224d18', 'hex') },
  { what: 'LZ4 data', bytes: Buffer.from('02214c18', 'hex') },
  { what: 'a ZIP archive', bytes: Buffer.from('PK\x03\x04') },
  { what: 'a ZIP archive', bytes: Buffer.from('PK\x05\x06') }, // an empty one
  { what: 'a 7z archive', bytes: Buffer.from('377abcaf271c', 'hex') },
  { what: 'a RAR archive', bytes: Buffer.from('Rar!\x1a\x07') },
  { what: 'data of compress (.Z)', bytes: Buffer.from('1f9d', 'hex') },
  { what: 'lzop data', bytes: Buffer.from('894c5a4f000d0a', 'hex') },
  { what: 'lzip data', bytes: Buffer.from('LZIP\x01') },
  { what: 'framed Snappy data', bytes: Buffer.from('ff060000734e61507059', 'hex') },
  { what: 'an Arrow file (IPC, Feather)', bytes: Buffer.from('ARROW1\0\0') },
  { what: 'an Avro file', bytes: Buffer.from('Obj\x01') },
  { what: 'an SQLite database', bytes: Buffer.from('SQLite format 3\0') },
  { what: 'a PDF file', bytes: Buffer.from('%PDF-') },
  { what: 'a PNG image', bytes: Buffer.from('89504e470d0a1a0a', 'hex') },
  { what: 'a JPEG image', bytes: Buffer.from('ffd8ff', 'hex') },
  { what: 'a program (ELF)', bytes: Buffer.from('\x7fELF') },
  { what: 'a WebAssembly module', bytes: Buffer.from('\0asm') },
  { what: 'an HDF5 file', bytes: Buffer.from('894844460d0a1a0a', 'hex') },
  { what: 'a NumPy array', bytes: Buffer.from('\x93NUMPY', 'latin1') },
  { what: "a pickle of Python's", bytes: Buffer.from('8002', 'hex') },
  { what: "a pickle of Python's", bytes: Buffer.from('8003', 'hex') },
  { what: "a pickle of Python's", bytes: Buffer.from('800495', 'hex') },
  { what: "a pickle of Python's", bytes: Buffer.from('800595', 'hex') },
  { what: 'an Office document', bytes: Buffer.from('d0cf11e0a1b11ae1', 'hex') },
  { what: 'a file of partial results of pretok', bytes: Buffer.from('PRETOKR\x01') },
  { what: 'a tar archive', at: 257, bytes: Buffer.from('ustar\0') },
  { what: 'a tar archive', at: 257, bytes: Buffer.from('ustar  \0') },
]

/** What has no first bytes that tell it, or has them inside its compression, by the ending. */
const FOREIGN_ENDINGS: Readonly<Record<string, string>> = {
  tar: 'a tar archive',
  tgz: 'a tar archive',
  txz: 'a tar archive',
  tbz2: 'a tar archive',
  br: 'Brotli data',
  lzma: 'LZMA data',
  zz: 'zlib data',
  deflate: 'zlib data', // Spark and Hadoop write this and the next two
  snappy: 'Snappy data',
  lz4: 'LZ4 data',
  orc: 'an ORC file',
  arrow: 'an Arrow file (IPC stream)',
  tfrecord: 'a TFRecord file',
  tfrecords: 'a TFRecord file',
}

/** The length of the first page header, encrypted, in bytes 4 to 7: never as much as 64 KiB. */
const isEncryptedParquet = (head: Buffer): boolean => head.toString('latin1', 0, 4) === 'PARE' && head.subarray(6, 8).equals(Buffer.alloc(2))

/** What a file is that cannot be read, and would be nonsense as text; undefined: nothing tells that. */
export const foreignKindOf = (path: string, head: Buffer): string | undefined => foreignByBytes(head) ?? FOREIGN_ENDINGS[endingOf(path)]

const foreignByBytes = (head: Buffer): string | undefined =>
  FOREIGN.find(({ at = 0, bytes }) => head.subarray(at, at + bytes.length).equals(bytes))?.what ??
  (isEncryptedParquet(head) ? 'an encrypted Parquet file' : undefined)

/** Whether a file that does not say that it is Parquet is: behind the magic bytes comes the first field of Thrift's compact protocol. */
export const isParquet = (head: Buffer): boolean => head.toString('latin1', 0, 5) === 'PAR1\x15'

/** What is inside compressed data and cannot be read there, by its first bytes; undefined: nothing tells that. */
export const foreignInside = (head: Buffer): string | undefined => {
  const compression = compressionByBytes(head)
  return compression === undefined ? (foreignByBytes(head) ?? (isParquet(head) ? 'a Parquet file' : undefined)) : `${compression} data once more`
}
