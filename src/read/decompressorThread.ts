import { Worker } from 'node:worker_threads'
import { untilQuiet } from '../quiet.ts'
import type { Chunk } from '../types.ts'

/** The thread that decompresses for this one (decompressor.ts), beside the bundle that this is part of. */
const DECOMPRESSOR = new URL('./decompressor.js', import.meta.url)

/** It may be told early that it will be asked for blocks. */
export interface PrepareBlocks {
  kind: 'prepare'
}

export const askToPrepare = (thread: Worker): void => thread.postMessage({ kind: 'prepare' } satisfies PrepareBlocks)

/** Less is decompressed before a thread has started. */
const LEAST_BYTES = 2 ** 20

export const isWorthThread = ({ start, end }: Chunk): boolean => end - start >= LEAST_BYTES

/** `uses`: how often it has been taken so far. */
let running: { thread: Worker; users: number; uses: number } | undefined

const start = (url: URL): NonNullable<typeof running> => (running ??= { thread: startThread(url), users: 0, uses: 0 })

/** Starts the thread for who will take it. */
export const startDecompressor = (url: URL = DECOMPRESSOR): Worker => start(url).thread

/** Ends it if nobody has taken it. */
export const endUntakenDecompressor = async (): Promise<void> => {
  const untaken = running
  if (untaken === undefined || untaken.uses > 0) return
  running = undefined
  await untilQuiet()
  await untaken.thread.terminate()
}

/** One thread serves all that this thread reads, from when it is taken first. To be given back by `releaseDecompressor`. */
export const takeDecompressor = (url: URL = DECOMPRESSOR): Worker => {
  const taken = start(url)
  taken.users++
  taken.uses++
  return taken.thread
}

const startThread = (url: URL): Worker => {
  const thread = new Worker(url)
  thread.unref()
  thread.on('error', () => {}) // whoever waits for it hears of that, and nobody else needs to
  thread.once('exit', () => {
    if (running?.thread === thread) running = undefined
  })
  return thread
}

/** It ends when nobody takes it again soon. Nobody needs to wait for that who does not need its memory. */
export const releaseDecompressor = async (thread: Worker): Promise<void> => {
  const released = running
  if (released?.thread !== thread || --released.users > 0) return // it has ended by itself, or others have it
  const { uses } = released
  await untilQuiet()
  if (running !== released || released.uses > uses) return
  running = undefined
  await thread.terminate()
}
