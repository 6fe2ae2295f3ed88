import { availableParallelism } from 'node:os'
import { describe, expect, test } from 'vitest'
import { planChunks } from '../../src/plan/planChunks.ts'
import { shareMemory } from '../../src/plan/memory.ts'
import { keptByMain, mainRole, planStaff, threadsOf } from '../../src/pipeline/runPlan.ts'
import type { Source } from '../../src/types.ts'

const MIB = 2 ** 20
const memory = shareMemory(4096 * MIB, undefined)
const source = (mebibytes: number, facts: Partial<Source> = {}): Source[] => [
  { path: 'a.txt', size: mebibytes * MIB, modified: 0, format: 'text', compression: 'none', ...facts },
]

test('small input is counted by the main thread, unless a number of workers was asked for', () => {
  expect(mainRole({}, source(4), { memory })).toBe('all')
  expect(mainRole({ numProcesses: 2 }, source(4), { memory })).toBe('counts')
})

test('the main thread counts along while that takes about a second', () => {
  expect(mainRole({}, source(512), { memory })).toBe('counts')
  expect(mainRole({}, source(513), { memory })).toBe('none')
})

test.each<Partial<Source>>([{ compression: 'zstd' }, { format: 'parquet' }])('what is compressed (%o) stands for more text', (facts) => {
  expect(mainRole({}, source(128, facts), { memory })).toBe('counts')
  expect(mainRole({}, source(129, facts), { memory })).toBe('none')
})

test('but not what may need too much memory, or is slow', () => {
  expect(mainRole({}, source(100), { memory: shareMemory(400 * MIB, undefined) })).toBe('none')
  expect(mainRole({ numProcesses: 2 }, source(1), { memory: shareMemory(100 * MIB, undefined) })).toBe('none')
  expect(mainRole({ engine: 'transformers.js' }, source(100), { memory })).toBe('none')
  expect(mainRole({ workerUrl: new URL('file:///worker.js') }, source(1), { memory })).toBe('none')
})

test('the others are threads', () => {
  expect([threadsOf('all', 1), threadsOf('counts', 1), threadsOf('counts', 3), threadsOf('none', 3)]).toEqual([0, 0, 2, 3])
})

describe('what is started while a run is planned', () => {
  const planned = (sources: readonly Source[]) => planChunks(sources, { numProcesses: 2, maxMemoryGb: 4 }).chunks
  const staff = (numProcesses: number, sources: readonly Source[]) =>
    planStaff({ numProcesses }, sources, { numProcesses, maxMemoryGb: 4, memory }, planned(sources))

  test('as many threads as there will be', () => {
    expect(staff(1, source(100))).toEqual({ threads: 0, decompressor: false })
    expect(staff(2, source(100))).toEqual({ threads: 1, decompressor: false })
    expect(staff(2, source(600))).toEqual({ threads: 2, decompressor: false })
  })

  test.skipIf(availableParallelism() < 2)('what cannot be cut has one worker, and zstd is decompressed for it', () => {
    expect(staff(2, source(100, { compression: 'gzip' }))).toEqual({ threads: 0, decompressor: false })
    expect(staff(2, source(100, { compression: 'zstd' }))).toEqual({ threads: 0, decompressor: true })
    expect(staff(2, [...source(50, { compression: 'zstd' }), ...source(50)])).toMatchObject({ threads: 1 })
    // with a thread that counts, it is that one's
    expect(staff(1, source(600, { compression: 'zstd' }))).toEqual({ threads: 1, decompressor: false })
  })

  test('nothing is decompressed for what is small', () => {
    const small = [{ ...source(1, { compression: 'zstd' })[0], size: 1e6 }]
    expect(staff(1, small)).toEqual({ threads: 0, decompressor: false })
  })
})

test('what the main thread has counted with is not there for merging', () => {
  expect(keptByMain({ main: 'counts', memory })).toBe(Math.floor(memory.counting / 2))
  expect(keptByMain({ main: 'none', memory })).toBe(0)
})
