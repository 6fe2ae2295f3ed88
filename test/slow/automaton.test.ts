import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileStage } from '../../src/pattern/compile.ts'
import type { SplitStage } from '../../src/types.ts'
import { catalogueStages, conformanceTexts } from '../support/conformance.ts'
import { CONSTRUCT_STAGES, PRESET_STAGES } from '../support/stages.ts'
import { allStrings, kernelTier, referenceTier, representatives } from '../support/tiers.ts'
import { codePointTexts, troublesomeText } from '../support/texts.ts'

const same = (got: readonly number[], wanted: readonly number[], texts: readonly string[]): void => {
  // comparing by hand first: toEqual takes longer than the splitting
  if (got.length === wanted.length && got.every((cut, i) => cut === wanted[i])) return
  expect({ texts, cuts: got }).toEqual({ texts, cuts: wanted })
}

describe.each(PRESET_STAGES)('%s: the kernel cuts as the reference tier does', (_, stage) => {
  const kernel = kernelTier([stage])
  const reference = referenceTier([stage])
  const alphabet = representatives(compileStage(stage))

  test('all strings of up to 5 class representatives', () => {
    for (let length = 1; length <= 5; length++)
      for (const texts of allStrings(alphabet, length)) same(kernel(texts), reference(texts), texts)
  })

  test('every code point between all pairs of class representatives', () => {
    const pairs = alphabet.flatMap((before) => alphabet.map((after) => [before, after]))
    for (let c = 0; c < 0x110000; c++) {
      if (c >= 0xd800 && c < 0xe000) continue
      // all pairs for some, one pair after the other for the rest
      const chosen = c < 0x600 || c % 499 === 0 ? pairs : [pairs[c % pairs.length], pairs[(c * 7 + 3) % pairs.length]]
      const texts = chosen.map(([before, after]) => before + String.fromCodePoint(c) + after)
      same(kernel(texts), reference(texts), texts)
    }
  })

  test('every code point in running text', () => {
    for (const text of codePointTexts(() => true)) same(kernel([text]), reference([text]), [])
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
