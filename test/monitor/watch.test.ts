import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Board } from '../../src/messages.ts'
import type { Monitor } from '../../src/monitor/monitor.ts'
import { watchRun, type WatchedRun } from '../../src/monitor/watch.ts'
import type { Progress } from '../../src/options.ts'

const CAP = 1000

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const watched = (changes: Partial<WatchedRun> = {}) => {
  const use = { rss: 100, cpuPercent: 50 }
  const ticks: number[] = []
  const seen: Progress[] = []
  const tight: number[] = []
  const failures: unknown[] = []
  const monitor: Monitor = { enter() {}, tick: (documents) => ticks.push(documents), stop: () => ({ peakRss: 0, peakRssOf: {}, cpuPercent: 0 }), latest: use }
  const watch = watchRun({
    totalBytes: 500,
    cap: CAP,
    monitor,
    seconds: () => 7,
    onProgress: (progress) => seen.push(progress),
    onTight: (rss) => tight.push(rss),
    onFailure: (error) => failures.push(error),
    ...changes,
  })
  return { watch, use, ticks, seen, tight, failures }
}

test('tells ten times a second what the workers have reported, all together and each', () => {
  const { watch, ticks, seen } = watched()
  const board = Board.create([0, 1], 2, 2)
  vi.advanceTimersByTime(300)
  expect(seen).toEqual([]) // there is no board yet
  watch.follow(board, 2, 40)
  board.report(0, { bytes: 10, documents: 1, pieces: 5, distinct: 3, memory: 64 })
  board.report(1, { bytes: 20, documents: 2, pieces: 6, distinct: 4, memory: 32 })
  vi.advanceTimersByTime(100)
  const workers = [{ bytes: 10, memory: 64 }, { bytes: 20, memory: 32 }]
  const progress = { phase: 'count', bytes: 70, totalBytes: 500, documents: 3, pieces: 11, distinct: 7, rss: 100, cpuPercent: 50, seconds: 7, workers }
  expect(seen).toEqual([progress])
  expect(ticks).toEqual([3])
  vi.advanceTimersByTime(900)
  expect(seen).toHaveLength(10)
  watch.stop()
  expect(seen.at(-1)).toEqual({ ...progress, phase: 'merge' })
  vi.advanceTimersByTime(1000)
  expect(seen).toHaveLength(11)
})

test('near its cap the process is short of memory: the workers of each round are told, whoever is to know of it once', () => {
  const { watch, use, tight } = watched()
  const [first, second] = [Board.create([0], 1, 1), Board.create([0], 1, 1)]
  watch.follow(first, 1, 0)
  use.rss = 969
  vi.advanceTimersByTime(1000)
  expect([first.isTight, tight]).toEqual([false, []])
  use.rss = 970
  vi.advanceTimersByTime(1000)
  expect([first.isTight, tight]).toEqual([true, [970]])
  watch.follow(second, 1, 0)
  vi.advanceTimersByTime(100)
  expect([second.isTight, tight]).toEqual([true, [970]])
  watch.stop()
})

test('what a callback throws is told once, and nothing is called from then on', () => {
  const wrong = new Error('wrong')
  let calls = 0
  const { watch, failures } = watched({
    onProgress() {
      calls++
      throw wrong
    },
  })
  watch.follow(Board.create([0], 1, 1), 1, 0)
  vi.advanceTimersByTime(1000)
  watch.stop()
  expect([failures, calls]).toEqual([[wrong], 1])
})
