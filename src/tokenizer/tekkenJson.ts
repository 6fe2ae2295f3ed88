import type { Pipeline } from '../types.ts'
import { field, isMissing, items, text, type Field } from './fields.ts'
import { patternPipeline } from './patternPipeline.ts'

/*
 * tekken.json, Mistral's own format (mistral-common, tokens/tokenizers/tekken.py): the regex for tiktoken, and, in newer files, the special
 * tokens.
 */

export const isTekken = (json: unknown): boolean =>
  typeof json === 'object' && json !== null && 'config' in json && 'vocab' in json && !('model' in json)

/** The pipeline of a tekken.json. Throws 'tokenizer' for what is malformed. */
export const readTekken = (json: unknown, file: string): Pipeline => {
  const document: Field = { value: json, path: '', file }
  const pipeline = patternPipeline(text(field(field(document, 'config'), 'pattern')), 'tiktoken')
  const list = field(document, 'special_tokens')
  if (isMissing(list)) return { ...pipeline, name: file, lacks: 'its special tokens, which this file does not name (-s does)' }
  const specialTokens = items(list).map((token) => text(field(token, 'token_str')))
  const rules = { special: true, normalized: false, lstrip: false, rstrip: false, singleWord: false }
  return { ...pipeline, name: file, specialTokens, addedTokens: specialTokens.map((content) => ({ content, ...rules })) }
}
