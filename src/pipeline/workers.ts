import type { PretokenizeOptions } from '../options.ts'
import { startThreads, type StartedThreads, type Threads } from '../pool/threads.ts'

/** Where the threads of a run come from. */
export interface Workers {
  /** Starts threads before there is work for them: when the call returns they load, while the run is planned. */
  prepare(threads: number): Promise<void>
  /** Worker threads, as many or more; for 0, what does their work in the main thread. */
  start(threads: number): Threads
  /** Ends threads that nobody has asked for. */
  close(): Promise<void>
}

/** Without `prepare` the threads start when they are asked for. */
export const createWorkers = ({ workerUrl = new URL('./worker.js', import.meta.url) }: PretokenizeOptions): Workers => {
  let prepared: { threads: StartedThreads; count: number } | undefined

  const takePrepared = (): typeof prepared => {
    const taken = prepared
    prepared = undefined
    return taken
  }
  return {
    async prepare(count) {
      if (count === 0) return
      prepared = { threads: startThreads(workerUrl, count), count }
      await prepared.threads.begun
    },
    start(count) {
      if (count === 0) return MAIN_THREAD
      const ready = takePrepared()
      if (ready !== undefined && ready.count >= count) return ready.threads
      void ready?.threads.close()
      return startThreads(workerUrl, count)
    },
    async close() {
      await takePrepared()?.threads.close()
    },
  }
}

const MAIN_THREAD: Threads = {
  run: (jobs) =>
    jobs.map(async (job) => {
      const { countChunks, mergeRuns } = await import('../worker.ts')
      return job.kind === 'merge' ? mergeRuns(job) : countChunks(job)
    }),
  async close() {},
}
