import tokenizers from 'tokenizers'
import type { Pipeline } from '../../src/types.ts'

/**
 * The official engine: HF tokenizers, by its binding for Node. Only pipelines of huggingface style: the same stages as Split, Isolated.
 * Returns the function that cuts a text.
 */
export const officialSplit = ({ stages, normalizer }: Pipeline): ((text: string) => string[]) => {
  const tokenizer = tokenizers.Tokenizer.fromString(
    JSON.stringify({
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: [],
      normalizer: normalizer === null ? null : { type: normalizer },
      pre_tokenizer: {
        type: 'Sequence',
        pretokenizers: stages.map(({ pattern }) => ({ type: 'Split', pattern: { Regex: pattern }, behavior: 'Isolated', invert: false })),
      },
      post_processor: null,
      decoder: null,
      model: {
        type: 'BPE',
        dropout: null,
        unk_token: null,
        continuing_subword_prefix: null,
        end_of_word_suffix: null,
        fuse_unk: false,
        byte_fallback: false,
        vocab: {},
        merges: [],
      },
    }),
  )
  const preTokenizer = tokenizer.getPreTokenizer()!
  const textNormalizer = tokenizer.getNormalizer()
  return (text) => {
    const normalized = textNormalizer === null ? text : textNormalizer.normalizeString(text)
    return normalized === '' ? [] : preTokenizer.preTokenizeString(normalized).map(([piece]) => piece)
  }
}
