import { isUtf8 } from 'node:buffer'
import type { ErrorPolicy } from '../types.ts'

/** Called for each maximal invalid sequence: bytes [start, end) of the source. May throw. */
export type OnInvalid = (start: number, end: number, bytes: Buffer) => void

export interface Utf8Cleaner {
  /** Takes the next bytes of the text, the first from place `at` of the source, and gives back valid UTF-8, whole code points; a few bytes may be kept for the next call. */
  push(bytes: Buffer, at: number): Buffer
  /** Gives back what the end of the text leaves over; other text may follow. */
  end(): Buffer
  /** Stands in for text that no bytes can hold, written as `bytes` at [start, end): invalid as well. */
  invalid(start: number, end: number, bytes: Buffer): Buffer
}

const REPLACEMENT = Buffer.from('\ufffd')
const NOTHING = Buffer.alloc(0)

/**
 * Makes bytes valid UTF-8 by an error policy named as in Python: `replace` puts U+FFFD for each maximal subpart of an ill-formed sequence
 * (Unicode Standard, section 3.9, "substitution of maximal subparts"; what Python, TextDecoder and Rust do), `ignore` leaves it out.
 * For `strict`, let `onInvalid` throw.
 */
export const createUtf8Cleaner = (policy: ErrorPolicy, onInvalid: OnInvalid): Utf8Cleaner => {
  let kept = NOTHING // an unfinished sequence, at most 3 bytes
  let keptAt = 0 // its place in the source

  const clean = (bytes: Buffer, start: number): Buffer => {
    if (isUtf8(bytes)) return bytes
    const parts: Buffer[] = []
    let validFrom = 0
    for (let i = 0; i < bytes.length;) {
      const length = sequenceLength(bytes, i)
      if (length > 0) {
        i += length
        continue
      }
      parts.push(bytes.subarray(validFrom, i))
      const end = i - length
      onInvalid(start + i, start + end, bytes.subarray(i, end))
      if (policy === 'replace') parts.push(REPLACEMENT)
      i = validFrom = end
    }
    parts.push(bytes.subarray(validFrom))
    return Buffer.concat(parts)
  }

  return {
    push(bytes, at) {
      const all = kept.length === 0 ? bytes : Buffer.concat([kept, bytes])
      const start = at - kept.length
      const whole = all.length - unfinishedLength(all)
      kept = whole === all.length ? NOTHING : Buffer.from(all.subarray(whole)) // a copy: the reader uses its buffer again
      keptAt = start + whole
      return clean(all.subarray(0, whole), start)
    },
    end() {
      const rest = kept
      kept = NOTHING
      return clean(rest, keptAt)
    },
    invalid(start, end, bytes) {
      onInvalid(start, end, bytes)
      return policy === 'replace' ? REPLACEMENT : NOTHING
    },
  }
}

/** Second bytes that may follow a lead byte (Unicode Standard, table 3-7); the third and fourth are 80..BF. */
const secondByteRange = (lead: number): [low: number, high: number] =>
  lead === 0xe0 ? [0xa0, 0xbf] : lead === 0xed ? [0x80, 0x9f] : lead === 0xf0 ? [0x90, 0xbf] : lead === 0xf4 ? [0x80, 0x8f] : [0x80, 0xbf]

const expectedLength = (lead: number): number =>
  lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0

/** Length of the well-formed sequence at `at`, or minus the length of the maximal subpart of an ill-formed one. */
const sequenceLength = (bytes: Uint8Array, at: number): number => {
  const lead = bytes[at]
  const expected = expectedLength(lead)
  if (expected < 2) return expected === 1 ? 1 : -1
  const [low, high] = secondByteRange(lead)
  if (at + 1 >= bytes.length || bytes[at + 1] < low || bytes[at + 1] > high) return -1
  for (let i = 2; i < expected; i++) if (at + i >= bytes.length || (bytes[at + i] & 0xc0) !== 0x80) return -i
  return expected
}

/** How many bytes at the end begin a sequence that more bytes could finish. */
export const unfinishedLength = (bytes: Uint8Array): number => {
  for (let length = 1; length <= 3 && length <= bytes.length; length++) {
    const lead = bytes[bytes.length - length]
    if ((lead & 0xc0) === 0x80) continue
    return expectedLength(lead) > length && sequenceLength(bytes, bytes.length - length) === -length ? length : 0
  }
  return 0
}
