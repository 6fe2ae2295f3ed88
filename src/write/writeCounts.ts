import { PretokError } from '../errors.ts'
import type { PieceCount } from '../types.ts'
import { writeAtomically, type WriteBytes } from './atomicFile.ts'
import { CODECS, isGzipped, STANDARD_STREAM, type CountsFormat } from './formats.ts'
import { inBatches, type PieceBatch } from './pieceBatch.ts'
import { MOST_ENCODED, RowEncoder, type RowLayout } from './rows.ts'
import { writeToStandardOutput } from './standardOutput.ts'

const BLOCK = 1 << 18

/**
 * Writes pieces and counts to a file, which appears whole or not at all, or to standard output (`-`). Memory does not grow with their
 * number. Throws 'output' when the file cannot be written; the file that was there before is then unchanged.
 */
export const writeCounts = (path: string, format: CountsFormat, entries: Iterable<PieceCount>, signal?: AbortSignal): Promise<void> =>
  writeBatches(path, format, inBatches(entries), signal)

/** The same for many pieces at a time, which takes half as long. */
export const writeBatches = (path: string, format: CountsFormat, batches: Iterable<PieceBatch>, signal?: AbortSignal): Promise<void> => {
  const produce = (write: WriteBytes) => encodeCounts(format, batches, isGzipped(path), stoppable(write, path, signal))
  return path === STANDARD_STREAM ? writeToStandardOutput(produce) : writeAtomically(path, produce)
}

/** Writing that stops with 'interrupted' when the signal says so; whoever writes cleans up. */
const stoppable =
  (write: WriteBytes, path: string, signal: AbortSignal | undefined): WriteBytes =>
  async (bytes) => {
    await write(bytes)
    if (signal?.aborted) throw new PretokError('interrupted', `writing ${path}: stopped before the end; nothing was written`)
  }

/** Each of these formats is loaded by those who want it. */
const encodeCounts = async (format: CountsFormat, batches: Iterable<PieceBatch>, isGzip: boolean, write: WriteBytes): Promise<void> => {
  if (format === 'parquet') return (await import('./parquet.ts')).writeParquetCounts(batches, write)
  const blocks = encodeText(CODECS[format].layout, batches)
  if (isGzip) return (await import('./gzip.ts')).writeGzip(blocks, write)
  for (const block of blocks) await write(block)
}

/** Blocks of text, each good until the next one is asked for. */
function* encodeText(layout: RowLayout, batches: Iterable<PieceBatch>): Generator<Uint8Array> {
  const encoder = new RowEncoder(layout)
  const block = new Uint8Array(BLOCK + MOST_ENCODED)
  let length = 0
  const put = (bytes: Uint8Array): void => {
    block.set(bytes, length)
    length += bytes.length
  }
  put(Buffer.from(layout.start))
  for (const batch of batches)
    for (const bytes of encoder.encode(batch)) {
      put(bytes)
      if (length < BLOCK) continue
      yield block.subarray(0, length)
      length = 0
    }
  put(Buffer.from(layout.end))
  yield block.subarray(0, length)
}
