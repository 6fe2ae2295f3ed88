import { CARRIAGE_RETURN, LINE_FEED, QUOTE } from './bytes.ts'
import { createRowWalk } from './csvStates.ts'
import { releaseCsvScanner, takeCsvScanner, type CsvScanner } from './csvScanner.ts'
import { ColumnFinder, headerError, type CsvHeader } from './csvHeader.ts'
import { createTextCheck } from './invalidRows.ts'
import { createManyRows } from './manyRows.ts'
import type { JsonOptions } from './jsonl.ts'
import type { RecordParser, RecordSink } from './records.ts'
import { RowFeed } from './rowFeed.ts'
import { rowLength, rowTooLong } from './rowLimit.ts'

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

/** Takes the fields of a row, which may be millions, one after another. */
interface Fields {
  /** How many there were. */
  readonly count: number
  add(start: number, end: number, hasDoubles: boolean): void
}

type Row =
  /** `next`: where the next row begins. */
  | { kind: 'row'; next: number }
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
  const { delimiter, maxRecordBytes } = options
  const scanner = takeCsvScanner()
  const feed = new RowFeed(scanner, start, sink, options)
  const takeMany = createManyRows(sink)
  const tellRow = createRowTeller(scanner, sink, options)
  let rowFields: RowFields | undefined // when there is a header
  const tooLong = maxRecordBytes + 2 // a row that is within the limit is not so long, with its line end, without being finished

  /** Reads many rows at once, if they are plain; false if the next one has to be read by itself. */
  const readMany = ({ width, columns, end }: CsvHeader): boolean => {
    const { at, from, length } = feed
    if (columns.length !== 1 || at + from < end) return false
    const stop = Math.min(length, from + maxRecordBytes + 1) // so many bytes hold no row that is too long
    const next = takeMany(at, from, () => scanner.takeRows(from, stop, delimiter, width, columns[0]))
    if (next === from) return false
    feed.passTo(next)
    return true
  }
  /** Reads the next row; false if more of it is needed. */
  const readOne = (isEnd: boolean): boolean => {
    const { at, from, length } = feed
    const data = scanner.input.subarray(0, length)
    const lineEnd = lineEndAt(data, from)
    const fields = header === undefined ? new HeaderFields(data, options) : (rowFields ??= new RowFields(header))
    if (fields === rowFields) rowFields.clear()
    const row: Row = lineEnd > 0 ? { kind: 'row', next: from + lineEnd } : scanRow(data, from, delimiter, isEnd, fields)
    if (row.kind === 'unfinished' ? length - from >= tooLong : rowLength(data, from, row.next) > maxRecordBytes) {
      if (header === undefined) throw rowTooLong(at + from, options)
      feed.startLongRow(createRowWalk(delimiter))
      return true
    }
    if (row.kind === 'unfinished') {
      feed.wait(tooLong)
      return false
    }
    if (row.kind === 'bad') {
      if (header === undefined) throw headerError(row.reason, at + row.at, options)
      sink.badRecord(at + from, at + row.next, row.reason, at + row.at)
    } else if (fields instanceof HeaderFields || fields.count === 0 || at + from < header!.end) {
      if (fields instanceof HeaderFields && fields.count > 0) header = fields.finish(at, row.next)
      sink.format(row.next - from) // an empty line, or the header
    } else tellRow(fields, at, from, row.next)
    feed.passTo(row.next)
    return true
  }
  const read = (isEnd: boolean): void => {
    feed.passBom()
    while (feed.from < feed.length && feed.hasEnough(isEnd)) {
      if (feed.isInLongRow) feed.passLongRow()
      else if (header !== undefined && readMany(header)) continue
      else if (!readOne(isEnd)) return
    }
  }

  return {
    room: (bytes) => feed.room(bytes),
    push: (block) => feed.push(block, () => read(false)),
    end() {
      read(true)
      feed.end()
      releaseCsvScanner(scanner)
    },
    get header() {
      return header
    },
  }
}

const LONE_RETURN = 'a carriage return that no line feed follows (rows end at \\n or \\r\\n)'

/** The fields of the row that names the columns. */
class HeaderFields implements Fields {
  count = 0
  private readonly finder: ColumnFinder
  private readonly input: Buffer
  private readonly options: CsvOptions
  /** Where the first lone \r is. */
  private loneReturn: number | undefined

  constructor(input: Buffer, options: CsvOptions) {
    this.finder = new ColumnFinder(options)
    this.input = input
    this.options = options
  }

  add(start: number, end: number, hasDoubles: boolean): void {
    const { input } = this
    this.count++
    const isQuoted = start > 0 && input[start - 1] === QUOTE
    const lone = isQuoted || this.loneReturn !== undefined ? -1 : input.subarray(start, end).indexOf(CARRIAGE_RETURN)
    if (lone !== -1) this.loneReturn = start + lone
    const name = input.toString('utf8', start, end)
    this.finder.add(hasDoubles ? name.replaceAll('""', '"') : name)
  }

  /** What the row tells, when it was all there; the input's first byte has place `at`, and the next row begins at byte `next` of it. */
  finish(at: number, next: number): CsvHeader {
    // where rows end so, all of the file would be the header, and nothing would be counted
    if (this.loneReturn !== undefined) throw headerError(LONE_RETURN, at + this.loneReturn, this.options)
    return { ...this.finder.finish(), end: at + next }
  }
}

/** Of each row the fields with text. */
class RowFields implements Fields {
  count = 0
  readonly header: CsvHeader
  /** The columns with text, from left to right. */
  private readonly columns: readonly number[]
  private readonly kept: Field[] = []

  constructor(header: CsvHeader) {
    this.header = header
    this.columns = [...new Set(header.columns)].sort((a, b) => a - b)
  }

  clear(): void {
    this.count = 0
    this.kept.length = 0
  }

  add(start: number, end: number, hasDoubles: boolean): void {
    if (this.count++ === this.columns[this.kept.length]) this.kept.push({ start, end, hasDoubles })
  }

  /** Those with text, in the order in which they were named; when the row has as many fields as the header. */
  texts(): Field[] {
    return this.header.columns.map((column) => this.kept[this.columns.indexOf(column)])
  }
}

/** Gives a function that tells the sink of one row, which begins at byte `from` of an input whose first byte has place `at`. */
const createRowTeller = (scanner: CsvScanner, sink: RecordSink, options: CsvOptions) => {
  const check = createTextCheck(options, options.textFields)
  /** Tells of a field's text; returns how many bytes that was. */
  const tellText = ({ start, end, hasDoubles }: Field, at: number): number => {
    let bytes = 0
    for (let stop = start; start < end; start = stop + 1) {
      const quote = hasDoubles ? scanner.input.indexOf(QUOTE, start) : -1
      stop = quote === -1 || quote >= end ? end : quote + 1 // with the first quote of two
      sink.text(scanner.input.subarray(start, stop), at + start)
      bytes += stop - start
    }
    return bytes
  }
  return (fields: RowFields, at: number, from: number, next: number): void => {
    const { count, header } = fields
    if (count !== header.width) {
      const reason = `the row has ${count} ${count === 1 ? 'field' : 'fields'}, and the header has ${header.width}`
      return sink.badRecord(at + from, at + next, reason, at + from)
    }
    const texts = fields.texts()
    for (const [i, { start, end }] of texts.entries()) {
      const problem = check?.(scanner.input.subarray(start, end), i)
      if (problem !== undefined) return sink.badRecord(at + from, at + next, problem, at + start)
    }
    sink.startDocument(at + from)
    let bytes = 0
    texts.forEach((text, i) => {
      if (i > 0) sink.endText()
      bytes += tellText(text, at)
    })
    sink.endDocument()
    sink.format(next - from - bytes)
  }
}

/** Length of the line end at a position; 0 if there is none for certain. */
const lineEndAt = (data: Buffer, at: number): number =>
  data[at] === LINE_FEED ? 1 : data[at] === CARRIAGE_RETURN && data[at + 1] === LINE_FEED ? 2 : 0

const scanRow = (data: Buffer, from: number, delimiter: number, isEnd: boolean, fields: Fields): Row => {
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
      fields.add(start, at++, hasDoubles)
    } else {
      const start = at
      while (at < data.length && data[at] !== delimiter && data[at] !== LINE_FEED && data[at] !== QUOTE) at++
      if (data[at] === QUOTE) return bad('a quote in a field that is not quoted', at)
      const hasReturn = (data[at] === LINE_FEED || at === data.length) && at > start && data[at - 1] === CARRIAGE_RETURN
      fields.add(start, hasReturn ? at - 1 : at, false)
      if (hasReturn) at--
    }
    if (at >= data.length) return isEnd ? { kind: 'row', next: data.length } : { kind: 'unfinished' }
    if (data[at] === delimiter) continue
    const lineEnd = lineEndAt(data, at)
    if (lineEnd > 0) return { kind: 'row', next: at + lineEnd }
    if (isEnd && at === data.length - 1 && data[at] === CARRIAGE_RETURN) return { kind: 'row', next: data.length }
    return bad('text behind the quotes of a field', at)
  }
}
