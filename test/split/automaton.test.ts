import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileStage } from '../../src/pattern/compile.ts'
import { createKernelCounter } from '../../src/count/kernelCounter.ts'
import type { SplitStage } from '../../src/types.ts'
import { huggingFace } from '../../src/tokenizer/patternPipeline.ts'
import { catalogueStages, conformanceTexts } from '../support/conformance.ts'
import { CONSTRUCT_STAGES, DROP_GAPS, KEEP_GAPS, PRESET_STAGES, TREATED_STAGES } from '../support/stages.ts'
import { allStrings, kernelTier, referenceTier, representatives } from '../support/tiers.ts'
import { codePointTexts, TROUBLESOME, troublesomeText } from '../support/texts.ts'

const isSupported = ([, stage]: [string, SplitStage]): boolean => {
  try {
    compileStage(stage)
    return true
  } catch {
    return false
  }
}

describe.each(PRESET_STAGES)('%s: the kernel cuts as the reference tier does', (_, stage) => {
  const kernel = kernelTier([stage])
  const reference = referenceTier([stage])
  const alphabet = representatives(compileStage(stage))

  test('all strings of up to 3 class representatives', () => {
    for (let length = 1; length <= 3; length++)
      for (const texts of allStrings(alphabet, length)) expect(kernel(texts)).toEqual(reference(texts))
  })

  test('troublesome texts', () => {
    fc.assert(
      fc.property(fc.array(troublesomeText(), { maxLength: 20 }), (texts) => {
        expect(kernel(texts)).toEqual(reference(texts))
      }),
      { numRuns: 300 },
    )
  })

  test('each pair of troublesome characters', () => {
    for (const first of TROUBLESOME) {
      const texts = TROUBLESOME.map((second) => `${first}${second}x`)
      expect(kernel(texts)).toEqual(reference(texts))
    }
  })

  test('a sample of all code points', () => {
    for (const text of codePointTexts((c) => c < 0x3400 || c % 61 === 0)) expect(kernel([text])).toEqual(reference([text]))
  })
})

describe.each(CONSTRUCT_STAGES)('%s: the kernel cuts as the reference tier does', (_, stage) => {
  test('all strings of up to 6 characters', () => {
    const kernel = kernelTier([stage])
    const reference = referenceTier([stage])
    const alphabet = [
      ...new Set([...stage.pattern.replace(/\\./g, '').replace(/[^a-d<>@. -]/g, ''), ...'ab', ...representatives(compileStage(stage))]),
    ].slice(0, 6)
    for (let length = 1; length <= (alphabet.length > 4 ? 5 : 6); length++)
      for (const texts of allStrings(alphabet, length)) expect(kernel(texts)).toEqual(reference(texts))
  })
})

describe.each(catalogueStages().filter(isSupported))('%s', (_, stage) => {
  const kernel = kernelTier([stage])
  const reference = referenceTier([stage])

  test('the kernel cuts as the reference tier does', () => {
    const texts = conformanceTexts()
    expect(kernel(texts)).toEqual(reference(texts))
    fc.assert(
      fc.property(fc.array(troublesomeText(20), { maxLength: 20 }), (list) => {
        expect(kernel(list)).toEqual(reference(list))
      }),
      { numRuns: 5 },
    )
  })
})

// long texts are read at two places in turn (kernel/read.ts)
describe.each([...PRESET_STAGES, ...CONSTRUCT_STAGES, ...TREATED_STAGES])('%s', (_, one) => {
  test('the kernel cuts long texts as the reference tier does', () => {
    const kernel = kernelTier([one])
    const reference = referenceTier([one])
    const plain = fc.string({ unit: fc.constantFrom('a', 'b', 'c', ' ', '\n', '<', '>', '@', '.', '1'), minLength: 500, maxLength: 2500 })
    const mixed = fc.array(troublesomeText(), { minLength: 30, maxLength: 80 }).map((parts) => parts.join(''))
    fc.assert(
      fc.property(fc.array(fc.oneof(plain, mixed), { minLength: 1, maxLength: 3 }), (texts) => {
        expect(kernel(texts)).toEqual(reference(texts))
      }),
      { numRuns: 25 },
    )
  })
})

const stage = (pattern: string, gaps: Pick<SplitStage, 'behavior' | 'invert'> = KEEP_GAPS): SplitStage => ({
  kind: 'split',
  pattern,
  dialect: 'oniguruma',
  ...gaps,
  refusesEmptyMatches: false,
})

const SEVERAL: [name: string, stages: SplitStage[]][] = [
  ['digits, then Chinese and Japanese, then words', [stage('\\p{N}{1,3}'), stage('[一-龥぀-ゟ゠-ヿ]+'), PRESET_STAGES[0][1]]],
  ['lines, then words', [stage('[^\\n]+|[\\n]+'), PRESET_STAGES[0][1]]],
  ['words in no gaps, then letters', [stage('\\S+', DROP_GAPS), stage('\\p{L}', DROP_GAPS)]],
  ['gaps dropped twice', [stage('[^b]', DROP_GAPS), stage('a+b?|c', DROP_GAPS), stage('')]],
  ['no stage', []],
]

describe.each(SEVERAL)('several stages: %s', (_, stages) => {
  test('the kernel cuts as the reference tier does', () => {
    const kernel = kernelTier(stages)
    const reference = referenceTier(stages)
    const text = fc.oneof(troublesomeText(), fc.string({ unit: fc.constantFrom('a', 'b', 'c', ' ', '\n', '日', '1'), maxLength: 40 }))
    fc.assert(
      fc.property(fc.array(text, { maxLength: 10 }), (texts) => {
        expect(kernel(texts)).toEqual(reference(texts))
      }),
      { numRuns: 500 },
    )
  })
})

describe.each([...PRESET_STAGES.map(([name, one]): [string, SplitStage[]] => [name, [one]]), ...SEVERAL])('%s in feeds', (_, stages) => {
  const tables = stages.map((one) => compileStage(one).tables)
  const counted = (text: string, size: number): Map<string, number> => {
    const counter = createKernelCounter(tables)
    const codePoints = [...text]
    for (let i = 0; i < codePoints.length; i += size) {
      counter.text(Buffer.from(codePoints.slice(i, i + size).join('')))
      expect(counter.pieces).toBeGreaterThanOrEqual(0) // what is decided is counted now, before more text comes
    }
    counter.endDocument()
    const { arena, starts, counts, size: distinct } = counter.finish()
    return new Map(
      Array.from({ length: distinct }, (_unused, i): [string, number] => [
        Buffer.from(arena.subarray(starts[i], starts[i + 1])).toString(),
        counts[i],
      ]).sort(),
    )
  }

  test('gives the same counts for every feed size', () => {
    fc.assert(
      fc.property(troublesomeText(25), fc.integer({ min: 1, max: 9 }), (text, size) => {
        expect(counted(text, size)).toEqual(counted(text, Infinity))
      }),
      { numRuns: 40 },
    )
  })
})

test('groups of 510 digits from the right: the kernel cuts as the reference tier does', () => {
  const stage = huggingFace('\\p{Nd}{1,510}(?=(?>\\p{Nd}{510})*(?:\\P{Nd}|$))|\\G\\p{Nd}{510}')
  const [kernel, reference] = [kernelTier([stage]), referenceTier([stage])]
  for (const length of [1, 509, 510, 511, 1019, 1020, 1021, 1531]) {
    const digits = '12345٦789०'.repeat(154).slice(0, length)
    const texts = [digits, `a${digits}`, `${digits} `, `${digits}\n1`, `${digits}a${digits}`]
    expect(kernel(texts), String(length)).toEqual(reference(texts))
    // from the left, it would be 510 first
    expect(kernel([digits])[0]).toBe(Buffer.byteLength(digits.slice(0, length % 510 || 510)))
  }
})
