import { resolveTokenizer } from '../../src/tokenizer/resolve.ts'
import type { Pipeline } from '../../src/types.ts'

/** The pipelines of the presets that most corpora are counted with; test/tokenizer goes through all of them. */
export const MAIN_PIPELINES: readonly Pipeline[] = ['gpt2', 'cl100k_base', 'cl100k_base_tiktoken', 'o200k_base', 'llama3', 'qwen2'].map(
  (name) => resolveTokenizer(name),
)
