import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { PretokError } from '../../src/errors.ts'
import { compileStage, type CompiledStage, type PatternStage } from '../../src/pattern/compile.ts'
import { FAMILIES, stageOf } from '../../src/pattern/families.ts'
import { withFamily } from '../../src/pattern/withFamily.ts'
import { troublesomeText } from '../support/texts.ts'
import { allStrings, kernelTier, representatives, simdTier } from '../support/tiers.ts'

/*
 * Patterns that are nearly those of a family: whichever of them are taken for the family must cut as their own automata do. (A mutant that is
 * taken for a family wrongly would be a wrong split in the fastest tier.)
 */

const PARTS = [
  '\\p{L}', '\\p{N}', '\\p{Lu}', '\\p{M}', '\\s', '\\S', '\\r', '\\n', '|', '?', '+', '*', '{1,3}', '{1,2}', ' ', '/', "'", 's', '(?i:', '(?:', ')',
  '[', ']', '^', '(?!\\S)', '(?!\\s)', '$', '++', '?+', '\\w', '\\d', '.', '[\\r\\n]',
] // prettier-ignore

/** A pattern as its parts: escapes, properties, intervals and single characters. */
const partsOf = (pattern: string): string[] => pattern.match(/\\p\{\w+\}|\\.|\{[\d,]+\}|\(\?[i!]?:?|./gu)!

type Change = { kind: 'leave out' | 'twice' | 'swap' | 'put' | 'replace'; at: number; part: string }

const change = fc.record<Change>({
  kind: fc.constantFrom('leave out', 'twice', 'swap', 'put', 'replace'),
  at: fc.nat(1000),
  part: fc.constantFrom(...PARTS),
})

const changed = (pattern: string, changes: readonly Change[]): string => {
  const parts = partsOf(pattern)
  for (const { kind, at, part } of changes) {
    const i = at % parts.length
    const here = parts[i]
    if (kind === 'leave out') parts.splice(i, 1)
    else if (kind === 'twice') parts.splice(i, 0, here)
    else if (kind === 'put') parts.splice(i, 0, part)
    else if (kind === 'replace') parts[i] = part
    else if (i + 1 < parts.length) parts.splice(i, 2, parts[i + 1], here)
  }
  return parts.join('')
}

/** The same alternatives in another order: for most of them it does not matter which is tried first. */
const reordered = (pattern: string, order: readonly number[]): string => {
  const branches = pattern.split(/\|(?![^(]*\))/)
  return order
    .filter((i) => i < branches.length)
    .map((i) => branches[i])
    .join('|')
}

const compiledUnlessRefused = (stage: PatternStage): CompiledStage | undefined => {
  try {
    return compileStage(stage)
  } catch (error) {
    if (error instanceof PretokError) return undefined
    throw error
  }
}

describe.each(FAMILIES.map((family) => [family.code, family] as const))('mutants of family %i', (_, family) => {
  const texts = fc.array(troublesomeText(40), { minLength: 5, maxLength: 20 })
  const order = fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13], { minLength: 14 })
  const mutant = fc.oneof(
    { weight: 3, arbitrary: fc.array(change, { minLength: 1, maxLength: 3 }).map((changes) => changed(family.pattern, changes)) },
    { weight: 1, arbitrary: order.map((indices) => reordered(family.pattern, indices)) },
  )

  test('that are taken for a family are cut by it as by their automata', () => {
    let taken = 0
    fc.assert(
      fc.property(mutant, texts, (pattern, documents) => {
        const stage = { ...stageOf(family), kind: 'split' as const, pattern }
        const compiled = compiledUnlessRefused(stage)
        if (compiled === undefined || withFamily(compiled) === undefined) return
        taken++
        const [simd, automaton] = [simdTier(stage)!, kernelTier([stage])]
        for (const list of [documents, ...allStrings(representatives(compiled), 2), ...allStrings(representatives(compiled), 3)])
          if (simd(list).join() !== automaton(list).join())
            expect({ pattern, cuts: simd(list) }).toEqual({ pattern, cuts: automaton(list) })
      }),
      { numRuns: 800 },
    )
    expect(taken).toBeGreaterThan(5)
  })
})
