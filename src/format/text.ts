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
    // line breaks that have come and may be between documents or, if there are too few, text
    let breaks = 0
    let held = 0 // bytes of those breaks
    let returnAt = -1 // place of a \r that a \n may follow
    let heldText: Buffer[] = [] // the same as text, as long as there are too few

    const text = (bytes: Buffer, at: number): void => {
      if (bytes.length === 0) return
      if (!isInside) sink.startDocument(at)
      isInside = true
      sink.text(bytes, at)
    }
    const endDocument = (): void => {
      sink.format(held)
      if (isInside) sink.endDocument()
      isInside = false
      breaks = held = 0
      heldText = []
    }
    /** Other bytes follow at this place: what was held is decided. */
    const settle = (at: number): void => {
      if (held === 0) return
      if (breaks >= minBreaks || !isInside) endDocument()
      else {
        const bytes = Buffer.concat(heldText)
        breaks = held = 0
        heldText = []
        text(bytes, at - bytes.length)
      }
    }
    /** No \n follows the \r: it is text. */
    const passReturn = (): void => {
      settle(returnAt)
      text(CRLF.subarray(0, 1), returnAt)
    }
    const holdBreak = (bytes: Buffer): void => {
      breaks++
      held += bytes.length
      if (breaks < minBreaks) heldText.push(Buffer.from(bytes))
      else if (breaks === minBreaks && minBreaks === 1) endDocument()
    }
    const takeLines = minBreaks === 1 && sink.documents !== undefined ? createLines(sink) : undefined
    return {
      push(bytes, at) {
        let from = 0
        let singlyTo = 0 // up to here, lines are told one by one
        if (returnAt !== -1 && bytes.length > 0) {
          if (bytes[0] === LINE_FEED) {
            holdBreak(CRLF)
            from = 1
          } else passReturn()
          returnAt = -1
        }
        while (from < bytes.length) {
          if (takeLines !== undefined && !isInside && held === 0 && from >= singlyTo) {
            const behind = takeLines(bytes, from, at)
            if (behind > 0) {
              from = behind
              continue
            }
            singlyTo = -behind
          }
          const feed = bytes.indexOf(LINE_FEED, from)
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
          holdBreak(bytes.subarray(end, feed + 1))
          from = feed + 1
        }
      },
      end() {
        if (returnAt !== -1) passReturn()
        endDocument()
      },
    }
  }

/** Lines that are told at a time. */
const MOST_LINES = 8192

/**
 * Makes a function that tells a sink of whole lines of a block, from `from` on, many at a time. It returns where the next one begins; or, negative, where the
 * lines end that are to be told one by one, if the sink does not want them so.
 */
const createLines = (sink: RecordSink) => {
  let room = Buffer.alloc(0)
  const ends = new Uint32Array(MOST_LINES)
  return (bytes: Buffer, from: number, at: number): number => {
    if (room.length < bytes.length) room = Buffer.allocUnsafeSlow(bytes.length)
    let count = 0
    let length = 0
    let next = from
    for (let feed; count < MOST_LINES && (feed = bytes.indexOf(LINE_FEED, next)) !== -1; next = feed + 1) {
      if ((bytes[next] & 0xc0) === 0x80) break // invalid UTF-8, which the line before could make valid
      const end = feed > next && bytes[feed - 1] === CARRIAGE_RETURN ? feed - 1 : feed
      if (end === next) continue
      length += bytes.copy(room, length, next, end)
      ends[count++] = length
    }
    if (next === from) return -(bytes.indexOf(LINE_FEED, from) + 1 || bytes.length)
    if (count > 0 && !sink.documents!({ text: room.subarray(0, length), ends: ends.subarray(0, count), start: at + from, end: at + next })) return -next
    sink.format(next - from - length)
    return next
  }
}

const PARSERS = { file: wholeParser, line: textParser(1), 'blank-line': textParser(2) }
