import { isUtf8 } from 'node:buffer'
import { BACKSLASH, BOM, isSpace, LINE_FEED } from './bytes.ts'
import { createTextCheck, type InvalidRows } from './invalidRows.ts'
import { createManyRows } from './manyRows.ts'
import { ENDS_EARLY, releaseScanner, takeScanner, type JsonProblem, type JsonScanner, type Span } from './jsonScanner.ts'
import type { RecordParser, RecordSink } from './records.ts'
import { createRowRefusal, rowLength, type RowLimit } from './rowLimit.ts'
import { append, roomBehind } from './rowMemory.ts'
import { parseFields } from './textFields.ts'

export interface JsonOptions extends RowLimit, InvalidRows {
  /** Paths of the fields that hold the text. */
  textFields: readonly string[]
}

/**
 * JSON Lines: a JSON object on each line, its text in one field or several. Lines of white space are passed over; so is a byte-order mark at
 * the start of the file, as RFC 8259 allows it.
 *
 * @param start place of the first byte, where a line begins
 */
export const createJsonlParser = (sink: RecordSink, start: number, options: JsonOptions): RecordParser => {
  const paths = parseFields(options.textFields)
  const scanner = takeScanner(paths)
  const row = createRowReader(scanner, sink, options)
  const takeMany = createManyRows(sink)
  const refuse = createRowRefusal(sink, options)
  let at = start // place of the input's first byte
  let length = 0 // of the input
  let searched = 0 // no line ends before this
  let longRow: number | undefined // place of a row that is too long, while the rest of it is passed over

  const isTooLong = (from: number, end: number): boolean =>
    end - from > options.maxRecordBytes && rowLength(scanner.input, from, end) > options.maxRecordBytes
  /** Where the lines of [from, end) end that are in no more than the longest row takes, so that none of them is too long. */
  const linesWithinLimit = (from: number, end: number): number => {
    const most = options.maxRecordBytes + 1 // with its line feed
    return end - from <= most ? end : from + scanner.input.subarray(from, from + most).lastIndexOf(LINE_FEED) + 1
  }
  const readLine = (from: number, end: number, lineEnd: number): void => {
    if (isTooLong(from, lineEnd)) return refuse(at + from, at + lineEnd)
    const place = at + from
    if (place === 0 && scanner.input.subarray(from, from + BOM.length).equals(BOM)) {
      sink.format(BOM.length)
      from += BOM.length
    }
    if (isBlank(scanner.input, from, end)) return sink.format(lineEnd - from)
    const found = scanner.scan(from, end)
    if ('problem' in found) return sink.badRecord(at + from, at + lineEnd, problemOf(found, lineEnd > end), at + found.at)
    if (!isBlank(scanner.input, found.after, end))
      return sink.badRecord(at + from, at + lineEnd, behindProblem(scanner.input, found.after, end), at + found.after)
    row(found.spans, at, from, lineEnd)
  }

  /** Passes over what there is of a row that is too long; where the next one begins. */
  const passLongRow = (linesEnd: number): number => {
    if (linesEnd === 0) return length
    const next = scanner.input.indexOf(LINE_FEED) + 1
    refuse(longRow!, at + next)
    longRow = undefined
    return next
  }

  return {
    room: (bytes) => roomBehind(scanner, length, bytes),
    push(block) {
      length = append(scanner, length, block)
      const lastFeed = scanner.input.subarray(searched, length).lastIndexOf(LINE_FEED)
      const linesEnd = lastFeed === -1 ? 0 : searched + lastFeed + 1
      let from = longRow === undefined ? 0 : passLongRow(linesEnd)
      while (from < linesEnd) {
        const stop = linesWithinLimit(from, linesEnd)
        if (stop > from) {
          from = takeMany(at, from, () => scanner.takeLines(from, stop))
          if (from === stop) continue
        }
        const feed = scanner.input.indexOf(LINE_FEED, from)
        readLine(from, feed, feed + 1)
        from = feed + 1
      }
      if (isTooLong(from, length)) {
        longRow = at + from
        refuse(longRow, Infinity)
        from = length
      }
      scanner.input.copyWithin(0, from, length)
      at += from
      length -= from
      searched = length
    },
    end() {
      if (longRow !== undefined) refuse(longRow, at)
      else if (length > 0) readLine(0, length, length)
      releaseScanner(paths, scanner)
    },
  }
}

/** A line that has a line end and no end of its JSON may be the first of several. */
const problemOf = ({ problem }: JsonProblem, isWhole: boolean): string =>
  problem === ENDS_EARLY && isWhole ? `${problem} (rows that take several lines need --format json)` : problem

/** What begins behind the JSON as another row does may be one. */
const behindProblem = (bytes: Uint8Array, from: number, end: number): string => {
  const isRow = /^\s*[[{]/.test(Buffer.from(bytes.subarray(from, Math.min(end, from + 100))).toString('latin1'))
  return `the line goes on behind the JSON${isRow ? ' (several rows in a line need --format json)' : ''}`
}

const isBlank = (bytes: Uint8Array, from: number, end: number): boolean => {
  for (let i = from; i < end; i++) if (!isSpace(bytes[i])) return false
  return true
}

const PROBLEMS = { missing: 'is not there (--text-field names another)', null: 'is null', 'no string': 'is no string' } as const

/**
 * Gives a function that tells the sink of one row: input [from, end) of a scanner whose first byte has place `at`, and what it found there.
 */
export const createRowReader = (scanner: JsonScanner, sink: RecordSink, options: JsonOptions) => {
  const fields = options.textFields
  const check = createTextCheck(options, fields)
  /** Good until the next call. */
  const textOf = ({ kind, start, end }: Span): Buffer =>
    kind === 'escaped' ? scanner.unescape(start, end) : scanner.input.subarray(start, end)
  const text = (span: Span, at: number): number => {
    const { kind, start } = span
    const bytes = textOf(span)
    if (kind === 'plain' || isUtf8(bytes)) {
      sink.text(bytes, at + start)
      return bytes.length
    }
    return textWithLoneSurrogates(scanner, span, at, sink)
  }
  const problemOf = (span: Span): string | undefined =>
    span.kind === 'plain' || span.kind === 'escaped'
      ? check?.(textOf(span), span.field)
      : `the field ${JSON.stringify(fields[span.field])} ${PROBLEMS[span.kind]}`
  return (spans: Span[], at: number, from: number, end: number): void => {
    for (const span of spans) {
      const problem = problemOf(span)
      if (problem !== undefined) return sink.badRecord(at + from, at + end, problem, at + span.start)
    }
    if (fields.length > 1) spans.sort((a, b) => a.field - b.field) // those of a field stay in the order of the row
    sink.startDocument(at + from)
    let bytes = 0
    spans.forEach((span, i) => {
      if (i > 0) sink.endText()
      bytes += text(span, at)
    })
    sink.endDocument()
    sink.format(end - from - bytes)
  }
}

/** The text of a string that is not valid UTF-8; the sink gets its lone surrogates apart. Returns the number of bytes that the sink got. */
const textWithLoneSurrogates = (scanner: JsonScanner, { start, end }: Span, at: number, sink: RecordSink): number => {
  const raw = scanner.input.subarray(start, end)
  let length = 0
  for (let from = 0; from < raw.length;) {
    const lone = findLoneSurrogate(raw, from)
    const text = scanner.unescape(start + from, start + lone)
    if (isUtf8(text)) {
      sink.text(text, at + start + from)
      length += text.length
    } else length += textByRuns(raw.subarray(from, lone), at + start + from, sink)
    from = Math.min(lone + UNIT_BYTES, raw.length)
    if (lone < from) sink.invalid(at + start + lone, at + start + from, raw.subarray(lone, from))
    length += from - lone
  }
  return length
}

/** Of a unit of UTF-16, escaped: \uD83D */
const UNIT_BYTES = 6

/** Where the first escape of a surrogate without another one begins, or the text ends. */
const findLoneSurrogate = (raw: Buffer, from: number): number => {
  for (let at = from; (at = raw.indexOf(BACKSLASH, at)) !== -1;) {
    const { length, isLone } = escapeAt(raw, at)
    if (isLone) return at
    at += length
  }
  return raw.length
}

/** Two escapes that make a pair of surrogates are one. */
const escapeAt = (raw: Buffer, at: number): { length: number; isLone: boolean } => {
  if (raw[at + 1] !== SMALL_U) return { length: 2, isLone: false }
  if ((raw[at + 2] | 0x20) !== SMALL_D || raw[at + 3] < 0x38) return { length: UNIT_BYTES, isLone: false }
  const isPair = /^\\u.[89abAB]..\\u[dD][c-fC-F]/.test(raw.toString('latin1', at, at + 2 * UNIT_BYTES))
  return isPair ? { length: 2 * UNIT_BYTES, isLone: false } : { length: UNIT_BYTES, isLone: true }
}

const SMALL_D = 0x64
const SMALL_U = 0x75

const ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }

/**
 * The inside of a valid JSON string without lone surrogates, run by run, so that the sink gets the place of everything that is not valid UTF-8. Returns the
 * number of bytes that the sink got.
 */
const textByRuns = (raw: Buffer, at: number, sink: RecordSink): number => {
  let length = 0
  const pass = (bytes: Buffer, place: number): void => {
    length += bytes.length
    sink.text(bytes, place)
  }
  for (let from = 0; from < raw.length;) {
    const found = raw.indexOf(BACKSLASH, from)
    const stop = found === -1 ? raw.length : found
    if (stop > from) pass(raw.subarray(from, stop), at + from)
    if (found === -1) break
    from = stop + escapeAt(raw, stop).length
    const escape = raw.toString('latin1', stop, from)
    pass(Buffer.from(escape[1] === 'u' ? fromUnits(escape) : (ESCAPES[escape[1]] ?? escape[1])), at + stop)
  }
  return length
}

const fromUnits = (escape: string): string =>
  String.fromCharCode(
    ...escape
      .split('\\u')
      .slice(1)
      .map((digits) => Number.parseInt(digits, 16)),
  )
