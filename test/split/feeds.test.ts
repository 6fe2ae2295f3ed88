import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileStage } from '../../src/pattern/compile.ts'
import { huggingFace } from '../../src/tokenizer/patternPipeline.ts'
import type { SplitStage } from '../../src/types.ts'
import { createKernelSplitter, type Cut } from '../support/kernelSplitter.ts'
import { CONSTRUCT_STAGES, PRESET_STAGES } from '../support/stages.ts'
import { TROUBLESOME } from '../support/texts.ts'

const FAR = ['\\d{1,3}(?=(?:\\d{3})*\\b)', '(?=(\\d{3})+(?!\\d))', '(?:\\r?\\n)+(?!\\r?\\n)', '(?=http)[^\\s]+', 'a(?=.*1)|\\s+'].map(
  (pattern): [string, SplitStage[]] => [pattern, [huggingFace(pattern)]],
)

const SEVERAL: [string, SplitStage[]][] = [
  ['numbers, then groups of digits, then words', [huggingFace('\\p{N}+'), huggingFace('(?=(\\d{3})+(?!\\d))'), PRESET_STAGES[0][1]]],
  ['groups of digits, then words', [huggingFace('\\d{1,3}(?=(?:\\d{3})*\\b)'), PRESET_STAGES[3][1]]],
  ['far, and far again', [huggingFace('(?=a1)[^ ]+'), huggingFace('\\d(?=(?:\\d\\d)*(?!\\d))')]],
]

const EVERY = [...PRESET_STAGES, ...CONSTRUCT_STAGES].map(([name, stage]): [string, SplitStage[]] => [name, [stage]])

const texts = fc.oneof(
  fc.array(fc.constantFrom('a', 'b', '1', '12', ' ', '\n', '\r\n', 'http', "'s", 'é', '日', '٣', '<', '>', '.'), { maxLength: 40 }),
  fc.array(fc.constantFrom(...TROUBLESOME), { maxLength: 25 }),
  fc.array(fc.constantFrom('1', '234', '5678', '1'.repeat(40), ' ', 'x'), { maxLength: 12 }),
)

const encode = (documents: readonly string[]): [bytes: Buffer, ends: number[]] => {
  let end = 0
  return [Buffer.from(documents.join('')), documents.map((document) => (end += Buffer.byteLength(document)))]
}

/** Text in no piece may be cut anywhere: neighbours are joined. */
const joinDropped = (cuts: readonly Cut[]): Cut[] => cuts.filter((cut, i) => !(cut.isDropped && cuts[i + 1]?.isDropped))

describe.each([...EVERY, ...FAR, ...SEVERAL])('%s', (_, stages) => {
  const split = createKernelSplitter(stages.map((stage) => compileStage(stage).tables))

  test('the kernel cuts alike, in whatever feeds text comes', () => {
    const feeds = fc.constantFrom(1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 63, 64, 65, 100)
    fc.assert(
      fc.property(fc.array(texts, { minLength: 1, maxLength: 3 }), feeds, (parts, feed) => {
        const [bytes, ends] = encode(parts.map((part) => part.join('')))
        expect(joinDropped(split(bytes, ends, feed))).toEqual(joinDropped(split(bytes, ends)))
      }),
      { numRuns: 25 },
    )
  })
})

describe.each([...PRESET_STAGES.map(([name, stage]): [string, SplitStage[]] => [name, [stage]]), ...FAR])('%s', (_, stages) => {
  const split = createKernelSplitter(stages.map((stage) => compileStage(stage).tables))

  test('at every alignment and with every tail', () => {
    const document = "The 1234 cats'll http://a.b  \r\n\n日本語ABC, 56 été…"
    const characters = [...document]
    for (let before = 0; before < 20; before++) {
      for (let length = 1; length <= characters.length; length++) {
        const tail = characters.slice(0, length).join('')
        const [bytes, ends] = encode(['x'.repeat(before), tail].filter((text) => text !== ''))
        const alone = split(...encode([tail])).map(({ end, isDropped }) => ({ end: end + before, isDropped }))
        const cuts = split(bytes, ends).filter(({ end }) => end > before)
        if (JSON.stringify(cuts) !== JSON.stringify(alone)) expect(cuts).toEqual(alone)
      }
    }
  })
})
