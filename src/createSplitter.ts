import { createPipelineSplitter, type TextSplitter } from './split/splitText.ts'
import { resolveTokenizer, type TokenizerChoice } from './tokenizer/resolve.ts'

/**
 * Cuts texts as a tokenizer's own pre-tokenizer does: `createSplitter('gpt2').split("it's")` is `['it', "'s"]`. A hub id has to be fetched
 * first: `createSplitter(await loadTokenizer('Qwen/Qwen2.5-7B'))`.
 *
 * @param specialTokens cut the text and are in no piece; without them, special tokens in the text are cut like all text. A tokenizer's own
 * are in `(await loadTokenizer(name)).specialTokens`.
 * @throws PretokError 'tokenizer' for an unknown name, or a file that cannot be read or honoured exactly; 'pattern' for a regex outside the
 * supported subset
 */
export const createSplitter = (tokenizer?: TokenizerChoice, specialTokens: readonly string[] = []): TextSplitter =>
  createPipelineSplitter(resolveTokenizer(tokenizer), specialTokens)
