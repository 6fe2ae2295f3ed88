import { decodeSet, EVERYTHING, intersection, members } from '../unicode/codePointSet.ts'
import { CHANGED_BY, COMBINES_BACKWARD, COMBINES_FORWARD, COMBINING_CLASSES, UNASSIGNED_9 } from '../unicode/generated/normalization.ts'
import { createMap } from './characterMap.ts'
import { createBytes, TableMaker, valueAt, type CharacterMap, type CodePointTable, type QuickCheckClasses } from './codePointTable.ts'
import { packPairs } from './pairs.ts'
import { createQuickCheckStage, isSettled, LEADING, MAYBE, ORDER, packClasses, SETTLED, UNSURE } from './quickCheck.ts'
import type { Step } from './textStage.ts'

/*
 * NFC, NFD, NFKC and NFKD as the reference has them: the crate unicode-normalization-alignments 0.1, whose tables are of Unicode 9.0. The
 * host's own `normalize` is of a newer version; for text made of characters of Unicode 9.0 the two agree (the stability policy), and newer
 * characters are left alone by the reference. So text is cut at those, and the host normalizes what is between them.
 */

export type Form = 'NFC' | 'NFD' | 'NFKC' | 'NFKD'

/** The code points that are newer than Unicode 9.0. */
const NEWER = intersection(decodeSet(UNASSIGNED_9), EVERYTHING)
const FIRST_NEWER = NEWER[0]
const newer = new TableMaker(createBytes)
newer.fill(NEWER, 1)
const NEWER_TABLE = newer.table()

const isNewer = (codePoint: number): boolean => valueAt(NEWER_TABLE, codePoint) === 1

const classes = new Map<Form, QuickCheckClasses>()

const classesOf = (form: Form): QuickCheckClasses => {
  let made = classes.get(form)
  if (made === undefined) {
    const values = new TableMaker(createBytes) // all are SETTLED
    COMBINING_CLASSES.forEach((members, i) => values.fill(decodeSet(members), i + 1))
    if (form.endsWith('C')) markCombining(values)
    values.fill(decodeSet(CHANGED_BY[form]), UNSURE)
    made = packClasses(values.table())
    classes.set(form, made)
  }
  return made
}

const markCombining = (values: TableMaker<Uint8Array>): void => {
  values.change(decodeSet(COMBINES_BACKWARD), (value) => value | MAYBE)
  // a composed character too: marks that come may go in front of its own
  for (const line of [COMBINES_FORWARD, CHANGED_BY.NFD]) values.change(decodeSet(line), (value) => (value === SETTLED ? LEADING : value))
}

/** A whole text in a form of normalization. */
const normalizeTo = (form: Form, text: string): string => {
  let normalized = ''
  let start = 0
  for (let newer; (newer = nextNewer(text, start)) < text.length;) {
    const end = newer + (isNewer(text.charCodeAt(newer)) ? 1 : 2)
    normalized += normalizeOld(form, text.slice(start, newer)) + text.slice(newer, end)
    start = end
  }
  return start === 0 ? normalizeOld(form, text) : normalized + normalizeOld(form, text.slice(start))
}

/** Where the first newer character is, or the text's end. */
const nextNewer = (text: string, from: number): number => {
  for (let i = from; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit < FIRST_NEWER) continue
    if ((unit & 0xfc00) !== 0xd800) {
      if (isNewer(unit)) return i
    } else if (isNewer(text.codePointAt(i)!)) return i
    else i++
  }
  return text.length
}

/** Text of characters of Unicode 9.0. */
const normalizeOld = (form: Form, text: string): string => {
  if (text.length <= LONG) return text.normalize(form)
  const { table } = classesOf(form)
  let normalized = ''
  for (let start = 0, end; start < text.length; start = end) {
    end = nextCut(table, text, start)
    const part = text.slice(start, end)
    normalized += (part.length > 2 * LONG ? inOrder(form, part) : part).normalize(form)
  }
  return normalized
}

/** Text is given to the host in parts of about this many units. */
const LONG = 1024

/** The last place, at most LONG units on, where text can be cut; if there is none, the first one that comes; or the text's end. */
const nextCut = (table: CodePointTable<Uint8Array>, text: string, start: number): number => {
  const isCut = (at: number): boolean => (text.charCodeAt(at) & 0xfc00) !== 0xdc00 && isSettled(valueAt(table, text.codePointAt(at)!))
  if (start + LONG >= text.length) return text.length
  for (let at = start + LONG; at > start; at--) if (isCut(at)) return at
  for (let at = start + LONG + 1; at < text.length; at++) if (isCut(at)) return at
  return text.length
}

/**
 * The host takes quadratic time to bring many marks in a row into order (seven seconds for 160,000). So that is done for it: the text in
 * decomposed form, with runs of marks in canonical order, which any form of it may be made from.
 */
const inOrder = (form: Form, text: string): string => {
  const decomposing = form.startsWith('NFK') ? 'NFKD' : 'NFD'
  const { table } = classesOf('NFD')
  let ordered = ''
  let marks: string[] = [] // of the run, by class; those of one class stay in their order
  const put = (characters: string, class_: number): void => {
    if (class_ !== SETTLED) marks[class_] = (marks[class_] ?? '') + characters
    else {
      endRun()
      ordered += characters
    }
  }
  const endRun = (): void => {
    marks.forEach((ofClass) => (ordered += ofClass))
    marks = []
  }
  for (const part of parts(text)) {
    const decomposed = part.normalize(decomposing)
    let start = 0
    let class_ = SETTLED
    for (let at = 0; at < decomposed.length;) {
      const codePoint = decomposed.codePointAt(at)!
      const next = valueAt(table, codePoint)
      if (next !== class_) {
        if (at > 0) put(decomposed.slice(start, at), class_)
        start = at
        class_ = next
      }
      at += codePoint > 0xffff ? 2 : 1
    }
    put(decomposed.slice(start), class_)
  }
  endRun()
  return ordered
}

/** Parts of a text of about LONG units each, of whole code points. */
const parts = function* (text: string): Generator<string> {
  for (let start = 0; start < text.length;) {
    let end = start + LONG
    if ((text.charCodeAt(end) & 0xfc00) === 0xdc00) end++
    yield text.slice(start, end)
    start = end
  }
}

/**
 * For the kernel: what a code point and a mark behind it are composed to, and, with 0 in place of the mark, the class of the last mark in what
 * is composed already. (Hangul is left out: it has no marks.)
 */
const pairsOf = (form: Form): Uint32Array => {
  const { table } = classesOf(form)
  const pairs: [number, number, number][] = []
  for (const composed of members(decodeSet(CHANGED_BY.NFD))) {
    if (!isSettled(valueAt(table, composed)) || isHangul(composed)) continue
    const marks = Array.from(String.fromCodePoint(composed).normalize('NFD'))
    const mark = marks.pop()!.codePointAt(0)!
    const first = normalizeTo('NFC', marks.join('')).codePointAt(0)!
    pairs.push([first, mark, composed], [composed, 0, valueAt(table, mark) & ORDER])
  }
  return packPairs(pairs)
}

const isHangul = (codePoint: number): boolean => codePoint >= 0xac00 && codePoint < 0xd7a4

const made = new Map<Form, ReadonlySet<number>>()

/** The code points that others are replaced by; what is composed of several is never SETTLED. */
const madeBy = (form: Form): ReadonlySet<number> => {
  let known = made.get(form)
  if (known === undefined) {
    const replaced = Array.from(members(decodeSet(CHANGED_BY[form])), (codePoint) => normalizeTo(form, String.fromCodePoint(codePoint)))
    known = new Set(Array.from(replaced.join(''), (character) => character.codePointAt(0)!))
    made.set(form, known)
  }
  return known
}

/** What each code point becomes by itself. */
const decompositionOf = (form: Form): CharacterMap =>
  createMap(
    Array.from(members(decodeSet(CHANGED_BY[form])), (codePoint) => [
      [codePoint, codePoint + 1],
      String.fromCodePoint(codePoint).normalize(form),
    ]),
  )

/**
 * Whether what is before a code point has nothing to do with it: what it decomposes to begins with one that stays where it is and is composed with none
 * before it (Unicode Standard Annex 15, section 9.1).
 */
const isBoundaryIn = (form: Form): ((codePoint: number) => boolean) => {
  const { table } = classesOf(form)
  const decomposing = form.startsWith('NFK') ? 'NFKD' : 'NFD'
  return (codePoint) => !isNewer(codePoint) && isSettled(valueAt(table, String.fromCodePoint(codePoint).normalize(decomposing).codePointAt(0)!))
}

/** Normalizes to a form. */
export const formStep = (form: Form): Step => {
  const { table } = classesOf(form)
  const rewrite = (text: Buffer): Buffer => Buffer.from(normalizeTo(form, text.toString('utf8')))
  return {
    start: (emit) => createQuickCheckStage(classesOf(form), rewrite, emit, emit, isBoundaryIn(form)),
    canCutBefore: (codePoint) => isSettled(valueAt(table, codePoint)),
    keeps: (codePoint) => valueAt(table, codePoint) === SETTLED && !madeBy(form).has(codePoint),
    classes: classesOf(form),
    decomposition: form.endsWith('D') ? () => decompositionOf(form) : undefined,
    pairs: form.endsWith('C') ? { of: 'marks', pack: () => pairsOf(form) } : undefined,
  }
}
