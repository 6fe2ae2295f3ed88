import { writeBytes, type Cursor } from './cursor.ts'
import { writeNumber } from './digits.ts'
import type { Voice } from './voice.ts'

/** What stands around the documents of a corpus. */
export interface Frame {
  /** The text is inside a JSON string. */
  escaped: boolean
  /** Bytes that the shortest document takes, with all that stands around it. */
  leastBytes: number
  /** Longest that `open` and `between` can be, in bytes. */
  maxBytes: number
  /** Writes what stands before a document. */
  open: (cursor: Cursor, document: number) => void
  /** What follows a document that is not the last. */
  between: (voice: Voice, document: number) => Uint8Array
  /** What follows the last document, where there are `room` bytes for that and the text. */
  end: (voice: Voice, document: number, room: number) => Uint8Array
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

/** Plain text: each separator on a line of its own. */
export const createTextFrame = (separator: string): Frame => {
  const between = bytesOf(`\n${separator}\n`)
  const newline = bytesOf('\n')
  return {
    escaped: false,
    leastBytes: newline.length + 1,
    maxBytes: between.length,
    open: () => {},
    between: () => between,
    end: () => newline,
  }
}

const MAX_ID_DIGITS = 16
/** So that no row is without text: the longest character, a pair of surrogate escapes. */
const LEAST_TEXT_BYTES = 12

/** One row of JSON to a document: {"id": …, "text": …, "meta": {"source": …, "quality": …}}. */
export const createJsonlFrame = (): Frame => {
  const id = bytesOf('{"id":')
  const text = bytesOf(',"text":"')
  const bare = bytesOf('","meta":{}}\n')
  const closings = new Map<string, Uint8Array[]>()
  const closingsOf = ({ name }: Voice): Uint8Array[] => {
    let found = closings.get(name)
    if (found === undefined) {
      found = Array.from({ length: 64 }, (_, n) => bytesOf(`","meta":{"source":"${name}","quality":0.${n + 30}}}\n`))
      closings.set(name, found)
    }
    return found
  }
  const close = (voice: Voice, document: number): Uint8Array => closingsOf(voice)[Math.imul(document, 0x9e3779b1) >>> 26]
  return {
    escaped: true,
    leastBytes: id.length + MAX_ID_DIGITS + text.length + LEAST_TEXT_BYTES + bare.length,
    maxBytes: 256,
    open: (cursor, document) => {
      writeBytes(cursor, id)
      writeNumber(cursor, document)
      writeBytes(cursor, text)
    },
    between: close,
    end: (voice, document, room) => {
      const full = close(voice, document)
      return full.length + LEAST_TEXT_BYTES <= room ? full : bare
    },
  }
}
