import { PretokError } from '../errors.ts'
import type { SplitStage, Stage } from '../types.ts'

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

const notYet = (name: string): never => {
  throw new PretokError('tokenizer', `pre-tokenizer ${name}: it is not supported yet`)
}

/** A regex that matches the text and nothing else. */
const literal = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|&~#-]/g, '\\$&')

/** Split: by a regex, or by a text as it is. */
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

export const whitespace = (): Stage[] => notYet('Whitespace')
export const digits = (_individual: boolean): Stage[] => notYet('Digits')
export const punctuation = (_behavior: Behavior): Stage[] => notYet('Punctuation')
export const bert = (): Stage[] => notYet('BertPreTokenizer')
export const unicodeScripts = (): Stage[] => notYet('UnicodeScripts')
export const fixedLength = (_length: number): Stage[] => notYet('FixedLength')
