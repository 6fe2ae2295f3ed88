import { PretokError } from '../errors.ts'
import type { AddedToken, Pipeline } from '../types.ts'
import { tiktoken } from './patternPipeline.ts'
import { CL100K_FAMILY } from './presets/cl100k.ts'
import { DEEPSEEK_FAMILY } from './presets/deepSeek.ts'
import { GPT2_FAMILY } from './presets/gpt2.ts'
import { O200K_FAMILY } from './presets/o200k.ts'
import { BERT_FAMILY, BLOOM_FAMILY, SENTENCEPIECE_FAMILY } from './presets/others.ts'
import { QWEN_FAMILY } from './presets/qwen.ts'
import type { Alias, Definition, Family, Preset, Tokens } from './presets/preset.ts'
import { readNormalizer } from './readNormalizer.ts'
import { readPreTokenizer } from './readPreTokenizer.ts'

/*
 * The presets: what the named tokenizers do before their merges, as their reference engines have it.
 */

export const FAMILIES: readonly Family[] = [
  GPT2_FAMILY,
  CL100K_FAMILY,
  QWEN_FAMILY,
  O200K_FAMILY,
  DEEPSEEK_FAMILY,
  BLOOM_FAMILY,
  SENTENCEPIECE_FAMILY,
  BERT_FAMILY,
]

export const PRESETS: readonly Preset[] = FAMILIES.flatMap(({ presets }) => presets)

interface Named {
  preset: Preset
  tokens: Tokens
}

const key = (name: string): string => name.toLowerCase()

const BY_NAME: ReadonlyMap<string, Named> = new Map(
  PRESETS.flatMap((preset) => [
    [key(preset.name), { preset, tokens: preset }] as const,
    ...preset.aliases.map((alias) => [key(aliasName(alias)), { preset, tokens: typeof alias === 'string' ? preset : alias }] as const),
  ]),
)

function aliasName(alias: Alias): string {
  return typeof alias === 'string' ? alias : alias.name
}

export const PRESET_NAMES: readonly string[] = [...BY_NAME.keys()]

/** The names that mean a preset, besides its own. */
export const aliasNames = ({ aliases }: Preset): string[] => aliases.map(aliasName)

/** Whether the preset can be had by name alone; some need a file of the model. */
export const isComplete = ({ definition }: Preset): boolean => !('needsFile' in definition)

/**
 * The pipeline of a preset, by its name or another one; undefined if there is none.
 *
 * @throws PretokError 'tokenizer' if part of it is in the model's files only
 */
export const presetPipeline = (name: string): Pipeline | undefined => {
  const found = BY_NAME.get(key(name))
  if (found === undefined) return undefined
  const { preset, tokens } = found
  const specialTokens = tokens.specialTokens ?? []
  const pipeline: Pipeline = {
    name: preset.name === key(name) ? preset.name : `${key(name)} (${preset.name})`,
    addedTokens: [
      ...specialTokens.map((content) => special(content, tokens.leftStripping?.includes(content) ?? false)),
      ...(tokens.addedTokens ?? []),
    ],
    ...build(name, preset.definition),
    specialTokens,
  }
  const lacks = [
    ...(tokens.specialTokens === undefined ? ['its special tokens, which are not known here (-s names them)'] : []),
    ...(preset.lacks === undefined ? [] : [preset.lacks]),
  ]
  return lacks.length === 0 ? pipeline : { ...pipeline, lacks: lacks.join('; ') }
}

const build = (name: string, definition: Definition): Pick<Pipeline, 'normalizers' | 'stages' | 'huggingFace'> => {
  if ('needsFile' in definition)
    throw new PretokError(
      'tokenizer',
      `tokenizer ${JSON.stringify(name)}: ${definition.needsFile}; give the model's tokenizer.json instead: -t path/to/tokenizer.json`,
    )
  if ('tiktoken' in definition) return { normalizers: [], stages: [tiktoken(definition.tiktoken)] }
  const { normalizer, preTokenizer } = definition
  return {
    normalizers: readNormalizer({ value: normalizer, path: 'normalizer', file: name }),
    stages: readPreTokenizer({ value: preTokenizer, path: 'pre_tokenizer', file: name }),
    huggingFace: { normalizer, preTokenizer },
  }
}

const special = (content: string, lstrip: boolean): AddedToken => ({
  content,
  special: true,
  normalized: false,
  lstrip,
  rstrip: false,
  singleWord: false,
})
