import { Worker } from 'node:worker_threads'
import { afterEach, expect, test, vi } from 'vitest'
import { milliseconds } from '../../src/clock.ts'
import { untilQuiet } from '../../src/quiet.ts'

vi.mock('../../src/clock.ts', { spy: true })

const started: Worker[] = []
afterEach(async () => {
  vi.resetAllMocks()
  await Promise.all(started.splice(0).map((thread) => thread.terminate()))
})

/** A thread that works until the word in shared memory says otherwise, and then waits. */
const startBusy = async (): Promise<Int32Array> => {
  const word = new Int32Array(new SharedArrayBuffer(4))
  const code = `
    const { parentPort, workerData: word } = require('node:worker_threads')
    parentPort.on('message', () => {})
    parentPort.postMessage('works')
    while (Atomics.load(word, 0) === 0);`
  const thread = new Worker(code, { eval: true, workerData: word })
  started.push(thread)
  await new Promise((resolve) => thread.once('message', resolve))
  return word
}

test.runIf(process.platform === 'linux')('it is not quiet as long as another thread is at work', async () => {
  const word = await startBusy()
  let isDone = false
  const quiet = untilQuiet().then(() => (isDone = true))
  for (let turn = 0; turn < 4; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 4))
    expect(isDone).toBe(false)
  }
  Atomics.store(word, 0, 1)
  await quiet
})

test('nobody waits for ever for a thread that works on', async () => {
  await startBusy()
  await untilQuiet()
})

test('nobody waits who needs not', async () => {
  let hasTimerFired = false
  const timer = setTimeout(() => (hasTimerFired = true), 0)
  await untilQuiet(0)
  expect(hasTimerFired).toBe(false)
  clearTimeout(timer)
})

test('no timer is asked for a time that has passed meanwhile: Node warns of it', async () => {
  const setTimer = vi.spyOn(globalThis, 'setTimeout')
  vi.mocked(milliseconds).mockReturnValueOnce(0).mockReturnValueOnce(49).mockReturnValue(60)
  await untilQuiet()
  expect(setTimer).toHaveBeenCalledOnce()
  expect(setTimer.mock.calls[0][1]).toBeGreaterThanOrEqual(0)
})
