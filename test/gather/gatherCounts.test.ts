import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { handOverSorted } from '../../src/count/handOverSorted.ts'
import { canBeLoaded, gatherCounts, type Gathering } from '../../src/gather/gatherCounts.ts'
import type { MergeJob, WorkerCounts } from '../../src/messages.ts'
import { emptyTally } from '../../src/receipt/tally.ts'
import { createKernelCounter } from '../../src/count/kernelCounter.ts'
import type { RunJobs } from '../../src/pool/threads.ts'
import { arrangedBytes, newArrangedTable } from '../../src/sort/arrangedTable.ts'
import { newSharedTable, type NewTable } from '../../src/sort/tableMemory.ts'
import { FileTable } from '../../src/result/fileTable.ts'
import { emptySegment, type Segment } from '../../src/spill/runFormat.ts'
import { cursorBytes } from '../../src/spill/runReader.ts'
import { writeRun } from '../../src/spill/runWriter.ts'
import { reserveTemporaryFolder } from '../../src/temporary.ts'
import { mergeRuns } from '../../src/worker.ts'
import { temporaryFolder } from '../support/temporary.ts'

const { folder } = temporaryFolder()

const gathering = (): Gathering => ({
  partials: [],
  folder: reserveTemporaryFolder(folder),
  threadBytes: 2 ** 26,
  resultBytes: 2 ** 28,
  threads: 1,
  closed: Promise.resolve(),
  start: () => {
    throw new Error('nothing is to be merged in files')
  },
  signal: undefined,
})

const NOTHING: WorkerCounts = { table: undefined, runs: [], tally: emptyTally(0), invalid: [], skippedRecords: [], memory: 0 }

const countsOf = (counts: Record<string, number>, make: NewTable): WorkerCounts => {
  const counter = createKernelCounter([])
  for (const [piece, times] of Object.entries(counts)) counter.add!(Buffer.from(piece), times)
  return { ...NOTHING, table: counter.finish(make) }
}

describe('what workers have counted is added up', () => {
  const A = { a: 5, b: 2 ** 40, long: 1, 'a piece of more than fifteen bytes': 3 }
  const B = { b: 1, c: 7, a: 1 }
  const C = { 'a piece of more than fifteen bytes': 4, z: 1 }
  const SUM = { b: 2 ** 40 + 1, 'a piece of more than fifteen bytes': 7, c: 7, a: 6, long: 1, z: 1 }
  const ofThread = (counts: Record<string, number>) => countsOf(counts, newSharedTable)
  const ofMain = (counts: Record<string, number>) => countsOf(counts, newArrangedTable)

  test.each<[string, () => WorkerCounts[]]>([
    ['tables of threads', () => [ofThread(A), ofThread(B), ofThread(C)]],
    ['one of the main thread, and tables of threads', () => [ofMain(A), ofThread(B), ofThread(C)]],
    ['several of the main thread, of several rounds', () => [ofMain(A), ofThread(B), ofMain(C)]],
    ['some that are empty', () => [NOTHING, ofThread({}), ofMain(A), ofThread(B), ofMain({}), ofThread(C)]],
  ])('%s', async (_, counts) => {
    const result = await gatherCounts(counts(), gathering())
    expect([...result]).toEqual(Object.entries(SUM))
    expect(result.total).toBe(Object.values(SUM).reduce((sum, count) => sum + count, 0))
  })

  test.each<[string, WorkerCounts]>([
    ['a thread', ofThread(A)],
    ['the main thread', ofMain(A)],
  ])('one table alone, of %s', async (_, counts) => {
    const result = await gatherCounts([counts], gathering())
    expect(new Map(result)).toEqual(new Map(Object.entries(A)))
  })
})

describe('runs, beside tables', () => {
  const A = { a: 5, b: 2 ** 40, 'a piece of more than fifteen bytes': 3, ['é'.repeat(500)]: 1 }
  const B = { b: 1, c: 7, a: 1 }
  const C = { 'a piece of more than fifteen bytes': 4, z: 1 }
  const SUM = { b: 2 ** 40 + 1, 'a piece of more than fifteen bytes': 7, c: 7, a: 6, z: 1, ['é'.repeat(500)]: 1 }

  const runOf = (name: string, counts: Record<string, number>): string => {
    const path = join(folder, `${name}.run`)
    const counter = createKernelCounter([])
    for (const [piece, times] of Object.entries(counts)) counter.add!(Buffer.from(piece), times)
    writeRun(path, (run) => handOverSorted(counter.finish(newSharedTable), (partition, bytes, start, end, count) => run.add(partition, bytes, start, end, count)))
    return path
  }
  const kinds: string[] = []
  const started: number[] = []
  const withThreads = (resultBytes: number, threads: number): Gathering => ({
    ...gathering(),
    resultBytes,
    threads,
    start(threads) {
      started.push(threads)
      const run: RunJobs = (jobs) =>
        jobs.map(async (job) => {
          kinds.push(job.kind)
          return mergeRuns(job as MergeJob)
        })
      return { run, close: async () => {} }
    },
  })

  test.each<[what: string, resultBytes: number, kind: string]>([
    ['are added up in memory', 2 ** 24, 'merge into tables'],
    ['in files, if that is too little', 2 ** 10, 'merge'],
  ])('%s', async (_, resultBytes, kind) => {
    for (const threads of [1, 3, 100]) {
      kinds.length = 0
      const counts = [{ ...NOTHING, runs: [runOf('a', A)] }, countsOf(B, newSharedTable)]
      const result = await gatherCounts(counts, { ...withThreads(resultBytes, threads), partials: [runOf('c', C)] })
      expect([...result]).toEqual(Object.entries(SUM))
      expect([result.get('c'), result.get('d')]).toEqual([7, undefined])
      expect(new Set(kinds)).toEqual(new Set([kind]))
      result.close()
    }
  })

  test('few records are read by the main thread', async () => {
    started.length = 0
    const result = await gatherCounts([{ ...NOTHING, runs: [runOf('a', A), runOf('b', B)] }], withThreads(2 ** 28, 3))
    expect(started).toEqual([0])
    expect(result.get('a')).toBe(6)
  })

  test('many are read by threads, and what is in files in the end is loaded if there is room for it', async () => {
    const many = Object.fromEntries(Array.from({ length: 270_000 }, (_, i) => [i.toString(36), i + 1]))
    const others = Object.fromEntries(Array.from({ length: 270_000 }, (_, i) => [(i + 100_000).toString(36), 1]))
    const sum = { ...many }
    for (const [piece, count] of Object.entries(others)) sum[piece] = (sum[piece] ?? 0) + count
    const runs = [runOf('many', many), runOf('others', others)]
    for (const [resultBytes, kind, isInFiles] of [[2 ** 28, 'merge into tables', false], [2 ** 24, 'merge', false], [2 ** 22, 'merge', true]] as const) {
      started.length = kinds.length = 0
      const result = await gatherCounts([{ ...NOTHING, runs }], withThreads(resultBytes, 3))
      expect(started).toEqual([3])
      expect(kinds).toEqual([kind, kind, kind])
      expect(result.source instanceof FileTable).toBe(isInFiles)
      expect(result.size).toBe(Object.keys(sum).length)
      expect(Object.fromEntries(result)).toEqual(sum)
      expect([result.get('z'), result.get('zzzzz')]).toEqual([sum.z, undefined])
      result.close()
    }
  })

  test('a damaged one is an error', async () => {
    const path = runOf('damaged', A)
    const bytes = readFileSync(path)
    bytes[bytes.indexOf('piece of')] ^= 1
    writeFileSync(path, bytes)
    await expect(gatherCounts([{ ...NOTHING, runs: [path] }], withThreads(2 ** 24, 2))).rejects.toMatchObject({ code: 'format' })
  })

  test('of a run that was stopped before, none is read', async () => {
    const stopping = new AbortController()
    const gathered = gatherCounts([{ ...NOTHING, runs: ['a.run'] }], {
      ...gathering(),
      closed: Promise.resolve().then(() => stopping.abort()),
      signal: stopping.signal,
    })
    await expect(gathered).rejects.toMatchObject({ code: 'interrupted' })
  })
})

test('a result in files is loaded if there is memory for it and for reading it, and no table has to be larger than one can be', () => {
  const segments = (count: number, facts: Partial<Segment>): Segment[] => Array.from({ length: count }, () => ({ ...emptySegment(0), ...facts }))
  const short = segments(2, { records: 500, pieceBytes: 2500, largestBlock: 5000 })
  const least = arrangedBytes(5000, 1000) + 2 * cursorBytes(short[0])
  expect(canBeLoaded(short, least)).toBe(true)
  expect(canBeLoaded(short, least - 1)).toBe(false)
  // each of 32 pieces of 7 MB is in memory three times: where it is read, put together, and in the table
  const long = segments(32, { records: 1, pieceBytes: 7e6, largestBlock: 7e6 })
  expect(canBeLoaded(long, 3 * 32 * 7e6)).toBe(false)
  expect(canBeLoaded(long, 4 * 32 * 7e6)).toBe(true)
  expect(canBeLoaded(segments(32, { records: 3e6, pieceBytes: 2 ** 26 }), 2 ** 36)).toBe(true)
  expect(canBeLoaded(segments(32, { records: 3e6, pieceBytes: 2 ** 27 }), 2 ** 36)).toBe(false)
})
