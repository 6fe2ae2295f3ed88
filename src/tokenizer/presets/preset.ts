import type { AddedToken } from '../../types.ts'

/*
 * What a preset is: a name for the part of a tokenizer that comes before its merges. Those of HF tokenizers are written as tokenizer.json
 * has them, and read by the same code.
 */

/** A component as in tokenizer.json. */
export type Config = Readonly<{ type: string } & Record<string, unknown>>

export type Definition =
  /** `normalizer` and `pre_tokenizer` of tokenizer.json. */
  | { normalizer: Config | null; preTokenizer: Config | null }
  /** The pattern string of a tiktoken encoding. */
  | { tiktoken: string }
  /** Part of it is in the model's own files only; says what. */
  | { needsFile: string }

export interface Tokens {
  /** Undefined: not known here, or not the same for all models that use the preset. */
  specialTokens?: readonly string[]
  /** Those of the special tokens that take the white space in front of them along. */
  leftStripping?: readonly string[]
  /** Added tokens that are not special. */
  addedTokens?: readonly AddedToken[]
}

/** Another name that people type. An object's tokens stand in place of the preset's: a model that cuts alike, with tokens of its own. */
export type Alias = string | ({ name: string } & Tokens)

/** Aliases whose special tokens are not those of the preset, and not known here. */
export const withOwnTokens = (...names: string[]): Alias[] => names.map((name) => ({ name }))

export interface Preset extends Tokens {
  name: string
  aliases: readonly Alias[]
  /** Models that use it. */
  models: string
  source: string
  notes?: string
  definition: Definition
  /** What a text may hold that the tokenizer treats otherwise than the preset; a run warns of it. */
  lacks?: string
}

export interface Family {
  title: string
  presets: readonly Preset[]
}

/** Words with spaces between them. */
export const names = (list: string): string[] => list.split(' ')

// components of tokenizer.json

export const split = (pattern: string, behavior = 'Isolated', invert = false): Config => ({
  type: 'Split',
  pattern: { Regex: pattern },
  behavior,
  invert,
})

export const splitText = (text: string, behavior: string): Config => ({ type: 'Split', pattern: { String: text }, behavior, invert: false })

const byteLevel = (add_prefix_space: boolean, use_regex: boolean): Config => ({
  type: 'ByteLevel',
  add_prefix_space,
  trim_offsets: true,
  use_regex,
})

/** Bytes only: the cuts are made before. */
export const BYTES = byteLevel(false, false)
/** With GPT-2's regex. */
export const GPT2_BYTES = byteLevel(false, true)
export const GPT2_BYTES_WITH_PREFIX = byteLevel(true, true)

export const EACH_DIGIT: Config = { type: 'Digits', individual_digits: true }
export const DIGIT_RUNS: Config = { type: 'Digits', individual_digits: false }
export const PUNCTUATION_RUNS: Config = { type: 'Punctuation', behavior: 'Contiguous' }

export const metaspace = (prepend_scheme: 'first' | 'always', split: boolean): Config => ({
  type: 'Metaspace',
  replacement: '▁',
  prepend_scheme,
  split,
})

export const inTurn = (...pretokenizers: Config[]): Config => ({ type: 'Sequence', pretokenizers })

export const NFC: Config = { type: 'NFC' }
export const replaceText = (text: string, content: string): Config => ({ type: 'Replace', pattern: { String: text }, content })
export const replaceRegex = (regex: string, content: string): Config => ({ type: 'Replace', pattern: { Regex: regex }, content })
export const normalizeInTurn = (...normalizers: Config[]): Config => ({ type: 'Sequence', normalizers })

// definitions

export const huggingFace = (preTokenizer: Config | null, normalizer: Config | null = null): Definition => ({ normalizer, preTokenizer })

/** Split by one regex, then bytes: most of the models. */
export const byRegex = (pattern: string, normalizer: Config | null = null): Definition =>
  huggingFace(inTurn(split(pattern), BYTES), normalizer)

/** Added tokens that are pieces, and are counted. */
export const plain = (contents: readonly string[], normalized: boolean): AddedToken[] =>
  contents.map((content) => ({ content, special: false, normalized, lstrip: false, rstrip: false, singleWord: false }))
