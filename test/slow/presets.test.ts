import { describe, expect, test } from 'vitest'
import { compileStage } from '../../src/pattern/compile.ts'
import { fuseStages } from '../../src/pattern/fuse.ts'
import { phasesOf } from '../../src/split/phases.ts'
import { isComplete, presetPipeline, PRESETS } from '../../src/tokenizer/presets.ts'
import { allStrings, fusedTier, referenceTier, representatives } from '../support/tiers.ts'

/** More strings than these are too many to try. */
const MOST = 300_000

/** The stages with which a preset first cuts text, if they read code points. */
const firstStages = (name: string) => {
  const [{ rewrites, splits }] = phasesOf(presetPipeline(name)!.stages)
  return rewrites.length > 0 || splits.some(({ unit }) => unit === 'bytes') ? [] : splits.map(({ stage }) => stage)
}

const presets = PRESETS.filter(isComplete).map(({ name }) => [name, firstStages(name)] as const)

describe.each(presets.filter(([, stages]) => stages.length > 0))('%s: the automata of all stages cut as the reference tier does', (_, stages) => {
  const automata = fusedTier(stages)
  const reference = referenceTier(stages)
  const check = (texts: readonly string[]): void => {
    // comparing by hand first: toEqual takes longer than the splitting
    if (automata(texts).join() === reference(texts).join()) return
    for (const text of texts) expect([text, ...automata([text])]).toEqual([text, ...reference([text])])
  }
  const alphabet = [...new Set(fuseStages(stages.map((stage) => compileStage(stage))).flatMap((machine) => representatives(machine)))]

  test('all strings of class representatives, up to five where they are not too many', () => {
    for (let length = 1; length <= 5 && alphabet.length ** length <= MOST; length++)
      for (const texts of allStrings(alphabet, length)) check(texts)
  })

  test('random strings of them', () => {
    let seed = 1
    const choose = (count: number): number => ((seed = (Math.imul(seed, 1103515245) + 12345) >>> 0) >>> 8) % count
    for (let round = 0; round < 100; round++)
      check(Array.from({ length: 2000 }, () => Array.from({ length: 4 + choose(6) }, () => alphabet[choose(alphabet.length)]).join('')))
  })
})
