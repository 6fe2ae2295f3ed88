import { decodeSet, difference, of, union, type CodePointSet } from '../unicode/codePointSet.ts'
import { LOWERCASE, MARK_9, MARK_NONSPACING_8, OTHER_8 } from '../unicode/generated/normalization.ts'
import { WHITE_SPACE } from '../unicode/properties.ts'
import { createMap, SELF, type Change } from './characterMap.ts'
import type { CharacterMap } from './codePointTable.ts'

/* The normalizers that look at one character at a time, as maps. */

const DROPPED = ''

/** A set from ranges whose ends are members. */
const inclusive = (...ranges: readonly (readonly [first: number, last: number])[]): CodePointSet =>
  ranges.flatMap(([first, last]) => [first, last + 1])

/** Rust's char::to_lowercase, which knows no context: each Σ becomes σ. Only U+0130 becomes two characters. */
export const lowercase = (): CharacterMap => {
  const changes: Change[] = [[of(0x130), 'i\u0307']]
  const words = LOWERCASE.split(' ')
  for (let i = 0, at = 0; i < words.length; i += 2) {
    at += parseInt(words[i], 36)
    changes.push([of(at), String.fromCodePoint(at + parseInt(words[i + 1], 36))])
  }
  return createMap(changes)
}

/** Takes all marks out (tokenizers/src/normalizers/strip.rs, StripAccents). */
export const stripAccents = (): CharacterMap => createMap([[decodeSet(MARK_9), DROPPED]])

/** The same for BertNormalizer: only marks that take no space, of an older table. */
export const stripBertAccents = (): CharacterMap => createMap([[decodeSet(MARK_NONSPACING_8), DROPPED]])

/** tokenizers/src/normalizers/unicode.rs, do_nmt. */
export const nmt = (): CharacterMap =>
  createMap([
    [inclusive([0x01, 0x08], [0x0b, 0x0b], [0x0e, 0x1f], [0x7f, 0x7f], [0x8f, 0x8f], [0x9f, 0x9f]), DROPPED],
    [of(0x09, 0x0a, 0x0c, 0x0d, 0x1680, 0x200b, 0x200c, 0x200d, 0x200e, 0x200f, 0x2028, 0x2029, 0x2581, 0xfeff, 0xfffd), ' '],
  ])

/** tokenizers/src/normalizers/bert.rs, do_clean_text: control characters go, white space becomes a space. */
export const cleanBertText = (): CharacterMap => {
  const kept = of(0x09, 0x0a, 0x0d)
  const dropped = union(difference(decodeSet(OTHER_8), kept), of(0, 0xfffd))
  return createMap([
    [WHITE_SPACE, ' '],
    [dropped, DROPPED],
  ])
}

/** tokenizers/src/normalizers/bert.rs, is_chinese_char; U+2B820 to U+2B91F are missing there. */
const BERT_CHINESE = inclusive(
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xf900, 0xfaff],
  [0x20000, 0x2a6df],
  [0x2a700, 0x2b73f],
  [0x2b740, 0x2b81f],
  [0x2b920, 0x2ceaf],
  [0x2f800, 0x2fa1f],
)

export const spaceBertChinese = (): CharacterMap => createMap([[BERT_CHINESE, ` ${SELF} `]])
