import { copyBytes, type Cursor } from './cursor.ts'
import { cutAtSlots, fillSlot, MAX_SLOT_BYTES, type SlotState } from './slots.ts'

/**
 * Prepared texts, packed so that writing one reads memory in order: text t is the segments firstSegment[t] to firstSegment[t + 1]; segment
 * s is lengths[s] bytes from starts[s], then slot slots[s].
 */
export interface Texts {
  count: number
  bytes: DataView
  firstSegment: Uint32Array
  starts: Uint32Array
  lengths: Uint16Array
  slots: Uint8Array
}

/** Bytes that no text exceeds: the slack that a cursor needs. */
export const MAX_TEXT_BYTES = 16_384

const NO_SLOT = 255

const encoder = new TextEncoder()

const checkSize = (text: string, literals: readonly Uint8Array[]): void => {
  const size = literals.reduce((sum, { length }) => sum + length + MAX_SLOT_BYTES, 0)
  if (size > MAX_TEXT_BYTES) throw new RangeError(`a text of up to ${size} bytes is too long: "${text.slice(0, 60)}…"`)
}

export const packTexts = (texts: readonly string[]): Texts => {
  const firstSegment: number[] = [0]
  const starts: number[] = []
  const segments: Uint8Array[] = []
  const slots: number[] = []
  let size = 0
  for (const text of texts) {
    const cut = cutAtSlots(text)
    const literals = cut.literals.map((literal) => encoder.encode(literal))
    checkSize(text, literals)
    for (const literal of literals) {
      starts.push(size)
      size += Math.ceil(literal.length / 8) * 8
    }
    segments.push(...literals)
    slots.push(...cut.slots, NO_SLOT)
    firstSegment.push(segments.length)
  }
  const bytes = new Uint8Array(size)
  segments.forEach((segment, i) => bytes.set(segment, starts[i]))
  return {
    count: texts.length,
    bytes: new DataView(bytes.buffer),
    firstSegment: Uint32Array.from(firstSegment),
    starts: Uint32Array.from(starts),
    lengths: Uint16Array.from(segments, ({ length }) => length),
    slots: Uint8Array.from(slots),
  }
}

export const writeText = (cursor: Cursor, state: SlotState, texts: Texts, text: number): void => {
  const { bytes, firstSegment, starts, lengths, slots } = texts
  const end = firstSegment[text + 1]
  for (let segment = firstSegment[text]; segment < end; segment++) {
    copyBytes(cursor, bytes, starts[segment], lengths[segment])
    if (slots[segment] !== NO_SLOT) fillSlot(cursor, state, slots[segment])
  }
}
