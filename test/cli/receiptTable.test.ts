import { expect, test } from 'vitest'
import { receiptTable, skippedInput } from '../../src/cli/receiptTable.ts'
import type { Receipt } from '../../src/types.ts'

const RECEIPT: Receipt = {
  pretok: '0.1.0',
  tokenizer: 'gpt2',
  engine: 'simd',
  unicode: '16.0.0',
  sources: [{ path: 'a.txt', size: 9001, format: 'text', compression: 'none' }],
  bytes: {
    stored: 9001,
    unread: 0,
    read: 9001,
    pieces: 8996,
    special: 5,
    dropped: 0,
    format: 0,
    skipped: 0,
    filtered: 0,
    ignored: 0,
    replacedGain: 0,
    normalizedGain: 0,
  },
  documents: 1,
  pieces: 2000,
  distinct: 1,
  specialTokens: { '<|x|>': 1 },
  invalidUtf8: { policy: 'replace', sequences: 0, bytes: 0, first: [] },
  filters: {},
  retried: [],
  skipped: [],
  skippedRecords: { count: 0, first: [] },
  numProcesses: 2,
  workers: 2,
  chunks: 3,
  memory: { maxMemoryGb: 1, peakRss: 1e8, peakRssOf: {}, tables: 0 },
  cpuPercent: 155.5,
  seconds: { plan: 0, count: 0.5, merge: 0, total: 0.5 },
}

test('a run without anything special', () => {
  expect(receiptTable(RECEIPT)).toBe(`\
  read            9,001 bytes  a.txt
  in pre-tokens   8,996 bytes  2,000 pre-tokens, 1 distinct
  special tokens      5 bytes  1 × <|x|>
  1 document, 3 chunks, 2 workers; gpt2, simd tier, Unicode 16.0.0
  0.50 s, 18.0 kB/s; 100 MB peak memory, 156 % CPU`)
  expect(skippedInput(RECEIPT)).toBeUndefined()
})

test('all that there may be to tell, and no more than a few of each', () => {
  const rows = { path: 'b.parquet', size: 5, format: 'parquet', compression: 'none' } as const
  const at = (path: string, start: number, end: number) => ({ path, start, end, reason: 'bad' })
  const receipt: Receipt = {
    ...RECEIPT,
    engine: 'transformers.js',
    sources: [...RECEIPT.sources, rows],
    bytes: { ...RECEIPT.bytes, unread: 7, dropped: 1, format: 4, skipped: 9, filtered: 8, ignored: 3, replacedGain: -3, normalizedGain: 5 },
    specialTokens: { a: 1, b: 2, c: 3, d: 4 },
    invalidUtf8: { policy: 'replace', sequences: 2, bytes: 3, first: [at('a.txt', 5, 6), at('b.parquet', 1, 2)] },
    filters: { removed: { distinct: 1, pieces: 1234, bytes: 5 } },
    skippedRecords: { count: 8, first: [at('a.txt', 0, 9), at('b.parquet', 1, 4), at('b.parquet', 7, 8), at('b.parquet', 9, 10)] },
    skipped: Array.from({ length: 4 }, (_, i) => ({ ...at('a.txt', i, i + 1), reason: 'bad\nand where' })),
  }
  expect(receiptTable(receipt)).toBe(`\
  read            9,001 bytes  2 files
  in pre-tokens   8,996 bytes  2,000 pre-tokens, 1 distinct
  special tokens      5 bytes  1 × a, 2 × b, 3 × c and 1 more
  dropped             1 byte   in no pre-token, as the tokenizer has it
  format              4 bytes  around the text
  skipped             9 bytes  8 records that could not be read
  filtered            8 bytes  documents that were not chosen
  unread              7 bytes  beyond the limit on documents
  ignored             3 bytes  invalid UTF-8
  replaced           -3 bytes  invalid UTF-8: bytes less those of U+FFFD
  normalized          5 bytes  taken out by the normalizer (negative: added)
  1 document, 3 chunks, 2 workers; gpt2, transformers.js, Unicode 16.0.0
  0.50 s, 18.0 kB/s; 100 MB peak memory, 156 % CPU
  invalid UTF-8: 2 sequences of 3 bytes, policy replace, first at a.txt byte 5, b.parquet row 1
  SKIPPED a record, a.txt, byte 0: bad
  SKIPPED 3 records, b.parquet, row 1: bad
  SKIPPED a record, b.parquet, row 7: bad
  and 3 more records; the receipt lists up to 100 places
  left out of the result: 1 distinct pre-token, 1,234 in all
  SKIPPED a.txt, bytes 0 to 1: bad
  SKIPPED a.txt, bytes 1 to 2: bad
  SKIPPED a.txt, bytes 2 to 3: bad
  and 1 more chunk; the receipt lists all`)
  expect(skippedInput(receipt)).toBe('SKIPPED 8 records and 4 chunks; --receipt lists where and why')
})
