import { parentPort } from 'node:worker_threads'
import { PretokError } from '../errors.ts'
import type { BlockAhead, ReadAhead } from './blocksAhead.ts'
import type { PrepareBlocks } from './decompressorThread.ts'
import type { PageAhead, PageToDecompress, ServePages } from './pagesAhead.ts'
import { plainBlocks } from './plainBlocks.ts'

/* The thread that decompresses for a worker what that will need next (blocksAhead.ts, pagesAhead.ts). It ends with the worker's. */

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

/** Loaded when it is needed: what is compressed as a whole does not need it. */
const servePages = async ({ port }: ServePages): Promise<void> => {
  const [{ loadCodec }, { releasePageKernel, takePageKernel }] = await Promise.all([
    import('../parquet/codecs.ts'),
    import('../parquet/pageKernel.ts'),
  ])
  const kernel = takePageKernel()
  const answer = async ({ codec, data, length }: PageToDecompress): Promise<void> => {
    try {
      const page = new Uint8Array((await loadCodec(codec, kernel))!(data, length)) // a copy, which can be handed over
      port.postMessage({ page } satisfies PageAhead, [page.buffer])
    } catch (error) {
      port.postMessage({ problem: (error as Error).message } satisfies PageAhead)
    }
  }
  let last: Promise<unknown> = Promise.resolve()
  port.on('message', (page: PageToDecompress) => (last = last.then(() => answer(page))))
  port.on('close', () => void last.then(() => releasePageKernel(kernel)))
}

const doJob = async (job: ReadAhead | ServePages | PrepareBlocks): Promise<void> => {
  switch (job.kind) {
    case 'blocks':
      return serve(job)
    case 'pages':
      return servePages(job)
    case 'prepare':
      return (await import('../decompress/zstd.ts')).prepareZstd()
  }
}

parentPort!.on('message', (job: ReadAhead | ServePages | PrepareBlocks) => void doJob(job))
