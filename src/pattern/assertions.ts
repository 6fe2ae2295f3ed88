import { complement, EVERYTHING, of, type CodePointSet } from '../unicode/codePointSet.ts'
import type { LookNode, Node } from './ast.ts'
import { alternation, sequence, set } from './nodes.ts'

/* The assertions, as look-arounds over sets, and what else is made of them. `at` is the place in the pattern. */

const NEWLINE = of(0x0a)
const RETURN = of(0x0d)
export const NOT_NEWLINE = complement(NEWLINE)

const look = (isAhead: boolean, negative: boolean, body: Node, at: number): LookNode => ({ type: 'look', ahead: isAhead, negative, body, at })
const ahead = (members: CodePointSet, negative: boolean, at: number): LookNode => look(true, negative, set(members), at)
const behind = (members: CodePointSet, negative: boolean, at: number): LookNode => look(false, negative, set(members), at)

export const TEXT_START: Node = { type: 'textBorder', border: 'start' }
export const TEXT_END: Node = { type: 'textBorder', border: 'end' }

/** At the start, and after each \n; in Oniguruma not after one that is the last character. */
export const lineStart = (isAlsoAtEnd: boolean, at: number): Node =>
  alternation(TEXT_START, isAlsoAtEnd ? behind(NEWLINE, false, at) : sequence(behind(NEWLINE, false, at), ahead(EVERYTHING, false, at)))
/** Everywhere else. */
export const notLineStart = (isAlsoAtEnd: boolean, at: number): Node => {
  const isNoNewline = behind(NEWLINE, true, at)
  return sequence(behind(EVERYTHING, false, at), isAlsoAtEnd ? isNoNewline : alternation(isNoNewline, ahead(EVERYTHING, true, at)))
}
/** At the end, and before each \n. */
export const lineEnd = (at: number): Node => alternation(TEXT_END, ahead(NEWLINE, false, at))

/** `\Z` of Oniguruma. */
export const textEndOrLastNewline = (at: number): Node =>
  alternation(TEXT_END, look(true, false, sequence(set(NEWLINE), TEXT_END), at))
/** `\Z` of fancy-regex. */
export const textEndOrNewlines = (at: number): Node =>
  look(true, false, sequence({ type: 'repeat', body: set(NEWLINE), min: 0, max: Infinity, greedy: true }, TEXT_END), at)

export const wordBorder = (word: CodePointSet, at: number): Node =>
  alternation(sequence(behind(word, false, at), ahead(word, true, at)), sequence(behind(word, true, at), ahead(word, false, at)))
export const notWordBorder = (word: CodePointSet, at: number): Node =>
  alternation(sequence(behind(word, false, at), ahead(word, false, at)), sequence(behind(word, true, at), ahead(word, true, at)))

/** `\R` of Oniguruma: a line break, and \r\n is one; `(?>\r\n|[\n-\r\x85\u2028\u2029])` in a form that can be compiled. */
export const lineBreak = (at: number): Node =>
  alternation(
    sequence(set(RETURN), set(NEWLINE)),
    sequence(set(RETURN), ahead(NEWLINE, true, at)),
    set(of(0x0a, 0x0b, 0x0c, 0x85, 0x2028, 0x2029)),
  )
