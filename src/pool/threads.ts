import { Tinypool } from 'tinypool'
import type { WorkerResult, WorkerTask } from '../messages.ts'

/** Runs all tasks at once and settles when each has. */
export type RunTasks = (tasks: readonly WorkerTask[]) => Promise<WorkerResult>[]

/** Runs each task in a worker thread of its own. `close` ends the threads. */
export const startThreads = (workerUrl: URL, threads: number): { run: RunTasks; close: () => Promise<void> } => {
  const pool = new Tinypool({ filename: workerUrl.href, runtime: 'worker_threads', minThreads: threads, maxThreads: threads })
  let isClosing = false
  for (const thread of pool.threads) {
    let hasFailed = false
    thread.once('error', () => (hasFailed = true))
    // Tinypool hears of errors only: a thread that just ends (process.exit, terminate) would leave its task waiting for ever
    thread.once('exit', (code: number) => {
      if (!isClosing && !hasFailed) thread.emit('error', new Error(`the worker thread ended with exit code ${code}`))
    })
  }
  return {
    run: (tasks) => tasks.map((task) => pool.run(task) as Promise<WorkerResult>),
    async close() {
      isClosing = true
      await pool.destroy()
    },
  }
}
