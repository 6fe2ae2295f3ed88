import { isAscii } from 'node:buffer'
import { of } from '../unicode/codePointSet.ts'
import { composeMaps, createMap, holds, keepsWhite, mapCharacter, packMap, SELF, withBlanks, withRuns, type PackedMap } from './characterMap.ts'
import { combineTables, createBytes, TableMaker, valueAt, type CharacterMap, type CodePointTable, type QuickCheckClasses } from './codePointTable.ts'
import type { Pairs } from './pairs.ts'
import { isSettled, LEADING, LITERAL, ORDER, packClasses, SETTLED, UNSURE } from './quickCheck.ts'
import { startStretches, type Stretches } from './stretches.ts'
import type { Emit, Runs, Step } from './textStage.ts'

/*
 * What normalization does to text, as far as it is sure of each code point: that much the kernel does to text as it is read
 * (src/kernel/raw.ts), and only what is around other code points leaves it.
 *
 * Steps of which this can be told are texts put in front, or such that replace a text by another one; then maps of characters and quick checks, all of
 * which but the last decompose; and behind those at most one step that takes white space off the ends of sections, and one that replaces runs of code
 * points. A code point is sure if it is in no text that is replaced, and what the maps before a check make of it passes the check and has nothing to do
 * with what is before it; what becomes of it is what all the maps make of it. Runs may go on in a stretch that leaves the kernel, and behind it.
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
  const { initial, prefix, strips, steps: own, literals, checked, stripsEnds, behindStrip, runs, behindRuns } = parts
  const mapBehindRuns = composed(behindRuns)
  if (runs !== undefined && !isForAll(runs, mapBehindRuns)) return undefined
  const sure = checkedOf(checked)
  // what others make of several code points may have to do, in the next check, with what is on the other side of a cut
  const checks = checked.filter((step) => step.classes !== undefined)
  if (!checks.slice(0, -1).every(({ decomposition }) => decomposition !== undefined)) return undefined
  if (!literals.every((replaced) => canBeTold(replaced, sure.classes))) return undefined
  const classes = literals.length === 0 ? sure.classes : withLiterals(sure.classes, literals)
  const stripped = stripsEnds ? withBlanks(sure.map ?? noChanges()) : sure.map
  if (stripsEnds && stripped === undefined) return undefined
  const mapBeforeRuns = composed([{ map: stripped }, ...behindStrip])
  const map = runs === undefined ? mapBeforeRuns : composed([{ map: withRuns(mapBeforeRuns ?? noChanges(), runs) }, ...behindRuns])
  const isSure = (character: string): boolean => classes === undefined || valueAt(classes, character.codePointAt(0)!) === SETTLED
  if (![...prefix].every(isSure)) return undefined
  return {
    classes: classes && packClasses(classes),
    map: map && packMap(map),
    run: runs === undefined ? '' : mapText(mapBehindRuns, runs.content),
    pairs: isFirstAlone(checked) && !literals.some(({ literal, content }) => /[\r\n]/.test(literal + content)) ? checked[0].pairs : undefined,
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
  literals: readonly Replaces[]
  /** Maps and quick checks. */
  checked: readonly Step[]
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
  const firstOther = own.findIndex(({ replaces }) => replaces === undefined)
  const literalSteps = firstOther === -1 ? own : own.slice(0, firstOther)
  const [beforeRuns, runs, behindRuns] = around(own.slice(literalSteps.length), (step) => step.runs !== undefined)
  const [checked, strip, behindStrip] = around(beforeRuns, (step) => step.strips !== undefined)
  if (checked.some(({ map, classes }) => map === undefined && classes === undefined)) return undefined
  if ([...behindStrip, ...behindRuns].some(({ map }) => map === undefined)) return undefined
  if (strip?.strips!.left) return undefined
  const isPlain = strips === undefined && strip === undefined && runs === undefined && literalSteps.length === 0
  const isApart = checked.every(({ pairs }) => pairs?.of !== 'clusters') // behind a prefix, a mark is in its cluster, and begins none
  if (prefix !== '' && !(isPlain && isApart)) return undefined
  return {
    initial: initial ?? '',
    prefix,
    strips: strips ?? NO_STRIP,
    steps: own,
    literals: literalSteps.map(({ replaces }) => replaces!),
    checked,
    stripsEnds: strip !== undefined,
    behindStrip,
    runs: runs?.runs,
    behindRuns,
  }
}

/** The first step that is such, and those before and behind it; if there is none, all are before it. */
const around = (steps: readonly Step[], is: (step: Step) => boolean): [readonly Step[], Step | undefined, readonly Step[]] => {
  const at = steps.findIndex(is)
  return at === -1 ? [steps, undefined, []] : [steps.slice(0, at), steps[at], steps.slice(at + 1)]
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

/** Whether the first of these steps is a quick check, and the only one. */
const isFirstAlone = (steps: readonly Step[]): boolean => steps.findLastIndex(({ classes }) => classes !== undefined) === 0

/** The pairs for the quick check among these steps. */
export const pairsOf = (steps: readonly Step[]): Pairs | undefined => steps.find(({ classes }) => classes !== undefined)?.pairs

/** What maps and checks come to: the classes of code points, if there is a check, and what becomes of those that pass. */
interface Checked {
  classes: CodePointTable<Uint8Array> | undefined
  map: CharacterMap | undefined
}

const checkedOf = (steps: readonly Step[]): Checked => {
  let classes: Checked['classes']
  let map: CharacterMap | undefined
  steps.forEach((step, i) => {
    if (step.classes === undefined) map = composed([{ map }, step])
    else {
      const behind = steps.slice(i + 1)
      const next = behind.findIndex((other) => other.classes !== undefined)
      const check = sureCheck(step, composed(next === -1 ? behind : behind.slice(0, next)))
      const own = map === undefined ? check.classes : classesBehind(map, check.classes, step.settles)
      classes = classes === undefined ? own : bothClasses(classes, own)
      map = composed([{ map }, { map: check.mapped }])
    }
  })
  return { classes, map }
}

/**
 * The quick check of a step. If it decomposes, and the maps behind it drop marks, more code points are sure: those whose marks are all dropped,
 * for then the order does not matter that they are to be brought into.
 */
const sureCheck = (step: Step, mapBehind: CharacterMap | undefined): { classes: CodePointTable<Uint8Array>; mapped?: CharacterMap | undefined } => {
  const { table } = step.classes!
  if (step.decomposition === undefined) return { classes: table, mapped: step.mapped }
  const decomposition = step.decomposition()
  const areSure = decomposition.templates.map((template) => staysInOrder(template, table, mapBehind))
  const sure = combineTables(decomposition.numbers, table, createBytes, (number, own) => (number !== 0 && areSure[number] ? SETTLED : own))
  return { classes: sure, mapped: decomposition }
}

/** Whether a text begins with what is no mark, and no mark in it stays. */
const staysInOrder = (text: string, table: CodePointTable<Uint8Array>, mapBehind: CharacterMap | undefined): boolean => {
  const isBase = (character: string): boolean => valueAt(table, character.codePointAt(0)!) === SETTLED
  const isDropped = (character: string): boolean => mapBehind !== undefined && mapCharacter(mapBehind, character) === ''
  return text !== '' && Array.from(text).every((character, i) => isBase(character) || (i > 0 && isDropped(character)))
}

/** What maps do one after another, those that there are. */
const composed = (steps: readonly { map?: CharacterMap | undefined }[]): CharacterMap | undefined =>
  steps.reduce<CharacterMap | undefined>((first, { map }) => (first === undefined || map === undefined ? (first ?? map) : composeMaps(first, map)), undefined)

/** In place of a class: that of the code point itself. */
const OWN = -1
/** Of code points of which a map leaves nothing: as the last of all marks, right wherever it stands, and text is not cut in front of it. */
const DROPPED = ORDER

/** The classes of code points by what a map makes of them. */
const classesBehind = (
  { numbers, templates }: CharacterMap,
  table: CodePointTable<Uint8Array>,
  settles: Step['settles'] = () => false,
): CodePointTable<Uint8Array> => {
  const last = templates.map((template) => (template === '' ? DROPPED : settles(template) ? SETTLED : lastClass(template, table)))
  const hasSelf = templates.map((template) => holds(template, SELF))
  return combineTables(numbers, table, createBytes, (number, own) => {
    const isApart = number === 0 || !hasSelf[number] || isSettled(own)
    return !isApart ? UNSURE : last[number] === OWN ? own : last[number]
  })
}

/** The class at the end of a text that takes a code point's place, if all of it is settled; the code point itself aside. */
const lastClass = (template: string, table: CodePointTable<Uint8Array>): number => {
  const classes = Array.from(template, (character) => (character === SELF ? OWN : valueAt(table, character.codePointAt(0)!)))
  return classes.every((class_) => class_ === OWN || isSettled(class_)) ? classes.at(-1)! : UNSURE
}

/** The classes of code points by two checks. Marks of which nothing is left need not be in order. */
const bothClasses = (first: CodePointTable<Uint8Array>, second: CodePointTable<Uint8Array>): CodePointTable<Uint8Array> =>
  combineTables(first, second, createBytes, (a, b) => {
    if (b === DROPPED) return a < LEADING ? DROPPED : UNSURE
    return isSettled(a) && isSettled(b) ? a | b : UNSURE
  })

type Replaces = NonNullable<Step['replaces']>

/**
 * Whether the characters of a text that is replaced can have the class LITERAL: they have no other, and seldom stand behind one another. Text is cut in front
 * of them; so what takes their place must begin with what has nothing to do with what is before it.
 */
const canBeTold = ({ literal, content }: Replaces, classes: CodePointTable<Uint8Array> | undefined): boolean =>
  /^[!-/:-@[-`{-~\t\n\r]+$/.test(literal) &&
  isAscii(Buffer.from(content)) &&
  (classes === undefined || (content !== '' && isSettled(valueAt(classes, content.charCodeAt(0))))) &&
  Array.from(literal).every((character) => classes === undefined || valueAt(classes, character.charCodeAt(0)) === SETTLED)

/** The classes of code points where texts are replaced before all else. */
const withLiterals = (classes: CodePointTable<Uint8Array> | undefined, literals: readonly Replaces[]): CodePointTable<Uint8Array> => {
  const made = new TableMaker(createBytes)
  for (const { literal } of literals) for (const character of literal) made.fill(of(character.charCodeAt(0)), LITERAL)
  return classes === undefined ? made.table() : combineTables(classes, made.table(), createBytes, Math.max)
}
