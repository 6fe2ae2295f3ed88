import { describe, expect, test } from 'vitest'
import { gatherCounts, type Gathering } from '../../src/gather/gatherCounts.ts'
import type { OpenCounts, WorkerCounts } from '../../src/messages.ts'
import { emptyTally } from '../../src/receipt/tally.ts'
import { createKernelCounter } from '../../src/count/kernelCounter.ts'
import { newArrangedTable } from '../../src/sort/arrangedTable.ts'
import { newSharedTable } from '../../src/sort/tableMemory.ts'
import { reserveTemporaryFolder } from '../../src/spill/temporaryFolder.ts'
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

const NOTHING: WorkerCounts = { table: undefined, isSorted: true, runs: [], tally: emptyTally(0), invalid: [], skippedRecords: [], memory: 0 }

const counterOf = (counts: Record<string, number>) => {
  const counter = createKernelCounter([])
  for (const [piece, times] of Object.entries(counts)) counter.add!(Buffer.from(piece), times)
  return counter
}
const sorted = (counts: Record<string, number>): WorkerCounts => ({ ...NOTHING, table: counterOf(counts).finish(newSharedTable) })
const unsorted = (counts: Record<string, number>): WorkerCounts => ({
  ...NOTHING,
  table: counterOf(counts).finishUnsorted!(newSharedTable),
  isSorted: false,
})
const open = (counts: Record<string, number>, room = Infinity, added: number[] = []): WorkerCounts => {
  const counter = counterOf(counts)
  const held: OpenCounts = {
    hasRoomFor: (pieces) => pieces <= room,
    add: (table) => {
      added.push(table.size)
      counter.addTable!(table)
    },
    handOver: () => ({ table: counter.finish(newArrangedTable), isSorted: true, runs: [] }),
  }
  return { ...NOTHING, open: held }
}

describe('what workers have counted is added up', () => {
  const A = { a: 5, b: 2 ** 40, long: 1, 'a piece of more than fifteen bytes': 3 }
  const B = { b: 1, c: 7, a: 1 }
  const C = { 'a piece of more than fifteen bytes': 4, z: 1 }
  const SUM = { b: 2 ** 40 + 1, 'a piece of more than fifteen bytes': 7, c: 7, a: 6, long: 1, z: 1 }

  test.each<[string, () => WorkerCounts[]]>([
    ['tables in order', () => [sorted(A), sorted(B), sorted(C)]],
    ['tables in no order, and none to add them to', () => [unsorted(A), sorted(B), unsorted(C)]],
    ['tables in no order, and counts that are open', () => [unsorted(B), open(A), unsorted(C)]],
    ['counts that are open, and tables of both kinds', () => [open(A), sorted(B), unsorted(C)]],
    ['counts that are open without memory for more', () => [open(A, 0), unsorted(B), unsorted(C)]],
    ['counts that are open with memory for some', () => [open(A, 2), unsorted(B), unsorted(C)]],
    ['several counts that are open, of several rounds', () => [open(A), unsorted(B), open(C)]],
  ])('%s', async (_, counts) => {
    const result = await gatherCounts(counts(), gathering())
    expect([...result]).toEqual(Object.entries(SUM))
    expect(result.total).toBe(Object.values(SUM).reduce((sum, count) => sum + count, 0))
  })

  test('only what there is room for is added', async () => {
    const added: number[] = []
    await gatherCounts([open(A, 2, added), unsorted(B), unsorted(C)], gathering())
    expect(added).toEqual([2])
  })
})
