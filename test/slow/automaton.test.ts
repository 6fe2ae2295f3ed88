import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createAlphabet } from '../../src/pattern/alphabet.ts'
import { compileStage } from '../../src/pattern/compile.ts'
import { parsePattern } from '../../src/pattern/parse.ts'
import { openTables } from '../../src/split/tables.ts'
import { huggingFace } from '../../src/tokenizer/patternPipeline.ts'
import type { SplitStage } from '../../src/types.ts'
import { catalogueStages, conformanceTexts } from '../support/conformance.ts'
import { CONSTRUCT_STAGES, PRESET_STAGES } from '../support/stages.ts'
import { allStrings, kernelTier, referenceTier, representatives, simdTier } from '../support/tiers.ts'
import { codePointTexts, troublesomeText } from '../support/texts.ts'
import { has, union } from '../../src/unicode/codePointSet.ts'
import { category } from '../../src/unicode/properties.ts'

const same = (got: readonly number[], wanted: readonly number[], texts: readonly string[]): void => {
  // comparing by hand first: toEqual takes longer than the splitting
  if (got.length === wanted.length && got.every((cut, i) => cut === wanted[i])) return
  expect({ texts, cuts: got }).toEqual({ texts, cuts: wanted })
}

const FAR: [string, SplitStage][] = ['\\d{1,3}(?=(?:\\d{3})*\\b)', '(?=(\\d{3})+(?!\\d))'].map((pattern) => [pattern, huggingFace(pattern)])

describe.each([...PRESET_STAGES, ...FAR])('%s: automaton and simd cut as the reference tier does', (_, stage) => {
  const kernel = kernelTier([stage])
  const simd = simdTier(stage)
  const reference = referenceTier([stage])
  const alphabet = representatives(compileStage(stage))
  const check = (texts: readonly string[]): void => {
    const expected = reference(texts)
    same(kernel(texts), expected, texts)
    if (simd !== undefined) same(simd(texts), expected, texts)
  }

  test('all strings of up to 5 class representatives', () => {
    for (let length = 1; length <= 5; length++) for (const texts of allStrings(alphabet, length)) check(texts)
  })

  test('every code point has a class of the same members as the letter that the reference tier spells it with', () => {
    const { classOf } = openTables(compileStage(stage).tables)
    const alphabetOf = createAlphabet(parsePattern(stage.pattern, stage.dialect).root)
    const classes = new Map<string, number>()
    for (let c = 0; c < 0x110000; c++) {
      if (c >= 0xd800 && c < 0xe000) continue
      const bytes = Buffer.from(String.fromCodePoint(c))
      const letter = alphabetOf.spell(bytes, 0, bytes.length)
      if (!classes.has(letter)) classes.set(letter, classOf(c))
      if (classes.get(letter) !== classOf(c)) expect([c, classOf(c)]).toEqual([c, classes.get(letter)])
    }
  })

  test('every code point in every context of three class representatives; of those that are not assigned, one in 61', () => {
    const pairs = alphabet.flatMap((before) => alphabet.map((after) => [before, after]))
    // in one text: before c after before c after …
    const between = [pairs[0][0], ...pairs.map(([, after], i) => after + (pairs[i + 1]?.[0] ?? ''))]
    const unassigned = union(category('Cn'), category('Co'))
    let texts: string[] = []
    for (let c = 0; c < 0x110000; c++) {
      if ((c >= 0xd800 && c < 0xe000) || (has(unassigned, c) && c % 61 !== 0)) continue
      texts.push(between.join(String.fromCodePoint(c)))
      if (texts.length < 50) continue
      check(texts)
      texts = []
    }
    check(texts)
  }, 1_200_000)

  test('every code point in running text', () => {
    for (const text of codePointTexts(() => true)) check([text])
  })
})

const isSupported = ([, stage]: [string, SplitStage]): boolean => {
  try {
    compileStage(stage)
    return true
  } catch {
    return false
  }
}

describe.each([...CONSTRUCT_STAGES, ...catalogueStages().filter(isSupported)])('%s', (_, stage) => {
  test('the kernel cuts troublesome texts as the reference tier does', () => {
    const kernel = kernelTier([stage])
    const reference = referenceTier([stage])
    const alphabet = [...new Set([...representatives(compileStage(stage), 2), ...stage.pattern.replace(/\\[a-zA-Z]/g, '')])]
    const ownText = fc
      .array(fc.constantFrom(...alphabet, ...conformanceTexts().slice(0, 5)), { maxLength: 40 })
      .map((parts) => parts.join(''))
    const texts = fc.array(fc.oneof(ownText, troublesomeText(30)), { maxLength: 30 })
    fc.assert(
      fc.property(texts, (list) => {
        same(kernel(list), reference(list), list)
      }),
      { numRuns: 300 },
    )
    for (let length = 1; length <= 4; length++)
      for (const list of allStrings(alphabet.slice(0, 14), length)) same(kernel(list), reference(list), list)
  })
})
