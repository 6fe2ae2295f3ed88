/** A tokenizer.json with the parts that are given, and a model that knows nothing. */
export const tokenizerJson = (parts: Record<string, unknown>): Record<string, unknown> => ({
  version: '1.0',
  truncation: null,
  padding: null,
  added_tokens: [],
  normalizer: null,
  pre_tokenizer: null,
  post_processor: null,
  decoder: null,
  model: { type: 'BPE', vocab: {}, merges: [] },
  ...parts,
})

export const addedToken = (content: string, rules: Record<string, unknown> = {}): Record<string, unknown> => ({
  id: 0,
  content,
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
  special: true,
  ...rules,
})
