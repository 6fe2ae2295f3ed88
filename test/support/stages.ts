import { huggingFace } from '../../src/tokenizer/patternPipeline.ts'
import { phasesOf, type PlacedSplit } from '../../src/split/phases.ts'
import type { Pipeline, SplitStage, Stage } from '../../src/types.ts'
import { MAIN_PIPELINES } from './presets.ts'

/** A stage that is known to be a split. */
export const asSplit = (stage: Stage): SplitStage => {
  if (stage.kind !== 'split') throw new Error(`a stage of kind ${stage.kind}`)
  return stage
}

/** The stages of the main presets, by the preset's name. */
export const PRESET_STAGES: [name: string, stage: SplitStage][] = MAIN_PIPELINES.flatMap(({ name, stages }) =>
  stages.map(asSplit).map((stage, i): [string, SplitStage] => [i === 0 ? name : `${name} ${i}`, stage]),
)

/** Small patterns, one or two for each construct and for each kind of indecision. */
const ONIGURUMA = [
  'a',
  'ab',
  'a|ab',
  'ab|a',
  'abc|a',
  'a*b',
  'a+b|a',
  'a{2,3}',
  '(?:ab){2,3}',
  'a{2}',
  'a{0,2}b',
  'a+?b',
  'a??b|a',
  '(?:a|b)+c',
  '(?:a|ab)(?:c|bcd)',
  'a{2}+b',
  '[^a]+',
  '[^a]*',
  '',
  '^',
  '$',
  '^a',
  'a$',
  '(?<!\\n)^',
  '\\ba',
  'a\\b',
  '\\B',
  '\\b',
  '\\s+$',
  '\\s+(?!\\S)|\\s+',
  '(?<=a)b',
  '(?<!a)b+',
  '(?=a)',
  'a(?=[ \\w])',
  'a(?!b)|ab',
  '(?=b|$)',
  'a(?=b+c*)',
  'a++b',
  '(?>a+)b',
  '(?>abc)d',
  'a?+ab',
  "(?i:'s|'re)|\\p{L}+",
  '<[^>]+>',
  '[\\w-]+@[\\w-]+',
  'http[^\\s]+',
  'a[^b]*b|c',
  '\\d+\\.\\d+|\\d+',
  '\\p{Lu}*\\p{Ll}+|\\p{Lu}+',
  '([ab])\\1*',
  'a{3}a*b|a',
  '(?:a|b)*c|ab|b',
  '\\Aa{2}|\\Ga{3}|b',
  '\\Ga|bc',
  '\\Gab|\\G(?=b)|c',
  'a|ab|b|c|ad|cd',
  '(?=ab)[^c]+',
  'a+(?!ab)|b',
  '(?:\\r?\\n)+(?!\\r?\\n)',
  '(?!a?b)a?[bc]+',
  'a{1,3}(?=(?:a{3})*\\b)',
  '(?=(a{3})+(?!a))',
  '\\Aa{1,2}(?=a{3}+\\z)',
  'a{1,3}(?=(?:a{3})*(?!a))',
  'a{1,2}(?=(?>a{2})*(?:[^a]|$))|\\Ga{2}',
  'b?a{1,2}(?=(a{2})+b)|a',
  'a{1,2}(?=(?:a{2})*[ab])',
  '(a{1,2}(?=(?:a{2})*b))b|a',
  'a{1,2}(?=(?:a{2})*b)|ab|[ab]c',
  'a(?=.*c)|b',
  '(?=[ab]*c$)b|a(?!b.)',
  '(?:(?=ba)b|(?!ab)a)+c?',
]
const FANCY = ['a{1,3}+a', 'a{2}+', 'a*+b|a', '^a|b', 'a$|a', '\\s++$|\\s', '[^\\s]++ ?+', '\\w+|\\s']

/** What becomes of gaps: each is a piece (HF's default), or they are in no piece (tiktoken). */
export const KEEP_GAPS = { behavior: 'isolated', invert: false } as const
export const DROP_GAPS = { behavior: 'removed', invert: true } as const

/** Each of them with both treatments of gaps. */
export const CONSTRUCT_STAGES: [name: string, stage: SplitStage][] = [KEEP_GAPS, DROP_GAPS].flatMap((gaps) => [
  ...ONIGURUMA.map((pattern): [string, SplitStage] => [
    `${JSON.stringify(pattern)} ${gaps.behavior}`,
    { kind: 'split', pattern, dialect: 'oniguruma', ...gaps, refusesEmptyMatches: false },
  ]),
  ...FANCY.map((pattern): [string, SplitStage] => [
    `${JSON.stringify(pattern)} ${gaps.behavior}, fancy-regex`,
    { kind: 'split', pattern, dialect: 'fancy-regex', ...gaps, refusesEmptyMatches: false },
  ]),
])

const BEHAVIORS = ['removed', 'merged-with-previous', 'merged-with-next', 'contiguous'] as const
/** Small patterns with every other behavior, inverted or not. */
export const TREATED_STAGES: [name: string, stage: SplitStage][] = BEHAVIORS.flatMap((behavior) =>
  [true, false].flatMap((invert) =>
    ['\\s', '[a-c]', '\\s+|[b1]', 'ab|<[^>]*>|', "\\p{L}+| '|\\b"].map((pattern): [string, SplitStage] => [
      `${pattern} ${behavior}${invert ? ', inverted' : ''}`,
      { ...huggingFace(pattern), behavior, invert },
    ]),
  ),
)

/** A pipeline of stages and nothing else. */
export const withStages = (name: string, stages: readonly Stage[]): Pipeline => ({
  name,
  addedTokens: [],
  normalizers: [],
  stages,
  specialTokens: [],
})

/** The cuts of a pipeline that rewrites nothing. */
export const cutsOf = (...stages: readonly Stage[]): readonly PlacedSplit[] => {
  const [{ rewrites, splits }, ...later] = phasesOf(stages)
  if (rewrites.length + later.length > 0) throw new Error('stages that rewrite text')
  return splits
}
