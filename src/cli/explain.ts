import { chooseEngine } from '../count/chooseEngine.ts'
import { PretokError } from '../errors.ts'
import { compileStage, type CompiledStage } from '../pattern/compile.ts'
import { describeStage, toDot } from '../pattern/describe.ts'
import type { Unit } from '../pattern/unit.ts'
import type { Normalizer, Pipeline, SplitStage, Stage } from '../types.ts'

const MAX_TOKENS = 8

/** What a pipeline does, as pages that a person can read: an overview, then a page for each stage. */
export const explainPipeline = (pipeline: Pipeline): string => {
  const { name, addedTokens, normalizers, stages, specialTokens, lacks } = pipeline
  const plain = addedTokens.filter(({ special }) => !special).map(({ content }) => content)
  const lines = [
    ['tokenizer', name],
    ...(lacks === undefined ? [] : [['lacks', lacks]]),
    ['special', listTokens(specialTokens)],
    ...(plain.length === 0 ? [] : [['added', `${listTokens(plain)} (pieces of their own)`]]),
    ...normalizers.map((normalizer) => ['normalizer', nameNormalizer(normalizer)]),
    ...stages.map((stage, i) => [`stage ${i + 1}`, nameStage(stage)]),
    ...(stages.length === 0 ? [['stages', 'none: what is between two added tokens is one piece']] : []),
    ['tier', nameTier(tierOf(stages))],
  ]
  const overview = lines.map(([label, text]) => `${label.padEnd(12)}${text}`).join('\n')
  return [
    overview,
    ...stages.flatMap((stage, i) =>
      stage.kind === 'split' ? [`stage ${i + 1}\n\n${compiledAs(describeStage, stage, unitAt(stages, i))}`] : [],
    ),
  ].join('\n\n')
}

/** The same as plain data: the pipeline, the tier that runs it, and of each stage that cuts what it is compiled to, or why it is not. */
export const explainAsData = (pipeline: Pipeline): object => {
  const { name, lacks, specialTokens, addedTokens, normalizers, stages } = pipeline
  const withSizes = (stage: Stage, i: number): object =>
    stage.kind === 'split' ? { ...stage, compiled: sizesOf(stage, unitAt(stages, i)) } : stage
  return {
    name,
    ...(lacks === undefined ? {} : { lacks }),
    specialTokens,
    addedTokens,
    normalizers,
    stages: stages.map(withSizes),
    tier: tierOf(stages),
  }
}

/** What `--engine auto` takes; `cuts` stages cut the text in so many `passes`. */
type ChosenTier = { name: 'simd' | 'automaton'; cuts: number; passes: number } | { name: 'reference'; reason: string } | { refused: string }

const tierOf = (stages: readonly Stage[]): ChosenTier => {
  try {
    const tier = chooseEngine(stages)
    return tier.name === 'reference'
      ? { name: tier.name, reason: tier.reason }
      : { name: tier.name, cuts: tier.phases[0].splits.length, passes: tier.tables.length }
  } catch (error) {
    if (!(error instanceof PretokError)) throw error
    return { refused: error.message }
  }
}

const nameTier = (tier: ChosenTier): string => {
  if ('refused' in tier) return `none: ${tier.refused}`
  if (tier.name === 'reference') return `reference: ${tier.reason}`
  return tier.cuts < 2
    ? tier.name
    : `${tier.name}; ${tier.cuts} stages cut the text in ${tier.passes === 1 ? 'one pass' : `${tier.passes} passes`}`
}

const sizesOf = (stage: SplitStage, unit: Unit): object => {
  try {
    const { partition, machine, backward, tables } = compileStage(stage, unit)
    const states = machine.next.length
    return {
      unit,
      classes: partition.count,
      states,
      actions: machine.actions.length,
      looksAhead: backward !== undefined,
      bytes: tables.length,
    }
  } catch (error) {
    if (!(error instanceof PretokError)) throw error
    return { unit, refused: error.message }
  }
}

/** The automata of a pipeline as graphs for Graphviz, one for each stage that cuts; a comment for one that is not compiled. */
export const graphsOf = ({ stages }: Pipeline): string =>
  stages
    .flatMap((stage, i) =>
      stage.kind === 'split' ? [`// stage ${i + 1}\n${compiledAs(toDot, stage, unitAt(stages, i)).replace(/^not compiled/, '// $&')}`] : [],
    )
    .join('\n')

const unitAt = (stages: readonly Stage[], i: number): Unit =>
  stages.slice(0, i).some(({ kind }) => kind === 'byte-map') ? 'bytes' : 'code points'

const compiledAs = (describe: (compiled: CompiledStage) => string, stage: SplitStage, unit: Unit): string => {
  try {
    return describe(compileStage(stage, unit)).trimEnd()
  } catch (error) {
    if (!(error instanceof PretokError)) throw error
    return `not compiled: ${error.message}`
  }
}

const listTokens = (tokens: readonly string[]): string => {
  const shown = tokens.slice(0, MAX_TOKENS).map((token) => (/\s/.test(token) ? JSON.stringify(token) : token))
  if (tokens.length === 0) return 'none'
  return `${shown.join(' ')}${tokens.length > MAX_TOKENS ? ` and ${tokens.length - MAX_TOKENS} more` : ''}`
}

const nameNormalizer = (normalizer: Normalizer): string => {
  if (normalizer.kind === 'precompiled') return `precompiled, a charsmap of ${Buffer.byteLength(normalizer.charsmap, 'base64')} bytes`
  const { kind, ...options } = normalizer
  return Object.keys(options).length === 0 ? kind : `${kind} ${JSON.stringify(options)}`
}

const nameStage = (stage: Stage): string => {
  switch (stage.kind) {
    case 'split':
      return `split, ${stage.behavior}${stage.invert ? ', inverted' : ''}, by ${stage.dialect} ${JSON.stringify(stage.pattern)}`
    case 'byte-map':
      return 'each byte is one character of the byte alphabet for what follows'
    case 'replace':
      return `${JSON.stringify(stage.from)} is replaced by ${JSON.stringify(stage.to)}`
    case 'prepend':
      return `${JSON.stringify(stage.text)} is put before ${stage.where === 'every' ? 'every piece' : 'the first piece'} that does not begin with it`
  }
}
