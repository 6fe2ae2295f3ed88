import { MAX_REPEAT } from '../pattern/parse.ts'
import type { SplitStage, Stage } from '../types.ts'
import { character, choice, field, flag, isMissing, isMissingOrNull, items, refuse, type Field } from './fields.ts'
import {
  bert,
  byteLevel,
  charDelimiter,
  digits,
  fixedLength,
  metaspace,
  punctuation,
  split,
  unicodeScripts,
  whitespace,
  whitespaceSplit,
} from './preTokenizers.ts'
import { readPattern } from './readNormalizer.ts'

/*
 * The pre-tokenizers of tokenizer.json (tokenizers/src/pre_tokenizers/mod.rs). Fields that are not read here (trim_offsets, Metaspace's
 * str_rep of old files) are of no account, as in the reference.
 */

const BEHAVIORS: Readonly<Record<string, SplitStage['behavior']>> = {
  Removed: 'removed',
  Isolated: 'isolated',
  MergedWithPrevious: 'merged-with-previous',
  MergedWithNext: 'merged-with-next',
  Contiguous: 'contiguous',
}

const PREPEND_SCHEMES = { always: 'always', first: 'first', never: 'never' } as const

const readSplit = (config: Field): readonly Stage[] => {
  const { pattern, isRegex } = readPattern(field(config, 'pattern'))
  return split(pattern, isRegex, choice(field(config, 'behavior'), BEHAVIORS), flag(field(config, 'invert'), false))
}

/** use_regex is true when it is missing: files older than the field have the regex (pre_tokenizers/byte_level.rs). */
const readByteLevel = (config: Field): readonly Stage[] =>
  byteLevel(flag(field(config, 'add_prefix_space')), flag(field(config, 'use_regex'), true))

/** Files older than prepend_scheme have add_prefix_space, which the reference lets stand only if both agree (pre_tokenizers/metaspace.rs). */
const readMetaspace = (config: Field): readonly Stage[] => {
  const prepend = choice(field(config, 'prepend_scheme'), PREPEND_SCHEMES, 'always')
  const addPrefixSpace = field(config, 'add_prefix_space')
  if (!isMissingOrNull(addPrefixSpace) && !flag(addPrefixSpace) && prepend !== 'never')
    refuse(addPrefixSpace, `that goes only with prepend_scheme "never", and here it is "${prepend}" (the reference refuses it, too)`)
  const splits = field(config, 'split')
  return metaspace(character(field(config, 'replacement')), prepend, isMissingOrNull(splits) || flag(splits))
}

const DEFAULT_LENGTH = 5

const readFixedLength = (config: Field): readonly Stage[] => {
  const length = field(config, 'length')
  if (isMissing(length)) return fixedLength(DEFAULT_LENGTH)
  const count = Number(length.value)
  if (!Number.isSafeInteger(length.value) || count <= 0) refuse(length, 'a whole number above 0 is needed')
  return count <= MAX_REPEAT ? fixedLength(count) : refuse(length, `pieces of more than ${MAX_REPEAT} characters (not supported)`)
}

const READERS: Readonly<Record<string, (config: Field) => readonly Stage[]>> = {
  BertPreTokenizer: bert,
  ByteLevel: readByteLevel,
  CharDelimiterSplit: (config) => charDelimiter(character(field(config, 'delimiter'))),
  Digits: (config) => digits(flag(field(config, 'individual_digits'), false)),
  FixedLength: readFixedLength,
  Metaspace: readMetaspace,
  Punctuation: (config) => punctuation(choice(field(config, 'behavior'), BEHAVIORS, 'isolated')),
  Sequence: (config) => items(field(config, 'pretokenizers')).flatMap(readOne),
  Split: readSplit,
  UnicodeScripts: unicodeScripts,
  Whitespace: whitespace,
  WhitespaceSplit: whitespaceSplit,
}

const readOne = (config: Field): readonly Stage[] => choice(field(config, 'type'), READERS)(config)

/** The stages of a `pre_tokenizer`; none for null: then each stretch of text between added tokens is one piece. Throws 'tokenizer'. */
export const readPreTokenizer = (config: Field): readonly Stage[] => {
  if (isMissingOrNull(config)) return []
  const stages = [...readOne(config)]
  // at the end the byte map changes nothing: pieces are counted as bytes
  while (stages.at(-1)?.kind === 'byte-map') stages.pop()
  checkByteMaps(stages, config)
  return stages
}

/** Behind a byte map only what cuts can be mapped back to bytes. */
const checkByteMaps = (stages: readonly Stage[], config: Field): void => {
  const behind = stages.slice(stages.findIndex(({ kind }) => kind === 'byte-map') + 1)
  if (behind.length === stages.length) return
  if (behind.some(({ kind }) => kind === 'byte-map'))
    refuse(config, 'a ByteLevel after a ByteLevel, with more after it, is not supported')
  if (behind.some(({ kind }) => kind === 'prepend')) refuse(config, 'text put in front of pieces after a ByteLevel is not supported')
}
