import { BACKSLASH, COMMA, QUOTE } from './bytes.ts'

/** Brackets become braces by this bit. */
const TO_BRACE = 0x20
const OPEN = 0x7b
const CLOSE = 0x7d

/**
 * Gives a function that goes through a JSON value, part after part, from its first byte on, and looks at nothing but strings and brackets:
 * the place in [from, end) of the part behind the value, or -1 if it goes on.
 */
export const createValueWalk = () => {
  let depth = 0
  let inString = false
  let isEscaped = false
  let isScalar = false // a number or a word, which ends in front of what is none
  return (part: Buffer, from: number, end: number): number => {
    for (let at = from; at < end; at++) {
      const byte = part[at]
      const bracket = byte | TO_BRACE
      if (inString) {
        inString = isEscaped || byte !== QUOTE
        isEscaped = !isEscaped && byte === BACKSLASH
        if (!inString && depth === 0) return at + 1
      } else if (isScalar) {
        if (byte === QUOTE || byte === COMMA || bracket === OPEN || bracket === CLOSE || byte <= 0x20) return at
      } else if (byte === QUOTE) inString = true
      else if (bracket === OPEN) depth++
      else if (bracket === CLOSE) {
        if (--depth <= 0) return at + 1
      } else isScalar = depth === 0
    }
    return -1
  }
}
