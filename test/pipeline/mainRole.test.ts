import { expect, test } from 'vitest'
import { shareMemory } from '../../src/plan/memory.ts'
import { keptByMain, mainRole, threadsOf } from '../../src/pipeline/runPlan.ts'
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

test('but not what may need too much memory, or comes in large pieces, or is slow', () => {
  expect(mainRole({}, source(100), { memory: shareMemory(400 * MIB, undefined) })).toBe('none')
  expect(mainRole({}, source(100, { compression: 'zstd' }), { memory })).toBe('none')
  expect(mainRole({}, source(100, { format: 'parquet' }), { memory })).toBe('none')
  expect(mainRole({ engine: 'transformers.js' }, source(100), { memory })).toBe('none')
  expect(mainRole({ workerUrl: new URL('file:///worker.js') }, source(1), { memory })).toBe('none')
})

test('the others are threads', () => {
  expect([threadsOf('all', 1), threadsOf('counts', 1), threadsOf('counts', 3), threadsOf('none', 3)]).toEqual([0, 0, 2, 3])
})

test('what the main thread has counted with is not there for merging', () => {
  expect(keptByMain({ main: 'counts', memory })).toBe(Math.floor(memory.counting / 2))
  expect(keptByMain({ main: 'none', memory })).toBe(0)
})
