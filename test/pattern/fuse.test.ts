import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileStage } from '../../src/pattern/compile.ts'
import { fuseStages } from '../../src/pattern/fuse.ts'
import { phasesOf } from '../../src/split/phases.ts'
import { PRESETS } from '../../src/tokenizer/presets.ts'
import { resolveTokenizer } from '../../src/tokenizer/resolve.ts'
import { digits, unicodeScripts, whitespaceSplit } from '../../src/tokenizer/preTokenizers.ts'
import type { SplitStage } from '../../src/types.ts'
import { createKernelSplitter } from '../support/kernelSplitter.ts'
import { CONSTRUCT_STAGES, cutsOf, PRESET_STAGES, TREATED_STAGES } from '../support/stages.ts'
import { allStrings, fusedTier, referenceTier, representatives } from '../support/tiers.ts'
import { troublesomeText } from '../support/texts.ts'

const isSupported = (stages: readonly SplitStage[]): boolean => {
  try {
    stages.forEach((stage) => compileStage(stage))
    return true
  } catch {
    return false
  }
}

/** The cuts of all presets' first phases that have several. */
const PIPELINES = [
  ...new Map(
    PRESETS.toReversed().flatMap(({ name, definition }) => {
      if ('needsFile' in definition) return []
      const stages = phasesOf(resolveTokenizer(name).stages)[0].splits.flatMap(({ stage, unit }) => (unit === 'bytes' ? [] : [stage]))
      return stages.length > 1 && isSupported(stages) ? [[JSON.stringify(stages), [name, stages] as const] as const] : []
    }),
  ).values(),
]

const machinesOf = (stages: readonly SplitStage[]) => fuseStages(stages.map((stage) => compileStage(stage)))

test('pipelines become few machines', () => {
  const sizes = Object.fromEntries(PIPELINES.map(([name, stages]) => [name, `${stages.length} → ${machinesOf(stages).length}`]))
  expect(sizes).toMatchObject({
    starcoder: '2 → 1',
    deepseek_v3: '3 → 1',
    falcon: '2 → 1',
    deepseek_coder: '5 → 1',
    galactica: '5 → 1',
    deepseek_llm: '6 → 2',
  })
})

test('what is too large alone stays alone', () => {
  const scripts = [...whitespaceSplit(), ...unicodeScripts(), ...digits(true)]
  const compiled = cutsOf(...scripts).map(({ stage }) => compileStage(stage))
  expect(fuseStages(compiled)).toEqual(compiled)
})

describe.each(PIPELINES)('%s: one machine cuts as all stages do', (_, stages) => {
  const fused = fusedTier(stages)
  const reference = referenceTier(stages)
  const alphabet = machinesOf(stages).flatMap((one) => representatives(one))

  test('all strings of class representatives', () => {
    for (let length = 1; alphabet.length ** length < 30_000; length++)
      for (const texts of allStrings(alphabet, length)) expect(fused(texts)).toEqual(reference(texts))
  })

  test('troublesome texts, and texts of class representatives', () => {
    const text = fc.oneof(troublesomeText(), fc.string({ unit: fc.constantFrom(...alphabet), maxLength: 40 }))
    fc.assert(
      fc.property(fc.array(text, { maxLength: 20 }), (texts) => {
        expect(fused(texts)).toEqual(reference(texts))
      }),
      { numRuns: 200 },
    )
  })

  test('in feeds of any size', () => {
    const split = createKernelSplitter(machinesOf(stages).map(({ tables }) => tables))
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...alphabet), maxLength: 60 }), fc.integer({ min: 1, max: 9 }), (text, feed) => {
        const bytes = Buffer.from(text)
        const pieces = (size: number) => split(bytes, [bytes.length], size).flatMap(({ end, isDropped }) => (isDropped ? [] : [end]))
        expect(pieces(feed)).toEqual(pieces(Infinity))
      }),
      { numRuns: 100 },
    )
  })
})

const SMALL = [...PRESET_STAGES, ...CONSTRUCT_STAGES, ...TREATED_STAGES].filter(([, stage]) => isSupported([stage]))

test('any two or three stages, fused or not', () => {
  const unit = fc.constantFrom('a', 'b', 'c', 'd', ' ', ' ', '\n', '<', '>', '@', '.', "'", 's', '1', '2', 'é', '日')
  const stages = fc.array(fc.constantFrom(...SMALL), { minLength: 2, maxLength: 3 }).map((list) => list.map(([, stage]) => stage))
  let fusedCount = 0
  fc.assert(
    fc.property(stages, fc.array(fc.string({ unit, maxLength: 30 }), { minLength: 1, maxLength: 60 }), (list, texts) => {
      if (machinesOf(list).length < list.length) fusedCount++
      expect(fusedTier(list)(texts)).toEqual(referenceTier(list)(texts))
    }),
    { numRuns: 300 },
  )
  expect(fusedCount).toBeGreaterThan(100)
})
