import type { Receipt } from '../types.ts'
import { formatBytes } from './size.ts'
import { integer, layOut, plural } from './table.ts'

const MAX_LISTED = 3

/** A receipt as a short table for people. */
export const receiptTable = (receipt: Receipt): string => {
  const inRows = new Set(receipt.sources.filter(({ format }) => format === 'parquet').map(({ path }) => path))
  const lines = [
    ...byteTable(receipt).split('\n'),
    ...aboutRun(receipt),
    ...invalidText(receipt, inRows),
    ...skippedRecords(receipt, inRows),
    ...leftOut(receipt),
    ...skippedChunks(receipt),
  ]
  return lines.map((line) => `  ${line}`).join('\n')
}

/** Paths of sources whose places are rows, not bytes. */
type InRows = ReadonlySet<string>

/** Where the bytes went. */
const byteTable = ({ bytes, sources, pieces, distinct, specialTokens, skippedRecords }: Receipt): string => {
  const rows: [name: string, value: string, note: string][] = [
    ['read', integer(bytes.read), sources.length === 1 ? sources[0].path : `${sources.length} files`],
    ['in pre-tokens', integer(bytes.pieces), `${plural(pieces, 'pre-token')}, ${integer(distinct)} distinct`],
  ]
  const line = (name: string, value: number, note: string): void => {
    if (value !== 0) rows.push([name, integer(value), note])
  }
  line('special tokens', bytes.special, shorten(Object.entries(specialTokens).map(([token, count]) => `${integer(count)} × ${token}`)))
  line('dropped', bytes.dropped, 'in no pre-token, as the tokenizer has it')
  line('format', bytes.format, 'around the text')
  line('skipped', bytes.skipped, `${plural(skippedRecords.count, 'record')} that could not be read`)
  line('filtered', bytes.filtered, 'documents that were not chosen')
  line('unread', bytes.unread, 'beyond the limit on documents')
  line('ignored', bytes.ignored, 'invalid UTF-8')
  line('replaced', bytes.replacedGain, `invalid UTF-8: bytes less those of U+FFFD`)
  line('normalized', bytes.normalizedGain, `taken out by the normalizer (negative: added)`)
  return layOut(
    rows.map(([name, value, note]) => [name, value === '1' ? '1 byte ' : `${value} bytes`, note]),
    'lrl',
  )
}

const aboutRun = ({ documents, chunks, workers, tokenizer, engine, unicode, seconds, bytes, memory, cpuPercent }: Receipt): string[] => [
  `${plural(documents, 'document')}, ${plural(chunks, 'chunk')}, ${plural(workers, 'worker')}; ` +
    `${tokenizer}, ${engine}${engine === 'transformers.js' ? '' : ' tier'}, Unicode ${unicode}`,
  `${seconds.total.toFixed(2)} s, ${formatBytes(bytes.read / Math.max(seconds.total, 1e-9))}/s; ${formatBytes(memory.peakRss)} peak memory, ${Math.round(cpuPercent)} % CPU`,
]

const placeIn = (inRows: InRows, path: string, place: number): string => `${inRows.has(path) ? 'row' : 'byte'} ${place}`

const invalidText = ({ invalidUtf8: { sequences, bytes, policy, first } }: Receipt, inRows: InRows): string[] => {
  if (sequences === 0) return []
  const places = shorten(first.map(({ path, start }) => `${path} ${placeIn(inRows, path, start)}`))
  return [`invalid UTF-8: ${plural(sequences, 'sequence')} of ${plural(bytes, 'byte')}, policy ${policy}, first at ${places}`]
}

const skippedRecords = ({ skippedRecords: { count, first } }: Receipt, inRows: InRows): string[] => {
  let more = count
  const lines = first.slice(0, MAX_LISTED).map(({ path, start, end, reason }) => {
    const records = inRows.has(path) ? end - start : 1
    more -= records
    return `SKIPPED ${records === 1 ? 'a record' : `${integer(records)} records`}, ${path}, ${placeIn(inRows, path, start)}: ${reason}`
  })
  return more > 0 ? [...lines, `and ${more} more ${more === 1 ? 'record' : 'records'}; the receipt lists up to 100 places`] : lines
}

const leftOut = ({ filters: { removed } }: Receipt): string[] =>
  removed === undefined ? [] : [`left out of the result: ${plural(removed.distinct, 'distinct pre-token')}, ${integer(removed.pieces)} in all`]

const skippedChunks = ({ skipped }: Receipt): string[] => {
  const lines = skipped
    .slice(0, MAX_LISTED)
    .map(({ path, start, end, reason }) => `SKIPPED ${path}, bytes ${start} to ${end}: ${reason.split('\n')[0]}`)
  const more = skipped.length - MAX_LISTED
  return more > 0 ? [...lines, `and ${more} more ${more === 1 ? 'chunk' : 'chunks'}; the receipt lists all`] : lines
}

/** What could not be counted, on one line; undefined if all was. */
export const skippedInput = ({ skipped, skippedRecords }: Receipt): string | undefined => {
  const what = [
    ...(skippedRecords.count > 0 ? [plural(skippedRecords.count, 'record')] : []),
    ...(skipped.length > 0 ? [plural(skipped.length, 'chunk')] : []),
  ]
  return what.length === 0 ? undefined : `SKIPPED ${what.join(' and ')}; --receipt lists where and why`
}

const shorten = (items: readonly string[]): string =>
  items.slice(0, MAX_LISTED).join(', ') + (items.length > MAX_LISTED ? ` and ${items.length - MAX_LISTED} more` : '')
