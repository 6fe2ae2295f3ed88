import type { PatternStage } from './compile.ts'
import * as layout from './layout.ts'

/*
 * The families of patterns that the kernel knows by heart (kernel/windows.ts): GPT-2's, and those of cl100k and o200k, which differ among
 * each other in how many digits make a group, whether contractions are recognized, whether marks are letters or belong to these, and whether newlines
 * belong to what is before them. Almost all real corpora are cut by one of them. withFamily.ts finds the one that a stage is of.
 */

export interface Family {
  pattern: string
  dialect: PatternStage['dialect']
  /** As in HEADER_FAMILY. */
  code: number
  /** How it cuts the sample. */
  sample: string
}

/*
 * To compile a family only to find that a stage is none of it takes longer than all else. No two families cut this text alike, nor does nearly
 * any other pattern, so a stage is compared with a family only if it cuts the text as the family does.
 */
export const SAMPLE = "I'mu'LL abC DEf日Gh' ₂12345 -a\u0301 ??\u0301b \u00a0x!!\n/\r\n\n  y\n  "

const { FAMILY_CONTRACTIONS, FAMILY_MARKS, FAMILY_MARKS_BEHIND, FAMILY_TAILS, FAMILY_BLANK_END } = layout

/** How many digits make a group. */
interface DigitGroups {
  pattern: string
  /** How those of the sample are cut. */
  sample: string
  /** In a family's code. */
  bits: number
}

const DIGIT_GROUPS: readonly DigitGroups[] = [
  { pattern: String.raw`\p{N}`, sample: '₂|1|2|3|4|5', bits: 1 << layout.FAMILY_DIGITS_SHIFT },
  { pattern: String.raw`\p{N}{1,2}`, sample: '₂1|23|45', bits: 2 << layout.FAMILY_DIGITS_SHIFT },
  { pattern: String.raw`\p{N}{1,3}`, sample: '₂12|345', bits: 3 << layout.FAMILY_DIGITS_SHIFT },
]
const THREES = DIGIT_GROUPS[2]

/** What families have in common that differ in digits and flags (FAMILY_… of layout.ts). */
interface Form {
  code: number
  /** Those that were met. */
  flags: readonly number[]
  pattern(digits: DigitGroups, flags: number): string
  sample(digits: DigitGroups, flags: number): string
}

const CONTRACTIONS = `(?i:'s|'t|'re|'ve|'m|'ll|'d)`

const CL100K: Form = {
  code: layout.FAMILY_CL100K,
  flags: [
    FAMILY_CONTRACTIONS | FAMILY_TAILS,
    FAMILY_TAILS,
    FAMILY_CONTRACTIONS,
    FAMILY_CONTRACTIONS | FAMILY_TAILS | FAMILY_MARKS,
    FAMILY_CONTRACTIONS | FAMILY_TAILS | FAMILY_MARKS_BEHIND,
  ],
  pattern(digits, flags) {
    const marks = flags & FAMILY_MARKS ? String.raw`\p{M}` : ''
    return [
      ...(flags & FAMILY_CONTRACTIONS ? [CONTRACTIONS] : []),
      flags & FAMILY_MARKS_BEHIND ? String.raw`[^\r\n\p{L}\p{N}]?(?:\p{L}\p{M}*)+` : String.raw`[^\r\n\p{L}\p{N}]?[\p{L}${marks}]+`,
      digits.pattern,
      flags & FAMILY_TAILS ? String.raw` ?[^\s\p{L}\p{N}${marks}]+[\r\n]*` : String.raw` ?[^\s\p{L}\p{N}${marks}]+`,
      String.raw`\s*[\r\n]+|\s+(?!\S)|\s+`,
    ].join('|')
  },
  sample(digits, flags) {
    const start = flags & FAMILY_CONTRACTIONS ? "I|'m|u" : "I|'mu"
    const marked = `${flags & (FAMILY_MARKS | FAMILY_MARKS_BEHIND) ? 'a\u0301' : 'a|\u0301'}| ??${flags & FAMILY_MARKS ? '|\u0301b' : '\u0301|b'}`
    const tails = flags & FAMILY_TAILS ? '!!\n|/\r\n\n' : '!!|\n|/|\r\n\n'
    const end = flags & FAMILY_BLANK_END ? '\n  ' : '\n|  '
    return `${start}|'LL| abC| DEf日Gh|'| |${digits.sample}| -|${marked}| |\u00a0x|${tails}| | y|${end}`
  },
}

const O200K: Form = {
  code: layout.FAMILY_O200K,
  flags: [FAMILY_CONTRACTIONS, 0],
  pattern(digits, flags) {
    const contractions = flags & FAMILY_CONTRACTIONS ? `${CONTRACTIONS}?` : ''
    return [
      String.raw`[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+${contractions}`,
      String.raw`[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*${contractions}`,
      String.raw`${digits.pattern}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
    ].join('|')
  },
  sample(digits, flags) {
    const start = flags & FAMILY_CONTRACTIONS ? "I'm|u" : "I|'mu|"
    return `${start}'LL| ab|C| DEf日|Gh|'| |${digits.sample}| -|a\u0301| ??\u0301|b| |\u00a0x|!!\n/\r\n\n| | y|\n|  `
  },
}

const familyOf = (form: Form, digits: DigitGroups, flags: number): Family => ({
  pattern: form.pattern(digits, flags),
  dialect: 'oniguruma',
  code: form.code | digits.bits | flags,
  sample: form.sample(digits, flags),
})

const GPT2: Family = {
  pattern: String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`,
  dialect: 'oniguruma',
  code: layout.FAMILY_GPT2,
  sample: "I|'m|u|'|LL| abC| DEf日Gh|'| ₂12345| -|a|\u0301| ??\u0301|b| |\u00a0|x|!!|\n|/|\r\n\n | y|\n  ",
}

/** As in tiktoken since 0.8. */
const CL100K_TIKTOKEN: Family = {
  ...familyOf(CL100K, THREES, FAMILY_CONTRACTIONS | FAMILY_TAILS | FAMILY_BLANK_END),
  pattern: String.raw`'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s`,
  dialect: 'fancy-regex',
}

/** As Kimi K2's: Han apart from other letters. */
const O200K_HAN: Family = {
  pattern: [
    String.raw`[\p{Han}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]*[\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]+${CONTRACTIONS}?`,
    String.raw`[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]+[\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]*${CONTRACTIONS}?`,
    String.raw`\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
  ].join('|'),
  dialect: 'oniguruma',
  code: layout.FAMILY_O200K | THREES.bits | FAMILY_CONTRACTIONS | layout.FAMILY_HAN,
  sample: "I'm|u'LL| ab|C| DEf|日|Gh|'| |₂12|345| -|a\u0301| ??\u0301|b| |\u00a0x|!!\n|/\r\n\n| | y|\n|  ",
}

export const FAMILIES: readonly Family[] = [
  GPT2,
  CL100K_TIKTOKEN,
  O200K_HAN,
  ...DIGIT_GROUPS.flatMap((digits) => [CL100K, O200K].flatMap((form) => form.flags.map((flags) => familyOf(form, digits, flags)))),
]

/** The stage that a family is the form of. */
export const stageOf = ({ pattern, dialect }: Family): PatternStage => ({
  pattern,
  dialect,
  behavior: 'removed',
  invert: true,
  refusesEmptyMatches: false,
})
