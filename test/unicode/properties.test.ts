import { describe, expect, test } from 'vitest'
import type { Dialect } from '../../src/pattern/ast.ts'
import { parsePattern } from '../../src/pattern/parse.ts'
import { complement, decodeSet, EVERYTHING, fromRanges, has, intersection, members, type CodePointSet } from '../../src/unicode/codePointSet.ts'
import { BINARY_PROPERTY, SCRIPT } from '../../src/unicode/generated/unicode16.ts'
import { BLOCK, MORE_BINARY_PROPERTY, SCRIPT_EXTENSIONS } from '../../src/unicode/generated/moreProperties16.ts'
import { POSIX_NAMES } from '../../src/unicode/posixBrackets.ts'
import { SCRIPT_ALIASES } from '../../src/unicode/scriptAliases.ts'
import { tiktokenUnlessRefused } from '../support/officialProcess.ts'
import { officialNormalize } from '../support/oracle.ts'

const setOf = (pattern: string, dialect: Dialect): CodePointSet => {
  const { root } = parsePattern(pattern, dialect)
  if (root.type !== 'set') throw new Error(`${pattern} is no set`)
  return root.set
}

/** All but planes in which nothing is assigned, or all for private use. */
const PLANES = fromRanges([
  [0, 0x40000],
  [0xdff00, 0xf0100],
])
const textOf = (set: CodePointSet): string => members(intersection(set, PLANES)).map((c) => String.fromCodePoint(c)).join('')
const EVERY_CODE_POINT = textOf(EVERYTHING)

/** What Oniguruma leaves of all code points when a set is taken out. */
const leftByOniguruma = (pattern: string): string =>
  officialNormalize([{ kind: 'replace', pattern: `${pattern}+`, isRegex: true, content: '' }])(EVERY_CODE_POINT)

const BINARY = [...Object.keys(BINARY_PROPERTY), ...Object.keys(MORE_BINARY_PROPERTY)]
const ALIASES = ['Alpha', 'Lower', 'Upper', 'Space', 'Grek', 'Hani', 'EPres', 'ExtPict', 'IDS', 'xidc', 'IDSB', 'IDSU', 'Gr_Link', 'OAlpha', 'ODI', 'OIDS', 'OMath', 'PCM', 'MCM', 'Ideo', 'AHex', 'QMark', 'wspace', 'Any', 'ASCII', 'Assigned']

describe('every code point is where Oniguruma has it', () => {
  const brackets = POSIX_NAMES.flatMap((name) => [`[[:${name}:]]`, `\\p{${name}}`, `[^\\p{${name}}]`])
  const own = ['PosixPunct', 'Newline', 'Zzzz', '^Cs', '^Surrogate', '^In_High_Surrogates', '^InLowSurrogates'].map((name) => `\\p{${name}}`)
  test.each([...brackets, ...own, ...[...BINARY, ...ALIASES].map((name) => `\\p{${name}}`)])('%s', (pattern) => {
    expect(leftByOniguruma(pattern) === textOf(complement(setOf(pattern, 'oniguruma')))).toBe(true)
  })
})

const ASCII = Array.from({ length: 0x80 }, (_, c) => c)

describe('what is at the borders of a set is where fancy-regex has it', () => {
  const brackets = POSIX_NAMES.flatMap((name) => [`[[:${name}:]]`, `[[:^${name}:]]`, `(?i:[[:${name}:]])`, `(?i:[[:^${name}:]])`])
  const plain = [...BINARY, ...ALIASES].map((name) => `\\p{${name}}`)
  test.each([...brackets, ...plain, '(?i:\\p{Lowercase})', '(?i:[\\p{Cased}--\\p{Lu}])'])('%s', (pattern) => {
    const set = setOf(pattern, 'fancy-regex')
    const borders = [...new Set([...set, ...ASCII, 0x110000].flatMap((c) => [c - 1, c]))]
    const texts = borders.filter((c) => has(EVERYTHING, c)).map((c) => String.fromCodePoint(c))
    const theirs = tiktokenUnlessRefused(pattern, texts)
    expect(theirs).toEqual(texts.map((text) => (has(set, text.codePointAt(0)!) ? [text] : [])))
  })
})

test('blocks are those of Oniguruma', () => {
  const names = [...Object.keys(BLOCK), 'No_Block']
  const borders = [...new Set(names.flatMap((name) => setOf(`\\p{In_${name}}`, 'oniguruma')))].filter((c) => has(EVERYTHING, c))
  const text = [...new Set(borders.flatMap((c) => [c - 1, c]))].filter((c) => has(EVERYTHING, c)).map((c) => String.fromCodePoint(c))
  for (const name of names) {
    const pattern = `\\p{In${name}}`
    const set = setOf(pattern, 'oniguruma')
    const left = officialNormalize([{ kind: 'replace', pattern, isRegex: true, content: '' }])(text.join(''))
    expect([name, left]).toEqual([name, text.filter((one) => !has(set, one.codePointAt(0)!)).join('')])
  }
  expect(() => setOf('\\p{InGreek}', 'oniguruma')).toThrow('unknown property \\p{InGreek}')
  expect(() => setOf('\\p{InBasic_Latin}', 'fancy-regex')).toThrow('unknown property')
})

test('scripts by their short names are those of Oniguruma', () => {
  const firsts = Object.keys(SCRIPT).map((name) => String.fromCodePoint(setOf(`\\p{${name}}`, 'oniguruma')[0]))
  for (const short of SCRIPT_ALIASES.keys()) {
    const set = setOf(`\\p{${short}}`, 'oniguruma')
    const left = officialNormalize([{ kind: 'replace', pattern: `\\p{${short}}`, isRegex: true, content: '' }])(firsts.join(''))
    expect([short, left]).toEqual([short, firsts.filter((first) => !has(set, first.codePointAt(0)!)).join('')])
  }
})

const NAMES = (
  'scx=Hira, Script_Extensions=Han, is script-extensions:IsHan, sc=Han, sc:Han, IsScript=isHan, Is_Han,  H-a_n , ishan, gc=Lu, IsL, scx=Zyyy, ' +
  'scx=Qaac, General_Category=Uppercase Letter, gc=Any, gc:ascii, is_alphabetic, isAny, IsCased-Letter'
).split(', ')

describe('properties by the names that fancy-regex has for them', () => {
  const groups = Object.values(SCRIPT_EXTENSIONS).map((members) => decodeSet(members)[0])
  const scripts = Object.keys(SCRIPT).filter((name) => name !== 'Unknown')
  const firsts = [...groups, ...scripts.map((name) => decodeSet(SCRIPT[name])[0])]
  const texts = [...new Set([...firsts, ...ASCII])].map((c) => String.fromCodePoint(c))
  const check = (pattern: string): void => {
    const set = setOf(pattern, 'fancy-regex')
    expect([pattern, tiktokenUnlessRefused(pattern, texts)]).toEqual([pattern, texts.map((text) => (has(set, text.codePointAt(0)!) ? [text] : []))])
  }

  test('scripts with what is used in several', () => {
    for (const name of scripts) check(`\\p{scx=${name}}`)
  })

  test.each(NAMES)('\\p{%s}', (name) => check(`\\p{${name}}`))
  test('\\pl', () => check('\\pl'))

  test.each([
    ['Unknown', 'unknown property'],
    ['scx=Unknown', 'unknown property'],
    ['isc', 'unknown property'],
    ['blk=Thai', 'unknown property'],
    ['Alphabetic=yes', 'unknown property'],
    ['\tHan', 'unknown property'],
    ['scx=', 'unknown property'],
  ])('\\p{%s} is refused, as by fancy-regex', (name, message) => {
    expect(() => setOf(`\\p{${name}}`, 'fancy-regex')).toThrow(`pattern: ${message}`)
    expect(tiktokenUnlessRefused(`\\p{${name}}`, texts)).toBeUndefined()
  })

  test.each(['Cs', 'PosixPunct', 'Newline', 'Zzzz'])('\\p{%s} is of Oniguruma alone', (name) => {
    expect(() => setOf(`\\p{${name}}`, 'fancy-regex')).toThrow('unknown property')
    expect(tiktokenUnlessRefused(`\\p{${name}}`, texts)).toBeUndefined()
  })

  test('what is not here is told of', () => {
    expect(() => setOf('\\p{Age=3.0}', 'fancy-regex')).toThrow('pattern: property \\p{Age=3.0} (not supported) at 0')
    expect(() => setOf('\\p{sc!=Han}', 'fancy-regex')).toThrow('pattern: \\p{…!=…} (fancy-regex takes it for \\p{…=…}; \\P{…=…} is the complement) at 0')
  })
})
