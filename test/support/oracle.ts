import tokenizers from 'tokenizers'
import type { Normalizer, Pipeline, SplitStage } from '../../src/types.ts'
import { asSplit } from './stages.ts'
import { tokenizerJson } from './tokenizerJson.ts'

const BEHAVIORS: Record<SplitStage['behavior'], string> = {
  isolated: 'Isolated',
  removed: 'Removed',
  'merged-with-previous': 'MergedWithPrevious',
  'merged-with-next': 'MergedWithNext',
  contiguous: 'Contiguous',
}

/**
 * The official engine: HF tokenizers, by its binding for Node. Only pipelines of huggingface style: the same stages as Splits of a Regex.
 * Returns the function that cuts a text.
 */
export const officialSplit = (pipeline: Pipeline): ((text: string) => string[]) => {
  const tokenizer = tokenizers.Tokenizer.fromString(officialJson(pipeline))
  const preTokenizer = tokenizer.getPreTokenizer()!
  const textNormalizer = tokenizer.getNormalizer()
  return (text) => {
    const normalized = textNormalizer === null ? text : textNormalizer.normalizeString(text)
    return normalized === '' ? [] : preTokenizer.preTokenizeString(normalized).map(([piece]) => piece)
  }
}

/** A pipeline of huggingface style as the text of a tokenizer.json. */
export const officialJson = ({ stages, normalizers }: Pipeline): string =>
  JSON.stringify(
    tokenizerJson({
      normalizer: officialSequence(normalizers),
      pre_tokenizer: {
        type: 'Sequence',
        pretokenizers: stages.map(asSplit).map(({ pattern, behavior, invert }) => ({
          type: 'Split',
          pattern: { Regex: pattern },
          behavior: BEHAVIORS[behavior],
          invert,
        })),
      },
    }),
  )

/** A pre-tokenizer of the official engine; `config` is as in tokenizer.json. */
export const officialPreTokenizer = (config: object): ((text: string) => string[]) => {
  const preTokenizer = officialTokenizer({ normalizer: null, pre_tokenizer: config }).getPreTokenizer()!
  return (text) => (text === '' ? [] : preTokenizer.preTokenizeString(text).map(([piece]) => piece))
}

/** The official normalizer for a list of normalizers. */
export const officialNormalize = (normalizers: readonly Normalizer[]): ((text: string) => string) => {
  const normalizer = officialTokenizer({ normalizer: officialSequence(normalizers), pre_tokenizer: null }).getNormalizer()!
  return (text) => normalizer.normalizeString(text)
}

const officialSequence = (normalizers: readonly Normalizer[]): object => ({ type: 'Sequence', normalizers: normalizers.map(officialForm) })

/** A normalizer as it is written in tokenizer.json. */
const officialForm = (normalizer: Normalizer): object => {
  switch (normalizer.kind) {
    case 'lowercase':
      return { type: 'Lowercase' }
    case 'strip-accents':
      return { type: 'StripAccents' }
    case 'nmt':
      return { type: 'Nmt' }
    case 'byte-level':
      return { type: 'ByteLevel' }
    case 'bert':
      return {
        type: 'BertNormalizer',
        clean_text: normalizer.cleanText,
        handle_chinese_chars: normalizer.handleChineseChars,
        strip_accents: normalizer.stripAccents,
        lowercase: normalizer.lowercase,
      }
    case 'strip':
      return { type: 'Strip', strip_left: normalizer.left, strip_right: normalizer.right }
    case 'prepend':
      return { type: 'Prepend', prepend: normalizer.text }
    case 'replace':
      return { type: 'Replace', pattern: { [normalizer.isRegex ? 'Regex' : 'String']: normalizer.pattern }, content: normalizer.content }
    case 'precompiled':
      return { type: 'Precompiled', precompiled_charsmap: normalizer.charsmap }
    default:
      return { type: normalizer.kind.toUpperCase() }
  }
}

const officialTokenizer = (parts: Parts): ReturnType<typeof tokenizers.Tokenizer.fromString> =>
  tokenizers.Tokenizer.fromString(JSON.stringify(tokenizerJson({ ...parts })))

interface Parts {
  normalizer: object | null
  pre_tokenizer: object | null
}
