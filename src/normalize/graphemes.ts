import { decodeSet } from '../unicode/codePointSet.ts'
import { EXTENDED_PICTOGRAPHIC, GRAPHEME_BREAK, INDIC_CONJUNCT_BREAK } from '../unicode/generated/normalization.ts'
import { createBytes, TableMaker, valueAt, type CodePointTable } from './codePointTable.ts'

/* Extended grapheme clusters of Unicode 17.0 (Unicode Standard Annex 29), as the crate unicode-segmentation 1.13 finds them. */

// Values of Grapheme_Cluster_Break. Consonants and pictographs are such where it has no value.
const OTHER = 0
const CR = 1
const LF = 2
const CONTROL = 3
const EXTEND = 4
const ZWJ = 5
const REGIONAL_INDICATOR = 6
const PREPEND = 7
const SPACING_MARK = 8
const L = 9
const V = 10
const T = 11
const LV = 12
const LVT = 13
const CONSONANT = 14
const PICTOGRAPH = 15

const BREAK = 0x0f
// Values of Indic_Conjunct_Break, beside those.
const CONJUNCT_EXTEND = 0x10
const CONJUNCT_LINKER = 0x20

const VALUES = {
  CR,
  LF,
  Control: CONTROL,
  Extend: EXTEND,
  ZWJ,
  Regional_Indicator: REGIONAL_INDICATOR,
  Prepend: PREPEND,
  SpacingMark: SPACING_MARK,
  L,
  V,
  T,
}

const HANGUL_START = 0xac00
const HANGUL_END = 0xd7a4
const HANGUL_TRAILING = 28

/** The value of each code point. */
export const graphemeBreaks = (): CodePointTable<Uint8Array> => {
  const values = new TableMaker(createBytes) // all are OTHER
  values.fill(decodeSet(EXTENDED_PICTOGRAPHIC), PICTOGRAPH)
  values.fill(decodeSet(INDIC_CONJUNCT_BREAK.Consonant), CONSONANT)
  for (const [name, value] of Object.entries(VALUES)) values.fill(decodeSet(GRAPHEME_BREAK[name]), value)
  values.fill([HANGUL_START, HANGUL_END], LVT)
  for (let c = HANGUL_START; c < HANGUL_END; c += HANGUL_TRAILING) values.fill([c, c + 1], LV)
  values.change(decodeSet(INDIC_CONJUNCT_BREAK.Extend), (value) => value | CONJUNCT_EXTEND)
  values.change(decodeSet(INDIC_CONJUNCT_BREAK.Linker), (value) => value | CONJUNCT_LINKER)
  return values.table()
}

/**
 * Where in a cluster of several code points one of this value may be: in none but that of a line's end ('apart'); first, and then nothing but a line feed is
 * behind it ('return'); in front of others that are in none, or first ('binds'); behind those that bind it, or in long clusters ('inside'); behind others
 * ('marks'); or only as the first but for what binds.
 */
export const clusterRoleOf = (value: number): 'apart' | 'return' | 'binds' | 'inside' | 'marks' | 'first' => {
  switch (value & BREAK) {
    case OTHER:
    case PICTOGRAPH:
      return 'first'
    case LF:
    case CONTROL:
      return 'apart'
    case CR:
      return 'return'
    case ZWJ:
    case PREPEND:
    case L:
      return 'binds'
    case V:
    case T:
    case LV:
    case LVT:
    case CONSONANT:
    case REGIONAL_INDICATOR:
      return 'inside'
    default:
      return 'marks'
  }
}

/** Whether no code point of this value is in the cluster of the one before, unless that binds all. */
export const beginsClusters = (value: number): boolean => (value & BREAK) === CONTROL || (value & BREAK) === OTHER

/** Whether a code point of this value is in one cluster with whatever is behind it but a control character. */
export const bindsAll = (value: number): boolean => (value & BREAK) === PREPEND

/** Whether a code point of this value goes on with a syllable of Hangul, of which one code point may be before it. */
export const continuesSyllables = (value: number): boolean => (value & BREAK) === V || (value & BREAK) === T

/** Whether a code point of this value is in the cluster of the one before, whatever that is but a control character. */
export const extendsClusters = (value: number): boolean => (value & BREAK) === EXTEND || (value & BREAK) === SPACING_MARK

/** Calls `onCluster` with where each cluster of a text begins and ends, in units. `values` are those of graphemeBreaks. */
export const forEachCluster = (
  values: CodePointTable<Uint8Array>,
  text: string,
  onCluster: (start: number, end: number) => void,
): void => {
  let start = 0
  let before = -1
  // what the code points right before are, as far as the rules ask: a pictograph and marks, then ZWJ; a consonant and marks, then a linker
  let isPictograph = false
  let isJoined = false
  let isConsonant = false
  let isLinked = false
  let isOddIndicator = false
  for (let at = 0; at < text.length;) {
    const codePoint = text.codePointAt(at)!
    const value = valueAt(values, codePoint)
    const kind = value & BREAK
    const isTogether =
      (kind === PICTOGRAPH && isJoined) ||
      (kind === CONSONANT && isLinked) ||
      (kind === REGIONAL_INDICATOR && isOddIndicator) ||
      joins(before, kind)
    if (at > 0 && !isTogether) {
      onCluster(start, at)
      start = at
    }
    isJoined = kind === ZWJ && isPictograph
    isPictograph = kind === PICTOGRAPH || (kind === EXTEND && isPictograph)
    isConsonant = kind === CONSONANT || ((value & (CONJUNCT_EXTEND | CONJUNCT_LINKER)) !== 0 && isConsonant)
    isLinked = isConsonant && kind !== CONSONANT && (isLinked || (value & CONJUNCT_LINKER) !== 0)
    isOddIndicator = kind === REGIONAL_INDICATOR && !isOddIndicator
    before = kind
    at += codePoint > 0xffff ? 2 : 1
  }
  if (text.length > start) onCluster(start, text.length)
}

/** The rules that look at two code points (GB3 to GB9b). */
const joins = (before: number, after: number): boolean => {
  if (before === CR) return after === LF
  if (before === LF || before === CONTROL || after === CR || after === LF || after === CONTROL) return false
  if (after === EXTEND || after === ZWJ || after === SPACING_MARK || before === PREPEND) return true
  if (before === L) return after === L || after === V || after === LV || after === LVT
  if (before === LV || before === V) return after === V || after === T
  return (before === LVT || before === T) && after === T
}
