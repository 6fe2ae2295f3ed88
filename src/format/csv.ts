import { BOM, CARRIAGE_RETURN, LINE_FEED, QUOTE } from './bytes.ts'
import { createRowWalk } from './csvStates.ts'
import { releaseCsvScanner, takeCsvScanner } from './csvScanner.ts'
import { columnsOf, headerError, type CsvHeader } from './csvHeader.ts'
import { createTextCheck } from './invalidRows.ts'
import { createManyRows } from './manyRows.ts'
import type { JsonOptions } from './jsonl.ts'
import type { RecordParser, RecordSink } from './records.ts'
import { createRowRefusal, rowLength, rowTooLong, type LongRow } from './rowLimit.ts'
import { append, roomBehind } from './rowMemory.ts'

export interface CsvOptions extends JsonOptions {
  /** A byte. */
  delimiter: number
}

export interface CsvParser extends RecordParser {
  /** The header, when it has been read. */
  readonly header: CsvHeader | undefined
}

/** A field of a row: bytes [start, end), within the quotes if it has them. */
interface Field {
  start: number
  end: number
  /** Quotes are doubled in it. */
  hasDoubles: boolean
}

type Row =
  | { kind: 'row'; fields: Field[]; next: number }
  /** `next`: where the next row may begin. */
  | { kind: 'bad'; reason: string; at: number; next: number }
  | { kind: 'unfinished' }

/**
 * CSV as RFC 4180 has it, with another delimiter for TSV: a header that names the columns, rows that end at \n or \r\n, fields with
 * delimiters, quotes or line ends in quotes. Empty lines are passed over. A quote in a field that does not begin with one is an error.
 *
 * @param start place of the first byte, where a row begins
 * @param header of the file, for who does not begin at its beginning
 */
export const createCsvParser = (sink: RecordSink, start: number, options: CsvOptions, header?: CsvHeader): CsvParser => {
  const scanner = takeCsvScanner()
  const takeMany = createManyRows(sink)
  const refuse = createRowRefusal(sink, options)
  const check = createTextCheck(options, options.textFields)
  let at = start // place of the input's first byte
  let length = 0 // of the input
  let from = 0 // what is before this has been read
  const tooLong = options.maxRecordBytes + 2 // a row that is within the limit is not so long, with its line end, without being finished
  let wanted = 0 // an unfinished row is looked at again when there is so much of it, so that all looks together are linear

  let longRow: LongRow | undefined

  const passLongRow = ({ start, findEnd }: LongRow): void => {
    const end = findEnd(scanner.input, from, length)
    from = end === -1 ? length : end
    if (end === -1) return
    refuse(start, at + end)
    longRow = undefined
  }
  const readHeader = (fields: readonly Field[], next: number): void => {
    const names = fields.map(({ start, end, hasDoubles }) => {
      const name = scanner.input.toString('utf8', start, end)
      return hasDoubles ? name.replaceAll('""', '"') : name
    })
    header = { columns: columnsOf(names, options), width: fields.length, end: at + next }
    sink.format(next - from)
  }
  const readRow = (fields: readonly Field[], next: number, { columns, width }: CsvHeader): void => {
    if (fields.length !== width) {
      const reason = `the row has ${fields.length} ${fields.length === 1 ? 'field' : 'fields'}, and the header has ${width}`
      return sink.badRecord(at + from, at + next, reason, at + from)
    }
    for (const [i, column] of columns.entries()) {
      const { start, end } = fields[column]
      const problem = check?.(scanner.input.subarray(start, end), i)
      if (problem !== undefined) return sink.badRecord(at + from, at + next, problem, at + start)
    }
    sink.startDocument(at + from)
    let bytes = 0
    columns.forEach((column, i) => {
      if (i > 0) sink.endText()
      bytes += passText(fields[column])
    })
    sink.endDocument()
    sink.format(next - from - bytes)
  }
  const passText = ({ start, end, hasDoubles }: Field): number => {
    let bytes = 0
    for (let stop = start; start < end; start = stop + 1) {
      const quote = hasDoubles ? scanner.input.indexOf(QUOTE, start) : -1
      stop = quote === -1 || quote >= end ? end : quote + 1 // with the first quote of two
      sink.text(scanner.input.subarray(start, stop), at + start)
      bytes += stop - start
    }
    return bytes
  }
  const read = (isEnd: boolean): void => {
    if (at + from === 0 && scanner.input.subarray(0, Math.min(length, BOM.length)).equals(BOM)) {
      from = BOM.length
      sink.format(from)
    }
    while (from < length && (isEnd || length - from >= wanted)) {
      if (longRow !== undefined) {
        passLongRow(longRow)
        continue
      }
      if (header !== undefined && header.columns.length === 1 && at + from >= header.end) {
        const { width, columns } = header
        const stop = Math.min(length, from + options.maxRecordBytes + 1) // so many bytes hold no row that is too long
        const next = takeMany(at, from, () => scanner.takeRows(from, stop, options.delimiter, width, columns[0]))
        if (next > from) {
          from = next
          wanted = 0
          continue
        }
      }
      const data = scanner.input.subarray(0, length)
      const lineEnd = lineEndAt(data, from)
      const row: Row = lineEnd > 0 ? { kind: 'row', fields: [], next: from + lineEnd } : scanRow(data, from, options.delimiter, isEnd)
      if (row.kind === 'unfinished' ? length - from >= tooLong : rowLength(data, from, row.next) > options.maxRecordBytes) {
        if (header === undefined) throw rowTooLong(at + from, options)
        refuse(at + from, Infinity)
        longRow = { start: at + from, findEnd: createRowWalk(options.delimiter) }
        wanted = 0
        continue
      }
      if (row.kind === 'unfinished') {
        wanted = Math.min(2 * (length - from), tooLong)
        return
      }
      wanted = 0
      if (row.kind === 'bad') {
        if (header === undefined) throw headerError(row.reason, at + row.at, options)
        sink.badRecord(at + from, at + row.next, row.reason, at + row.at)
      } else if (row.fields.length === 0) sink.format(row.next - from)
      else if (header === undefined) readHeader(row.fields, row.next)
      else if (at + from < header.end) sink.format(row.next - from)
      else readRow(row.fields, row.next, header)
      from = row.next
    }
  }

  return {
    room: (bytes) => roomBehind(scanner, length, bytes),
    push(block) {
      length = append(scanner, length, block)
      if (at === 0 && length < BOM.length) return
      read(false)
      scanner.input.copyWithin(0, from, length)
      at += from
      length -= from
      from = 0
    },
    end() {
      read(true)
      if (longRow !== undefined) refuse(longRow.start, at + length)
      releaseCsvScanner(scanner)
    },
    get header() {
      return header
    },
  }
}

/** Length of the line end at a position; 0 if there is none for certain. */
const lineEndAt = (data: Buffer, at: number): number =>
  data[at] === LINE_FEED ? 1 : data[at] === CARRIAGE_RETURN && data[at + 1] === LINE_FEED ? 2 : 0

const scanRow = (data: Buffer, from: number, delimiter: number, isEnd: boolean): Row => {
  const fields: Field[] = []
  const bad = (reason: string, at: number): Row => {
    const feed = data.indexOf(LINE_FEED, at)
    if (feed === -1 && !isEnd) return { kind: 'unfinished' }
    return { kind: 'bad', reason, at, next: feed === -1 ? data.length : feed + 1 }
  }
  for (let at = from; ; at++) {
    if (data[at] === QUOTE) {
      const start = ++at
      let hasDoubles = false
      for (; (at = data.indexOf(QUOTE, at)) !== -1 && data[at + 1] === QUOTE; at += 2) hasDoubles = true
      if (at === -1) return isEnd ? bad('a quoted field is not closed', data.length) : { kind: 'unfinished' }
      fields.push({ start, end: at++, hasDoubles })
    } else {
      const start = at
      while (at < data.length && data[at] !== delimiter && data[at] !== LINE_FEED && data[at] !== QUOTE) at++
      if (data[at] === QUOTE) return bad('a quote in a field that is not quoted', at)
      const hasReturn = (data[at] === LINE_FEED || (at === data.length && isEnd)) && at > start && data[at - 1] === CARRIAGE_RETURN
      fields.push({ start, end: hasReturn ? at - 1 : at, hasDoubles: false })
      if (hasReturn) at--
    }
    if (at >= data.length - 1 && !isEnd && data[at] !== LINE_FEED) return { kind: 'unfinished' }
    if (at >= data.length) return { kind: 'row', fields, next: data.length }
    if (data[at] === delimiter) continue
    const lineEnd = lineEndAt(data, at)
    if (lineEnd > 0) return { kind: 'row', fields, next: at + lineEnd }
    if (isEnd && at === data.length - 1 && data[at] === CARRIAGE_RETURN) return { kind: 'row', fields, next: data.length }
    return bad('text behind the quotes of a field', at)
  }
}
