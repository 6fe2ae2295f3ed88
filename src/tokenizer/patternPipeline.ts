import type { Pipeline, SplitStage } from '../types.ts'

/**
 * Whose rules hold for a bare pattern. `tiktoken`: fancy-regex; text that the pattern does not match is in no piece (as with Python's
 * findall). `huggingface`: Oniguruma, Split with behavior Isolated; text between the matches makes pieces, too.
 */
export type PatternStyle = 'tiktoken' | 'huggingface'
export const PATTERN_STYLES: readonly PatternStyle[] = ['tiktoken', 'huggingface']

/** HF tokenizers: pre_tokenizer Split (Regex, Isolated) or ByteLevel with its own regex; the engine is Oniguruma. */
export const huggingFace = (pattern: string): SplitStage => ({
  kind: 'split',
  pattern,
  dialect: 'oniguruma',
  behavior: 'isolated',
  invert: false,
  refusesEmptyMatches: false,
})

/** tiktoken: find_iter of fancy-regex; what the pattern does not match is in no piece. */
export const tiktoken = (pattern: string): SplitStage => ({
  kind: 'split',
  pattern,
  dialect: 'fancy-regex',
  behavior: 'removed',
  invert: true,
  refusesEmptyMatches: true,
})

/** The pipeline that is a bare pattern. */
export const patternPipeline = (pattern: string, style: PatternStyle): Pipeline => ({
  name: `pattern ${pattern}`,
  addedTokens: [],
  normalizers: [],
  specialTokens: [],
  ...(style === 'tiktoken' ? { stages: [tiktoken(pattern)] } : { stages: [huggingFace(pattern)], huggingFace: asConfig(pattern) }),
})

const asConfig = (pattern: string): NonNullable<Pipeline['huggingFace']> => ({
  normalizer: null,
  preTokenizer: { type: 'Split', pattern: { Regex: pattern }, behavior: 'Isolated', invert: false },
})
