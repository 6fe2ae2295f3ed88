import { CODE_POINTS, has, type CodePointSet } from '../unicode/codePointSet.ts'
import { category, property, WHITE_SPACE } from '../unicode/properties.ts'
import { firstByteOf } from '../unicode/utf8.ts'
import type { Partition } from './classes.ts'
import { compileStage, type CompiledStage } from './compile.ts'
import { piecesOf, sameAutomaton } from './equivalence.ts'
import { FAMILIES, SAMPLE, stageOf, type Family } from './families.ts'
import { findHeaded } from './headed.ts'
import * as layout from './layout.ts'
import { findGroups } from './local.ts'
import { hasMarks } from './machine.ts'
import type { Compiled } from './pack.ts'

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
  const mark = code & layout.FAMILY_MARKS ? layout.ROLE_LETTER : code & layout.FAMILY_MARKS_BEHIND ? layout.ROLE_MARK : undefined
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
