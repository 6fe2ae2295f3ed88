import type { SplitStage, Stage } from '../types.ts'
import { SCRIPTS } from '../unicode/preTokenizerClasses.ts'

/*
 * The pre-tokenizers of HF tokenizers (tokenizers/src/pre_tokenizers), each as the stages that do the same.
 */

type Behavior = SplitStage['behavior']

const cut = (pattern: string, behavior: Behavior, invert = false): SplitStage => ({
  kind: 'split',
  pattern,
  dialect: 'oniguruma',
  behavior,
  invert,
  refusesEmptyMatches: false,
})

/** A regex that matches the text and nothing else. */
const literal = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|&~#-]/g, '\\$&')

/** Split: by a regex, or by a text as it is. An empty one matches between all characters: tokenizers of single characters are made so. */
export const split = (pattern: string, isRegex: boolean, behavior: Behavior, invert: boolean): Stage[] => [
  cut(isRegex ? pattern : literal(pattern), behavior, invert),
]

const GPT2 = String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`

/** ByteLevel. The prefix is put before every piece that does not begin with a space, not only before the first. */
export const byteLevel = (addPrefixSpace: boolean, useRegex: boolean): Stage[] => [
  ...(addPrefixSpace ? [{ kind: 'prepend', text: ' ', where: 'every' } as const] : []),
  ...(useRegex ? [cut(GPT2, 'isolated')] : []),
  { kind: 'byte-map' },
]

/** Metaspace. 'first' means the piece with which the text begins. */
export const metaspace = (replacement: string, prepend: 'always' | 'first' | 'never', splits: boolean): Stage[] => [
  { kind: 'replace', from: ' ', to: replacement },
  ...(prepend === 'never' ? [] : [{ kind: 'prepend', text: replacement, where: prepend === 'first' ? 'first' : 'every' } as const]),
  ...(splits ? [cut(literal(replacement), 'merged-with-next')] : []),
]

export const charDelimiter = (delimiter: string): Stage[] => [cut(literal(delimiter), 'removed')]

export const whitespaceSplit = (): Stage[] => [cut(String.raw`\s`, 'removed')]

/** Whitespace: the classes are those of Rust's regex engine. */
export const whitespace = (): Stage[] => [{ ...cut(String.raw`\w+|[^\w\s]+`, 'removed', true), dialect: 'fancy-regex' }]

export const digits = (individual: boolean): Stage[] => [cut(String.raw`\p{HF=Digits}`, individual ? 'isolated' : 'contiguous')]

const PUNCTUATION = String.raw`\p{HF=Punctuation}`
export const punctuation = (behavior: Behavior): Stage[] => [cut(PUNCTUATION, behavior)]
export const bert = (): Stage[] => [...whitespaceSplit(), cut(PUNCTUATION, 'isolated')]

/**
 * UnicodeScripts: a piece is a character of one script and all that follow of this script or of none. What has no script before the first
 * that has one is in no piece.
 */
export const unicodeScripts = (): Stage[] => {
  const run = (script: string): string => String.raw`\p{HF=Script_${script}}[\p{HF=Script_${script}}\p{HF=Script_None}]*`
  return [cut(SCRIPTS.map(run).join('|'), 'removed', true)]
}

export const fixedLength = (length: number): Stage[] => [cut(`[\\s\\S]{1,${length}}`, 'isolated')]
