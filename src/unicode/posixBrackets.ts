import { complement, fromRanges, of, union, type CodePointSet } from './codePointSet.ts'
import { category, DIGIT, property, WHITE_SPACE, wordOnigurumaInClass } from './properties.ts'

/*
 * What `[:name:]` in a class stands for. Oniguruma: "POSIX bracket (Unicode Case)" in its doc/RE; all but punct are properties of the same
 * names there, too. Rust: regex-syntax, ast::ClassAsciiKind.
 */

const graph = (): CodePointSet => complement(union(WHITE_SPACE, category('Cc'), category('Cn')))

/** Those that are properties as well. */
const ONIGURUMA: Readonly<Record<string, () => CodePointSet>> = {
  alnum: () => union(property('Alphabetic')!, DIGIT),
  alpha: () => property('Alphabetic')!,
  ascii: () => property('ASCII')!,
  blank: () => union(category('Zs'), of(0x09)),
  cntrl: () => category('Cc'),
  digit: () => DIGIT,
  graph,
  lower: () => property('Lowercase')!,
  print: () => union(graph(), category('Zs')),
  space: () => WHITE_SPACE,
  upper: () => property('Uppercase')!,
  word: wordOnigurumaInClass,
  xdigit: () => property('ASCII_Hex_Digit')!,
}

/** First and last of each range. */
const ASCII: Readonly<Record<string, string>> = {
  alnum: '09AZaz',
  alpha: 'AZaz',
  ascii: '\0\x7f',
  blank: '\t\t  ',
  cntrl: '\0\x1f\x7f\x7f',
  digit: '09',
  graph: '!~',
  lower: 'az',
  print: ' ~',
  punct: '!/:@[`{~',
  space: '\t\r  ',
  upper: 'AZ',
  word: '09AZ__az',
  xdigit: '09AFaf',
}

export const POSIX_NAMES = Object.keys(ASCII)

/** The set of a name out of POSIX_NAMES, in Oniguruma. */
export const posixBracketOniguruma = (name: string): CodePointSet =>
  name === 'punct' ? union(category('P'), category('S')) : ONIGURUMA[name]()

/** The set of a name out of POSIX_NAMES, in Rust's regex crates. */
export const posixBracketRust = (name: string): CodePointSet => {
  const ends = [...ASCII[name]].map((character) => character.charCodeAt(0))
  return fromRanges(Array.from({ length: ends.length / 2 }, (_, i) => [ends[2 * i], ends[2 * i + 1] + 1]))
}

/**
 * What `\p{name}` is in Oniguruma if that is one of those; `[:punct:]` goes by the name PosixPunct there. Names are matched loosely, as those of
 * Unicode's properties are.
 *
 * @param word what `\w` is where it stands
 */
export const posixPropertyOniguruma = (name: string, word: () => CodePointSet): CodePointSet | undefined => {
  const found = name.replace(/[\s_-]/g, '').toLowerCase()
  if (found === 'word') return word()
  if (found === 'posixpunct') return posixBracketOniguruma('punct')
  return Object.hasOwn(ONIGURUMA, found) ? ONIGURUMA[found]() : undefined
}
