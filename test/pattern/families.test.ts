import { expect, test } from 'vitest'
import { compileStage } from '../../src/pattern/compile.ts'
import { piecesOf } from '../../src/pattern/equivalence.ts'
import { FAMILIES, SAMPLE, stageOf } from '../../src/pattern/families.ts'
import { createPipelineSplitter } from '../../src/split/splitText.ts'
import { withStages } from '../support/stages.ts'

test.each(FAMILIES.map((family) => [family.code, family] as const))('family %i cuts the sample as it says', (_, family) => {
  const { split } = createPipelineSplitter(withStages('', [{ kind: 'split', ...stageOf(family) }]))
  expect(split(SAMPLE).join('|')).toBe(family.sample)
  expect(piecesOf(compileStage(stageOf(family)), SAMPLE).join('|')).toBe(family.sample)
})

test('no two families cut the sample alike', () => {
  expect(new Set(FAMILIES.map(({ sample }) => sample)).size).toBe(FAMILIES.length)
})
