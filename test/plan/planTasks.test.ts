import { describe, expect, test } from 'vitest'
import { planTasks, taskSize } from '../../src/plan/planTasks.ts'
import type { Chunk } from '../../src/types.ts'

const GiB = 2 ** 30

/** Chunks that do not begin where their source does. */
const chunks = (...sizes: number[]): Chunk[] => sizes.map((size, source) => ({ source, start: 1000, end: 1000 + size }))

describe('the size of tasks', () => {
  test('makes 128 of a corpus, and no task less', () => {
    expect(taskSize(chunks(128 * 50), 1)).toBe(50)
    expect(taskSize(chunks(128 * 50, 1), 1)).toBe(51)
  })

  test('makes four for each of many workers', () => {
    expect(taskSize(chunks(6400, 6400), 32)).toBe(100)
    expect(taskSize(chunks(6400, 6400), 64)).toBe(50)
  })

  test('is never above 1 GiB', () => {
    expect(taskSize(chunks(128 * GiB), 1)).toBe(GiB)
    expect(taskSize(chunks(200 * GiB), 1)).toBe(GiB)
  })
})

describe('tasks', () => {
  test('are consecutive chunks, until they have their size', () => {
    expect(planTasks(chunks(4, 5, 1, 10, 3, 12, 2), 10)).toEqual([
      { start: 0, end: 3 },
      { start: 3, end: 4 },
      { start: 4, end: 6 },
      { start: 6, end: 7 },
    ])
  })

  test('of no chunks are none, and chunks without bytes are in one', () => {
    expect(planTasks([], 10)).toEqual([])
    expect(planTasks(chunks(0, 0, 3), 10)).toEqual([{ start: 0, end: 3 }])
  })
})
