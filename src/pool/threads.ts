import type { Tinypool } from 'tinypool'
import { milliseconds } from '../clock.ts'
import type { WorkerJob } from '../messages.ts'
import { untilQuiet } from '../quiet.ts'

/** Runs all jobs, as many at once as there are threads; each promise settles when its job has. */
export type RunJobs = (jobs: readonly WorkerJob[]) => Promise<unknown>[]

export interface Threads {
  run: RunJobs
  /** Ends the threads, and with them all their memory goes. Nobody needs to wait for it who does not need the memory. */
  close: () => Promise<void>
}

export interface StartedThreads extends Threads {
  /** Settles when the threads have begun to load. */
  begun: Promise<unknown>
}

interface Life {
  /** When the first thread had loaded its module. */
  readyAt: number | undefined
  isClosing: boolean
  /** Fails the jobs that are waited for. */
  waiting: Set<(error: unknown) => void>
}

/** Starts threads that run the worker's module. */
export const startThreads = (workerUrl: URL, threads: number): StartedThreads => {
  const life: Life = { readyAt: undefined, isClosing: false, waiting: new Set() }
  const starting = startPool(workerUrl, threads, life)
  return {
    begun: starting.catch(() => {}), // who runs jobs hears of an error
    run: (jobs) => jobs.map((job) => runJob(starting, job, life)),
    async close() {
      life.isClosing = true
      const pool = await starting.catch(() => undefined)
      if (pool === undefined) return
      // a thread that has hardly run has hardly anything left to compile: there is no need to wait longer than it has been ready
      await untilQuiet(milliseconds() - (life.readyAt ?? -Infinity))
      // Tinypool waits for the end of threads by Node's `once`, which asks this of one that fails meanwhile, and Tinypool's have it not
      for (const thread of pool.threads) Object.assign(thread, { removeListener: () => thread })
      // a thread that fails while it ends has nothing to say any more: what it had is there, or was missed by who waited for it
      await pool.destroy().catch(() => {})
    },
  }
}

/** Fails when no thread is left to do the job, too. */
const runJob = async (starting: Promise<Tinypool>, job: WorkerJob, life: Life): Promise<unknown> => {
  const pool = await starting
  let fail: (error: unknown) => void = () => {}
  const failing = new Promise<never>((_, reject) => (fail = reject))
  life.waiting.add(fail)
  try {
    return await Promise.race([pool.run(job), failing])
  } catch (error) {
    failWaiting(pool, life, error)
    throw error
  } finally {
    life.waiting.delete(fail)
  }
}

/** Tinypool does not replace a thread that fails before it is ready, and keeps the jobs for others, be there none. */
const failWaiting = ({ threads }: Tinypool, { waiting }: Life, error: unknown): void => {
  if (threads.length === 0) for (const fail of waiting) fail(error)
}

interface SpareThreads {
  url: string
  count: number
  threads: StartedThreads
}
let spare: SpareThreads | undefined

/** Starts threads for a run to come. When the call returns they load. */
export const startSpareThreads = async (workerUrl: URL, count: number): Promise<void> => {
  spare = { url: workerUrl.href, count, threads: startThreads(workerUrl, count) }
  await spare.threads.begun
}

/** Those threads, if nobody has taken them, they run this module, and there are enough. */
export const takeSpareThreads = (workerUrl: URL, count: number): StartedThreads | undefined => {
  if (spare === undefined || spare.url !== workerUrl.href || spare.count < count) return undefined
  const { threads } = spare
  spare = undefined
  return threads
}

/** Ends them if nobody has taken them. */
export const closeSpareThreads = async (): Promise<void> => {
  const left = spare
  spare = undefined
  await left?.threads.close()
}

/** Tinypool is loaded by those who use threads. */
const startPool = async (workerUrl: URL, threads: number, life: Life): Promise<Tinypool> => {
  const { Tinypool } = await import('tinypool')
  const pool = new Tinypool({
    filename: workerUrl.href,
    runtime: 'worker_threads',
    minThreads: threads,
    maxThreads: threads,
  })
  // of a thread without a job, which has perhaps taken the place of one that failed and cannot start either
  pool.on('error', (error: unknown) => failWaiting(pool, life, error))
  for (const thread of pool.threads) {
    let hasFailed = false
    thread.once('message', () => (life.readyAt ??= milliseconds())) // Tinypool's first one
    thread.once('error', () => (hasFailed = true))
    // Tinypool hears of errors only: a thread that just ends (process.exit, terminate) would leave its task waiting for ever
    thread.once('exit', (code: number) => {
      if (!life.isClosing && !hasFailed) thread.emit('error', new Error(`the worker thread ended with exit code ${code}`))
    })
  }
  return pool
}
