import { describe, expect, test } from 'vitest'
import { canBeLoaded, gatherCounts, type Gathering } from '../../src/gather/gatherCounts.ts'
import type { WorkerCounts } from '../../src/messages.ts'
import { emptyTally } from '../../src/receipt/tally.ts'
import { createKernelCounter } from '../../src/count/kernelCounter.ts'
import { newArrangedTable } from '../../src/sort/arrangedTable.ts'
import { newSharedTable, type NewTable } from '../../src/sort/tableMemory.ts'
import { reserveTemporaryFolder } from '../../src/temporary.ts'
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

test('a run that was stopped before is not merged in files', async () => {
  const stopping = new AbortController()
  let isClosed = false
  const gathered = gatherCounts([{ ...NOTHING, runs: ['a.run'] }], {
    ...gathering(),
    closed: Promise.resolve().then(() => stopping.abort()),
    start: () => ({
      run: () => {
        throw new Error('it is stopped')
      },
      close: async () => {
        isClosed = true
      },
    }),
    signal: stopping.signal,
  })
  await expect(gathered).rejects.toMatchObject({ code: 'interrupted' })
  expect(isClosed).toBe(true)
})

test('a result in files is loaded if there is memory for it, and no table has to be larger than one can be', () => {
  expect(canBeLoaded(1000, 5000, 46_000)).toBe(true)
  expect(canBeLoaded(1000, 5000, 45_999)).toBe(false)
  expect(canBeLoaded(1e8, 2 ** 32 - 1, 2 ** 36)).toBe(true)
  expect(canBeLoaded(1e8, 2 ** 32, 2 ** 36)).toBe(false)
})
