import { PretokError } from '../errors.ts'
import type { PieceCount } from '../types.ts'
import { writeAtomically, type WriteBytes } from './atomicFile.ts'
import { ByteBuffer } from './byteBuffer.ts'
import { CODECS, STANDARD_STREAM, type CountsFormat } from './formats.ts'
import { writeToStandardOutput } from './standardOutput.ts'

const BLOCK = 1 << 20

/**
 * Writes pieces and counts to a file, which appears whole or not at all, or to standard output (`-`). Memory does not grow with their
 * number. Throws 'output' when the file cannot be written; the file that was there before is then unchanged.
 */
export const writeCounts = (path: string, format: CountsFormat, entries: Iterable<PieceCount>, signal?: AbortSignal): Promise<void> => {
  const produce = (write: WriteBytes) => encodeCounts(format, entries, stoppable(write, path, signal))
  return path === STANDARD_STREAM ? writeToStandardOutput(produce) : writeAtomically(path, produce)
}

/** Writing that stops with 'interrupted' when the signal says so; whoever writes cleans up. */
const stoppable =
  (write: WriteBytes, path: string, signal: AbortSignal | undefined): WriteBytes =>
  async (bytes) => {
    await write(bytes)
    if (signal?.aborted) throw new PretokError('interrupted', `writing ${path}: stopped before the end; nothing was written`)
  }

const encodeCounts = async (format: CountsFormat, entries: Iterable<PieceCount>, write: WriteBytes): Promise<void> => {
  const codec = CODECS[format]
  const out = new ByteBuffer(BLOCK + BLOCK / 16) // a block is full when an entry has gone past its end
  let isFirst = true
  codec.writeStart(out)
  for (const { piece, count } of entries) {
    codec.writeEntry(out, piece, count, isFirst)
    isFirst = false
    if (out.length >= BLOCK) await write(out.take())
  }
  codec.writeEnd(out)
  await write(out.take())
}
