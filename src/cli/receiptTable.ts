import type { Receipt } from '../types.ts'
import { formatBytes } from './size.ts'
import { integer, layOut, plural } from './table.ts'

const MAX_LISTED = 3

/** A receipt as a short table for people. */
export const receiptTable = (receipt: Receipt): string => {
  const { bytes, memory, seconds, invalidUtf8, specialTokens } = receipt
  const rows: [name: string, value: string, note: string][] = [
    ['read', integer(bytes.read), receipt.sources.length === 1 ? receipt.sources[0].path : `${receipt.sources.length} files`],
    ['in pre-tokens', integer(bytes.pieces), `${plural(receipt.pieces, 'pre-token')}, ${integer(receipt.distinct)} distinct`],
  ]
  const line = (name: string, value: number, note: string): void => {
    if (value !== 0) rows.push([name, integer(value), note])
  }
  line('special tokens', bytes.special, shorten(Object.entries(specialTokens).map(([token, count]) => `${integer(count)} × ${token}`)))
  line('dropped', bytes.dropped, 'in no pre-token, as the tokenizer has it')
  line('format', bytes.format, 'around the text')
  line('skipped', bytes.skipped, `${plural(receipt.skippedRecords.count, 'record')} that could not be read`)
  line('filtered', bytes.filtered, 'documents that were not chosen')
  line('unread', bytes.unread, 'beyond the limit on documents')
  line('ignored', bytes.ignored, 'invalid UTF-8')
  line('replaced', bytes.replacedGain, `invalid UTF-8: bytes less those of U+FFFD`)
  line('normalized', bytes.normalizedGain, `taken out by the normalizer (negative: added)`)
  const table = layOut(
    rows.map(([name, value, note]) => [name, value === '1' ? '1 byte ' : `${value} bytes`, note]),
    'lrl',
  )
  const inRows = new Set(receipt.sources.filter(({ format }) => format === 'parquet').map(({ path }) => path))
  const placeIn = (path: string, place: number): string => `${inRows.has(path) ? 'row' : 'byte'} ${place}`
  const facts = [
    `${plural(receipt.documents, 'document')}, ${plural(receipt.chunks, 'chunk')}, ${plural(receipt.workers, 'worker')}; ` +
      `${receipt.tokenizer}, ${receipt.engine}${receipt.engine === 'transformers.js' ? '' : ' tier'}, Unicode ${receipt.unicode}`,
    `${seconds.total.toFixed(2)} s, ${formatBytes(bytes.read / Math.max(seconds.total, 1e-9))}/s; ${formatBytes(memory.peakRss)} peak memory, ${Math.round(receipt.cpuPercent)} % CPU`,
  ]
  if (invalidUtf8.sequences > 0)
    facts.push(
      `invalid UTF-8: ${plural(invalidUtf8.sequences, 'sequence')} of ${plural(invalidUtf8.bytes, 'byte')}, policy ${invalidUtf8.policy}, ` +
        'first at ' +
        shorten(invalidUtf8.first.map(({ path, start }) => `${path} ${placeIn(path, start)}`)),
    )
  const { count, first } = receipt.skippedRecords
  let more = count
  for (const { path, start, end, reason } of first.slice(0, MAX_LISTED)) {
    const records = inRows.has(path) ? end - start : 1
    facts.push(`SKIPPED ${records === 1 ? 'a record' : `${integer(records)} records`}, ${path}, ${placeIn(path, start)}: ${reason}`)
    more -= records
  }
  if (more > 0) facts.push(`and ${more} more ${more === 1 ? 'record' : 'records'}; the receipt lists up to 100 places`)
  const { removed } = receipt.filters
  if (removed !== undefined)
    facts.push(`left out of the result: ${plural(removed.distinct, 'distinct pre-token')}, ${integer(removed.pieces)} in all`)
  for (const { path, start, end, reason } of receipt.skipped.slice(0, MAX_LISTED))
    facts.push(`SKIPPED ${path}, bytes ${start} to ${end}: ${reason.split('\n')[0]}`)
  const moreChunks = receipt.skipped.length - MAX_LISTED
  if (moreChunks > 0) facts.push(`and ${moreChunks} more ${moreChunks === 1 ? 'chunk' : 'chunks'}; the receipt lists all`)
  return [...table.split('\n'), ...facts].map((line) => `  ${line}`).join('\n')
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
