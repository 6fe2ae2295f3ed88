import fc from 'fast-check'
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { findRepeated, loadPartitions, mergeIntoTables, mergePartitions, mergeRunsInto, ORDER_BYTES } from '../../src/merge/mergePartition.ts'
import { OrderWriter } from '../../src/merge/orderWriter.ts'
import type { CountedPieces } from '../../src/sort/tableMemory.ts'
import { PARTITIONS } from '../../src/spill/layout.ts'
import { partitionOf } from '../../src/spill/partition.ts'
import { BLOCK_BYTES, emptySegment } from '../../src/spill/runFormat.ts'
import { cursorBytes } from '../../src/spill/runReader.ts'
import { writeRun } from '../../src/spill/runWriter.ts'
import { arbitraryCounts, inOrder, readRun, sumOf, writeCountsAsRun, type Counts } from '../support/runs.ts'
import { temporaryFolder } from '../support/temporary.ts'

const { folder } = temporaryFolder()

/** Little memory for a merge: two runs and an order of little. */
const LITTLE = 16 * BLOCK_BYTES

const numbers = Array.from({ length: PARTITIONS }, (_, partition) => partition)

/** A folder with nothing in it but runs of these counts. */
const writeRuns = (all: readonly Counts[]): { work: string; runs: string[] } => {
  const work = join(folder, 'work')
  rmSync(work, { recursive: true, force: true })
  mkdirSync(work)
  const runs = all.map((counts, i) => {
    const path = join(work, `input-${i}.run`)
    writeCountsAsRun(path, counts)
    return path
  })
  return { work, runs }
}

/** Merges runs of these counts: each partition by bytes, and the runs of the order of all. */
const merge = (all: readonly Counts[], memoryBytes = LITTLE, orderBytes = ORDER_BYTES) => {
  const { work, runs } = writeRuns(all)
  const { partitions, orderPaths } = mergePartitions({ partitions: numbers, runs, folder: work, memoryBytes, orderBytes })
  const expectedFiles = [...runs, ...partitions.map(({ path }) => path), ...orderPaths]
  expect(
    readdirSync(work)
      .map((name) => join(work, name))
      .sort(),
  ).toEqual(expectedFiles.sort()) // nothing else is left
  return { merged: partitions.map(({ path }) => readRun(path, 1)), orders: orderPaths.map((one) => readRun(one, 1)) }
}

const partOf = (counts: Counts, partition: number): Counts =>
  new Map([...counts].filter(([piece]) => partitionOf(Buffer.from(piece, 'latin1')) === partition))

/** latin1 sorts as its bytes do. */
const byBytes = (counts: Counts): [piece: string, count: number][] => [...counts].sort(([a], [b]) => (a < b ? -1 : 1))

const entriesOf = ({ arena, starts, counts, size }: CountedPieces): [piece: string, count: number][] =>
  Array.from({ length: size }, (_, i) => [Buffer.from(arena.subarray(starts[i], starts[i + 1])).toString('latin1'), counts[i]])

const check = (all: readonly Counts[], memoryBytes?: number) => {
  const sum = sumOf(all)
  const { merged, orders } = merge(all, memoryBytes)
  merged.forEach((pieces, partition) => {
    const part = partOf(sum, partition)
    expect(pieces).toEqual(byBytes(part))
  })
  for (const order of orders) expect(order).toEqual(inOrder(new Map(order)))
  expect(orders.flat()).toHaveLength(sum.size)
  expect(new Map(orders.flat())).toEqual(new Map(sum))
  expect(orders.length).toBeLessThanOrEqual(4 * PARTITIONS)
}

describe('merging is adding up', () => {
  test('any counts', () => {
    fc.assert(
      fc.property(fc.array(arbitraryCounts(20), { maxLength: 5 }), (all) => check(all)),
      { numRuns: 30 },
    )
  })

  test('pieces that are in any of several runs that are read at a time', () => {
    const pieces = Array.from({ length: 150 }, (_, i) => `piece ${i}`)
    const counts = fc.subarray(pieces, { minLength: 50 }).map((some): Counts => new Map(some.map((piece, i) => [piece, 1 + (i % 3)])))
    fc.assert(
      fc.property(fc.array(counts, { minLength: 3, maxLength: 6 }), (all) => check(all)),
      { numRuns: 8 },
    )
  })

  test('more runs than can be read at a time, and more pieces than can be ordered at a time', () => {
    const all = Array.from(
      { length: 20 },
      (_, run): Counts => new Map(Array.from({ length: 4000 }, (_, i) => [`piece ${(i * (run + 1)) % 20_011}`, 1 + ((i * run) % 300)])),
    )
    check(all, 30_000)
  })

  test('with more memory than any array may have', () => {
    check([new Map([['a', 1], ['b', 2]]), new Map([['a', 3]])], 2 ** 40)
  })

  test('where pieces are large, few runs are left of the order', () => {
    const all = Array.from({ length: 3 }, (_, run): Counts => new Map(Array.from({ length: 60 }, (_, i) => [`${i}-`.repeat(30_000 + i), 1 + ((i * run) % 7)])))
    const { orders } = merge(all, 2 ** 20, 2 ** 19)
    expect(orders.length).toBeLessThanOrEqual(2)
    for (const order of orders) expect(order).toEqual(inOrder(new Map(order)))
    expect(new Map(orders.flat())).toEqual(new Map(sumOf(all)))
  })

  test('into tables, into one run, and of merged partitions into one table, however little memory there is', () => {
    const long: Counts = new Map([63, 64, 65, 66, 1000].map((length) => ['x'.repeat(length), length]))
    fc.assert(
      fc.property(fc.array(arbitraryCounts(20), { minLength: 1, maxLength: 5 }), fc.constantFrom(1000, LITTLE), (some, memoryBytes) => {
        const all = [...some, long, long]
        const sum = sumOf(all)
        const { work, runs } = writeRuns(all)
        const of = { partitions: numbers, runs, folder: work, memoryBytes }
        mergeIntoTables(of).forEach((table, partition) => expect(entriesOf(table)).toEqual(byBytes(partOf(sum, partition))))
        expect(readdirSync(work)).toHaveLength(runs.length)
        const one = join(work, 'one.run')
        writeRun(one, (out) => mergeRunsInto(out, runs, { memoryBytes, nameOf: (run) => join(work, `level-${run}`) }))
        expect(readRun(one)).toEqual(numbers.flatMap((partition) => byBytes(partOf(sum, partition))))
        expect(readdirSync(work)).toHaveLength(runs.length + 1)
        const { partitions } = mergePartitions({ ...of, orderBytes: ORDER_BYTES })
        for (let times = 0; times < 2; times++) expect(entriesOf(loadPartitions(partitions))).toEqual(byBytes(sum))
      }),
      { numRuns: 8 },
    )
  })

  test('an order takes no more than its memory', () => {
    const { arena, starts } = new OrderWriter(72_000)
    expect(arena.length).toBe(24_000)
    expect(starts.length).toBe(48_000 / 24 + 1)
  })

  test('sums above 2^53 are refused', () => {
    const half = (): Counts => new Map([['a', 2 ** 52]])
    expect(merge([half(), new Map([['a', 2 ** 52 - 1]])]).orders.flat()).toEqual([['a', 2 ** 53 - 1]])
    expect(() => merge([half(), half()])).toThrow(/^merging: a count above 2\^53/)
  })
})

/* Counts the runs that are open at a time. */
const files = vi.hoisted(() => ({ open: 0, most: 0 }))
vi.mock('node:fs', async (original) => {
  const real = await original<typeof import('node:fs')>()
  const openSync: typeof real.openSync = (...of) => {
    const file = real.openSync(...of)
    files.most = Math.max(files.most, ++files.open)
    return file
  }
  const closeSync: typeof real.closeSync = (file) => {
    files.open--
    real.closeSync(file)
  }
  return { ...real, openSync, closeSync }
})

const toEnd = <Result>(work: Generator<void, Result>): { steps: number; result: Result } => {
  for (let steps = 0; ; steps++) {
    const { done, value } = work.next()
    if (done === true) return { steps, result: value }
  }
}

test('a piece that is in two of very many runs is found, and few are open at a time', () => {
  const work = join(folder, 'distinct')
  mkdirSync(work)
  const run = (name: string, counts: Counts): string => {
    writeCountsAsRun(join(work, name), counts)
    return join(work, name)
  }
  const runs = Array.from({ length: 200 }, (_, i) => run(`${i}.run`, new Map([[`own ${i}`, 1]])))
  files.most = 0
  expect(toEnd(findRepeated(runs, work, Infinity))).toEqual({ steps: PARTITIONS, result: undefined })
  expect(files.most).toBeLessThan(70)
  expect(readdirSync(work)).toHaveLength(runs.length)
  files.most = 0
  expect(toEnd(findRepeated(runs.slice(0, 70), work, 5 * cursorBytes(emptySegment(0)))).result).toBeUndefined()
  expect(files.most).toBe(5 + 1) // so many fit into the memory, and what they are merged into
  const again = run('again.run', new Map([['own 3', 1]]))
  expect(Buffer.from(toEnd(findRepeated([...runs, again], work, Infinity)).result!).toString()).toBe('own 3')
  expect(files.open).toBe(0)
})
