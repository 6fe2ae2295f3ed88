import { checkOptionNames, type OptionNames } from '../checks.ts'
import { PretokError } from '../errors.ts'
import type { Pipeline } from '../types.ts'
import { closest } from '../closest.ts'
import { checkPipeline } from './checkPipeline.ts'
import { isHubId, readHubTokenizer } from './hub.ts'
import { PATTERN_STYLES, patternPipeline, type PatternStyle } from './patternPipeline.ts'
import { PRESET_NAMES, presetPipeline } from './presets.ts'
import { isTokenizerPath, readTokenizerPath } from './tokenizerFile.ts'

/** What a user may give for a tokenizer: a name, file, folder or hub id; or a pattern; or a pipeline. */
export type TokenizerChoice = string | { pattern: string; style?: PatternStyle | undefined } | Pipeline

const DEFAULT_TOKENIZER = 'gpt2'

/**
 * The pipeline of a tokenizer:
 *
 * - the name of a preset, as `pretok tokenizers` lists them
 * - a path to a tokenizer.json or to a folder with one
 * - the id of a model on the Hugging Face hub, such as `Qwen/Qwen2.5-7B` (needs the package @xenova/transformers)
 * - `{ pattern, style }`, or a pipeline as plain data
 *
 * @throws PretokError 'tokenizer' for what is unknown, malformed, or cannot be honoured exactly; 'usage'
 */
export const loadTokenizer = async (choice: TokenizerChoice = DEFAULT_TOKENIZER): Promise<Pipeline> =>
  typeof choice === 'string' && isHub(choice) ? readHubTokenizer(choice) : resolveTokenizer(choice)

/** The same at once, so without hub ids: they throw 'tokenizer'. */
export const resolveTokenizer = (choice: TokenizerChoice = DEFAULT_TOKENIZER): Pipeline => {
  if (typeof choice !== 'string') {
    checkChoice(choice)
    return 'stages' in choice ? choice : patternPipeline(choice.pattern, choice.style ?? 'tiktoken')
  }
  const preset = presetPipeline(choice)
  if (preset !== undefined) return preset
  if (isTokenizerPath(choice)) return readTokenizerPath(choice)
  if (isHubId(choice))
    throw new PretokError(
      'tokenizer',
      `tokenizer ${JSON.stringify(choice)}: a hub id has to be fetched first: createSplitter(await loadTokenizer(${JSON.stringify(choice)}))`,
    )
  throw unknown(choice)
}

/** A name that is neither a preset nor here, and could be on the hub. */
const isHub = (name: string): boolean => !PRESET_NAMES.includes(name.toLowerCase()) && !isTokenizerPath(name) && isHubId(name)

const unknown = (choice: string): PretokError => {
  const near = closest(choice.toLowerCase(), PRESET_NAMES)
  return new PretokError(
    'tokenizer',
    `tokenizer ${JSON.stringify(choice)}: there is no preset and no file of that name${near === undefined ? '' : ` (did you mean ${near}?)`}. ` +
      'pretok tokenizers lists the presets; a tokenizer.json, a folder with one, or a hub id such as Qwen/Qwen2.5-7B will do as well',
  )
}

const PATTERN_NAMES: OptionNames<{ pattern: string; style?: PatternStyle }> = { pattern: true, style: true }

const checkChoice = (choice: unknown): void => {
  const isObject = typeof choice === 'object' && choice !== null
  const { pattern, style, stages } = (isObject ? choice : {}) as Record<string, unknown>
  const isPattern = typeof pattern === 'string' && (style === undefined || PATTERN_STYLES.includes(style as PatternStyle))
  if (!isPattern && !Array.isArray(stages))
    throw new PretokError(
      'usage',
      "tokenizer: the name of a preset, a path, or a hub id is needed, or { pattern: string, style?: 'tiktoken' | 'huggingface' }, or a pipeline",
    )
  if (isObject && 'stages' in choice) checkPipeline(choice)
  else checkOptionNames(choice, PATTERN_NAMES)
}
