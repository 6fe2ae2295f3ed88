import { checkChoice, checkOptionNames, type OptionNames } from './checks.ts'
import { chooseEngine } from './count/chooseEngine.ts'
import { readyEngine } from './count/readyEngine.ts'
import { TIER_CHOICES, type Tier } from './count/engine.ts'
import { createKernelCutter } from './split/kernelCutter.ts'
import { phasesOf } from './split/phases.ts'
import { createReferenceCutter } from './split/referenceCutter.ts'
import { createSplitting, createTextSplitter, cutCharacters, type StartSplitting, type TextSplitter } from './split/splitText.ts'
import { resolveTokenizer, type TokenizerChoice } from './tokenizer/resolve.ts'
import type { Pipeline, TierChoice } from './types.ts'

export interface SplitterOptions {
  /** Which tier splits; all give the same pieces. Default: 'auto', the fastest that can do the pattern. */
  engine?: TierChoice | undefined
}

const OPTION_NAMES: OptionNames<SplitterOptions> = { engine: true }

/**
 * Cuts texts as a tokenizer's own pre-tokenizer does: `createSplitter('gpt2').split("it's")` is `['it', "'s"]`. A hub id has to be fetched
 * first: `createSplitter(await loadTokenizer('Qwen/Qwen2.5-7B'))`. Make one splitter for many texts: making it takes longer than splitting a line.
 *
 * @param specialTokens cut the text and are in no piece; without them, special tokens in the text are cut like all text. A tokenizer's own
 * are in `(await loadTokenizer(name)).specialTokens`.
 * @throws PretokError 'tokenizer' for an unknown name, or a file that cannot be read or honoured exactly; 'pattern' for a regex outside the
 * supported subset, or one that the tier that was asked for cannot do; 'usage'
 */
export const createSplitter = (
  tokenizer?: TokenizerChoice,
  specialTokens: readonly string[] = [],
  options: SplitterOptions = {},
): TextSplitter => {
  checkOptionNames(options, OPTION_NAMES)
  checkChoice('engine', options.engine, TIER_CHOICES)
  const pipeline = resolveTokenizer(tokenizer)
  return createTextSplitter(startSplittingOf(pipeline, specialTokens, options.engine), cutCharacters(phasesOf(pipeline.stages)))
}

/** The same for text that comes in parts. Throws what `createSplitter` throws. */
export const startSplittingOf = (pipeline: Pipeline, specialTokens: readonly string[], engine: TierChoice = 'auto'): StartSplitting =>
  createSplitting(pipeline, specialTokens, cutterOf(tierOf(pipeline, engine)))

const tierOf = ({ stages }: Pipeline, choice: TierChoice): Tier =>
  (choice === 'auto' ? readyEngine(stages) : undefined) ?? chooseEngine(stages, choice)

const cutterOf = (tier: Tier) =>
  tier.name === 'reference' ? createReferenceCutter(phasesOf(tier.stages)) : createKernelCutter(tier.phases, tier.tables, tier.later)
