import { PretokError } from '../errors.ts'
import { withOptionNames } from '../optionNames.ts'
import type { Chunk, ErrorPolicy, Filters, InvalidRange, Receipt, SkippedRecord, Source, Tally } from '../types.ts'
import { UNICODE_VERSION } from '../unicode/generated/unicode16.ts'
import { VERSION } from '../version.ts'
import { byPlaceIn, MAX_INVALID_RANGES, MAX_SKIPPED_RECORDS } from './listed.ts'
import { addTally, emptyTally } from './tally.ts'

/** Bytes of U+FFFD in UTF-8. */
const REPLACEMENT_BYTES = 3

/** What a run can tell of itself. */
export interface RunFacts {
  tokenizer: string
  engine: string
  specialTokens: readonly string[]
  sources: readonly Source[]
  chunks: readonly Chunk[]
  numProcesses: number
  workers: number
  maxMemoryGb: number
  errors: ErrorPolicy
  /** One of each worker whose counts are in the result. */
  tallies: readonly Tally[]
  invalid: readonly InvalidRange[]
  /** Some of the records that were left out. */
  skippedRecords: readonly SkippedRecord[]
  /** Bytes that the workers' tables took, all together. */
  tableMemory: number
  retried: readonly { chunk: number; reason: string }[]
  skipped: readonly { chunk: number; reason: string }[]
  result: { size: number; textBytes: number }
  filters: Filters
  process: { peakRss: number; peakRssOf: Record<string, number>; cpuPercent: number }
  seconds: Receipt['seconds']
}

export const makeReceipt = (run: RunFacts): Receipt => {
  const tally = run.tallies.reduce(addTally, emptyTally(run.specialTokens.length))
  const place = ({ chunk, reason }: { chunk: number; reason: string }) => {
    const { source, start, end } = run.chunks[chunk] ?? { source: -1, start: 0, end: 0 }
    return { path: run.sources[source]?.path ?? '', start, end, reason }
  }
  const byPlace = byPlaceIn(() => run.sources)
  return {
    pretok: VERSION,
    tokenizer: run.tokenizer,
    engine: run.engine,
    unicode: run.engine === 'transformers.js' ? String(process.versions.unicode) : UNICODE_VERSION, // that one has the host's
    sources: run.sources.map(({ path, size, format, compression }) => ({ path, size, format, compression })),
    bytes: {
      stored: tally.stored,
      unread: totalSize(run.sources) - bytesIn(run.chunks),
      read: tally.read,
      pieces: run.result.textBytes,
      special: tally.special,
      dropped: tally.dropped,
      format: tally.format,
      skipped: tally.skippedBytes,
      filtered: tally.filtered,
      ignored: tally.ignored,
      replacedGain: tally.replaced - (run.errors === 'replace' ? REPLACEMENT_BYTES * tally.invalidSequences : 0),
      normalizedGain: tally.normalized,
    },
    documents: tally.documents,
    pieces: tally.pieces,
    distinct: run.result.size,
    specialTokens: Object.fromEntries(
      run.specialTokens.map((token, i) => [token, tally.specialTokens[i]] as const).filter(([, count]) => count > 0),
    ),
    invalidUtf8: {
      policy: run.errors,
      sequences: tally.invalidSequences,
      bytes: tally.ignored + tally.replaced,
      first: run.invalid.toSorted(byPlace).slice(0, MAX_INVALID_RANGES),
    },
    filters: run.filters,
    retried: run.retried.map(place),
    skipped: run.skipped.map(place).map(readable),
    skippedRecords: { count: tally.skippedRecords, first: run.skippedRecords.toSorted(byPlace).slice(0, MAX_SKIPPED_RECORDS).map(readable) },
    numProcesses: run.numProcesses,
    workers: run.workers,
    chunks: run.chunks.length,
    memory: { maxMemoryGb: run.maxMemoryGb, peakRss: run.process.peakRss, peakRssOf: run.process.peakRssOf, tables: run.tableMemory },
    cpuPercent: run.process.cpuPercent,
    seconds: run.seconds,
  }
}

/** Threads, which wrote down the reasons, do not know who reads them. */
const readable = (record: SkippedRecord): SkippedRecord => ({ ...record, reason: withOptionNames(record.reason) })

/**
 * Holds a receipt to its promise: every byte of every source is either in a counted piece or named by its reason for not being in one.
 * `bytes.pieces` is summed up from the result itself, so a piece that was lost on the way cannot hide.
 *
 * @param total all counts of the result together
 * @throws PretokError 'receipt' if it does not add up
 */
export const checkReceipt = (receipt: Receipt, total: number): void => {
  const { stored, unread, read, pieces, special, dropped, format, skipped, filtered, ignored, replacedGain, normalizedGain } = receipt.bytes
  const expected = totalSize(receipt.sources) - unread - bytesIn(receipt.skipped)
  const { replacedGain: _, normalizedGain: __, ...bytes } = receipt.bytes
  const counts = { ...bytes, documents: receipt.documents, pieces: receipt.pieces, 'skipped records': receipt.skippedRecords.count }
  for (const [what, count] of Object.entries(counts))
    if (!Number.isSafeInteger(count) || count < 0) throw unbalanced(`${what}: ${count}`)
  if (unread !== 0 && receipt.filters.limit === undefined) throw unbalanced(`${unread} bytes are in no chunk`)
  if (stored !== expected) throw unbalanced(`${stored} bytes were read of ${expected}`)
  const accounted = pieces + special + dropped + format + skipped + filtered + ignored + replacedGain + normalizedGain
  if (receipt.pieces !== total) throw unbalanced(`${receipt.pieces} pieces were counted, but the result holds ${total}`)
  if (accounted !== read) throw unbalanced(`${read} bytes were read, but ${accounted} are accounted for: ${JSON.stringify(receipt.bytes)}`)
}

const totalSize = (sources: readonly { size: number }[]): number => sources.reduce((total, { size }) => total + size, 0)

const bytesIn = (ranges: readonly { start: number; end: number }[]): number =>
  ranges.reduce((total, { start, end }) => total + end - start, 0)

const unbalanced = (what: string): PretokError =>
  new PretokError('receipt', `checking the receipt: ${what}. Nothing was written. This is a bug in pretok: please report it`)
