import { PretokError } from '../errors.ts'

/** A longer pattern is not shown as a whole: so much of it, from a little before the place that is told. */
const MOST_SHOWN = 4000
const PART_SHOWN = 400
const SHOWN_BEFORE = 100

/** What is wrong with a pattern, `at` which offset (UTF-16 code units). */
export const patternError = (what: string, pattern: string, at?: number): PretokError =>
  new PretokError('pattern', `pattern: ${what}${at === undefined ? '' : ` at ${at}`} in ${shown(pattern, at ?? 0)}`)

const shown = (pattern: string, at: number): string => {
  if (pattern.length <= MOST_SHOWN) return JSON.stringify(pattern)
  const from = Math.max(0, at - SHOWN_BEFORE)
  const part = JSON.stringify(pattern.slice(from, from + PART_SHOWN))
  return `a pattern of ${pattern.length} characters${from === 0 ? ', which begins' : `, where it says`} ${part}`
}
