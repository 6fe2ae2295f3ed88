import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import type { CompressionCodec, Compressors } from 'hyparquet'
import { loadZstdDecompressor } from '../decompress/zstd.ts'
import { decompressLz4, decompressLz4Raw } from './lz4.ts'
import type { PageKernel } from './pageKernel.ts'

/** Decompresses a page whose length is known. Throws an Error if it is damaged; the length of what it gives is to be checked. */
export type PageCodec = (data: Uint8Array, length: number) => Uint8Array

const CODECS: Partial<Record<CompressionCodec, PageCodec>> = {
  UNCOMPRESSED: (data) => data,
  GZIP: (data, length) => gunzipSync(data, { maxOutputLength: Math.max(1, length) }),
  BROTLI: (data, length) => brotliDecompressSync(data, { maxOutputLength: Math.max(1, length) }),
  LZ4: decompressLz4,
  LZ4_RAW: decompressLz4Raw,
}

/** The codec of a column; undefined for one that is not supported. What it gives may be good only until the next page. */
export const loadCodec = async (name: CompressionCodec, kernel: PageKernel): Promise<PageCodec | undefined> =>
  name === 'ZSTD' ? loadZstdDecompressor(kernel.keep) : name === 'SNAPPY' ? kernel.unsnap : CODECS[name]

/** All of them but Snappy, which hyparquet has; what they give stays good. */
export const loadPageCodecs = async (): Promise<Compressors> => ({ ...CODECS, ZSTD: await loadZstdDecompressor() })
