import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createSureText } from '../../src/normalize/normalizer.ts'
import type { Normalizer } from '../../src/types.ts'
import { keyOf, makeCharsmap } from '../support/charsmap.ts'
import { byDefinition, byKernel } from '../support/rawText.ts'
import { tries } from '../support/seed.ts'

/*
 * What the kernel does of normalization, against JavaScript's own strings: rawText.test.ts holds it against our normalizers, which run some of the same
 * WebAssembly.
 */

interface Plain {
  normalizer: Normalizer
  apply(text: string): string
}

const replace = (pattern: string, content: string): Plain => ({
  normalizer: { kind: 'replace', pattern, isRegex: false, content },
  apply: (text) => text.replaceAll(pattern, () => content),
})

const replaceRuns = (pattern: string, content: string): Plain => ({
  normalizer: { kind: 'replace', pattern, isRegex: true, content },
  apply: (text) => text.replace(new RegExp(pattern, 'gu'), () => content),
})

const strip = (left: boolean, right: boolean): Plain => ({
  normalizer: { kind: 'strip', left, right },
  apply(text) {
    const behind = left ? text.replace(/^\p{White_Space}+/u, '') : text
    return right ? behind.replace(/\p{White_Space}+$/u, '') : behind
  },
})

const prepend = (text: string, unlessThere: boolean): Plain => ({
  normalizer: { kind: 'prepend', text, ...(unlessThere && { unlessThere }) },
  apply: (section) => (section === '' || (unlessThere && section.startsWith(text)) ? section : text + section),
})

const stripAccents: Plain = { normalizer: { kind: 'strip-accents' }, apply: (text) => text.replace(/\p{M}/gu, '') }

const form = (kind: 'nfc' | 'nfd' | 'nfkc' | 'nfkd'): Plain => ({ normalizer: { kind }, apply: (text) => text.normalize(kind.toUpperCase()) })

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** Each cluster of less than six bytes by the shortest key that it begins with, or else each of its characters. */
const precompiled = (entries: ReadonlyMap<string, string>): Plain => {
  const byBytes = new Map(Array.from(entries, ([key, replacement]) => [keyOf(key), replacement]))
  const find = (bytes: string): string | undefined => {
    const length = Array.from(bytes, (_, i) => i + 1).find((end) => byBytes.has(bytes.slice(0, end)))
    return length === undefined ? undefined : byBytes.get(bytes.slice(0, length))
  }
  const rewrite = (cluster: string): string => {
    const bytes = keyOf(cluster)
    const whole = bytes.length < 6 ? find(bytes) : undefined
    return whole ?? Array.from(cluster, (character) => find(keyOf(character)) ?? character).join('')
  }
  return {
    normalizer: { kind: 'precompiled', charsmap: makeCharsmap(byBytes) },
    apply: (text) => Array.from(graphemes.segment(text), ({ segment }) => rewrite(segment)).join(''),
  }
}

const FROM = [' ', 'a', 'b', 'c', 'x', '\r', '\n', '\t', '\x01', '\0', 'é', '日', '▁', '\u2000', '𐀀', 'e', '\u0301']
const CONTENTS = ['', '', '', ' ', '  ', 'x', 'x ', ' x', '▁', '12345678', '123456789', ' 3456789 ', '\0', '𐀀', 'é', '\r\n', 'more than sixteen bytes', '日', '\u0301']
const KEYS = ['\r\n', '\r\n', '\r', '\n', ' ', '\t', '\x01', 'e\u0301', 'e\u0323', 'a\u0301', 'x\u0323', 'é', '日', '𐀀', '\u2000', '\u0301', '\u0301\u0323', 'a', 'b', '▁', '\u20dd\u0301', '日\u0301']
const MADE = ['', ' ', '\n', 'é', 'x', '  ', ' x', '日', '𐀀', 'longer one', '\r']
const RUNS = [' {2,}', ' +', '[ x]+', '\\s+', '[ e日]+', '[\\r\\n]+', '[a\\u0301 ]+']

/** Texts of which no character does anything but stand in them. */
const LITERALS = ["''", '--', "-'", '\r\n', "'--", '-\r']

const maybe = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(one, { maxLength: 1 })
const literals = fc.array(fc.tuple(fc.constantFrom(...LITERALS), fc.constantFrom('', '', 'x', '-', "'", '\n', 'e', ' ')), { maxLength: 2 }).map((all) => all.map(([from, to]) => replace(from, to)))
const map = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(fc.constantFrom(...FROM), fc.constantFrom(...CONTENTS)).map(([from, to]) => replace(from, to)) },
  { weight: 1, arbitrary: fc.constant(stripAccents) },
)
const maps = fc.array(map, { maxLength: 2 })
const charsmap = fc.array(fc.tuple(fc.constantFrom(...KEYS), fc.constantFrom(...MADE)), { minLength: 1, maxLength: 10 }).map((entries) => precompiled(new Map(entries)))
const check = fc.oneof({ weight: 5, arbitrary: charsmap }, { weight: 1, arbitrary: fc.constantFrom('nfc', 'nfd', 'nfkc', 'nfkd').map(form) })
const runs = fc.tuple(fc.constantFrom(...RUNS), fc.constantFrom(' ', 'x', '▁', ' ab', '\n', '12345678', '123456789', 'bé')).map(([set, content]) => replaceRuns(set, content))

const isForKernel = (all: readonly Plain[]): boolean => all.length > 0 && createSureText(all.map(({ normalizer }) => normalizer)) !== undefined

/** Lists of the shape that the kernel does (normalize/sureText.ts). */
const normalizers = fc
  .tuple(
    maybe(fc.tuple(fc.boolean(), fc.boolean()).map(([left, right]) => strip(left, right))),
    maybe(fc.constantFrom('▁', 'x', '\r', ' ').map((text) => prepend(text, false))),
    maps,
    maybe(fc.tuple(fc.boolean(), fc.boolean()).map(([left, right]) => strip(left, right))),
    maybe(check),
    maps,
    maybe(fc.constant(strip(false, true))),
    maps,
    maybe(runs),
    maps,
    maybe(fc.constantFrom('▁', ' ', 'x', 'é').map((text) => prepend(text, true))),
  )
  .map((parts) => parts.flat())
  .filter(isForKernel)

/** As ALBERT's: texts that are replaced, and two quick checks with maps around them. */
const checkedTwice = fc
  .tuple(literals, maps, maybe(fc.constantFrom('nfd', 'nfkd').map(form)), maps, check, maps, maybe(runs))
  .map((parts) => parts.flat())
  .filter(isForKernel)

const UNITS = [' ', ' ', ' ', 'x', 'a', 'b', 'c', '\r', '\n', '\r\n', '\r\n', '\t', '\x01', '\0', 'é', 'e\u0301', 'e', '\u0301', '\u0323', '日', '▁', '\u2000', '𐀀', '.', '\u20dd', 'e\u0301\u0323', "'", "''", '-', '--', "-'", '\u093e', '\u0600', '\u200d', 'ﬁ', '\u1ec7', '\uac01', '\u1100', '\u11a8']
const odd = (maxLength: number): fc.Arbitrary<string> => fc.string({ unit: fc.constantFrom(...UNITS), maxLength })
/** So that what is odd stands anywhere among sixteen bytes. */
const plain = fc.nat({ max: 20 }).map((length) => 'k'.repeat(length))
const SEPARATOR = '<|>'
const part = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(plain, odd(8), plain).map((texts) => texts.join('')) },
  { weight: 2, arbitrary: odd(40) },
  { weight: 2, arbitrary: fc.constant(SEPARATOR) },
  { weight: 1, arbitrary: fc.tuple(odd(4), fc.integer({ min: 1, max: 60 })).map(([text, times]) => text.repeat(times)) },
)
const feed = fc.oneof(fc.integer({ min: 1, max: 33 }), fc.constantFrom(64, 200, 1e6))

const applied = (all: readonly Plain[], text: string): string =>
  text.split(SEPARATOR).map((section) => all.reduce((made, { apply }) => apply(made), section)).join(SEPARATOR)
const made = (all: readonly Plain[], text: string | string[], feeds: readonly number[]) =>
  byKernel(all.map(({ normalizer }) => normalizer), [SEPARATOR], text, feeds)

test.each([
  ['all shapes', normalizers],
  ['two checks', checkedTwice],
])('the kernel makes of text what strings of JavaScript do: %s', (_, lists) => {
  fc.assert(
    fc.property(lists, fc.array(part, { maxLength: 10 }), fc.array(feed, { minLength: 1, maxLength: 3 }), fc.boolean(), (all, parts, feeds, areDocuments) => {
      const text = parts.join('')
      const given = areDocuments ? text.split('.') : text
      const wanted = byDefinition([], [SEPARATOR], typeof given === 'string' ? applied(all, given) : given.map((document) => applied(all, document)))
      expect(made(all, given, feeds)).toEqual(wanted)
    }),
    { numRuns: tries(200) },
  )
})

const COMPOSING = precompiled(new Map([['e\u0301', 'é']]))

test.each([
  ['what binds is behind what becomes nothing', [replace('b', ''), COMPOSING], '\u0600be\u0301 k'],
  ['a mark is behind what becomes nothing', [replace('b', ''), COMPOSING], 'eb\u0301 k'],
  ['marks that are dropped are out of order', [form('nfkd'), stripAccents, COMPOSING], 'e\u0301\u0323\u093e\u0301 k'],
  ['Hangul is decomposed, behind what binds', [form('nfd'), COMPOSING], '\uac01\uac00\u11a8\u0301\u1100\uac01\u0600\uac00e\u0301\uac00 k'],
  ['a line end is made of what takes the place of a text', [replace("''", '\n'), precompiled(new Map([['\r\n', 'N']]))], "k\r''k \u0600''k \r''k"],
  ['a syllable goes on behind what binds it', [precompiled(new Map([['\u0600\u1161', 'X'], ['\u0600\uac00', 'X']]))], 'k\u0600\u1161\u11a7k\u0600\uac00\u11a8k\u0600\uac00 \u0600\u1161 k'],
  ['a text that is replaced is beside its like', [replace("''", '"'), replace('--', "'"), COMPOSING], "k''' k--'k '-' ''''e''\u0301 k"],
])('%s', (_, all, text) => {
  for (let feed = 1; feed <= text.length + 1; feed++) expect(made(all, text, [feed])).toEqual(byDefinition([], [SEPARATOR], applied(all, text)))
})

test.each([
  ['what takes the place of a text is nothing', [replace("''", ''), form('nfc')]],
  ['a map makes nothing of it', [replace("''", 'b'), replace('b', ''), form('nfc')]],
  ['it begins with a mark', [replace("''", 'b'), replace('b', '\u0301'), form('nfc')]],
  ['a cluster becomes a mark', [precompiled(new Map([['o\u0301', '\u0301']])), form('nfc')]],
  ['what is composed becomes a mark', [form('nfc'), replace('é', '\u0323'), form('nfd')]],
  ['a cluster becomes what begins another one', [precompiled(new Map([['\u0600a', '\u0600']])), precompiled(new Map([['\u0600b', 'N']]))]],
])('the kernel leaves normalization where cuts cannot be told: %s', (_, all) => {
  expect(isForKernel(all)).toBe(false)
})

test('a text that is replaced stands at the border of the room for raw text', () => {
  const all = [replace("''", '"'), precompiled(new Map([['\u0600', '']]))]
  const first = 'k '.repeat(2 ** 17).slice(3)
  const [before, behind] = ["\u0600'", "'abc k"] // nothing can be cut where the room ends, between them
  const wanted = byDefinition([], [SEPARATOR], first + applied(all, before + behind))
  expect(made(all, first + before + behind, [first.length + 2]).counts).toEqual(wanted.counts)
})
