import { createPipelineSplitter, type TextSplitter } from './split/splitText.ts'
import { resolveTokenizer, type TokenizerChoice } from './tokenizer/resolve.ts'

/**
 * Cuts texts as a tokenizer's own pre-tokenizer does: `createSplitter('gpt2').split("it's")` is `['it', "'s"]`.
 *
 * @throws PretokError 'tokenizer' for an unknown name, 'pattern' for a regex outside the supported subset
 */
export const createSplitter = (tokenizer?: TokenizerChoice): TextSplitter => createPipelineSplitter(resolveTokenizer(tokenizer))
