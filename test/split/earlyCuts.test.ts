import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { chooseEngine } from '../../src/count/chooseEngine.ts'
import { withEarlyCuts } from '../../src/split/earlyCuts.ts'
import { createPipelineSplitter } from '../../src/split/splitText.ts'
import { byteLevel, charDelimiter, digits, metaspace, punctuation, split, whitespaceSplit } from '../../src/tokenizer/preTokenizers.ts'
import type { Stage } from '../../src/types.ts'
import { withStages } from '../support/stages.ts'

const BEFORE: readonly (readonly Stage[])[] = [
  punctuation('isolated'),
  whitespaceSplit(),
  digits(true),
  charDelimiter('-'),
  split(' ', false, 'merged-with-next', false),
  split('[a ]+', true, 'contiguous', true),
]
const TEXT = fc.string({ unit: fc.constantFrom('a', 'b', ' ', ' ', '▁', '▁', '-', '1', ',', '\n', 'é'), maxLength: 14 })
const METASPACE = fc
  .tuple(fc.constantFrom('▁', '-', 'b', '.', '1'), fc.constantFrom('always' as const, 'first' as const, 'never' as const))
  .map(([mark, prepend]) => metaspace(mark, prepend, true))

describe('a Metaspace behind cuts', () => {
  test('cuts before it rewrites', () => {
    const [replace, prepend, cut] = metaspace('▁', 'always', true)
    const early = { ...cut, pattern: String.raw`[\x{20}\x{2581}]` }
    expect(withEarlyCuts([...punctuation('isolated'), replace, prepend, cut])).toEqual([...punctuation('isolated'), early, replace, prepend])
    expect(withEarlyCuts([...digits(true), replace, cut, ...digits(false)])).toEqual([...digits(true), early, replace, ...digits(false)])
  })

  test('gives the same pieces', () => {
    const stages = fc
      .tuple(fc.subarray([...BEFORE], { minLength: 1, maxLength: 2 }), METASPACE, fc.constantFrom([], digits(false)))
      .map(([before, marks, behind]) => [...before.flat(), ...marks, ...behind])
    let cuts = 0
    fc.assert(
      fc.property(stages, fc.array(TEXT, { minLength: 10, maxLength: 10 }), (late, texts) => {
        const early = withEarlyCuts(late)
        expect(early).toBeDefined()
        const [byEarly, byLate] = [early!, late].map((by) => createPipelineSplitter(withStages('', by)))
        for (const text of texts) {
          expect(byEarly.split(text)).toEqual(byLate.split(text))
          cuts += byLate.split(text).length - 1
        }
      }),
      { numRuns: 200 },
    )
    expect(cuts).toBeGreaterThan(2000)
  })

  test('is cut by the kernel by heart, and then only rewritten', () => {
    const stages = [...punctuation('isolated'), ...metaspace('▁', 'always', true)]
    const engine = chooseEngine(stages)
    expect(engine).toMatchObject({ name: 'simd', later: [[]] })
    // what was asked for is taken as it is
    expect(chooseEngine(stages, 'automaton')).toMatchObject({ name: 'automaton', later: [[expect.any(Uint8Array)]] })
  })

  test('does not where the kernel does not know the cuts before it', () => {
    const engine = chooseEngine([...split('a+b|[a ]', true, 'isolated', false), ...metaspace('▁', 'always', true)])
    expect(engine).toMatchObject({ name: 'automaton', later: [[expect.any(Uint8Array)]] })
  })
})

describe('what is left as it is', () => {
  const [replace, prepend, cut] = metaspace('▁', 'always', true)
  test.each<[string, readonly Stage[]]>([
    ['cuts alone', [...punctuation('isolated'), ...digits(true)]],
    ['a Metaspace in front, which the normalizer does', metaspace('▁', 'always', true)],
    ['a Metaspace that does not cut', [...digits(true), ...metaspace('▁', 'always', false)]],
    ['a text in front that is no mark', [...digits(true), replace, { kind: 'prepend', text: '_', where: 'every' }, cut]],
    ['a cut at something else', [...digits(true), replace, prepend, ...split('_', false, 'merged-with-next', false)]],
    ['a cut behind marks', [...digits(true), replace, prepend, ...split('▁', false, 'merged-with-previous', false)]],
    ['a cut in front of all but marks', [...digits(true), replace, prepend, ...split('▁', false, 'merged-with-next', true)]],
    ['a regex that only looks like the mark', [...digits(true), { kind: 'replace', from: ' ', to: 'b' }, ...split('\\b', true, 'merged-with-next', false)]],
    ['texts of several characters', [...digits(true), { kind: 'replace', from: '  ', to: '▁' }, cut]],
    ['a byte map before it', [...digits(true), ...byteLevel(false, false), replace, cut]],
  ])('%s', (_, stages) => {
    expect(withEarlyCuts(stages)).toBeUndefined()
  })
})
