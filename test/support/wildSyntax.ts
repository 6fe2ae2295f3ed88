import fc from 'fast-check'
import { expect } from 'vitest'
import type { Dialect } from '../../src/pattern/ast.ts'
import { createPipelineSplitter } from '../../src/split/splitText.ts'
import { huggingFace, tiktoken } from '../../src/tokenizer/patternPipeline.ts'
import { officialUnlessRefused, tiktokenUnlessRefused, unlessRefused } from './officialProcess.ts'
import { withStages } from './stages.ts'

/*
 * Strings of what patterns are written with, in any order: what the engines read in them that nobody would have thought of.
 */

// prettier-ignore
const IN_CLASSES = [
  'a', 'b', 'c', '-', '-', '[', '[^', ']', '&&', '\\d', '\\w', '\\s', '[:digit:]', '[:^alpha:]', '[:foo:]', '\\-', '\\]', '\\[', '^', '--', '~~', ' ',
  '\\x62', '\\xa0', '\\xff', '\\xc2\\xa0', '\\x80', '-\\xff', '\\012', '\\0', '\\n', 'é', 'b-d', '\\p{L}', '\\P{N}', '\\p{Zl}', '\\b', ':', '[:', '.', '\\u0061', '&', '~', '\\h',
]
// prettier-ignore
const OUTSIDE = [
  '(', '(?:', '(', ')', ')', '|', '|', '*', '+', '?', '??', '+?', '{2}', '{,3}', '{2,}', '{1,2}?', '{2}?', '{2}??', '{2}?+', '{2,2}', '{2,2}?', '{1}', '(?:ab)', '(?:ab){1}', '(?<=(?>a))', '(?<!(?>ab))', '(?<=a?+b)', '{', '}', ']', '[ab]', '[^a]', 'a', 'a', 'b', 'c', '1', ' ',
  '\\1', '\\2', '(?=', '(?!', '(?<=', '(?<!', '(?>', '^', '$', '.', '(?#x)', '(?<n>', '\\k<n>', '\\Z', '\\G', '\\A', '\\z', '\\b', '\\B', '\\R', '\\x41', '\\xe9', '\\xc3\\xa9',
  '\\x{41}', '\\u0041', '\\u{41}', '\\p{L}', '\\pL', '\\P{^L}', '\\p{^L}', '\\Q', '#', '(?x)', '(?i)', '(?-i)', '(?i:', '(?s)', '(?m)', '(?x:', '\\h', '\\/',
  '\\"', '\\-', '\\_', '\\ ', '\\#', '\\&', '\\~', "\\'", '\\`', '\\%', '\\,', '\\:', '\\=', '\\n', '\\t', '\\e', '\\a', '\\v', '\\f', '\\r', '\\N', '\\O', '\\H',
  '\\D', '\\s', '\\é', 'é', '\\012', '\\0', '\\10', '-', '&&', '"', "'", '/', '(?P<m>', "(?'n'", '\n', '(?i-x:', '(?u)', '(?U)',
]

/** Closes what is open. */
const closed = (text: string, open: string, close: string): string => {
  const bare = text.replace(/\\[^]|\[:\^?[a-z]+:\]|\[\^?a?b?\](?=.*[()])|\(\?#x\)/g, '')
  const missing = bare.split(open).length - bare.split(close).length
  return text + close.repeat(Math.max(0, missing))
}

const inFlags = fc.constantFrom('', '', '', '(?i:', '(?x:')
export const wildClass: fc.Arbitrary<string> = fc
  .tuple(fc.constantFrom('[', '[', '[^'), fc.array(fc.constantFrom(...IN_CLASSES), { minLength: 1, maxLength: 6 }), inFlags)
  .map(([open, parts, flags]) => `${flags}${closed(open + parts.join(''), '[', ']')}${flags === '' ? '' : ')'}`)

export const wildSyntax: fc.Arbitrary<string> = fc
  .array(fc.constantFrom(...OUTSIDE), { minLength: 1, maxLength: 7 })
  .map((parts) => closed(parts.join(''), '(', ')'))

// prettier-ignore
const CHARACTERS = ['a', 'b', 'c', 'd', 'e', '-', '[', ']', '^', '&', '~', '1', '9', ' ', '\n', '\0', 'é', ':', '.', '_', '\\', 'x', 'A', '\b', 'h', 'B', '0', '2', '\u2028', '\u2029', '\u00a0', '\u0080', 'ÿ', '\x7f']
const CLASS_TEXTS = CHARACTERS.map((character) => `日${character}日`)
const TEXTS = ['aab', 'abc ab', 'AaBb', '1a2', 'a b\nc', 'éÉa', '"a\'b', 'x{2}y', 'a-b_c', '\t\r\n a', 'cb\n', '\0\na', 'A A', 'abab(ab)', 'a#b', '&&~~', 'ss', 'b{,3}']

/** Cuts texts by random strings as patterns, and with their engine. Returns how many were compared; `refusedByTheirs` are those that only we take. */
const compare = (patterns: number, dialect: Dialect, arbitrary: fc.Arbitrary<string>, texts: readonly string[]): { compared: number; refusedByTheirs: string[] } => {
  let compared = 0
  const refusedByTheirs: string[] = []
  fc.assert(
    fc.property(arbitrary, (pattern) => {
      const pipeline = withStages('', [dialect === 'oniguruma' ? huggingFace(pattern) : tiktoken(pattern)])
      const pieces = unlessRefused(() => texts.map(createPipelineSplitter(pipeline).split))
      if (pieces === undefined) return
      const theirs = dialect === 'oniguruma' ? officialUnlessRefused(pipeline, texts) : tiktokenUnlessRefused(pattern, texts)
      if (theirs === undefined) refusedByTheirs.push(pattern)
      else expect(pieces).toEqual(theirs)
      compared++
    }),
    { numRuns: patterns },
  )
  return { compared, refusedByTheirs }
}

export const compareWildClasses = (patterns: number, dialect: Dialect): { compared: number; refusedByTheirs: string[] } =>
  compare(patterns, dialect, wildClass, CLASS_TEXTS)

/** (tiktoken would go on for ever over an empty match, so there is a character in front.) */
export const compareWildSyntax = (patterns: number, dialect: Dialect): number =>
  compare(patterns, dialect, dialect === 'oniguruma' ? wildSyntax : wildSyntax.map((pattern) => `[^z](?:${pattern})`), TEXTS).compared
