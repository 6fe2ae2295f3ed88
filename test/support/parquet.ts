import { brotliCompressSync, gzipSync } from 'node:zlib'
import type { CompressionCodec } from 'hyparquet'
import { parquetWriteBuffer, type ParquetWriteOptions } from 'hyparquet-writer'
import type { ReadAt } from '../../src/parquet/metadata.ts'
import { zstd } from './compress.ts'

/** An LZ4 block of literals only. */
const lz4 = (data: Uint8Array): Uint8Array => {
  const lengths: number[] = []
  if (data.length >= 15) {
    let rest = data.length - 15
    for (; rest >= 255; rest -= 255) lengths.push(255)
    lengths.push(rest)
  }
  return Buffer.concat([Uint8Array.of(Math.min(15, data.length) << 4, ...lengths), data])
}

const hadoopLz4 = (data: Uint8Array): Uint8Array => {
  const block = lz4(data)
  const header = Buffer.alloc(8)
  header.writeUInt32BE(data.length, 0)
  header.writeUInt32BE(block.length, 4)
  return Buffer.concat([header, block])
}

const compressors = {
  GZIP: (data: Uint8Array) => gzipSync(data),
  BROTLI: (data: Uint8Array) => brotliCompressSync(data),
  ZSTD: (data: Uint8Array) => zstd(Buffer.from(data)),
  LZ4: hadoopLz4,
  LZ4_RAW: lz4,
}

export const CODECS: readonly CompressionCodec[] = ['UNCOMPRESSED', 'SNAPPY', 'GZIP', 'BROTLI', 'ZSTD', 'LZ4', 'LZ4_RAW']

/** Reads from a buffer as from a file: what was read into a buffer is gone when that is used again. */
export const readAtOf =
  (data: Buffer): ReadAt =>
  async (position, length, into = Buffer.alloc(length)) =>
    into.subarray(0, data.subarray(position, position + length).copy(into))

/** A Parquet file with columns `id` and `text`, in row groups of 50 rows and small pages. */
export const parquet = (
  texts: readonly (string | null)[],
  codec: CompressionCodec = 'SNAPPY',
  options: Partial<ParquetWriteOptions> & { encoding?: 'PLAIN' | 'DELTA_BYTE_ARRAY' | 'DELTA_LENGTH_BYTE_ARRAY' } = {},
): Buffer => {
  const { encoding, ...more } = options
  const columnData = [
    { name: 'id', data: texts.map((_, i) => i), type: 'INT32' as const },
    { name: 'text', data: [...texts], type: 'STRING' as const, ...(encoding === undefined ? {} : { encoding }) },
  ]
  return Buffer.from(parquetWriteBuffer({ columnData, codec, compressors, rowGroupSize: 50, pageSize: 2000, ...more }))
}
