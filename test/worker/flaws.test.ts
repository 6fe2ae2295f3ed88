import { expect, test } from 'vitest'
import { byPlaceIn, MAX_INVALID_RANGES, MAX_SKIPPED_RECORDS } from '../../src/receipt/listed.ts'
import { emptyTally } from '../../src/receipt/tally.ts'
import type { InvalidRange, SkippedRecord, Source } from '../../src/types.ts'
import type { ChunkJob } from '../../src/worker/chunkJob.ts'
import { createFlaws } from '../../src/worker/flaws.ts'

const source: Source = { path: 'x', size: 1e6, modified: 0, format: 'jsonl', compression: 'none' }

/** The flaws of a chunk, beside those of others. */
const start = (options: { onError?: 'fail' | 'skip'; errors?: 'replace' | 'ignore' } = {}, invalid: InvalidRange[] = [], skippedRecords: SkippedRecord[] = []) => {
  const tally = emptyTally(0)
  const job = {
    chunk: { source: 0, start: 0, end: 1e6 },
    source,
    options: { onError: 'skip', errors: 'replace', ...options },
    tally,
    invalid,
    skippedRecords,
    byPlace: byPlaceIn(() => [source]),
  } as unknown as ChunkJob
  return { flaws: createFlaws(job), tally, invalid, skippedRecords }
}

test('all that is invalid is counted, and the first of it listed', async () => {
  const before = [{ path: 'x', start: 35, end: 37 }, { path: 'x', start: 5000, end: 5001 }]
  const { flaws, tally, invalid } = start({ errors: 'ignore' }, [...before])
  for (let i = 0; i < MAX_INVALID_RANGES + 3; i++) flaws.noteInvalid(2, 10 * i, 10 * i + 2)
  expect(invalid).toEqual(before)
  await flaws.list()
  const own = Array.from({ length: MAX_INVALID_RANGES - 1 }, (_, i) => ({ path: 'x', start: 10 * i, end: 10 * i + 2 }))
  expect(invalid).toEqual([...own.slice(0, 4), before[0], ...own.slice(4)])
  expect(tally).toMatchObject({ invalidSequences: MAX_INVALID_RANGES + 3, ignored: 2 * (MAX_INVALID_RANGES + 3), replaced: 0 })
  const other = start()
  other.flaws.noteInvalid(3, 0, 3)
  expect(other.tally).toMatchObject({ invalidSequences: 1, ignored: 0, replaced: 3 })
})

test('all records that are left out are counted, and the first of them listed, with what is wrong', async () => {
  const { flaws, tally, skippedRecords } = start()
  for (let i = 0; i < MAX_SKIPPED_RECORDS + 5; i++) flaws.badRecord(10 * i, 10 * i + 4, `bad ${i}`, 10 * i + 1)
  flaws.badRows(7000, 7005, 'bad rows')
  await flaws.list()
  expect(skippedRecords).toEqual(Array.from({ length: MAX_SKIPPED_RECORDS }, (_, i) => ({ path: 'x', start: 10 * i, end: 10 * i + 4, reason: `bad ${i}` })))
  expect(tally).toMatchObject({ skippedRecords: MAX_SKIPPED_RECORDS + 5 + 5, skippedBytes: 4 * (MAX_SKIPPED_RECORDS + 5) })
})

test('a record that fails the chunk is told with the place of what is wrong, and counted nowhere', () => {
  const { flaws, tally } = start({ onError: 'fail' })
  expect(() => flaws.badRecord(10, 20, 'it is bad', 13)).toThrow(expect.objectContaining({ offset: 13, message: 'it is bad' }))
  expect(() => flaws.badRows(10, 20, 'they are bad')).toThrow(expect.objectContaining({ offset: 10, message: 'they are bad' }))
  expect(tally).toEqual(emptyTally(0))
})
