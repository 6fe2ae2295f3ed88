import { PretokError } from '../errors.ts'
import type { Pipeline } from '../types.ts'
import { huggingFace, PRESETS, tiktoken, type Preset } from './presets.ts'
import { closest } from './closest.ts'

/** What a user may give for a tokenizer: the name of a preset, or a pattern. */
export type TokenizerChoice = string | { pattern: string; style?: PatternStyle } | Pipeline

/**
 * Whose rules hold for a bare pattern. `tiktoken`: fancy-regex; text that the pattern does not match is in no piece (as with Python's
 * findall). `huggingface`: Oniguruma, Split with behavior Isolated; text between the matches makes pieces, too.
 */
export type PatternStyle = 'tiktoken' | 'huggingface'

export const DEFAULT_TOKENIZER = 'gpt2'

const key = (name: string): string => name.toLowerCase()

const BY_NAME: ReadonlyMap<string, Preset> = new Map(
  PRESETS.flatMap((preset) => [preset.pipeline.name, ...preset.aliases].map((name) => [key(name), preset] as const)),
)

/** The pipeline of a tokenizer. Throws 'tokenizer' for an unknown name, with the nearest ones. */
export const resolveTokenizer = (choice: TokenizerChoice = DEFAULT_TOKENIZER): Pipeline => {
  if (typeof choice !== 'string') checkChoice(choice)
  if (typeof choice === 'object')
    return 'stages' in choice ? checkAddedTokens(choice) : patternPipeline(choice.pattern, choice.style ?? 'tiktoken')
  const found = BY_NAME.get(key(choice))
  if (found !== undefined) return found.pipeline
  if (/[/\\]|\.json$/.test(choice))
    throw new PretokError(
      'tokenizer',
      `tokenizer ${JSON.stringify(choice)}: tokenizer.json files and hub ids are not supported yet; give its regex with --pattern, or name a preset: ${names()}`,
    )
  const near = closest(key(choice), [...BY_NAME.keys()])
  throw new PretokError(
    'tokenizer',
    `tokenizer ${JSON.stringify(choice)}: no preset of that name${near === undefined ? '' : ` (did you mean ${near}?)`}; there are ${names()}`,
  )
}

const checkChoice = (choice: unknown): void => {
  const { pattern, style, stages } = (typeof choice === 'object' ? (choice ?? {}) : {}) as Record<string, unknown>
  const isPattern = typeof pattern === 'string' && (style === undefined || style === 'tiktoken' || style === 'huggingface')
  if (!isPattern && !Array.isArray(stages))
    throw new PretokError(
      'usage',
      "tokenizer: the name of a preset is needed, or { pattern: string, style?: 'tiktoken' | 'huggingface' }, or a pipeline",
    )
}

const checkAddedTokens = (pipeline: Pipeline): Pipeline => {
  const unlike = pipeline.addedTokens.find(({ special, lstrip, rstrip, singleWord }) => !special || lstrip || rstrip || singleWord)
  if (unlike !== undefined)
    throw new PretokError(
      'tokenizer',
      `tokenizer ${JSON.stringify(pipeline.name)}: the added token ${JSON.stringify(unlike.content)} is not plainly special; that is not supported yet`,
    )
  return pipeline
}

const names = (): string => PRESETS.map(({ pipeline }) => pipeline.name).join(', ')

const patternPipeline = (pattern: string, style: PatternStyle): Pipeline => ({
  name: `pattern ${pattern}`,
  addedTokens: [],
  normalizers: [],
  stages: [style === 'tiktoken' ? tiktoken(pattern) : huggingFace(pattern)],
  specialTokens: [],
})
