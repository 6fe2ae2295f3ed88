import type { CodePointSet } from '../unicode/codePointSet.ts'
import { category, WHITE_SPACE } from '../unicode/properties.ts'
import { partitionBySets, type Partition } from './classes.ts'
import type { CompiledStage } from './compile.ts'
import * as layout from './layout.ts'

/*
 * The families of patterns that the kernel knows by heart (kernel/windows.ts): GPT-2's, and those of cl100k and o200k, which differ among
 * each other in how many digits make a group, and in whether contractions are recognized. Almost all real corpora are cut by one of them.
 */

interface Family {
  pattern: string
  /** As in HEADER_FAMILY. */
  code: number
}

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

const GROUPS: readonly string[] = [String.raw`\p{N}`, String.raw`\p{N}{1,2}`, String.raw`\p{N}{1,3}`]
const groupsOf = (index: number): number => (index + 1) << layout.FAMILY_DIGITS_SHIFT

export const FAMILIES: readonly Family[] = [
  { pattern: GPT2, code: layout.FAMILY_GPT2 },
  ...GROUPS.flatMap((digits, i) => [
    { pattern: cl100k(digits), code: layout.FAMILY_CL100K | groupsOf(i) | layout.FAMILY_CONTRACTIONS },
    { pattern: o200k(digits, `${CONTRACTIONS}?`), code: layout.FAMILY_O200K | groupsOf(i) | layout.FAMILY_CONTRACTIONS },
    { pattern: o200k(digits, ''), code: layout.FAMILY_O200K | groupsOf(i) },
  ]),
]

/** The tables of a compiled stage with its family and the roles of characters added, or undefined if it belongs to no family. */
export const withFamily = ({ stage, partition, tables }: CompiledStage): Uint8Array | undefined => {
  const keepsAll = stage.behavior === 'isolated' || (stage.behavior === 'removed' && stage.invert) // there are no gaps in these families
  const family = keepsAll ? FAMILIES.find(({ pattern }) => pattern === stage.pattern) : undefined
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

const CASED: readonly (readonly [role: number, set: CodePointSet])[] = [
  [layout.ROLE_LETTER, category('Ll')],
  [layout.ROLE_UPPER, category('Lu')],
  [layout.ROLE_UPPER, category('Lt')],
  [layout.ROLE_UNCASED, category('Lm')],
  [layout.ROLE_UNCASED, category('Lo')],
  [layout.ROLE_MARK, category('M')],
  [layout.ROLE_DIGIT, category('N')],
  [layout.ROLE_WHITE, WHITE_SPACE],
]

const UNCASED: readonly (readonly [role: number, set: CodePointSet])[] = [
  [layout.ROLE_LETTER, category('L')],
  [layout.ROLE_DIGIT, category('N')],
  [layout.ROLE_WHITE, WHITE_SPACE],
]

/** The roles of all characters of more than one byte, by first byte and by class, as behind HEADER_ROLES. */
const findRoles = (partition: Partition, isCased: boolean): Uint8Array => {
  const sets = isCased ? CASED : UNCASED
  const { partition: byRole, members } = partitionBySets(sets.map(([, set]) => set))
  const roleOf = Array.from({ length: byRole.count }, (_, part) => sets.find((_, k) => members[k][part] === 1)?.[0] ?? layout.ROLE_OTHER)
  const firstBytes = new Uint8Array(256).fill(layout.ROLE_MIXED)
  const classes = new Uint8Array(partition.count).fill(layout.ROLE_MIXED)
  for (const { start, class: name, part } of overlay(partition, byRole)) if (start >= 0x80) classes[name] = roleOf[part]
  for (let byte = 0xc2; byte < 0xf5; byte++) {
    const [start, end] = codePointsOf(byte)
    const parts = byRole.starts.flatMap((from, i) =>
      from < end && (byRole.starts[i + 1] ?? 0x110000) > start ? [roleOf[byRole.classes[i]]] : [],
    )
    if (parts.every((role) => role === parts[0])) firstBytes[byte] = parts[0]
  }
  return Buffer.concat([firstBytes, classes])
}

/** The code points whose UTF-8 begins with this byte. */
const codePointsOf = (byte: number): [start: number, end: number] =>
  byte < 0xe0
    ? [(byte & 31) << 6, ((byte & 31) + 1) << 6]
    : byte < 0xf0
      ? [Math.max(0x800, (byte & 15) << 12), ((byte & 15) + 1) << 12]
      : [Math.max(0x10000, (byte & 7) << 18), Math.min(0x110000, ((byte & 7) + 1) << 18)]

/** The ranges of code points that are in one class of each of two partitions. */
function* overlay(a: Partition, b: Partition): Generator<{ start: number; class: number; part: number }> {
  for (let i = 0, k = 0; ;) {
    yield { start: Math.max(a.starts[i], b.starts[k]), class: a.classes[i], part: b.classes[k] }
    const nextA = a.starts[i + 1] ?? Infinity
    const nextB = b.starts[k + 1] ?? Infinity
    if (nextA === Infinity && nextB === Infinity) return
    if (nextA <= nextB) i++
    if (nextB <= nextA) k++
  }
}
