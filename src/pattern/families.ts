import { CODE_POINTS, has, type CodePointSet } from '../unicode/codePointSet.ts'
import { category, property, WHITE_SPACE } from '../unicode/properties.ts'
import { firstByteOf } from '../unicode/utf8.ts'
import type { Partition } from './classes.ts'
import { compileStage, type CompiledStage, type PatternStage } from './compile.ts'
import { piecesOf, sameAutomaton } from './equivalence.ts'
import { findHeaded } from './headed.ts'
import * as layout from './layout.ts'
import { findGroups } from './local.ts'
import { hasMarks } from './machine.ts'
import type { Compiled } from './pack.ts'

/*
 * The families of patterns that the kernel knows by heart (kernel/windows.ts): GPT-2's, and those of cl100k and o200k, which differ among
 * each other in how many digits make a group, whether contractions are recognized, whether marks are letters or belong to these, and whether newlines
 * belong to what is before them. Almost all real corpora are cut by one of them.
 */

interface Family {
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

const GPT2_SAMPLE = "I|'m|u|'|LL| abC| DEf日Gh|'| ₂12345| -|a|\u0301| ??\u0301|b| |\u00a0|x|!!|\n|/|\r\n\n | y|\n  "
const o200kSample = (digits: string, start: string): string =>
  `${start}'LL| ab|C| DEf日|Gh|'| |${digits}| -|a\u0301| ??\u0301|b| |\u00a0x|!!\n/\r\n\n| | y|\n|  `

const GPT2 = String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`

const CONTRACTIONS = `(?i:'s|'t|'re|'ve|'m|'ll|'d)`

const o200k = (digits: string, contractions: string): string =>
  [
    String.raw`[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+${contractions}`,
    String.raw`[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*${contractions}`,
    String.raw`${digits}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
  ].join('|')

/** As Kimi K2's: Han apart from other letters. */
const O200K_HAN = [
  String.raw`[\p{Han}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]*[\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]+${CONTRACTIONS}?`,
  String.raw`[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]+[\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]*${CONTRACTIONS}?`,
  String.raw`\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
].join('|')
const O200K_HAN_SAMPLE = "I'm|u'LL| ab|C| DEf|日|Gh|'| |₂12|345| -|a\u0301| ??\u0301|b| |\u00a0x|!!\n|/\r\n\n| | y|\n|  "

const GROUPS: readonly (readonly [digits: string, inSample: string])[] = [
  [String.raw`\p{N}`, '₂|1|2|3|4|5'],
  [String.raw`\p{N}{1,2}`, '₂1|23|45'],
  [String.raw`\p{N}{1,3}`, '₂12|345'],
]
const groupsOf = (index: number): number => (index + 1) << layout.FAMILY_DIGITS_SHIFT

const { FAMILY_CONTRACTIONS, FAMILY_MARKS, FAMILY_MARKS_BEHIND, FAMILY_TAILS, FAMILY_BLANK_END } = layout

/** How cl100k's family cuts the sample. */
const cl100kSample = (digits: string, flags: number): string => {
  const start = flags & FAMILY_CONTRACTIONS ? "I|'m|u" : "I|'mu"
  const marked = `${flags & (FAMILY_MARKS | FAMILY_MARKS_BEHIND) ? 'a\u0301' : 'a|\u0301'}| ??${flags & FAMILY_MARKS ? '|\u0301b' : '\u0301|b'}`
  const tails = flags & FAMILY_TAILS ? '!!\n|/\r\n\n' : '!!|\n|/|\r\n\n'
  const end = flags & FAMILY_BLANK_END ? '\n  ' : '\n|  '
  return `${start}|'LL| abC| DEf日Gh|'| |${digits}| -|${marked}| |\u00a0x|${tails}| | y|${end}`
}

const cl100k = (digits: string, flags: number): string => {
  const marks = flags & FAMILY_MARKS ? String.raw`\p{M}` : ''
  return [
    ...(flags & FAMILY_CONTRACTIONS ? [CONTRACTIONS] : []),
    flags & FAMILY_MARKS_BEHIND ? String.raw`[^\r\n\p{L}\p{N}]?(?:\p{L}\p{M}*)+` : String.raw`[^\r\n\p{L}\p{N}]?[\p{L}${marks}]+`,
    digits,
    flags & FAMILY_TAILS ? String.raw` ?[^\s\p{L}\p{N}${marks}]+[\r\n]*` : String.raw` ?[^\s\p{L}\p{N}${marks}]+`,
    String.raw`\s*[\r\n]+|\s+(?!\S)|\s+`,
  ].join('|')
}

/** Those that were met. */
const CL100K_FLAGS: readonly number[] = [
  FAMILY_CONTRACTIONS | FAMILY_TAILS,
  FAMILY_TAILS,
  FAMILY_CONTRACTIONS,
  FAMILY_CONTRACTIONS | FAMILY_TAILS | FAMILY_MARKS,
  FAMILY_CONTRACTIONS | FAMILY_TAILS | FAMILY_MARKS_BEHIND,
]

/** As in tiktoken since 0.8. */
const CL100K_TIKTOKEN = String.raw`'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s`
const TIKTOKEN_FLAGS = FAMILY_CONTRACTIONS | FAMILY_TAILS | FAMILY_BLANK_END

export const FAMILIES: readonly Family[] = [
  { pattern: GPT2, dialect: 'oniguruma', code: layout.FAMILY_GPT2, sample: GPT2_SAMPLE },
  {
    pattern: CL100K_TIKTOKEN,
    dialect: 'fancy-regex',
    code: layout.FAMILY_CL100K | groupsOf(2) | TIKTOKEN_FLAGS,
    sample: cl100kSample(GROUPS[2][1], TIKTOKEN_FLAGS),
  },
  {
    pattern: O200K_HAN,
    dialect: 'oniguruma',
    code: layout.FAMILY_O200K | groupsOf(2) | FAMILY_CONTRACTIONS | layout.FAMILY_HAN,
    sample: O200K_HAN_SAMPLE,
  },
  ...GROUPS.flatMap(([digits, inSample], i) => [
    ...CL100K_FLAGS.map((flags) => ({
      pattern: cl100k(digits, flags),
      dialect: 'oniguruma' as const,
      code: layout.FAMILY_CL100K | groupsOf(i) | flags,
      sample: cl100kSample(inSample, flags),
    })),
    {
      pattern: o200k(digits, `${CONTRACTIONS}?`),
      dialect: 'oniguruma' as const,
      code: layout.FAMILY_O200K | groupsOf(i) | FAMILY_CONTRACTIONS,
      sample: o200kSample(inSample, "I'm|u"),
    },
    {
      pattern: o200k(digits, ''),
      dialect: 'oniguruma' as const,
      code: layout.FAMILY_O200K | groupsOf(i),
      sample: o200kSample(inSample, "I|'mu|"),
    },
  ]),
]

/**
 * The tables of one compiled stage, or of several in one machine, with its family and the roles of characters added, or undefined if it belongs
 * to no family.
 *
 * @param isBehind after another one, which leaves short pieces, a stage that is of no family by name has mostly nothing to do, and the machine passes over
 * such pieces faster (kernel/idle.ts)
 */
export const withFamily = (compiled: Compiled | CompiledStage, isBehind = false): Uint8Array | undefined => {
  const family = 'stage' in compiled ? findFamily(compiled) : undefined
  if (family !== undefined) return withRoles(compiled, family.code, rolesIn(compiled.partition, family.code))
  if (isBehind) return undefined
  const groups = findGroups(compiled)
  if (groups !== undefined) return withRoles(compiled, layout.FAMILY_LOCAL, groups)
  const runs = 'stage' in compiled ? findHeaded(compiled) : undefined
  return runs && withRoles(compiled, layout.FAMILY_HEADED, runs)
}

const withRoles = ({ partition, tables }: Compiled, code: number, roles: Uint8Array): Uint8Array => {
  const larger = Buffer.concat([tables, firstByteRoles(partition, roles), roles])
  const header = new Uint32Array(larger.buffer, larger.byteOffset, layout.HEADER_WORDS)
  header[layout.HEADER_BYTES] = larger.length
  header[layout.HEADER_FAMILY] = code
  header[layout.HEADER_ROLES] = tables.length
  return larger
}

/** The family that cuts every text as this stage does: the pattern may be written in another way. */
const findFamily = (compiled: CompiledStage): Family | undefined => {
  const { stage, machine, backward, unit } = compiled
  const keepsAll = stage.behavior === 'isolated' || (stage.behavior === 'removed' && stage.invert) // there are no gaps in these families
  if (!keepsAll || unit !== 'code points') return undefined
  // those of Oniguruma mean the same in fancy-regex
  const asWritten = FAMILIES.find(
    ({ pattern, dialect }) => pattern === stage.pattern && (dialect === stage.dialect || dialect === 'oniguruma'),
  )
  if (asWritten !== undefined) return asWritten
  if (machine.next.length > MAX_STATES || backward !== undefined || hasMarks(machine)) return undefined
  const cut = piecesOf(compiled, SAMPLE).join('|')
  return FAMILIES.find((family) => family.sample === cut && sameAutomaton(compiled, compiledFamily(family)))
}

/** The families' machines have about a dozen states; others than these are not worth a closer look. */
const MAX_STATES = 64

const compiledFamilies = new Map<Family, CompiledStage>()

const compiledFamily = (family: Family): CompiledStage => {
  let compiled = compiledFamilies.get(family)
  if (compiled === undefined) {
    compiled = compileStage(stageOf(family))
    compiledFamilies.set(family, compiled)
  }
  return compiled
}

/** The stage that a family is the form of. */
export const stageOf = ({ pattern, dialect }: Family): PatternStage => ({
  pattern,
  dialect,
  behavior: 'removed',
  invert: true,
  refusesEmptyMatches: false,
})

type Roles = readonly (readonly [role: number, set: CodePointSet])[]

const casedRoles = (): Roles => [
  [layout.ROLE_LETTER, category('Ll')],
  [layout.ROLE_UPPER, category('Lu')],
  [layout.ROLE_UPPER, category('Lt')],
  [layout.ROLE_UNCASED, category('Lm')],
  [layout.ROLE_UNCASED, category('Lo')],
  [layout.ROLE_MARK, category('M')],
  [layout.ROLE_DIGIT, category('N')],
  [layout.ROLE_WHITE, WHITE_SPACE],
]

const uncasedRoles = (marks: readonly Roles[number][]): Roles => [
  [layout.ROLE_LETTER, category('L')],
  ...marks,
  [layout.ROLE_DIGIT, category('N')],
  [layout.ROLE_WHITE, WHITE_SPACE],
]

/** Han's characters: what is none of its letters may be in pieces of other kinds, and is left to the machine as digits of several bytes are. */
const hanRole = (codePoint: number): number =>
  has(category('Lo'), codePoint) || has(category('Lm'), codePoint) ? layout.ROLE_HAN : layout.ROLE_DIGIT

/** What each class is to a family; of ASCII, of which the kernel knows that, anything. */
const rolesIn = ({ starts, classes, count }: Partition, code: number): Uint8Array => {
  const isCased = (code & layout.FAMILY_MASK) === layout.FAMILY_O200K
  const mark = code & FAMILY_MARKS ? layout.ROLE_LETTER : code & FAMILY_MARKS_BEHIND ? layout.ROLE_MARK : undefined
  const sets = isCased ? casedRoles() : uncasedRoles(mark === undefined ? [] : [[mark, category('M')]])
  const han = code & layout.FAMILY_HAN ? property('Han') : undefined
  const roles = new Uint8Array(count).fill(layout.ROLE_MIXED)
  for (let i = 0; i < starts.length; i++) {
    const start = Math.max(starts[i], 0x80)
    // one of a class stands for all: the pattern cannot tell them apart
    if (start < (starts[i + 1] ?? CODE_POINTS) && roles[classes[i]] === layout.ROLE_MIXED)
      roles[classes[i]] = han !== undefined && has(han, start) ? hanRole(start) : (sets.find(([, set]) => has(set, start))?.[0] ?? layout.ROLE_OTHER)
  }
  return roles
}

/** For each first byte the role of all characters of several bytes that begin with it, or ROLE_MIXED. */
const firstByteRoles = ({ starts, classes }: Partition, roles: Uint8Array): Uint8Array => {
  const found = new Uint8Array(256).fill(UNSEEN)
  for (let i = 0; i < starts.length; i++) {
    const start = Math.max(starts[i], 0x80)
    const end = i + 1 < starts.length ? starts[i + 1] : CODE_POINTS
    if (end <= start) continue
    const role = roles[classes[i]]
    const last = firstByteOf(end - 1)
    for (let byte = firstByteOf(start); byte <= last; byte++) {
      if (found[byte] === UNSEEN) found[byte] = role
      else if (found[byte] !== role) found[byte] = layout.ROLE_MIXED
    }
  }
  return found
}

const UNSEEN = 255
