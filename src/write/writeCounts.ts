import { PretokError } from '../errors.ts'
import type { PieceCount } from '../types.ts'
import { writeAtomically, type WriteBytes } from './atomicFile.ts'
import { ByteBuffer } from './byteBuffer.ts'
import type { Codec } from './codec.ts'
import { CODECS, STANDARD_STREAM, type CountsFormat } from './formats.ts'
import { inBatches, type PieceBatch } from './pieceBatch.ts'
import { writeToStandardOutput } from './standardOutput.ts'

const BLOCK = 1 << 20

/**
 * Writes pieces and counts to a file, which appears whole or not at all, or to standard output (`-`). Memory does not grow with their
 * number. Throws 'output' when the file cannot be written; the file that was there before is then unchanged.
 */
export const writeCounts = (path: string, format: CountsFormat, entries: Iterable<PieceCount>, signal?: AbortSignal): Promise<void> =>
  writeBatches(path, format, inBatches(entries), signal)

/** The same for many pieces at a time, which takes half as long. */
export const writeBatches = (path: string, format: CountsFormat, batches: Iterable<PieceBatch>, signal?: AbortSignal): Promise<void> => {
  const produce = (write: WriteBytes) => encodeCounts(format, batches, stoppable(write, path, signal))
  return path === STANDARD_STREAM ? writeToStandardOutput(produce) : writeAtomically(path, produce)
}

/** Writing that stops with 'interrupted' when the signal says so; whoever writes cleans up. */
const stoppable =
  (write: WriteBytes, path: string, signal: AbortSignal | undefined): WriteBytes =>
  async (bytes) => {
    await write(bytes)
    if (signal?.aborted) throw new PretokError('interrupted', `writing ${path}: stopped before the end; nothing was written`)
  }

const encodeCounts = async (format: CountsFormat, batches: Iterable<PieceBatch>, write: WriteBytes): Promise<void> => {
  const codec = CODECS[format]
  const out = new ByteBuffer(BLOCK + BLOCK / 16) // a block is full when an entry has gone past its end
  let isFirst = true
  codec.writeStart(out)
  for (const batch of batches) {
    for (let done = 0; done < batch.size;) {
      done = encodeBatch(codec, out, batch, done, isFirst)
      isFirst = false
      if (out.length >= BLOCK) await write(out.take())
    }
  }
  codec.writeEnd(out)
  await write(out.take())
}

/** Pieces of a batch, until a block is full; returns how many of them are done. */
const encodeBatch = (codec: Codec, out: ByteBuffer, { bytes, starts, ends, counts, size }: PieceBatch, done: number, isFirst: boolean): number => {
  let i = done
  for (; i < size && out.length < BLOCK; i++) codec.writeEntry(out, bytes, starts[i], ends[i], counts[i], isFirst && i === 0)
  return i
}
