import { decodeSet, EVERYTHING, intersection } from '../unicode/codePointSet.ts'
import { CHANGED_BY, COMBINES_BACKWARD, COMBINING_CLASSES, UNASSIGNED_9 } from '../unicode/generated/normalization.ts'
import { CODE_POINTS, fillSet, valueAt } from './codePointTable.ts'
import { createQuickCheckStage, packClasses, SETTLED, UNSURE, type QuickCheckClasses } from './quickCheck.ts'
import type { Step } from './textStage.ts'

/*
 * NFC, NFD, NFKC and NFKD as the reference has them: the crate unicode-normalization-alignments 0.1, whose tables are of Unicode 9.0. The
 * host's own `normalize` is of a newer version; for text made of characters of Unicode 9.0 the two agree (the stability policy), and newer
 * characters are left alone by the reference. So text is cut at those, and the host normalizes what is between them.
 */

export type Form = 'NFC' | 'NFD' | 'NFKC' | 'NFKD'

/** 1 for each code point that is newer than Unicode 9.0. */
const NEWER = new Uint8Array(CODE_POINTS)
fillSet(NEWER, intersection(decodeSet(UNASSIGNED_9), EVERYTHING), 1)
const FIRST_NEWER = NEWER.indexOf(1)

const classes = new Map<Form, QuickCheckClasses>()

const classesOf = (form: Form): QuickCheckClasses => {
  let made = classes.get(form)
  if (made === undefined) {
    const values = new Uint8Array(CODE_POINTS).fill(SETTLED)
    COMBINING_CLASSES.forEach((members, i) => fillSet(values, decodeSet(members), i + 1))
    if (form.endsWith('C')) fillSet(values, decodeSet(COMBINES_BACKWARD), UNSURE)
    fillSet(values, decodeSet(CHANGED_BY[form]), UNSURE)
    made = packClasses(values)
    classes.set(form, made)
  }
  return made
}

/** A whole text in a form of normalization. */
export const normalizeTo = (form: Form, text: string): string => {
  let normalized = ''
  let start = 0
  for (let newer; (newer = nextNewer(text, start)) < text.length;) {
    const end = newer + (NEWER[text.charCodeAt(newer)] === 1 ? 1 : 2)
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
      if (NEWER[unit] === 1) return i
    } else if (NEWER[text.codePointAt(i)!] === 1) return i
    else i++
  }
  return text.length
}

/** Text of characters of Unicode 9.0. */
const normalizeOld = (form: Form, text: string): string => (text.length > LONG ? inOrder(form, text) : text).normalize(form)

/** Texts of up to this many units are left to the host as they are. */
const LONG = 4096

/**
 * The host takes quadratic time to bring many marks in a row into order (seven seconds for 160,000). So that is done for it: the text in
 * decomposed form, with runs of marks in canonical order, which any form of it may be made from.
 */
const inOrder = (form: Form, text: string): string => {
  const decomposing = form.startsWith('NFK') ? 'NFKD' : 'NFD'
  const { table } = classesOf('NFD')
  const ordered: string[] = []
  let marks: { mark: string; order: number }[] = []
  const endRun = (): void => {
    if (marks.length > 1) marks.sort((a, b) => a.order - b.order) // stable: marks of one class stay in their order
    for (const { mark } of marks) ordered.push(mark)
    marks = []
  }
  for (const part of parts(text))
    for (const character of part.normalize(decomposing)) {
      const order = valueAt(table, character.codePointAt(0)!)
      if (order !== SETTLED) marks.push({ mark: character, order })
      else {
        endRun()
        ordered.push(character)
      }
    }
  endRun()
  return ordered.join('')
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

/** Normalizes to a form. */
export const formStep = (form: Form): Step => {
  const { table } = classesOf(form)
  return {
    start: (emit) => createQuickCheckStage(classesOf(form), (text) => Buffer.from(normalizeTo(form, text.toString('utf8'))), emit),
    canCutBefore: (codePoint) => valueAt(table, codePoint) === SETTLED,
  }
}
