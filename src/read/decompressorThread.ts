import { Worker } from 'node:worker_threads'

/** The thread that decompresses for this one (decompressor.ts), beside the bundle that this is part of. */
export const DECOMPRESSOR = new URL('./decompressor.js', import.meta.url)

let running: Worker | undefined

/** One thread serves all that this thread reads. */
export const takeDecompressor = (url: URL): Worker => {
  if (running !== undefined) return running
  const thread = new Worker(url)
  thread.unref()
  thread.on('error', () => {}) // whoever waits for it hears of that, and nobody else needs to
  thread.once('exit', () => (running = undefined))
  return (running = thread)
}
