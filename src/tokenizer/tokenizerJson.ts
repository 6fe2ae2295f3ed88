import { PretokError } from '../errors.ts'
import type { Pipeline } from '../types.ts'
import { field, fieldNames, refuse, type Field } from './fields.ts'
import { readAddedTokens } from './readAddedTokens.ts'
import { readNormalizer } from './readNormalizer.ts'
import { readPreTokenizer } from './readPreTokenizer.ts'

/*
 * tokenizer.json, the file format of HF tokenizers (tokenizers/src/tokenizer/serialization.rs). What is before the merges is taken over
 * exactly, or the file is refused: the added tokens, the normalizer, and the pre-tokenizer. The rest (model, post-processor, decoder,
 * truncation, padding) has no say in what the pre-tokens are.
 */

const KNOWN = ['version', 'truncation', 'padding', 'added_tokens', 'normalizer', 'pre_tokenizer', 'post_processor', 'decoder', 'model']
const VERSION = '1.0'

/**
 * The pipeline of a tokenizer.json.
 *
 * @param json what the file holds, parsed
 * @param file what to call it in messages
 * @throws PretokError 'tokenizer', with file, path in the file, and value, for what is unknown or malformed
 */
export const readTokenizerJson = (json: unknown, file: string): Pipeline => {
  const document: Field = { value: json, path: '', file }
  const stranger = fieldNames(document).find((name) => !KNOWN.includes(name))
  if (stranger !== undefined) refuse(field(document, stranger), `a tokenizer.json has only the fields ${KNOWN.join(', ')}`)
  const version = field(document, 'version')
  if (version.value !== undefined && version.value !== VERSION) refuse(version, `"${VERSION}" is the version that is known`)
  const addedTokens = readAddedTokens(field(document, 'added_tokens'))
  const normalizer = field(document, 'normalizer')
  const preTokenizer = field(document, 'pre_tokenizer')
  return {
    name: file,
    addedTokens,
    normalizers: readNormalizer(normalizer),
    stages: readPreTokenizer(preTokenizer),
    huggingFace: { normalizer: normalizer.value ?? null, preTokenizer: preTokenizer.value ?? null },
    specialTokens: addedTokens.filter(({ special }) => special).map(({ content }) => content),
  }
}

/** Parses JSON. Throws 'tokenizer' with line and column where it is none. */
export const parseTokenizerJson = (text: string, file: string): unknown => {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new PretokError('tokenizer', `reading ${file}: it is no JSON: ${withPlace((error as Error).message, text)}`, { cause: error })
  }
}

/** V8 gives the place as an offset, or not at all. */
const withPlace = (message: string, text: string): string => {
  const offset = /at position (\d+)/.exec(message)?.[1] ?? (/end of JSON/.test(message) ? text.length : undefined)
  if (offset === undefined) return message
  const before = text.slice(0, Number(offset)).split('\n')
  return `${message.replace(/ \(line \d+ column \d+\)$/, '')} (line ${before.length}, column ${before.at(-1)!.length + 1})`
}
