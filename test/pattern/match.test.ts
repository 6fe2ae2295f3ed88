import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createAlphabet } from '../../src/pattern/alphabet.ts'
import { createMatcher, NO_MATCH, UNDECIDED } from '../../src/pattern/match.ts'
import { holdsUnboundedLookAhead } from '../../src/pattern/nodes.ts'
import { parsePattern } from '../../src/pattern/parse.ts'
import { toRegExps } from '../../src/pattern/toRegExp.ts'
import { PRESET_STAGES } from '../support/stages.ts'
import { troublesomeText } from '../support/texts.ts'

const STAGES = [
  ...PRESET_STAGES.map(([, { pattern, dialect }]) => [pattern, dialect] as const),
  ...[
    '(?<![a-z])\\p{N}+\\b|(?<=\\s)x|\\B,',
    '\\d{1,3}(?=(?:\\d{3})*\\b)',
    '(?=(\\d{3})+(?!\\d))',
    '(?=\\s*b)[^x]|a(?!.*\\bx)',
    '(?>a|ab)c|b+?c',
    '(?:ab?|b){2,3}c',
    '^\\s+$',
    "([!'])\\1*",
    '(?:ab|a)(?!b)|(?<=ab?)s',
    '\\s{4}(?!\\S)|\\s{1,2}(?!\\S)|\\s',
    '(?i:sd|é)+',
    'a{2}+b',
  ].map((pattern) => [pattern, 'oniguruma'] as const),
]

describe.each(STAGES)('%s', (text, dialect) => {
  const pattern = parsePattern(text, dialect)
  const alphabet = createAlphabet(pattern.root)
  const match = createMatcher(pattern.root, alphabet)
  const { closed, open } = toRegExps(pattern.root, alphabet)
  const spell = (text: string): string => alphabet.spell(Buffer.from(text), 0, Buffer.byteLength(text))
  const byRegExp = (regexp: RegExp, subject: string, at: number): number => {
    regexp.lastIndex = at
    return regexp.test(subject) ? regexp.lastIndex : NO_MATCH
  }

  test('the matcher and the RegExps agree at every place', () => {
    const small = fc.string({
      unit: fc.constantFrom('a', 'b', 'c', 's', 't', 'x', '1', '2', ' ', '\n', "'", '!', ',', 'é', 'ſ', '😀'),
      maxLength: 12,
    })
    fc.assert(
      fc.property(fc.oneof(troublesomeText(15), small).map(spell), (subject) => {
        for (let at = 0; at < subject.length; at++) {
          expect(match(subject, at, false)).toBe(byRegExp(closed, subject, at))
          const end = byRegExp(open, subject, at)
          // the open RegExp may call a match undecided that only happens to end at the text's end; the matcher waits longer for an unbounded
          // look-ahead than it need
          const slow = match(subject, at, true)
          if (slow === UNDECIDED) expect(end === subject.length || holdsUnboundedLookAhead(pattern.root)).toBe(true)
          else if (end !== subject.length) expect(slow).toBe(end)
        }
      }),
      { numRuns: 400 },
    )
  })

  test('a match that open text decides is the one of every longer text', () => {
    fc.assert(
      fc.property(troublesomeText(8).map(spell), troublesomeText(4).map(spell), (subject, rest) => {
        for (let at = 0; at < subject.length; at++) {
          const end = match(subject, at, true)
          if (end !== UNDECIDED) expect(match(subject + rest, at, false)).toBe(end)
          const byOpen = byRegExp(open, subject, at)
          if (byOpen !== subject.length) expect(byRegExp(closed, subject + rest, at)).toBe(byOpen)
        }
      }),
      { numRuns: 400 },
    )
  })
})

test('a look-ahead over a run of millions takes no stack, nor time that grows with its square', () => {
  const { root } = parsePattern('\\d{1,3}(?=(?:\\d{3})*\\b)', 'oniguruma')
  const alphabet = createAlphabet(root)
  const match = createMatcher(root, alphabet)
  const text = Buffer.from('7'.repeat(2_000_000))
  const spelled = alphabet.spell(text, 0, text.length)
  let at = 0
  let matches = 0
  for (; at < spelled.length; matches++) at = match(spelled, at, false)
  expect([at, matches, match(spelled, 0, false), match(spelled, 0, true)]).toEqual([2_000_000, 666_667, 2, UNDECIDED])
})

test('a run of millions takes no stack', () => {
  const { root } = parsePattern(' ?\\p{L}+|\\s+(?!\\S)|\\s+', 'oniguruma')
  const alphabet = createAlphabet(root)
  const match = createMatcher(root, alphabet)
  const spell = (text: string): string => alphabet.spell(Buffer.from(text), 0, text.length)
  expect(match(spell('x'.repeat(5_000_000)), 0, false)).toBe(5_000_000)
  expect(match(spell(`${' '.repeat(5_000_000)}x`), 0, false)).toBe(4_999_999)
})

test('a group that is repeated more often than the stack is deep is an error, not a crash', () => {
  const { root } = parsePattern('(?:ab)+', 'oniguruma')
  const alphabet = createAlphabet(root)
  const text = Buffer.from('ab'.repeat(1_000_000))
  const match = createMatcher(root, alphabet)
  expect(() => match(alphabet.spell(text, 0, text.length), 0, false)).toThrow(
    'longer than the reference engine can try (2000000 characters',
  )
})
