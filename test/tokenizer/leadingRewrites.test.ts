import { expect, test } from 'vitest'
import { plainToken } from '../../src/added/tokenSet.ts'
import { leadingRewritesAsNormalizers } from '../../src/tokenizer/leadingRewrites.ts'
import type { AddedToken, Pipeline, Stage } from '../../src/types.ts'

const CUT: Stage = { kind: 'split', pattern: '▁', dialect: 'oniguruma', behavior: 'merged-with-next', invert: false, refusesEmptyMatches: false }
const MARK: Stage = { kind: 'replace', from: ' ', to: '▁' }
const prepend = (where: 'every' | 'first'): Stage => ({ kind: 'prepend', text: '▁', where })
const token = (flags: Partial<AddedToken>): AddedToken => ({ ...plainToken('<a>'), ...flags })

const pipeline = (stages: readonly Stage[], addedTokens: readonly AddedToken[] = []): Pipeline => ({
  name: '',
  addedTokens,
  normalizers: [{ kind: 'lowercase' }],
  stages,
  specialTokens: [],
})
const settled = (...of: Parameters<typeof pipeline>): unknown[] => {
  const { normalizers, stages } = leadingRewritesAsNormalizers(pipeline(...of))
  return [...normalizers.map(({ kind }) => kind), '|', ...stages.map(({ kind }) => kind)]
}

test('what is done to a section before it is cut is normalization', () => {
  expect(settled([MARK, prepend('every'), CUT])).toEqual(['lowercase', 'replace', 'prepend', '|', 'split'])
  expect(settled([prepend('every'), MARK])).toEqual(['lowercase', 'prepend', 'replace', '|'])
})

test('what is done to pieces is not', () => {
  expect(settled([CUT, MARK, prepend('every')])).toEqual(['lowercase', '|', 'split', 'replace', 'prepend'])
  expect(settled([{ kind: 'byte-map' }, CUT])).toEqual(['lowercase', '|', 'byte-map', 'split'])
})

test('nor is it where tokens are found in normalized text', () => {
  expect(settled([MARK, CUT], [token({ normalized: true })])).toEqual(['lowercase', '|', 'replace', 'split'])
})

test('a text in front of the first section only: if all sections are first ones', () => {
  expect(settled([MARK, prepend('first'), CUT], [token({ special: true })])).toEqual(['lowercase', 'replace', 'prepend', '|', 'split'])
  expect(settled([MARK, prepend('first'), CUT], [token({ special: false })])).toEqual(['lowercase', 'replace', '|', 'prepend', 'split'])
})

test('replacing nothing is left to be refused', () => {
  expect(settled([{ kind: 'replace', from: '', to: 'a' }])).toEqual(['lowercase', '|', 'replace'])
})
