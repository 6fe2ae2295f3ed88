import { has, members, size } from '../unicode/codePointSet.ts'
import { composeMaps, createMap, mapCharacter, packMap, runTemplateOf, SELF, SELF_BYTE, type PackedMap, type RunTemplate } from './characterMap.ts'
import { codePointsWhere, combineTables, createBytes, valueAt, type CharacterMap, type CodePointTable, type QuickCheckClasses } from './codePointTable.ts'
import type { Pairs } from './pairs.ts'
import { isSettled, packClasses, SETTLED, UNSURE } from './quickCheck.ts'
import type { Emit, Step, TextStage } from './textStage.ts'

/*
 * What normalization does to text, as far as it is sure of each code point: that much the kernel does to text as it is read
 * (src/kernel/raw.ts), and only what is around other code points leaves it.
 *
 * Steps of which this can be told are texts put in front, then maps of characters and at most one quick check. A code point is sure if what
 * the maps before the check make of it passes the check and has nothing to do with what is before it; what becomes of it is what all
 * the maps make of it. Right behind the check, one step may replace runs of code points: they are all sure then.
 */

export interface SureText {
  /** The quick check; undefined if all code points are sure. */
  classes: QuickCheckClasses | undefined
  /** What becomes of those that pass; undefined: themselves. */
  map: PackedMap | undefined
  /** What the map puts in place of each run of code points; undefined: there are no runs. */
  run: RunTemplate | undefined
  /** What code points are composed by that do not pass; undefined: they are not. */
  pairs: Pairs | undefined
  /** Stands in front of each section that is not empty … */
  prefix: Buffer
  /** … and does not begin with one of these characters, as it is before any map. */
  prefixUnless: readonly string[]
  /** Starts normalizing stretches of a section, each of which ends where text can be cut. No prefix is put in front of them. */
  start(emit: Emit): TextStage
}

/** Nothing becomes of text but itself. */
export const UNCHANGED: SureText = {
  classes: undefined,
  map: undefined,
  run: undefined,
  pairs: undefined,
  prefix: Buffer.alloc(0),
  prefixUnless: [],
  start: (emit) => ({ push: emit, end() {} }),
}

/** @param startSteps starts normalizing by some of the steps */
export const sureTextOf = (
  steps: readonly Step[],
  startSteps: (steps: readonly Step[], emit: Emit) => TextStage,
): SureText | undefined => {
  const last = steps.at(-1)?.prefix
  if (last?.unlessThere) return sureWithPrefix(last.text, sureTextOf(steps.slice(0, -1), startSteps))
  const rest = withoutPrefixes(steps)
  const startBy =
    (own: readonly Step[]): SureText['start'] =>
    (emit) =>
      startSteps(own, emit)
  const prefix = steps.slice(0, steps.length - rest.length).reduce((text, step) => step.prefix!.text + text, '')
  const at = rest.findIndex(({ classes }) => classes !== undefined)
  const before = rest.slice(0, Math.max(0, at))
  const behind = rest.slice(at + 1)
  const runs = behind[0]?.runs
  if (runs !== undefined) return prefix === '' && before.length === 0 ? sureWithRuns(runs, rest[at], behind.slice(1), startBy(rest)) : undefined
  if ([...before, ...behind].some(({ map }) => map === undefined)) return undefined
  const check = at === -1 ? undefined : sureCheck(rest[at], composed(behind))
  const mapBefore = composed(before)
  const classes = check && (mapBefore === undefined ? check.classes : packClasses(classesBehind(mapBefore, check.classes)))
  const map = composed([...before, ...(check?.mapped === undefined ? [] : [{ map: check.mapped }]), ...behind])
  const isSure = (character: string): boolean => classes === undefined || valueAt(classes.table, character.codePointAt(0)!) === SETTLED
  if (![...prefix].every(isSure)) return undefined
  return {
    classes,
    map: map && packMap(map),
    run: undefined,
    pairs: mapBefore === undefined ? pairsOf(rest) : undefined,
    prefix: Buffer.from(map === undefined ? prefix : Array.from(prefix, (character) => mapCharacter(map, character)).join('')),
    prefixUnless: [],
    start: startBy(rest),
  }
}

/** Sets of more code points are not looked through. */
const MAX_RUN_SET = 4096

/**
 * A check, or none, and then runs of a set, and maps. A stretch that is left to the caller must not begin or end inside of a run without anybody noticing
 * it: so all members of the set must be sure, combine with nothing, and become members if anything, and nothing else may become one.
 */
const sureWithRuns = (
  { set, content }: NonNullable<Step['runs']>,
  check: Step | undefined,
  maps: readonly Step[],
  start: SureText['start'],
): SureText | undefined => {
  if (size(set) > MAX_RUN_SET || maps.some(({ map }) => map === undefined) || check?.decomposition !== undefined || check?.mapped !== undefined) return undefined
  const map = composed([{ map: createMap([[set, content]]) }, ...maps])!
  const run = runTemplateOf(map, set)
  const classes = check && classesWithSureSet(set, check)
  if (run === undefined || (check !== undefined && classes === undefined)) return undefined
  return { classes, map: packMap(map), run, pairs: check?.pairs, prefix: Buffer.alloc(0), prefixUnless: [], start }
}

/** The classes of a check, with members of a set sure that become other members; undefined if not all of them are sure then, or others become some. */
const classesWithSureSet = (set: readonly number[], { classes, becomes }: Step): QuickCheckClasses | undefined => {
  const { table } = classes!
  const isMember = (character: string): boolean => has(set, character.codePointAt(0)!)
  const unsure = codePointsWhere(table, (class_) => class_ === UNSURE).map((codePoint) => String.fromCodePoint(codePoint))
  const areApart = unsure.every((character) => Array.from(becomes!(character)).every((made) => isMember(made) === isMember(character)))
  const changed = unsure.filter((character) => isMember(character) && Array.from(becomes!(character)).length === 1)
  const sure = createMap([[changed.flatMap((character) => [character.codePointAt(0)!, character.codePointAt(0)! + 1]), '']])
  const patched = combineTables(sure.numbers, table, createBytes, (number, class_) => (number === 0 ? class_ : SETTLED))
  return areApart && members(set).every((codePoint) => valueAt(patched, codePoint) === SETTLED) ? packClasses(patched) : undefined
}

/** The steps that are left when the kernel puts the prefixes in front. */
export const withoutPrefixes = (steps: readonly Step[]): readonly Step[] => {
  const behind = steps.at(-1)?.prefix?.unlessThere === true ? steps.slice(0, -1) : steps
  const first = behind.findIndex(({ prefix }) => prefix?.unlessThere !== false)
  return first === -1 ? [] : behind.slice(first)
}

/** The pairs for the quick check among these steps. */
export const pairsOf = (steps: readonly Step[]): Pairs | undefined => steps.find(({ classes }) => classes !== undefined)?.pairs

/** So many characters are compared. */
const MAX_UNLESS = 8

/** Puts a prefix of one character in front of sections that do not begin with it, if one can tell by their first characters as they were. */
const sureWithPrefix = (prefix: string, sure: SureText | undefined): SureText | undefined => {
  const isTold = sure !== undefined && sure.classes === undefined && sure.prefix.length === 0 && [...prefix].length === 1
  if (!isTold) return undefined
  const prefixUnless = sure.map === undefined ? [prefix] : charactersThatBegin(sure.map, prefix)
  return prefixUnless && { ...sure, prefix: Buffer.from(prefix), prefixUnless }
}

/** The characters of which a map makes something that begins with a text; undefined if it makes nothing of some, or if they are many. */
const charactersThatBegin = (packed: PackedMap, text: string): string[] | undefined => {
  const templates = Array.from(packed.starts.subarray(0, -1), (start, i) => packed.templates.subarray(start, packed.starts[i + 1]))
  if (templates.some((template) => template.length === 0)) return undefined
  const isSelf = (template: Uint8Array): boolean => template[0] === SELF_BYTE
  const begin = templates.map((template) => !isSelf(template) && template.subarray(0, Buffer.byteLength(text)).equals(Buffer.from(text)))
  const found = codePointsWhere(packed.table, (number) => begin[number])
  const own = text.codePointAt(0)!
  if (isSelf(templates[valueAt(packed.table, own)])) found.push(own)
  return found.length > MAX_UNLESS ? undefined : found.map((codePoint) => String.fromCodePoint(codePoint))
}

/**
 * The quick check of a step. If it decomposes, and the maps behind it drop marks, more code points are sure: those whose marks are all dropped,
 * for then the order does not matter that they are to be brought into.
 */
const sureCheck = (step: Step, mapBehind: CharacterMap | undefined): { classes: QuickCheckClasses; mapped?: CharacterMap | undefined } => {
  const classes = step.classes!
  if (step.decomposition === undefined) return { classes, mapped: step.mapped }
  const decomposition = step.decomposition()
  const areSure = decomposition.templates.map((template) => staysInOrder(template, classes, mapBehind))
  const sure = combineTables(decomposition.numbers, classes.table, createBytes, (number, own) =>
    number !== 0 && areSure[number] ? SETTLED : own,
  )
  return { classes: packClasses(sure), mapped: decomposition }
}

/** Whether a text begins with what is no mark, and no mark in it stays. */
const staysInOrder = (text: string, { table }: QuickCheckClasses, mapBehind: CharacterMap | undefined): boolean => {
  const isBase = (character: string): boolean => valueAt(table, character.codePointAt(0)!) === SETTLED
  const isDropped = (character: string): boolean => mapBehind !== undefined && mapCharacter(mapBehind, character) === ''
  return text !== '' && Array.from(text).every((character, i) => isBase(character) || (i > 0 && isDropped(character)))
}

const composed = (steps: readonly Pick<Step, 'map'>[]): CharacterMap | undefined =>
  steps.reduce<CharacterMap | undefined>((first, { map }) => (first === undefined ? map : composeMaps(first, map!)), undefined)

/** In place of a class: that of the code point itself. */
const OWN = -1

/** The classes of code points by what a map makes of them. */
const classesBehind = ({ numbers, templates }: CharacterMap, { table }: QuickCheckClasses): CodePointTable<Uint8Array> => {
  const last = templates.map((template) => lastClass(template, table))
  const hasSelf = templates.map((template) => template.includes(SELF))
  return combineTables(numbers, table, createBytes, (number, own) => {
    const isApart = number === 0 || !hasSelf[number] || isSettled(own)
    return !isApart ? UNSURE : last[number] === OWN ? own : last[number]
  })
}

/** The class at the end of a text that takes a code point's place, if all of it is settled; the code point itself aside. */
const lastClass = (template: string, table: QuickCheckClasses['table']): number => {
  const classes = Array.from(template, (character) => (character === SELF ? OWN : valueAt(table, character.codePointAt(0)!)))
  return classes.length > 0 && classes.every((class_) => class_ === OWN || isSettled(class_)) ? classes.at(-1)! : UNSURE
}
