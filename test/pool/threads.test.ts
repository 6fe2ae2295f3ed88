import { EventEmitter } from 'node:events'
import { describe, expect, test, vi } from 'vitest'
import type { WorkerJob } from '../../src/messages.ts'
import { startThreads } from '../../src/pool/threads.ts'

const pools: (EventEmitter & { threads: unknown[]; jobs: ((error: Error) => void)[] })[] = []

/* A pool that keeps its jobs for ever. */
vi.mock('tinypool', async () => {
  const { EventEmitter: Emitter } = await import('node:events')
  class Tinypool extends Emitter {
    threads = [new Emitter()]
    jobs: ((error: Error) => void)[] = []
    run = (): Promise<never> => new Promise((_, reject) => this.jobs.push(reject))
    destroy = async (): Promise<void> => {}
    constructor() {
      super()
      pools.push(this)
    }
  }
  return { Tinypool }
})

const start = async () => {
  const { begun, run, close } = startThreads(new URL('file:///worker.js'), 1)
  await begun
  return { pool: pools.at(-1)!, run, close }
}
const job = {} as WorkerJob
const jobsAreThere = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('when no thread is left, jobs that wait for one fail', () => {
  test('after one that had none', async () => {
    const { pool, run, close } = await start()
    const failed = expect(run([job])[0]).rejects.toThrow('Worker initialization failure: EMFILE')
    await jobsAreThere()
    pool.emit('error', new Error('of one that another has taken the place of'))
    pool.threads = []
    pool.emit('error', new Error('Worker initialization failure: EMFILE'))
    await failed
    await close()
  })

  test('after one that had another', async () => {
    const { pool, run, close } = await start()
    const failed = run([job, job]).map((running) => expect(running).rejects.toThrow('EMFILE'))
    await jobsAreThere()
    pool.threads = []
    pool.jobs[0](new Error('EMFILE: too many open files'))
    await Promise.all(failed)
    await close()
  })
})
