import { describe, expect, test } from 'vitest'
import { defaultMaxMemoryGb } from '../../src/plan/machine.ts'
import { chunkSize, orderChunks, planChunks } from '../../src/plan/planChunks.ts'

const MiB = 2 ** 20
const GiB = 2 ** 30

describe('chunkSize', () => {
  test('a sixteenth of a worker share', () => expect(chunkSize(16 * GiB, { numProcesses: 4, maxMemoryGb: 8 })).toBe(256 * MiB))
  test('at most half of the memory', () => expect(chunkSize(1024 * GiB, { numProcesses: 1, maxMemoryGb: 1 })).toBe(512 * MiB))
  test('a whole number, whatever the budget', () => expect(chunkSize(1024 * GiB, { numProcesses: 1, maxMemoryGb: 0.3 })).toBe(161_061_273))
  test('at least 1 MiB', () => expect(chunkSize(3 * MiB, { numProcesses: 8, maxMemoryGb: 0.0001 })).toBe(MiB))
  test('as given', () => expect(chunkSize(16 * GiB, { numProcesses: 4, maxMemoryGb: 8, chunkBytes: 7 })).toBe(7))
})

describe('planChunks', () => {
  test('one source', () => {
    expect(planChunks([{ size: 10 }], { numProcesses: 2, maxMemoryGb: 1, chunkBytes: 4 })).toEqual({
      chunkBytes: 4,
      chunks: [
        { source: 0, start: 0, end: 4 },
        { source: 0, start: 4, end: 8 },
        { source: 0, start: 8, end: 10 },
      ],
    })
  })

  test('several sources, an empty one among them', () => {
    expect(planChunks([{ size: 5 }, { size: 0 }, { size: 4 }], { numProcesses: 2, maxMemoryGb: 1, chunkBytes: 4 }).chunks).toEqual([
      { source: 0, start: 0, end: 4 },
      { source: 0, start: 4, end: 5 },
      { source: 2, start: 0, end: 4 },
    ])
  })

  test('an empty source that cannot be: somebody must read it to find out', () => {
    const sources = [
      { size: 0, compression: 'gzip' as const },
      { size: 0, format: 'text' as const },
      { size: 0, format: 'parquet' as const },
    ]
    expect(planChunks(sources, { numProcesses: 2, maxMemoryGb: 1 }).chunks).toEqual([
      { source: 0, start: 0, end: 0 },
      { source: 2, start: 0, end: 0 },
    ])
  })

  test.each([
    [{ numProcesses: 0, maxMemoryGb: 1 }, 'numProcesses: 0 is no whole number from 1 to 1024'],
    [{ numProcesses: 1.5, maxMemoryGb: 1 }, 'numProcesses: 1.5 is no whole number from 1 to 1024'],
    [{ numProcesses: 1025, maxMemoryGb: 1 }, 'numProcesses: 1025 is no whole number from 1 to 1024'],
    [{ numProcesses: 1, maxMemoryGb: 2 ** 20 + 1 }, 'maxMemoryGb: 1048577 GiB are too many; 1048576 are the most'],
    [{ numProcesses: 1, maxMemoryGb: 0 }, 'maxMemoryGb: 0 is no positive number of GiB'],
    [{ numProcesses: 1, maxMemoryGb: NaN }, 'maxMemoryGb: NaN is no positive number of GiB'],
    [{ numProcesses: 1, maxMemoryGb: 1, chunkBytes: 0 }, 'chunkBytes: 0 is no positive whole number of bytes'],
  ])('refuses %o', (options, message) => expect(() => planChunks([{ size: 1 }], options)).toThrow(message))

  test('takes as much as there may be of all', () =>
    expect(planChunks([{ size: 1 }], { numProcesses: 1024, maxMemoryGb: 2 ** 20 }).chunks).toEqual([{ source: 0, start: 0, end: 1 }]))

  test.each([-1, 1.5, NaN, 2 ** 53])('refuses a size of %d', (size) =>
    expect(() => planChunks([{ size: 1 }, { size }], { numProcesses: 1, maxMemoryGb: 1 })).toThrow(
      `sources[1].size: ${size} is no whole number of bytes from 0 up`,
    ),
  )
})

test('refuses more chunks than anybody needs', () => {
  expect(() => planChunks([{ size: 1e9 }], { numProcesses: 1, maxMemoryGb: 1, chunkBytes: 1 })).toThrow(
    'make more than 10000000 chunks of these 1000000000 bytes',
  )
})

describe('defaultMaxMemoryGb', () => {
  test('three quarters, shared out', () => expect(defaultMaxMemoryGb({ cores: 4, availableMemory: 16 * GiB }, 4)).toBe(3))
  test('never nothing', () => expect(defaultMaxMemoryGb({ cores: 4, availableMemory: 0 }, 4)).toBe(0.05))
})

test('chunks that are far too large come first, the largest before the others', () => {
  const chunks = [8, 25, 10, 40, 20, 25].map((end, source) => ({ source, start: 0, end }))
  expect(orderChunks(chunks, 10).map(({ source }) => source)).toEqual([3, 1, 5, 0, 2, 4])
})
