import type { Tinypool } from 'tinypool'
import type { WorkerJob } from '../messages.ts'

/** Runs all jobs, as many at once as there are threads; each promise settles when its job has. */
export type RunJobs = (jobs: readonly WorkerJob[]) => Promise<unknown>[]

export interface Threads {
  run: RunJobs
  /** Ends the threads, and with them all their memory goes. Nobody needs to wait for it who does not need the memory. */
  close: () => Promise<void>
}

/**
 * Node 20 aborts ("Assertion failed: (data.first) != nullptr") when a thread ends while V8 compiles a function for it in the background and
 * would like to collect garbage. So threads are left alone for a while before they end: compiling takes a few milliseconds.
 */
const QUIET_MS = 50

/** Starts threads that run the worker's module. */
export const startThreads = (workerUrl: URL, threads: number): Threads => {
  let isClosing = false
  const starting = startPool(workerUrl, threads, () => isClosing)
  starting.catch(() => {}) // who runs jobs hears of it
  return {
    run: (jobs) => jobs.map(async (job) => (await starting).run(job) as Promise<unknown>),
    async close() {
      isClosing = true
      const pool = await starting.catch(() => undefined)
      if (pool === undefined) return
      await new Promise((resolve) => setTimeout(resolve, QUIET_MS))
      await pool.destroy()
    },
  }
}

/** Tinypool is loaded by those who use threads. */
const startPool = async (workerUrl: URL, threads: number, isClosing: () => boolean): Promise<Tinypool> => {
  const { Tinypool } = await import('tinypool')
  const pool = new Tinypool({
    filename: workerUrl.href,
    runtime: 'worker_threads',
    minThreads: threads,
    maxThreads: threads,
  })
  // of a thread without a job, which has taken the place of one that failed and cannot start either: nobody waits for it
  pool.on('error', () => {})
  for (const thread of pool.threads) {
    let hasFailed = false
    thread.once('error', () => (hasFailed = true))
    // Tinypool hears of errors only: a thread that just ends (process.exit, terminate) would leave its task waiting for ever
    thread.once('exit', (code: number) => {
      if (!isClosing() && !hasFailed) thread.emit('error', new Error(`the worker thread ended with exit code ${code}`))
    })
  }
  return pool
}
