import { BOM, CARRIAGE_RETURN, LINE_FEED } from './bytes.ts'
import type { DocumentPer, RecordParser, RecordSink } from './records.ts'

const CRLF = Buffer.from('\r\n')

export interface TextOptions {
  documentPer: DocumentPer
  stripBom: boolean
}

/**
 * Text as it is. Lines end at \n or \r\n; what ends them is no text. Between documents of the kind 'blank-line' stand one or more empty lines
 * (awk's paragraphs).
 *
 * @param start place of the first byte
 */
export const createTextParser = (sink: RecordSink, start: number, { documentPer, stripBom }: TextOptions): RecordParser => {
  const parser = PARSERS[documentPer](sink)
  let at = start
  let head: Buffer | undefined = stripBom && start === 0 ? Buffer.alloc(0) : undefined // what could be a mark, as far as it has come

  const pass = (bytes: Buffer): void => {
    const start = at
    at += bytes.length // first, for in a sink's room bytes may be gone when they have been told
    parser.push(bytes, start)
  }
  const passHead = (bytes: Buffer): void => {
    head = undefined
    const length = bytes.subarray(0, BOM.length).equals(BOM) ? BOM.length : 0
    sink.format(length)
    at += length
    pass(bytes.subarray(length))
  }
  return {
    push(block) {
      if (head === undefined) return pass(block)
      head = Buffer.concat([head, block])
      if (head.length >= BOM.length) passHead(head)
    },
    end() {
      if (head !== undefined) passHead(head)
      parser.end()
    },
  }
}

interface PlacedParser {
  push(bytes: Buffer, at: number): void
  end(): void
}

const wholeParser = (sink: RecordSink): PlacedParser => ({
  push: (bytes, at) => sink.text(bytes, at),
  end: () => sink.endDocument(),
})

const textParser =
  (minBreaks: number) =>
  (sink: RecordSink): PlacedParser => {
    let isInside = false // text of the current document has come
    // line breaks that have come in it, too few so far to end it
    let breaks = 0
    let held: Buffer[] = []
    let returnAt = -1 // place of a \r that a \n may follow

    const text = (bytes: Buffer, at: number): void => {
      if (bytes.length === 0) return
      if (!isInside) sink.startDocument(at)
      isInside = true
      sink.text(bytes, at)
    }
    const endDocument = (): void => {
      for (const bytes of held) sink.format(bytes.length)
      if (isInside) sink.endDocument()
      isInside = false
      breaks = 0
      held = []
    }
    /** Other bytes follow at this place: what was held is text. */
    const settle = (at: number): void => {
      if (held.length === 0) return
      const bytes = Buffer.concat(held)
      breaks = 0
      held = []
      text(bytes, at - bytes.length)
    }
    /** No \n follows the \r: it is text. */
    const passReturn = (): void => {
      settle(returnAt)
      text(CRLF.subarray(0, 1), returnAt)
    }
    const takeBreak = (bytes: Buffer): void => {
      breaks++
      if (isInside && breaks < minBreaks) held.push(Buffer.from(bytes))
      else {
        endDocument()
        sink.format(bytes.length)
      }
    }
    const createEnds = minBreaks === 1 ? lineEnds : paragraphEnds
    const takeMany = sink.documents === undefined ? undefined : createMany(sink, createEnds())
    const ends = createEnds() // its own: documents that are told one by one may lie behind the place up to which many were looked at
    /** The last line feed in the block up to which all from `from` on is of one document, or -1: there is none. */
    const findBreak = (bytes: Buffer, from: number, at: number): number => {
      if (ends.behind(bytes, from - 1) > from) return bytes.indexOf(LINE_FEED, from)
      const feed = ends.find(bytes, from, at)
      if (feed !== -1) return feed
      const last = bytes.lastIndexOf(LINE_FEED)
      return last < from ? -1 : last
    }
    return {
      push(bytes, at) {
        let from = 0
        let singlyTo = 0 // up to here, documents are told one by one
        if (returnAt !== -1 && bytes.length > 0) {
          if (bytes[0] === LINE_FEED) {
            takeBreak(CRLF)
            from = 1
          } else passReturn()
          returnAt = -1
        }
        while (from < bytes.length) {
          if (takeMany !== undefined && !isInside && from >= singlyTo) {
            const behind = takeMany(bytes, from, at)
            if (behind > 0) {
              from = behind
              continue
            }
            singlyTo = -behind
          }
          const first = isInside ? from : ends.behind(bytes, from - 1)
          if (first > from) {
            sink.format(first - from) // line breaks that are in no document, however many
            from = first
            continue
          }
          const feed = findBreak(bytes, from, at)
          const stop = feed === -1 ? bytes.length : feed
          const isReturn = stop > from && bytes[stop - 1] === CARRIAGE_RETURN
          const end = isReturn ? stop - 1 : stop
          if (end > from) {
            settle(at + from)
            text(bytes.subarray(from, end), at + from)
          }
          if (feed === -1) {
            if (isReturn) returnAt = at + end
            return
          }
          takeBreak(bytes.subarray(end, feed + 1))
          from = feed + 1
        }
      },
      end() {
        if (returnAt !== -1) passReturn()
        endDocument()
      },
    }
  }

/** Where documents end in a block. */
interface Ends {
  /** The first line feed in bytes from `from` on at which a document ends, or -1; the first byte has place `at`. */
  find(bytes: Buffer, from: number, at: number): number
  /** Where what is behind the line breaks begins that this one is the first of. */
  behind(bytes: Buffer, feed: number): number
}

const lineEnds = (): Ends => ({
  find: (bytes, from) => bytes.indexOf(LINE_FEED, from),
  behind: (_, feed) => feed + 1,
})

const paragraphEnds = (): Ends => {
  const findAlone = createSearch(Buffer.from('\n\n'))
  const findWithReturn = createSearch(Buffer.from('\n\r\n'))
  return {
    find(bytes, from, at) {
      const alone = findAlone(bytes, from, at)
      const withReturn = findWithReturn(bytes, from, at)
      return alone === -1 || withReturn === -1 ? Math.max(alone, withReturn) : Math.min(alone, withReturn)
    },
    behind(bytes, feed) {
      let next = feed + 1
      for (;;) {
        const length = bytes[next] === LINE_FEED ? 1 : bytes[next] === CARRIAGE_RETURN && bytes[next + 1] === LINE_FEED ? 2 : 0
        if (length === 0) return next
        next += length
      }
    },
  }
}

/** A search that does not look through the same bytes twice, however often it is asked for what comes next. */
const createSearch = (wanted: Buffer): Ends['find'] => {
  let found = -1 // the place of the next one
  let searched = 0 // if there is none: none begins before this place
  return (bytes, from, at) => {
    if (found < at + from) {
      const index = bytes.indexOf(wanted, Math.max(from, searched - at))
      found = index === -1 ? -1 : at + index
      searched = index === -1 ? at + bytes.length - wanted.length + 1 : found
    }
    return found === -1 ? -1 : found - at
  }
}

/** Documents that are told at a time. */
const MOST_DOCUMENTS = 8192

/**
 * Makes a function that tells a sink of whole documents of a block, from `from` on, many at a time. It returns where the next one begins; or, negative, where
 * those end that are to be told one by one, if the sink does not want them so.
 */
const createMany = (sink: RecordSink, { find, behind }: Ends) => {
  let room = Buffer.alloc(0)
  const ends = new Uint32Array(MOST_DOCUMENTS)
  return (bytes: Buffer, from: number, at: number): number => {
    if (room.length < bytes.length) room = Buffer.allocUnsafeSlow(bytes.length)
    let count = 0
    let length = 0
    let next = behind(bytes, from - 1) // line breaks before the first one are none of it
    for (let feed; count < MOST_DOCUMENTS && (feed = find(bytes, next, at)) !== -1; next = behind(bytes, feed)) {
      if ((bytes[next] & 0xc0) === 0x80) break // invalid UTF-8, which the document before could make valid
      const end = feed > next && bytes[feed - 1] === CARRIAGE_RETURN ? feed - 1 : feed
      if (end === next) continue
      length += bytes.copy(room, length, next, end)
      ends[count++] = length
    }
    if (next === from) {
      const feed = find(bytes, from, at)
      return -(feed === -1 ? bytes.length : behind(bytes, feed))
    }
    if (count > 0 && !sink.documents!({ text: room.subarray(0, length), ends: ends.subarray(0, count), end: at + next })) return -next
    sink.format(next - from - length)
    return next
  }
}

const PARSERS = { file: wholeParser, line: textParser(1), 'blank-line': textParser(2) }
