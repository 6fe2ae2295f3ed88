import { isUtf8 } from 'node:buffer'
import type { ErrorPolicy } from '../types.ts'

/** Called for each maximal invalid sequence: bytes [start, end) of the source, which stand in `bytes` from `at` on. May throw. */
export type OnInvalid = (start: number, end: number, bytes: Buffer, at: number) => void

export interface Utf8Cleaner {
  /** Takes the next bytes of the text, the first from place `at` of the source, and gives back valid UTF-8, whole code points; a few bytes may be kept for the next call. */
  push(bytes: Buffer, at: number): Buffer
  /** Gives back what the end of the text leaves over; other text may follow. */
  end(): Buffer
  /** Stands in for text that no bytes can hold, written as `bytes` at [start, end): invalid as well. */
  invalid(start: number, end: number, bytes: Buffer): Buffer
}

/** Text that may be long is to be pushed so many bytes at a time: where all of it is invalid, cleaning takes many times its memory. */
export const PART_BYTES = 2 ** 20

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

  // all at once: there may be an invalid sequence in every byte, and an object for each would take a hundred times their memory
  let borders = new Int32Array(64) // where they begin and end, turn by turn
  let count = 0
  let invalid = 0 // bytes in them

  const note = (bytes: Buffer, at: number, start: number): number => {
    const end = at - sequenceLength(bytes, at)
    if (count === borders.length) borders = grown(borders)
    borders[count++] = at
    borders[count++] = end
    invalid += end - at
    onInvalid(start + at, start + end, bytes, at)
    return end
  }

  const noteAll = (bytes: Buffer, start: number): void => {
    count = invalid = 0
    for (let from = 0; from < bytes.length;) {
      const end = sequenceStart(bytes, from + STRETCH)
      if (!isUtf8(bytes.subarray(from, end))) for (let at = from; (at = findInvalid(bytes, at, end)) < end;) at = note(bytes, at, start)
      from = end
    }
  }

  const clean = (bytes: Buffer, start: number): Buffer => {
    if (isUtf8(bytes)) return bytes
    noteAll(bytes, start)
    const replacement = policy === 'replace' ? REPLACEMENT : NOTHING
    const cleaned = Buffer.allocUnsafe(bytes.length - invalid + (count / 2) * replacement.length)
    let from = 0
    let to = 0
    for (let i = 0; i < count; i += 2) {
      to += copy(bytes, from, borders[i], cleaned, to)
      to += copy(replacement, 0, replacement.length, cleaned, to)
      from = borders[i + 1]
    }
    copy(bytes, from, bytes.length, cleaned, to)
    return cleaned
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
      onInvalid(start, end, bytes, 0)
      return policy === 'replace' ? REPLACEMENT : NOTHING
    },
  }
}

/** So many bytes are looked at as a whole, and one by one only if there is something invalid among them. */
const STRETCH = 512

/** `at`, or the place a little before it where the sequence begins that goes on there; not behind the end. */
const sequenceStart = (bytes: Uint8Array, at: number): number => {
  if (at >= bytes.length) return bytes.length
  for (let start = at; start > at - LONGEST; start--) if ((bytes[start] & 0xc0) !== 0x80) return start
  return at // bytes that nothing begins
}

const LONGEST = 4

const grown = (array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> => {
  const larger = new Int32Array(2 * array.length)
  larger.set(array)
  return larger
}

/** Below this, calling a function of the host takes longer than copying. */
const FEW_BYTES = 48

const copy = (source: Buffer, start: number, end: number, target: Buffer, at: number): number => {
  if (end - start >= FEW_BYTES) source.copy(target, at, start, end)
  else for (let i = start; i < end; i++) target[at + i - start] = source[i]
  return end - start
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

/** Where the first ill-formed sequence of [from, end) begins, or `end`. */
const findInvalid = (bytes: Uint8Array, from: number, end: number): number => {
  for (let at = from; at < end;) {
    const length = bytes[at] < 0x80 ? 1 : sequenceLength(bytes, at)
    if (length < 0) return at
    at += length
  }
  return end
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
