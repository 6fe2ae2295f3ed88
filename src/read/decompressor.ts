import { parentPort } from 'node:worker_threads'
import { PretokError } from '../errors.ts'
import type { BlockAhead, ReadAhead } from './blocksAhead.ts'
import { plainBlocks } from './plainBlocks.ts'

/* The thread that reads ahead for a worker (blocksAhead.ts). It ends with the worker's. */

/** So many blocks are on their way, or wait to be taken. */
const BLOCKS = 8

const serve = async ({ port, source, chunk, blockBytes }: ReadAhead): Promise<void> => {
  const free = Array.from({ length: BLOCKS }, () => new ArrayBuffer(blockBytes))
  let isClosed = false
  let wake = (): void => {}
  port.on('message', (buffer: ArrayBuffer) => {
    free.push(buffer)
    wake()
  })
  port.on('close', () => {
    isClosed = true
    wake()
  })
  const send = (message: BlockAhead, buffers: ArrayBuffer[] = []): void => port.postMessage(message, buffers)
  try {
    for await (const { bytes, stored } of plainBlocks(source, chunk, blockBytes)) {
      while (free.length === 0 && !isClosed) await new Promise<void>((resolve) => (wake = resolve))
      if (isClosed) return
      const buffer = free.pop()!
      new Uint8Array(buffer).set(bytes)
      send({ kind: 'block', buffer, length: bytes.length, stored }, [buffer])
    }
    send({ kind: 'end' })
  } catch (error) {
    send({
      kind: 'failed',
      ...(error instanceof PretokError ? { code: error.code, message: error.message } : { code: undefined, message: String(error) }),
    })
  } finally {
    port.close()
  }
}

parentPort!.on('message', (job: ReadAhead) => void serve(job))
