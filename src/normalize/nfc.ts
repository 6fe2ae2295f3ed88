import { isAscii } from 'node:buffer'
import { decodeSet, EVERYTHING, fromRanges, has, intersection, union } from '../unicode/codePointSet.ts'
import { UNASSIGNED_9 } from '../unicode/generated/unicode9.ts'
import { category } from '../unicode/properties.ts'
import type { TextStage } from './textStage.ts'

/*
 * NFC as the reference has it: the crate unicode-normalization-alignments 0.1, whose tables are of Unicode 9.0 (measured: it
 * reorders marks of 9.0 but none of 10.0). The host's own `normalize` is of a newer version; for text made of characters of Unicode 9.0
 * the two agree (the stability policy), and newer characters are left alone by the reference. So text is cut at those, and the host
 * normalizes what is between them.
 */

const UNASSIGNED = decodeSet(UNASSIGNED_9)
const NEWER = new RegExp(`([${rangesSource(UNASSIGNED)}]+)`, 'u')

/** Characters that can combine with what stands before them: marks, and the vowels and trailing consonants of Hangul. */
const COMBINES = union(
  category('M'),
  fromRanges([
    [0x1160, 0x1200],
    [0xd7b0, 0xd800],
  ]),
)
/** The first character that is in COMBINES; below it every character is a safe place to cut in front of. */
const FIRST_COMBINING = COMBINES[0]

function rangesSource(set: readonly number[]): string {
  let source = ''
  const scalars = intersection(set, EVERYTHING)
  for (let i = 0; i < scalars.length; i += 2) source += `\\u{${scalars[i].toString(16)}}-\\u{${(scalars[i + 1] - 1).toString(16)}}`
  return source
}

export const normalizeNfc = (text: string): string =>
  NEWER.test(text)
    ? text
        .split(NEWER)
        .map((part, i) => (i % 2 === 0 ? part.normalize('NFC') : part))
        .join('')
    : text.normalize('NFC')

const normalizeBytes = (bytes: Buffer): Buffer => {
  if (isAscii(bytes)) return bytes
  const text = bytes.toString('utf8')
  const normalized = normalizeNfc(text)
  return normalized === text ? bytes : Buffer.from(normalized)
}

/**
 * Normalizes a stream to NFC. Text is cut in front of characters that cannot combine with what stands before them; what comes after the
 * last such place is kept until more text or the document's end is there.
 */
export const createNfcNormalizer = (emit: (text: Buffer) => void): TextStage => {
  let kept: Buffer[] = []

  const flush = (): void => {
    if (kept.length > 0) emit(normalizeBytes(kept.length === 1 ? kept[0] : Buffer.concat(kept)))
    kept = []
  }

  return {
    push(text) {
      const first = firstCut(text)
      if (first === -1) {
        if (text.length > 0) kept.push(Buffer.from(text))
        return
      }
      if (first > 0) kept.push(Buffer.from(text.subarray(0, first)))
      flush()
      const last = lastCut(text)
      if (last > first) emit(normalizeBytes(text.subarray(first, last)))
      kept.push(Buffer.from(text.subarray(last)))
    },
    end: flush,
  }
}

const isCut = (codePoint: number): boolean => codePoint < FIRST_COMBINING || !has(COMBINES, codePoint)

const firstCut = (text: Buffer): number => {
  for (let at = 0; at < text.length; at++) if ((text[at] & 0xc0) !== 0x80 && isCut(codePointAt(text, at))) return at
  return -1
}

const lastCut = (text: Buffer): number => {
  for (let at = text.length - 1; at >= 0; at--) if ((text[at] & 0xc0) !== 0x80 && isCut(codePointAt(text, at))) return at
  return -1
}

/** The code point whose valid UTF-8 begins at `at`. */
const codePointAt = (text: Buffer, at: number): number => {
  const lead = text[at]
  if (lead < 0x80) return lead
  if (lead < 0xe0) return ((lead & 0x1f) << 6) | (text[at + 1] & 0x3f)
  if (lead < 0xf0) return ((lead & 0x0f) << 12) | ((text[at + 1] & 0x3f) << 6) | (text[at + 2] & 0x3f)
  return ((lead & 0x07) << 18) | ((text[at + 1] & 0x3f) << 12) | ((text[at + 2] & 0x3f) << 6) | (text[at + 3] & 0x3f)
}

/**
 * Makes a search for places to cut text also right for text that is normalized first: it looks only at windows that NFC leaves as they
 * are, whatever stands around them, and takes only cuts in front of a character that cannot combine with what is before.
 *
 * @param find the offset of a safe cut in a window of text, or -1
 */
export const onNormalText =
  (find: (window: Buffer) => number) =>
  (window: Buffer): number => {
    const start = firstCut(window)
    const end = lastCut(window)
    if (start === -1 || end <= start) return -1
    const inner = window.subarray(start, end)
    if (normalizeBytes(inner) !== inner) return -1
    const cut = find(inner)
    return cut !== -1 && isCut(codePointAt(inner, cut)) ? start + cut : -1
  }
