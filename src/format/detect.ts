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

/** What a file holds: by its name, behind the ending of its compression; by its first bytes if the name says nothing. */
export const formatOf = (path: string, head: Buffer): InputFormat => {
  const [, ending = ''] = /\.([^./\\]+)$/.exec(path.replace(COMPRESSION_ENDING, '')) ?? []
  return FORMATS[ending.toLowerCase()] ?? (head.toString('latin1', 0, 4) === 'PAR1' ? 'parquet' : 'text')
}

const ZSTD_FRAME = 0xfd2fb528
/** Frames to be skipped have 0x184D2A50 to 0x184D2A5F. */
const isZstd = (word: number): boolean => word === ZSTD_FRAME || word >>> 4 === 0x184d2a5

/** How many bytes `compressionOf` looks at. */
export const HEAD_BYTES = 12

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
