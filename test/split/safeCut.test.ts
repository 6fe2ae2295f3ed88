import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileStage } from '../../src/pattern/compile.ts'
import { createSafeCutFinder } from '../../src/split/safeCut.ts'
import { huggingFace } from '../../src/tokenizer/patternPipeline.ts'
import { CONSTRUCT_STAGES, PRESET_STAGES, TREATED_STAGES } from '../support/stages.ts'
import { kernelTier } from '../support/tiers.ts'
import { troublesomeText } from '../support/texts.ts'

const SHORT = fc.string({ unit: fc.constantFrom('a', 'b', 'c', ' ', '\n', "'", 's', '1', '日', '<', '>', '@', '.'), maxLength: 14 })

describe.each([...PRESET_STAGES, ...CONSTRUCT_STAGES, ...TREATED_STAGES])('%s', (_, stage) => {
  const cutDocuments = kernelTier([stage])
  const findSafeCut = createSafeCutFinder(compileStage(stage).tables)

  test('a safe cut changes nothing, whatever comes before and after', () => {
    const texts = fc.oneof(SHORT, troublesomeText(12))
    fc.assert(
      fc.property(texts, texts, texts, (before, window, after) => {
        const cut = findSafeCut(Buffer.from(window))
        if (cut === -1) return
        const left = before + Buffer.from(window).subarray(0, cut).toString()
        const right = Buffer.from(window).subarray(cut).toString() + after
        expect(cutDocuments([left, right])).toEqual(cutDocuments([left + right]))
      }),
      { numRuns: 150 },
    )
  })
})

const finder = (pattern: string) => {
  const find = createSafeCutFinder(compileStage(huggingFace(pattern)).tables)
  return (text: string) => find(Buffer.from(text))
}

describe('where', () => {
  const gpt2 = createSafeCutFinder(compileStage(PRESET_STAGES[0][1]).tables)

  test('GPT-2: between a letter and a space before a letter', () => {
    expect(gpt2(Buffer.from('the cat'))).toBe(3)
  })

  test('GPT-2: not in white space, not in a run of letters, not at the start of the window', () => {
    expect(gpt2(Buffer.from('   \n   \n '))).toBe(-1)
    expect(gpt2(Buffer.from('abcdefgh'))).toBe(-1)
    expect(gpt2(Buffer.from(' a'))).toBe(-1)
  })

  test('a window that begins inside a code point, or holds invalid UTF-8', () => {
    const text = Buffer.from('日the cat')
    expect(gpt2(text.subarray(1))).toBe(5)
    expect(gpt2(Buffer.from([0x61, 0xff, 0x20, 0x61]))).toBe(-1)
    expect(gpt2(Buffer.from([0x61, 0xed, 0xa0, 0x80, 0x61, 0x20, 0x61]))).toBe(5)
  })

  test('lines: behind a newline', () => {
    expect(finder('[^\\n]+|\\n+')('ab cd\nef')).toBe(5)
  })

  test('a pattern whose pieces may go on over anything: nowhere', () => {
    expect(finder('<[^>]*>|a')('aaa aaa aaa')).toBe(-1)
    expect(finder('<[^>]*>|a')('aaa > aaa')).toBe(6)
  })
})
