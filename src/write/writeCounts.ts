import { PretokError } from '../errors.ts'
import type { PieceCount } from '../types.ts'
import { nameAll, prepareFile, type PreparedFile, type WriteBytes } from './atomicFile.ts'
import { CODECS, isGzipped, STANDARD_STREAM, type CountsFormat } from './formats.ts'
import { inBatches, type PieceBatch } from './pieceBatch.ts'
import { MOST_ENCODED, RowEncoder, type RowLayout } from './rows.ts'
import { writeToStandardOutput } from './standardOutput.ts'

const BLOCK = 1 << 18

/**
 * Writes pieces and counts to a file, which appears whole or not at all, or to standard output (`-`). Memory does not grow with their
 * number. Throws 'output' when the file cannot be written; the file that was there before is then unchanged.
 */
export const writeCounts = async (path: string, format: CountsFormat, entries: Iterable<PieceCount>, signal?: AbortSignal): Promise<void> =>
  nameAll([await prepareBatches(path, format, inBatches(entries), signal)])

/** The same up to where the file gets its name, and for many pieces at a time, which takes half as long. */
export const prepareBatches = async (
  path: string,
  format: CountsFormat,
  batches: Iterable<PieceBatch>,
  signal?: AbortSignal,
): Promise<PreparedFile> => {
  const produce = (write: WriteBytes) => encodeCounts(format, batches, isGzipped(path), stoppable(write, path, signal))
  if (path !== STANDARD_STREAM) return prepareFile(path, produce)
  await writeToStandardOutput(produce)
  return NOTHING_TO_NAME
}

const NOTHING_TO_NAME: PreparedFile = { rename: () => {}, settle: async () => {}, discard: () => {} }

/** Writing that stops with 'interrupted' when the signal says so; whoever writes cleans up. */
const stoppable =
  (write: WriteBytes, path: string, signal: AbortSignal | undefined): WriteBytes =>
  async (bytes) => {
    await write(bytes)
    if (signal?.aborted) throw stoppedWriting(path, signal.reason)
  }

export const stoppedWriting = (path: string, cause?: unknown): PretokError =>
  new PretokError(
    'interrupted',
    path === STANDARD_STREAM ? 'writing to standard output: stopped before the end' : `writing ${path}: stopped before the end; nothing was written`,
    { cause },
  )

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
