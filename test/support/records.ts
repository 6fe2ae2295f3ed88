import { isUtf8 } from 'node:buffer'
import type { RecordParser, RecordSink } from '../../src/format/records.ts'

export interface FoundRecords {
  /** Place of the first byte of text, and all of it; a document that has none is left out. Fields are set apart by U+001F. */
  documents: { at: number; text: string }[]
  format: number
  invalid: [start: number, end: number][]
  skipped: number
  bad: { start: number; end: number; reason: string; at: number }[]
}

/** A sink that collects what it is told. */
export const collectingSink = (): { sink: RecordSink; records: FoundRecords } => {
  const records: FoundRecords = { documents: [], format: 0, invalid: [], skipped: 0, bad: [] }
  let parts: Buffer[] = []
  let first = -1
  const add = (bytes: Buffer, at: number): void => {
    if (first === -1) first = at
    parts.push(Buffer.from(bytes))
  }
  const sink: RecordSink = {
    startDocument: () => {},
    text: add,
    invalid(start, end) {
      records.invalid.push([start, end])
      add(Buffer.from('\ufffd'), start)
    },
    endText: () => void (parts.length > 0 && parts.push(Buffer.from('\x1f'))),
    endDocument() {
      const text = Buffer.concat(parts).toString('utf8')
      if (text !== '') records.documents.push({ at: first, text })
      parts = []
      first = -1
    },
    format: (bytes) => void (records.format += bytes),
    skip: (bytes) => void (records.skipped += bytes),
    badRecord: (start, end, reason, at) => void records.bad.push({ start, end, reason, at }),
    badRows: (start, end, reason) => void records.bad.push({ start, end, reason, at: start }),
  }
  return { sink, records }
}

/** A sink that takes many documents, too, but only if they are valid UTF-8, as the worker does. Their places are as for rows of Parquet. */
export const collectingSinkOfMany = () => {
  const { sink, records } = collectingSink()
  const taken = { many: 0 }
  const documents: RecordSink['documents'] = ({ text, ends, end: last }) => {
    if (!isUtf8(text)) return false
    let from = 0
    ends.forEach((end, i) => {
      sink.text(text.subarray(from, end), last - ends.length + i)
      sink.endDocument()
      from = end
    })
    taken.many += ends.length
    return true
  }
  return { sink: { ...sink, documents }, records, taken }
}

/** What a parser tells of texts, without their places, and how many documents came many at a time. */
export const collectTexts = (makeParser: (sink: RecordSink) => RecordParser, bytes: Buffer, size: number, takesMany: boolean) => {
  const { sink, records, taken } = takesMany ? collectingSinkOfMany() : { ...collectingSink(), taken: { many: 0 } }
  feed(makeParser(sink), bytes, size)
  return { many: taken.many, found: { ...records, documents: records.documents.map(({ text }) => text) } }
}

/** Gives bytes to a parser in feeds of one size. Each feed is a copy that is overwritten afterwards, as a reader does it. */
export const feed = (parser: RecordParser, bytes: Buffer, size: number): void => {
  for (let at = 0; at < bytes.length; at += size) {
    const part = bytes.subarray(at, at + size)
    if (at % 2 === 1 && parser.room !== undefined) {
      const room = parser.room(size) // more than may be needed
      parser.push(room.subarray(0, part.copy(room)))
      continue
    }
    const block = Buffer.from(part)
    parser.push(block)
    block.fill(0x7f)
  }
  parser.end()
}
