import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { planTasks } from '../../src/plan/planTasks.ts'
import { replanTasks } from '../../src/plan/replanTasks.ts'
import type { Chunk } from '../../src/types.ts'

const chunksOf = (sizes: readonly number[], chunkBytes: number): Chunk[] =>
  sizes.flatMap((size, source) =>
    Array.from({ length: Math.ceil(size / chunkBytes) }, (_, i) => ({
      source,
      start: i * chunkBytes,
      end: Math.min(size, (i + 1) * chunkBytes),
    })),
  )

describe('the plan for a corpus that has changed', () => {
  test('keeps the tasks of other sources, and makes new ones for the rest of those that were shared', () => {
    const chunks = chunksOf([20, 10, 10, 10], 10)
    const tasks = [
      { start: 0, end: 1 },
      { start: 1, end: 3 },
      { start: 3, end: 4 },
      { start: 4, end: 5 },
    ]
    const before = { chunkBytes: 10, taskBytes: 10, chunks, tasks }
    const now = chunksOf([20, 25, 10, 10], 10)
    expect(replanTasks(before, now, (source) => source === 1)).toEqual({
      chunkBytes: 10,
      taskBytes: 10,
      chunks: [
        { source: 0, start: 0, end: 10 },
        { source: 2, start: 0, end: 10 },
        { source: 3, start: 0, end: 10 },
        { source: 0, start: 10, end: 20 },
        { source: 1, start: 0, end: 10 },
        { source: 1, start: 10, end: 20 },
        { source: 1, start: 20, end: 25 },
      ],
      tasks: [0, 1, 2, 3, 4, 5, 6].map((start) => ({ start, end: start + 1 })),
    })
  })

  test('does not keep a task whose chunk has another limit', () => {
    const chunks: Chunk[] = [{ source: 0, start: 0, end: 10, until: 7 }]
    const before = { chunkBytes: 10, taskBytes: 10, chunks, tasks: [{ start: 0, end: 1 }] }
    const now: Chunk[] = [{ source: 0, start: 0, end: 10, until: 5 }]
    expect(replanTasks(before, now, () => false)).toEqual({ ...before, chunks: now })
  })

  test('of hundreds of thousands of files that have all changed', () => {
    const chunks = chunksOf(Array.from({ length: 200_000 }, () => 10), 10)
    const before = { chunkBytes: 10, taskBytes: 1e6, chunks, tasks: planTasks(chunks, 1e6) }
    expect(replanTasks(before, chunks, () => true)).toEqual(before)
  })

  const sizes = fc.array(fc.tuple(fc.nat(90), fc.option(fc.nat(90), { nil: undefined })), { maxLength: 12 })

  test('has each chunk once, and keeps each task that no change is in, and no other', () => {
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 60 }), (sources, taskBytes) => {
        const hasChanged = (source: number): boolean => sources[source][1] !== undefined
        const chunks = chunksOf(sources.map(([size]) => size), 10) // prettier-ignore
        const before = { chunkBytes: 10, taskBytes, chunks, tasks: planTasks(chunks, taskBytes) }
        const now = chunksOf(sources.map(([size, later]) => later ?? size), 10) // prettier-ignore
        const after = replanTasks(before, now, hasChanged)
        const inTasks = after.tasks.map(({ start, end }) => after.chunks.slice(start, end))
        expect(inTasks.flat()).toEqual(after.chunks)
        const names = (list: readonly Chunk[]): string[] => list.map((chunk) => JSON.stringify(chunk)).sort()
        expect(names(after.chunks)).toEqual(names(now))
        const kept = before.tasks
          .map(({ start, end }) => chunks.slice(start, end))
          .filter((own) => !own.some(({ source }) => hasChanged(source)))
        expect(inTasks.slice(0, kept.length)).toEqual(kept)
        for (const own of inTasks.slice(kept.length))
          expect(own.reduce((sum, { start, end }) => sum + end - start, 0)).toBeLessThan(taskBytes + 10)
      }),
    )
  })
})
