import { describe, expect, test } from 'vitest'
// workers run from dist, so that is what is tested here
import { createSplitter, pretokenize } from '../../dist/index.js'
import { metaspace, split, whitespaceSplit } from '../../src/tokenizer/preTokenizers.ts'
import { tallyOf } from '../support/feed.ts'
import { withStages } from '../support/stages.ts'
import { temporaryFolder } from '../support/temporary.ts'

const { file } = temporaryFolder()
const END = '<|endoftext|>'

// pieces get longer than the text that they are from, so this also holds the receipt to it: it fails the run if it does not add up
describe.each([
  ['text that is rewritten on its way in', [...metaspace('▁', 'first', true)]],
  ['pieces that are rewritten', [...whitespaceSplit(), ...metaspace('▁', 'always', true)]],
  ['first pieces that are rewritten', [...split(' ?[a-z]+', true, 'isolated', false), ...metaspace('▁', 'first', false)]],
])('%s', (_, stages) => {
  const pipeline = withStages('rewriting', stages)
  const documents = Array.from({ length: 300 }, (_unused, i) => `${i % 3 === 0 ? ' ' : ''}the cat ${i % 7}  sat é▁日\n`.repeat(1 + (i % 4)))
  const path = file('text.txt', documents.join(END))
  const expected = tallyOf(documents.map((document) => createSplitter(pipeline).split(document)))

  test.each([
    ['reference', 1, 2 ** 20],
    ['automaton', 1, 2 ** 20],
    ['automaton', 2, 512],
  ] as const)('is counted, %s tier, %i workers, chunks of %i bytes', async (engine, numProcesses, chunkBytes) => {
    const counts = await pretokenize(path, [END], { tokenizer: pipeline, engine, numProcesses, chunkBytes, blockBytes: 100 })
    expect(new Map(counts)).toEqual(expected)
    expect(counts.receipt!.bytes.normalizedGain).toBeLessThan(0)
    expect(counts.receipt!.documents).toBe(300)
  })

  test.each([0.041, 0.1, 0.142, 1])('with two workers of %d GiB', async (maxMemoryGb) => {
    const counts = await pretokenize(path, [END], { tokenizer: pipeline, numProcesses: 2, maxMemoryGb })
    expect(new Map(counts)).toEqual(expected)
  })
})
