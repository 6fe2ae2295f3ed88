import type { CompressionCodec } from 'hyparquet'
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { DecompressorLost } from '../parquet/pages.ts'
import type { AheadOf } from '../parquet/rowCursor.ts'
import { releaseDecompressor, takeDecompressor } from './decompressorThread.ts'

/*
 * Pages of Parquet that another thread (decompressor.ts) decompresses while those before them are looked at. It answers in the order in
 * which it is asked. Snappy is not worth it: to hand pages over takes about as long, and memory that is always new.
 */

/** What the other thread is asked for: to answer all that comes through a port, until that is closed. */
export interface ServePages {
  kind: 'pages'
  port: MessagePort
}

/** A page, and how long it is when it is decompressed. */
export interface PageToDecompress {
  codec: CompressionCodec
  data: Uint8Array<ArrayBuffer>
  length: number
}

/** The page, or what is wrong with it. */
export type PageAhead = { page: Uint8Array<ArrayBuffer> } | { problem: string }

const QUICK: readonly CompressionCodec[] = ['UNCOMPRESSED', 'SNAPPY']

/** The thread is there from when it is needed. */
export const openPagesAhead = (threadUrl?: URL): { aheadOf: AheadOf; close: () => void } => {
  let server: PageServer | undefined
  return {
    aheadOf: (codec) => (QUICK.includes(codec) ? undefined : (data, length) => (server ??= startServer(threadUrl)).ask({ codec, data, length })),
    close: () => server?.close(),
  }
}

interface PageServer {
  ask(page: PageToDecompress): Promise<Uint8Array>
  close(): void
}

const startServer = (threadUrl: URL | undefined): PageServer => {
  const { port1, port2 } = new MessageChannel()
  const asked: { resolve: (page: Uint8Array) => void; reject: (error: Error) => void }[] = []
  const thread = takeDecompressor(threadUrl)
  let lost: DecompressorLost | undefined // whoever asks from then on would wait for ever
  const fail = (error: unknown): void => {
    lost ??= new DecompressorLost(`decompressing: ${String(error)}`)
    for (const { reject } of asked.splice(0)) reject(lost)
  }
  const ended = (): void => fail('the thread ended')
  thread.on('error', fail).on('exit', ended)
  port1.on('message', (answer: PageAhead) => {
    const { resolve, reject } = asked.shift()!
    if ('page' in answer) resolve(answer.page)
    else reject(new Error(answer.problem))
  })
  thread.postMessage({ kind: 'pages', port: port2 } satisfies ServePages, [port2])
  return {
    ask: (page) =>
      new Promise((resolve, reject) => {
        if (lost !== undefined) return reject(lost)
        asked.push({ resolve, reject })
        port1.postMessage(page, [page.data.buffer])
      }),
    close() {
      thread.off('error', fail).off('exit', ended)
      port1.close()
      void releaseDecompressor(thread)
    },
  }
}
