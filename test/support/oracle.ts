import tokenizers from 'tokenizers'
import { isNfc } from '../../src/normalize/normalizer.ts'
import { asSplit } from '../../src/split/stages.ts'
import type { Pipeline, SplitStage } from '../../src/types.ts'

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
export const officialSplit = ({ stages, normalizers }: Pipeline): ((text: string) => string[]) => {
  const tokenizer = tokenizers.Tokenizer.fromString(
    JSON.stringify({
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: [],
      normalizer: isNfc(normalizers) ? { type: 'NFC' } : null,
      pre_tokenizer: {
        type: 'Sequence',
        pretokenizers: stages.map(asSplit).map(({ pattern, behavior, invert }) => ({
          type: 'Split',
          pattern: { Regex: pattern },
          behavior: BEHAVIORS[behavior],
          invert,
        })),
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
