import type { Compression } from '../types.ts'
import { decompressGzip, gunzipSmall } from './gzip.ts'
import type { Decompress, ReadBlocks } from './plainBlock.ts'
import { decompressBy } from './program.ts'
import { decompressZstd } from './zstd.ts'

/** For windows of more than 128 MiB, which the library does not take. */
export const decompressLongZstd = decompressBy('zstd', ['--decompress', '--stdout', '--long=31', '--quiet'])

export const DECOMPRESSORS: Readonly<Record<Exclude<Compression, 'none'>, Decompress>> = {
  gzip: decompressGzip,
  zstd: decompressZstd,
  xz: decompressBy('xz', ['--decompress', '--stdout']),
  bzip2: decompressBy('bzip2', ['--decompress', '--stdout']),
}

/** All that a source holds, if that is had at less cost than from a stream. */
export const decompressSmall = async (
  compression: Compression,
  readBlocks: ReadBlocks,
  size: number,
): Promise<Buffer | undefined> => (compression === 'gzip' ? gunzipSmall(readBlocks, size) : undefined)
