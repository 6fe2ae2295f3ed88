import { expect, test } from 'vitest'
import { compileStage } from '../../src/pattern/compile.ts'
import { huggingFace } from '../../src/tokenizer/patternPipeline.ts'
import type { SplitStage } from '../../src/types.ts'
import { hubPatterns, sharedVectors } from '../support/catalogue.ts'
import { splitInFeeds } from '../support/feed.ts'
import { createKernelSplitter } from '../support/kernelSplitter.ts'
import { withStages } from '../support/stages.ts'

const TREATMENTS: Record<string, Pick<SplitStage, 'behavior' | 'invert'>> = {
  isolated: { behavior: 'isolated', invert: false },
  removed: { behavior: 'removed', invert: false },
  'removed+invert': { behavior: 'removed', invert: true },
  merged_with_previous: { behavior: 'merged-with-previous', invert: false },
  merged_with_next: { behavior: 'merged-with-next', invert: false },
  contiguous: { behavior: 'contiguous', invert: false },
}

/** What goes to the reference tier: too many states. */
const NOT_COMPILED = ['hub-020']

/** Cuts a text that comes in feeds of `feed` bytes, by the kernel. */
const kernelSplit = (stage: SplitStage): ((text: string, feed: number) => string[]) => {
  const split = createKernelSplitter([compileStage(stage).tables])
  return (text, feed) => {
    const bytes = Buffer.from(text)
    const cuts = split(bytes, [bytes.length], feed)
    return cuts.flatMap(({ end, isDropped }, i) => (isDropped ? [] : bytes.subarray(i === 0 ? 0 : cuts[i - 1].end, end).toString()))
  }
}

const vectors = sharedVectors()
const texts = vectors?.hubTexts ?? []
const patterns = hubPatterns().map(([name, pattern]) => [name, pattern, vectors!.hub[name]] as const)

// without the vectors there is one test, skipped
test.runIf(patterns.length > 0).each(patterns.length > 0 ? patterns : [['hub', '', {}] as const])(
  '%s: both tiers give the official pieces, with every behavior and feed',
  (name, pattern, pieces) => {
    expect(Object.keys(pieces).sort()).toEqual(Object.keys(TREATMENTS).sort())
    for (const [behavior, treatment] of Object.entries(TREATMENTS)) {
      const stage: SplitStage = { ...huggingFace(pattern), ...treatment }
      const pipeline = withStages(name, [stage])
      if (NOT_COMPILED.includes(name)) expect(() => compileStage(stage)).toThrow('pattern: ')
      const kernel = NOT_COMPILED.includes(name) ? undefined : kernelSplit(stage)
      texts.forEach((text, i) => {
        for (const size of behavior === 'isolated' ? [0, 1, 2, 5] : [1])
          expect(splitInFeeds(pipeline, text, size)).toEqual(pieces[behavior][i])
        for (const feed of behavior === 'isolated' ? [1000, 1, 2, 5] : [1])
          expect(kernel?.(text, feed) ?? pieces[behavior][i]).toEqual(pieces[behavior][i])
      })
    }
  },
)
