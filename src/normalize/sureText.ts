import { composeMaps, createMap, holds, keepsWhite, mapCharacter, packMap, SELF, withBlanks, withRuns, type PackedMap } from './characterMap.ts'
import { combineTables, createBytes, valueAt, type CharacterMap, type CodePointTable, type QuickCheckClasses } from './codePointTable.ts'
import type { Pairs } from './pairs.ts'
import { isSettled, packClasses, SETTLED, UNSURE } from './quickCheck.ts'
import { startStretches, type Stretches } from './stretches.ts'
import type { Emit, Runs, Step } from './textStage.ts'

/*
 * What normalization does to text, as far as it is sure of each code point: that much the kernel does to text as it is read
 * (src/kernel/raw.ts), and only what is around other code points leaves it.
 *
 * Steps of which this can be told are texts put in front, then maps of characters, at most one quick check, and behind that at most one step that takes
 * white space off the ends of sections, and one that replaces runs of code points. A code point is sure if what the maps before the check make of it passes the check and has nothing to do with what is before it;
 * what becomes of it is what all the maps make of it. Runs may go on in a stretch that leaves the kernel, and behind it.
 */

export interface SureText {
  /** The quick check; undefined if all code points are sure. */
  classes: QuickCheckClasses | undefined
  /** What becomes of those that pass; undefined: themselves. */
  map: PackedMap | undefined
  /** What the map puts in place of each run of code points; '': there are no runs. */
  run: string
  /** What code points are composed by that do not pass; undefined: they are not. */
  pairs: Pairs | undefined
  /** Stands in front of each section that is not empty. */
  prefix: Buffer
  /** A character that stands in front of each section of which something is left, unless it begins with it; or nothing. */
  initial: Buffer
  /** Where white space is taken off sections before all else. */
  strips: { left: boolean; right: boolean }
  /** Whether white space is taken off the ends of what the map makes of sections; it tells what that is. */
  stripsEnds: boolean
  /**
   * Starts normalizing stretches of a section, each of which ends where text can be cut. Nothing is put in front of them, or taken off: `onSolid` is called
   * when all that has come out by now stays.
   */
  start(emit: Emit, onSolid: () => void): Stretches
}

const NO_STRIP = { left: false, right: false }

/** Nothing becomes of text but itself. */
export const UNCHANGED: SureText = {
  classes: undefined,
  map: undefined,
  run: '',
  pairs: undefined,
  prefix: Buffer.alloc(0),
  initial: Buffer.alloc(0),
  strips: NO_STRIP,
  stripsEnds: false,
  start: (emit, onSolid) => startStretches([], emit, onSolid),
}

export const sureTextOf = (steps: readonly Step[]): SureText | undefined => {
  const parts = partsOf(steps)
  if (parts === undefined) return undefined
  const { initial, prefix, strips, steps: own, before, check, beforeStrip, stripsEnds, behindStrip, runs, behindRuns } = parts
  const mapBehindRuns = composed(behindRuns)
  if (runs !== undefined && !isForAll(runs, mapBehindRuns)) return undefined
  const sure = check && sureCheck(check, composed(beforeStrip))
  const mapBefore = composed(before)
  const classes = sure && (mapBefore === undefined ? sure.classes : packClasses(classesBehind(mapBefore, sure.classes)))
  const mapBeforeStrip = composed([...before, { map: sure?.mapped }, ...beforeStrip])
  const stripped = stripsEnds ? withBlanks(mapBeforeStrip ?? noChanges()) : mapBeforeStrip
  if (stripsEnds && stripped === undefined) return undefined
  const mapBeforeRuns = composed([{ map: stripped }, ...behindStrip])
  const map = runs === undefined ? mapBeforeRuns : composed([{ map: withRuns(mapBeforeRuns ?? noChanges(), runs) }, ...behindRuns])
  const isSure = (character: string): boolean => classes === undefined || valueAt(classes.table, character.codePointAt(0)!) === SETTLED
  if (![...prefix].every(isSure)) return undefined
  return {
    classes,
    map: map && packMap(map),
    run: runs === undefined ? '' : mapText(mapBehindRuns, runs.content),
    pairs: mapBefore === undefined ? check?.pairs : undefined,
    prefix: Buffer.from(mapText(map, prefix)),
    initial: Buffer.from(initial),
    strips,
    stripsEnds,
    start: (emit, onSolid) => startStretches(own, emit, onSolid),
  }
}

/** Steps by what is done with them. */
interface Parts {
  /** What is put in front of sections: of what is left of them, and, before all else, of all that are not empty. */
  initial: string
  prefix: string
  /** What is stripped before all else. */
  strips: SureText['strips']
  /** All the others, which are, in their order: */
  steps: readonly Step[]
  before: readonly Step[]
  check: Step | undefined
  beforeStrip: readonly Step[]
  stripsEnds: boolean
  behindStrip: readonly Step[]
  runs: Runs | undefined
  behindRuns: readonly Step[]
}

/** Undefined if the kernel cannot do them all. */
const partsOf = (steps: readonly Step[]): Parts | undefined => {
  const last = steps.at(-1)?.prefix
  const initial = last?.unlessThere ? last.text : undefined
  if (initial !== undefined && [...initial].length !== 1) return undefined
  const behindPrefixes = withoutPrefixes(steps)
  const stripped = stripFirst(behindPrefixes)
  const prefixes = steps.slice(0, steps.length - behindPrefixes.length - (initial === undefined ? 0 : 1))
  const prefix = prefixes.reduce((text, step) => step.prefix!.text + text, '')
  const strips = stripped[0]?.strips
  const own = withoutStrip(stripped)
  const [before, check, behind] = around(own, ({ classes }) => classes !== undefined, true)
  const [beforeRuns, runs, behindRuns] = around(behind, (step) => step.runs !== undefined)
  const [beforeStrip, strip, behindStrip] = around(beforeRuns, (step) => step.strips !== undefined)
  if ([...before, ...beforeStrip, ...behindStrip, ...behindRuns].some(({ map }) => map === undefined)) return undefined
  if (strip?.strips!.left) return undefined
  const isPlain = strips === undefined && strip === undefined && runs === undefined
  const isApart = check?.pairs?.of !== 'clusters' // behind a prefix, a mark is in its cluster, and begins none
  if (prefix !== '' && !(isPlain && isApart)) return undefined
  return {
    initial: initial ?? '',
    prefix,
    strips: strips ?? NO_STRIP,
    steps: own,
    before,
    check,
    beforeStrip,
    stripsEnds: strip !== undefined,
    behindStrip,
    runs: runs?.runs,
    behindRuns,
  }
}

/** The first step that is such, and those before and behind it; if there is none, all are before it, or behind it. */
const around = (steps: readonly Step[], is: (step: Step) => boolean, areBehind = false): [readonly Step[], Step | undefined, readonly Step[]] => {
  const at = steps.findIndex(is)
  if (at === -1) return areBehind ? [[], undefined, steps] : [steps, undefined, []]
  return [steps.slice(0, at), steps[at], steps.slice(at + 1)]
}

const noChanges = (): CharacterMap => createMap([])

const mapText = (map: CharacterMap | undefined, text: string): string =>
  map === undefined ? text : Array.from(text, (character) => mapCharacter(map, character)).join('')

/** Whether a single member of the set may be taken for a run, too, since the maps behind make the same of it. */
const isForAll = ({ set, content, least }: Runs, mapBehind: CharacterMap | undefined): boolean =>
  least === 1 || mapText(mapBehind, String.fromCodePoint(set[0])) === mapText(mapBehind, content)

/** The steps that are left when the kernel puts the prefixes in front, and strips what is stripped before all else. */
export const withoutBorders = (steps: readonly Step[]): readonly Step[] => withoutStrip(stripFirst(withoutPrefixes(steps)))

/** A step that strips goes before a map that leaves white space what it is: DeBERTa's Lowercase. */
const stripFirst = (steps: readonly Step[]): readonly Step[] => {
  const [first, second, ...others] = steps
  return first?.map !== undefined && second?.strips !== undefined && keepsWhite(first.map) ? [second, first, ...others] : steps
}

const withoutStrip = (steps: readonly Step[]): readonly Step[] => (steps[0]?.strips === undefined ? steps : steps.slice(1))

const withoutPrefixes = (steps: readonly Step[]): readonly Step[] => {
  const behind = steps.at(-1)?.prefix?.unlessThere === true ? steps.slice(0, -1) : steps
  const first = behind.findIndex(({ prefix }) => prefix?.unlessThere !== false)
  return first === -1 ? [] : behind.slice(first)
}

/** The pairs for the quick check among these steps. */
export const pairsOf = (steps: readonly Step[]): Pairs | undefined => steps.find(({ classes }) => classes !== undefined)?.pairs

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

/** What maps do one after another, those that there are. */
const composed = (steps: readonly { map?: CharacterMap | undefined }[]): CharacterMap | undefined =>
  steps.reduce<CharacterMap | undefined>((first, { map }) => (first === undefined || map === undefined ? (first ?? map) : composeMaps(first, map)), undefined)

/** In place of a class: that of the code point itself. */
const OWN = -1

/** The classes of code points by what a map makes of them. */
const classesBehind = ({ numbers, templates }: CharacterMap, { table }: QuickCheckClasses): CodePointTable<Uint8Array> => {
  const last = templates.map((template) => lastClass(template, table))
  const hasSelf = templates.map((template) => holds(template, SELF))
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
