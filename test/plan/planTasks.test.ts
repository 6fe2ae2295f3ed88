import { describe, expect, test } from 'vitest'
import { planTasks, taskSizes } from '../../src/plan/planTasks.ts'
import type { Chunk } from '../../src/types.ts'

const GB = 1e9

/** Chunks of one file for each list of sizes. */
const chunksOf = (...files: readonly (readonly number[])[]): Chunk[] =>
  files.flatMap((sizes, source) => sizes.map((size, i) => ({ source, start: i * size, end: (i + 1) * size })))

const equal = (count: number, size: number): number[] => Array.from({ length: count }, () => size)

describe('how large tasks should be', () => {
  test.each<[what: string, gigabytes: number, workers: number, ofFiles: number, ofOneFile: number]>([
    ['a small corpus: each worker has four tasks of one file', 1, 2, GB / 128, GB / 8],
    ['a larger one: half a second of work', 10, 2, (10 * GB) / 128, 2 ** 29],
    ['of many workers', 10, 64, (10 * GB) / 256, (10 * GB) / 256],
    ['the largest', 1000, 2, 2 ** 30, 2 ** 30],
  ])('%s', (_, gigabytes, workers, ofFiles, ofOneFile) => {
    const sizes = taskSizes(chunksOf([gigabytes * GB]), workers)
    expect(sizes).toEqual({ taskBytes: Math.ceil(ofFiles), fileTaskBytes: Math.ceil(ofOneFile) })
  })
})

describe('tasks', () => {
  const tasksOf = (chunks: readonly Chunk[]): [start: number, end: number][] =>
    planTasks(chunks, { taskBytes: 10, fileTaskBytes: 40 }).map(({ start, end }) => [start, end])

  test('of one file have more chunks than those of several', () => {
    expect(tasksOf(chunksOf(equal(10, 10)))).toEqual([[0, 4], [4, 8], [8, 10]]) // prettier-ignore
    expect(tasksOf(chunksOf(...equal(4, 10).map((size) => [size])))).toEqual([[0, 1], [1, 2], [2, 3], [3, 4]]) // prettier-ignore
    expect(tasksOf(chunksOf(...equal(6, 4).map((size) => [size])))).toEqual([[0, 3], [3, 6]]) // prettier-ignore
  })

  test('a large file does not go on in the task of small ones', () => {
    expect(tasksOf(chunksOf([4], [4], equal(8, 10)))).toEqual([[0, 3], [3, 7], [7, 10]]) // prettier-ignore
  })
})
