import { has, type CodePointSet } from '../unicode/codePointSet.ts'
import { category, WHITE_SPACE } from '../unicode/properties.ts'
import { firstByteOf } from '../unicode/utf8.ts'
import type { Partition } from './classes.ts'
import { compileStage, type Compiled, type CompiledStage, type PatternStage } from './compile.ts'
import { piecesOf, sameAutomaton } from './equivalence.ts'
import * as layout from './layout.ts'
import { hasMarks } from './steps.ts'

/*
 * The families of patterns that the kernel knows by heart (kernel/windows.ts): GPT-2's, and those of cl100k and o200k, which differ among
 * each other in how many digits make a group, and in whether contractions are recognized. Almost all real corpora are cut by one of them.
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
export const SAMPLE = "I'm'LL abC DEf日Gh' ₂12345 -a\u0301 \u00a0x!!\n/\r\n\n  y\n  "

const GPT2_SAMPLE = "I|'m|'|LL| abC| DEf日Gh|'| ₂12345| -|a|\u0301| |\u00a0|x|!!|\n|/|\r\n\n | y|\n  "
const cl100kSample = (digits: string, end: string): string =>
  `I|'m|'LL| abC| DEf日Gh|'| |${digits}| -|a|\u0301| |\u00a0x|!!\n|/\r\n\n| | y|${end}`
const o200kSample = (digits: string, start: string): string =>
  `${start}|'LL| ab|C| DEf日|Gh|'| |${digits}| -|a\u0301| |\u00a0x|!!\n/\r\n\n| | y|\n|  `

const GPT2 = String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`

const CONTRACTIONS = `(?i:'s|'t|'re|'ve|'m|'ll|'d)`

const cl100k = (digits: string): string =>
  String.raw`${CONTRACTIONS}|[^\r\n\p{L}\p{N}]?\p{L}+|${digits}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`

const o200k = (digits: string, contractions: string): string =>
  [
    String.raw`[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+${contractions}`,
    String.raw`[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*${contractions}`,
    String.raw`${digits}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
  ].join('|')

const GROUPS: readonly (readonly [digits: string, inSample: string])[] = [
  [String.raw`\p{N}`, '₂|1|2|3|4|5'],
  [String.raw`\p{N}{1,2}`, '₂1|23|45'],
  [String.raw`\p{N}{1,3}`, '₂12|345'],
]
const groupsOf = (index: number): number => (index + 1) << layout.FAMILY_DIGITS_SHIFT

/** As in tiktoken since 0.8. */
const CL100K_TIKTOKEN = String.raw`'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s`

export const FAMILIES: readonly Family[] = [
  { pattern: GPT2, dialect: 'oniguruma', code: layout.FAMILY_GPT2, sample: GPT2_SAMPLE },
  {
    pattern: CL100K_TIKTOKEN,
    dialect: 'fancy-regex',
    code: layout.FAMILY_CL100K | groupsOf(2) | layout.FAMILY_CONTRACTIONS | layout.FAMILY_BLANK_END,
    sample: cl100kSample(GROUPS[2][1], '\n  '),
  },
  ...GROUPS.flatMap(([digits, inSample], i) => [
    {
      pattern: cl100k(digits),
      dialect: 'oniguruma' as const,
      code: layout.FAMILY_CL100K | groupsOf(i) | layout.FAMILY_CONTRACTIONS,
      sample: cl100kSample(inSample, '\n|  '),
    },
    {
      pattern: o200k(digits, `${CONTRACTIONS}?`),
      dialect: 'oniguruma' as const,
      code: layout.FAMILY_O200K | groupsOf(i) | layout.FAMILY_CONTRACTIONS,
      sample: o200kSample(inSample, "I'm"),
    },
    {
      pattern: o200k(digits, ''),
      dialect: 'oniguruma' as const,
      code: layout.FAMILY_O200K | groupsOf(i),
      sample: o200kSample(inSample, "I|'m"),
    },
  ]),
]

/**
 * The tables of a compiled stage with its family and the roles of characters added, or undefined if it belongs to no family. Several stages in one
 * machine belong to none.
 */
export const withFamily = (compiled: Compiled | CompiledStage): Uint8Array | undefined => {
  if (!('stage' in compiled)) return undefined
  const { stage, unit, partition, tables } = compiled
  const keepsAll = stage.behavior === 'isolated' || (stage.behavior === 'removed' && stage.invert) // there are no gaps in these families
  const family = keepsAll && unit === 'code points' ? findFamily(compiled) : undefined
  if (family === undefined) return undefined
  const roles = findRoles(partition, (family.code & layout.FAMILY_MASK) === layout.FAMILY_O200K)
  const larger = new Uint8Array(tables.length + roles.length)
  larger.set(tables)
  larger.set(roles, tables.length)
  const header = new Uint32Array(larger.buffer, 0, layout.HEADER_WORDS)
  header[layout.HEADER_BYTES] = larger.length
  header[layout.HEADER_FAMILY] = family.code
  header[layout.HEADER_ROLES] = tables.length
  return larger
}

/** The family that cuts every text as this stage does: the pattern may be written in another way. */
const findFamily = (compiled: CompiledStage): Family | undefined => {
  const { stage, machine, backward } = compiled
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

const uncasedRoles = (): Roles => [
  [layout.ROLE_LETTER, category('L')],
  [layout.ROLE_DIGIT, category('N')],
  [layout.ROLE_WHITE, WHITE_SPACE],
]

/** The roles of all characters of more than one byte, by first byte and by class, as behind HEADER_ROLES. */
const findRoles = (partition: Partition, isCased: boolean): Uint8Array => {
  const sets = isCased ? casedRoles() : uncasedRoles()
  const classes = new Uint8Array(partition.count).fill(layout.ROLE_MIXED)
  const firstBytes = new Uint8Array(256).fill(UNSEEN)
  const { starts } = partition
  for (let i = 0; i < starts.length; i++) {
    const start = Math.max(starts[i], 0x80)
    const end = i + 1 < starts.length ? starts[i + 1] : 0x110000
    if (end <= start) continue
    const name = partition.classes[i]
    // one of a class stands for all: the pattern cannot tell them apart
    if (classes[name] === layout.ROLE_MIXED) classes[name] = sets.find(([, set]) => has(set, start))?.[0] ?? layout.ROLE_OTHER
    const role = classes[name]
    const last = firstByteOf(end - 1)
    for (let byte = firstByteOf(start); byte <= last; byte++) {
      if (firstBytes[byte] === UNSEEN) firstBytes[byte] = role
      else if (firstBytes[byte] !== role) firstBytes[byte] = layout.ROLE_MIXED
    }
  }
  return Buffer.concat([firstBytes, classes])
}

const UNSEEN = 255
