import { expect, test } from 'vitest'
import { checkReceipt, makeReceipt, type RunFacts } from '../../src/receipt/receipt.ts'
import { addTally, emptyTally } from '../../src/receipt/tally.ts'
import type { Receipt, Source, Tally } from '../../src/types.ts'

const source = (path: string, size: number): Source => ({ path, size, modified: 0, format: 'text', compression: 'none' })

const tally = (changes: Partial<Tally>): Tally => ({ ...emptyTally(2), ...changes })

/** A run in which something of every kind was met, by two workers: 4 pieces in 60 bytes of 100. */
const RUN: RunFacts = {
  tokenizer: 'words',
  engine: 'simd',
  specialTokens: ['<a>', '<b>'],
  sources: [source('x', 70), source('y', 50)],
  chunks: [
    { source: 0, start: 0, end: 40 },
    { source: 0, start: 40, end: 70 },
    { source: 1, start: 0, end: 20 },
    { source: 1, start: 20, end: 50 },
  ],
  numProcesses: 2,
  workers: 2,
  maxMemoryGb: 1,
  errors: 'replace',
  tallies: [
    tally({ stored: 70, read: 70, special: 6, dropped: 3, format: 4, skippedBytes: 5, skippedRecords: 1, filtered: 7, documents: 2, pieces: 3, specialTokens: [2, 0] }),
    tally({ stored: 30, read: 30, replaced: 5, invalidSequences: 2, normalized: 16, documents: 1, pieces: 1 }),
  ],
  invalid: [
    { path: 'y', start: 22, end: 24 },
    { path: 'x', start: 41, end: 44 },
  ],
  skippedRecords: [{ path: 'x', start: 1, end: 6, reason: 'no row' }],
  tableMemory: 1000,
  retried: [{ chunk: -1, reason: 'died' }],
  skipped: [{ chunk: 2, reason: 'damaged' }],
  result: { size: 4, textBytes: 60 },
  filters: {},
  process: { peakRss: 1, peakRssOf: { plan: 1 }, cpuPercent: 100 },
  seconds: { plan: 0, count: 1, merge: 0, total: 1 },
}

test('tells all that the workers met', () => {
  expect(makeReceipt(RUN)).toMatchObject({
    bytes: {
      stored: 100,
      unread: 0,
      read: 100,
      pieces: 60,
      special: 6,
      dropped: 3,
      format: 4,
      skipped: 5,
      filtered: 7,
      ignored: 0,
      replacedGain: -1, // two U+FFFD, of three bytes each, in place of five bytes
      normalizedGain: 16,
    },
    documents: 3,
    pieces: 4,
    distinct: 4,
    invalidUtf8: { policy: 'replace', sequences: 2, bytes: 5, first: RUN.invalid.toReversed() },
    retried: [{ path: '', start: 0, end: 0, reason: 'died' }],
    skipped: [{ path: 'y', start: 0, end: 20, reason: 'damaged' }],
    skippedRecords: { count: 1, first: RUN.skippedRecords },
  })
})

test('special tokens that were not met are not there', () => {
  expect(makeReceipt(RUN).specialTokens).toEqual({ '<a>': 2 })
})

test('invalid UTF-8 that was left out is no gain', () => {
  const { bytes, invalidUtf8 } = makeReceipt({ ...RUN, errors: 'ignore', tallies: [tally({ ignored: 5, invalidSequences: 2 })] })
  expect(bytes).toMatchObject({ ignored: 5, replacedGain: 0 })
  expect(invalidUtf8).toMatchObject({ policy: 'ignore', sequences: 2, bytes: 5 })
})

test('what is in no chunk is unread', () => {
  const { bytes } = makeReceipt({ ...RUN, chunks: RUN.chunks.slice(0, 3) })
  expect(bytes.unread).toBe(30)
})

test('tallies are added up field by field', () => {
  const [a, b] = RUN.tallies
  const sum = addTally(a, b)
  for (const name of Object.keys(sum) as (keyof Tally)[])
    if (name !== 'specialTokens') expect([name, sum[name]]).toEqual([name, a[name] + b[name]])
  expect(addTally(a, a).specialTokens).toEqual([4, 0])
})

const RECEIPT = makeReceipt(RUN)
const withBytes = (changes: Partial<Receipt['bytes']>): Receipt => ({ ...RECEIPT, bytes: { ...RECEIPT.bytes, ...changes } })

test('a receipt that adds up passes', () => {
  expect(() => checkReceipt(RECEIPT, 4)).not.toThrow()
  const limited = { ...withBytes({ stored: 90, unread: 10 }), filters: { limit: { path: 'y', place: 40 } } }
  expect(() => checkReceipt(limited, 4)).not.toThrow()
})

test.each<[string, Receipt, string]>([
  ['more bytes than were read', withBytes({ special: 7 }), '100 bytes were read, but 101 are accounted for'],
  ['fewer', withBytes({ normalizedGain: 15 }), '100 bytes were read, but 99 are accounted for'],
  ['a part of a file that nobody read', withBytes({ stored: 99 }), '99 bytes were read of 100'],
  ['bytes in no chunk without a limit', withBytes({ stored: 90, unread: 10 }), '10 bytes are in no chunk'],
  ['less than nothing, made up for elsewhere', withBytes({ dropped: -1, format: 8 }), 'dropped: -1'],
  ['a part of a byte', withBytes({ dropped: 2.5, format: 4.5 }), 'dropped: 2.5'],
  ['no number', withBytes({ filtered: NaN }), 'filtered: NaN'],
  ['past the exact numbers', { ...RECEIPT, documents: 2 ** 53 }, `documents: ${2 ** 53}`],
  ['records fewer than none', { ...RECEIPT, skippedRecords: { count: -2, first: [] } }, 'skipped records: -2'],
  ['another number of pieces than the result has', { ...RECEIPT, pieces: 5 }, '5 pieces were counted, but the result holds 4'],
])('fails the run: %s', (_, receipt, problem) => {
  expect(() => checkReceipt(receipt, 4)).toThrow(
    expect.objectContaining({ code: 'receipt', message: expect.stringContaining(`checking the receipt: ${problem}`) }),
  )
})
