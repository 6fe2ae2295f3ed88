import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createAlphabet } from '../../src/pattern/alphabet.ts'
import { compileStage } from '../../src/pattern/compile.ts'
import { parsePattern } from '../../src/pattern/parse.ts'
import { createPipelineSplitter } from '../../src/split/splitText.ts'
import { huggingFace, tiktoken } from '../../src/tokenizer/patternPipeline.ts'
import { splitInFeeds } from '../support/feed.ts'
import { officialUnlessRefused, tiktokenUnlessRefused } from '../support/officialProcess.ts'
import { REAL_PATTERNS, REAL_TIKTOKEN_PATTERNS } from '../support/realPatterns.ts'
import { DROP_GAPS, withStages } from '../support/stages.ts'
import { troublesomeText } from '../support/texts.ts'
import { kernelTier, referenceTier, simdTier } from '../support/tiers.ts'
import type { SplitStage } from '../../src/types.ts'

const SNIPPETS = [
  "I'm  can't DON'T it'ſ 'Tis o’clock x'y",
  'parseHTTPResponse2JSON snake_case_name __init__ Δxyz iOS',
  '1234567 1,234,567.89 12345_ 1234abc 0xdeadBEEF 2024-02-29T12:30:59 ½ ٣٤٥٦ 12.5% 1e-9',
  '日本語のテキスト，中文ABCdef 한국어123 ภาษาไทย हिन्दी नमस्ते العربية',
  'if (a) { return "str\\"ing" + \'x\\n\' } // comment\n\t\t/* long ** comment */\n    else',
  '# Head\n- item\n\n\n> quote *** === --- <b class="x">&amp;</b> <|end_of_text|>',
  'see https://example.com/a?b=c&d, me@mail.example.org. \\alpha{x}^2 \\\\ {"k":[1,-2.5e3,null]}',
  '👩‍👩‍👧 🇩🇪🇫🇷 👍🏽 ☺️ \u00a0\u2003\u3000  \r\n \r\n\t \n',
]

const texts = (stage: SplitStage): fc.Arbitrary<string[]> => {
  const { root } = parsePattern(stage.pattern, stage.dialect)
  const own = fc.string({ unit: fc.constantFrom(...createAlphabet(root).examples.map((c) => String.fromCodePoint(c))), maxLength: 24 })
  const pasted = fc
    .array(fc.tuple(fc.constantFrom(...SNIPPETS), fc.nat(90), fc.nat(30)), { maxLength: 4 })
    .map((parts) => parts.map(([snippet, from, length]) => snippet.slice(from, from + length).toWellFormed()).join(''))
  return fc.array(fc.oneof(own, pasted, troublesomeText(20)), { minLength: 30, maxLength: 30 })
}

const check = (stage: SplitStage, runs: number, isCompiled = true): void => {
  const pipeline = withStages('', [stage])
  const { split } = createPipelineSplitter(pipeline)
  const [kernel, simd, reference] = isCompiled ? [kernelTier([stage]), simdTier(stage), referenceTier([stage])] : []
  fc.assert(
    fc.property(texts(stage), fc.integer({ min: 1, max: 5 }), (random, feed) => {
      const all = [...random, ...SNIPPETS]
      const pieces = all.map(split)
      if (stage.dialect === 'oniguruma') expect(pieces).toEqual(officialUnlessRefused(pipeline, all))
      else if (!stage.pattern.includes('\\Z')) expect(pieces).toEqual(tiktokenUnlessRefused(stage.pattern, all)) // the version for Node does not know \Z
      all.forEach((text, i) => expect(splitInFeeds(pipeline, text, feed)).toEqual(pieces[i]))
      const cuts = reference?.(all)
      if (kernel !== undefined) expect(kernel(all)).toEqual(cuts)
      if (simd !== undefined) expect(simd(all)).toEqual(cuts)
    }),
    { numRuns: runs, endOnFailure: true },
  )
}

const RUNS = Number(process.env.PRETOK_RUNS ?? 8)

/** Too many states: wherever a piece ends, a long identifier may begin. */
const NOT_COMPILED = ['identifiers']

describe.each(Object.entries(REAL_PATTERNS))('%s', (name, pattern) => {
  test('all tiers cut as the official engine does', () => {
    const isCompiled = !NOT_COMPILED.includes(name)
    if (!isCompiled) expect(() => compileStage(huggingFace(pattern))).toThrow('states')
    check(huggingFace(pattern), RUNS, isCompiled)
    check({ ...huggingFace(pattern), ...DROP_GAPS }, Math.ceil(RUNS / 4), isCompiled)
    check({ ...huggingFace(pattern), behavior: 'merged-with-next' }, Math.ceil(RUNS / 4), isCompiled)
  })
})

describe.each(Object.entries(REAL_TIKTOKEN_PATTERNS))('%s, by the rules of tiktoken', (_, pattern) => {
  test('all tiers cut as tiktoken does', () => {
    check({ ...tiktoken(pattern), refusesEmptyMatches: false }, RUNS)
  })
})
