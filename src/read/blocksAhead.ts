import { MessageChannel, type MessagePort, type Worker } from 'node:worker_threads'
import type { PlainBlock } from '../decompress/plainBlock.ts'
import { PretokError, type ErrorCode } from '../errors.ts'
import type { Chunk, Source } from '../types.ts'
import { askToPrepare, isWorthThread, releaseDecompressor, takeDecompressor } from './decompressorThread.ts'

/*
 * Plain data that another thread (decompressor.ts) reads and decompresses meanwhile. That is worth it for zstd, which runs in WebAssembly and
 * takes the time of the thread that asks for it; gzip is done by Node's own threads, xz and bzip2 by other programs. Blocks come in buffers
 * that go back to be filled again.
 */

/** What the other thread is asked for. */
export interface ReadAhead {
  kind: 'blocks'
  source: Source
  chunk: Chunk
  blockBytes: number
  /** Sends blocks and takes buffers back; closed when no more blocks are wanted. */
  port: MessagePort
}

/** Starts the other thread, to be released as one that was taken. */
export const prepareBlocks = (): Worker => {
  const thread = takeDecompressor()
  askToPrepare(thread)
  return thread
}

/** What it answers. */
export type BlockAhead =
  | { kind: 'block'; buffer: ArrayBuffer; length: number; stored: number }
  | { kind: 'end' }
  | { kind: 'failed'; code: ErrorCode | undefined; message: string }

/** Whether it is worth it to read a chunk ahead. */
export const isWorthAhead = ({ compression }: Source, chunk: Chunk): boolean => compression === 'zstd' && isWorthThread(chunk)

/** The same as `plainBlocks`. */
export async function* blocksAhead(
  source: Source,
  chunk: Chunk,
  blockBytes: number,
  threadUrl?: URL,
): AsyncGenerator<PlainBlock> {
  const { port1, port2 } = new MessageChannel()
  const arrived: BlockAhead[] = []
  let wake = (): void => {}
  const arrive = (message: BlockAhead): void => {
    arrived.push(message)
    wake()
  }
  const fail = (error: unknown): void => arrive({ kind: 'failed', code: undefined, message: `decompressing: ${String(error)}` })
  const ended = (): void => fail('the thread ended')
  port1.on('message', arrive)
  const thread = takeDecompressor(threadUrl)
  thread.on('error', fail).on('exit', ended)
  thread.postMessage({ kind: 'blocks', source, chunk, blockBytes, port: port2 } satisfies ReadAhead, [port2])
  try {
    for (;;) {
      while (arrived.length === 0) await new Promise<void>((resolve) => (wake = resolve))
      const message = arrived.shift()!
      if (message.kind === 'end') return
      if (message.kind === 'failed')
        throw message.code === undefined ? new Error(message.message) : new PretokError(message.code, message.message)
      const { buffer, length, stored } = message
      yield { bytes: Buffer.from(buffer, 0, length), stored }
      port1.postMessage(buffer, [buffer])
    }
  } finally {
    thread.off('error', fail).off('exit', ended)
    port1.close()
    void releaseDecompressor(thread)
  }
}
