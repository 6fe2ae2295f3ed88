import type { Worker } from 'node:worker_threads'
import type { PretokenizeOptions } from '../options.ts'
import { startThreads, takeSpareThreads, type RunJobs, type StartedThreads, type Threads } from '../pool/threads.ts'
import { prepareBlocks } from '../read/blocksAhead.ts'
import { releaseDecompressor } from '../read/decompressorThread.ts'
import { threadsOf, type MainRole, type Staff } from './runPlan.ts'

/** Where the workers of a run come from. */
export interface Workers {
  /** Starts threads before there is work for them: when the call returns they load, while the run is planned. */
  prepare(staff: Staff): Promise<void>
  /** So many workers: threads, and the main thread if it is one of them. */
  start(workers: number, main: MainRole): Threads
  /** Ends threads that nobody has asked for. */
  close(): Promise<void>
}

/** Without `prepare` the threads start when they are asked for. */
export const createWorkers = ({ workerUrl = new URL('./worker.js', import.meta.url) }: PretokenizeOptions): Workers => {
  let prepared: { threads: StartedThreads; count: number } | undefined
  let decompressor: Worker | undefined

  const takePrepared = (): typeof prepared => {
    const taken = prepared
    prepared = undefined
    return taken
  }
  const takeThreads = (count: number): Threads => {
    const ready = takePrepared()
    if (ready !== undefined && ready.count >= count) return ready.threads
    void ready?.threads.close()
    return takeSpareThreads(workerUrl, count) ?? startThreads(workerUrl, count)
  }
  const closeDecompressor = async (): Promise<void> => {
    const thread = decompressor
    decompressor = undefined
    if (thread !== undefined) await releaseDecompressor(thread)
  }
  return {
    async prepare({ threads: count, decompressor: isWanted }) {
      if (isWanted) decompressor = prepareBlocks()
      if (count === 0) return
      prepared = { threads: takeSpareThreads(workerUrl, count) ?? startThreads(workerUrl, count), count }
      await prepared.threads.begun
    },
    start(workers, main) {
      const count = threadsOf(main, workers)
      if (count === 0) return { run: runHere, close: closeDecompressor }
      const threads = takeThreads(count)
      if (main === 'none') return threads
      return {
        run(jobs) {
          const others = threads.run(jobs.slice(1))
          return [...runHere(jobs.slice(0, 1)), ...others]
        },
        async close() {
          await Promise.all([threads.close(), closeDecompressor()])
        },
      }
    },
    async close() {
      void closeDecompressor() // its memory is little
      await takePrepared()?.threads.close()
    },
  }
}

/** Does the jobs in the main thread. */
const runHere: RunJobs = (jobs) =>
  jobs.map(async (job) => {
    const { countChunks, mergeRuns } = await import('../worker.ts')
    return job.kind === 'count' ? countChunks(job, 'main') : mergeRuns(job)
  })
