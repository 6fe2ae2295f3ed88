// What the programs for comparison share: the documents of a file, GPT-2's pre-tokenizer as a configuration, and how they tell their result.
import { readFileSync } from 'node:fs'

/** The file is read whole, as one would. */
export const documentsOf = (file) => readFileSync(file, 'utf8').split('<|endoftext|>')

/** A tokenizer.json that pre-tokenizes as GPT-2 does and has no vocabulary. */
export const GPT2_CONFIGURATION = {
  added_tokens: [],
  normalizer: null,
  pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
  post_processor: null,
  decoder: null,
  model: { type: 'BPE', vocab: {}, merges: [], unk_token: null },
}

/** Prints the totals of a Map of counts as JSON. */
export const report = (counts) =>
  console.log(JSON.stringify({ distinct: counts.size, total: [...counts.values()].reduce((sum, count) => sum + count, 0) }))

/** Prints the number of tokens of an encoder as JSON. */
export const reportTokens = (tokens) => console.log(JSON.stringify({ tokens }))
