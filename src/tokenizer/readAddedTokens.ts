import type { AddedToken } from '../types.ts'
import { field, flag, isMissing, items, text, type Field } from './fields.ts'

/**
 * The `added_tokens` of tokenizer.json (tokenizers/src/tokenizer/added_vocabulary.rs). As in the reference, an empty one does not count,
 * and of two with the same content the last does. Throws 'tokenizer' for what is malformed.
 */
export const readAddedTokens = (list: Field): AddedToken[] => {
  const tokens = new Map<string, AddedToken>()
  for (const token of isMissing(list) ? [] : items(list)) {
    const read = readAddedToken(token)
    if (read.content !== '') tokens.set(read.content, read)
  }
  return [...tokens.values()]
}

const readAddedToken = (token: Field): AddedToken => ({
  content: text(field(token, 'content')),
  special: flag(field(token, 'special')),
  normalized: flag(field(token, 'normalized')),
  lstrip: flag(field(token, 'lstrip')),
  rstrip: flag(field(token, 'rstrip')),
  singleWord: flag(field(token, 'single_word')),
})
