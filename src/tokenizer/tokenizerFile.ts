import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describeSystemError, PretokError } from '../errors.ts'
import type { Pipeline } from '../types.ts'
import { readTekken, isTekken } from './tekkenJson.ts'
import { parseTokenizerJson, readTokenizerJson } from './tokenizerJson.ts'

const FILE_NAME = 'tokenizer.json'
const HOW_TO_MAKE_ONE = 'AutoTokenizer.from_pretrained(…).save_pretrained(…) of transformers writes one'

/** Vocabularies are tens of megabytes; a string in JavaScript ends at 512. */
const LARGEST_FILE = 2 ** 28

/** Files of other kinds that hold a tokenizer, and what they lack. */
const OTHER_KINDS: readonly [pattern: RegExp, lack: string][] = [
  [/\.tiktoken$/, 'a .tiktoken file has ranks only, no regex: give the regex with --pattern, and the special tokens with -s'],
  [/\.model$/, `a .model file is SentencePiece's or tiktoken's; give the ${FILE_NAME} of the model (${HOW_TO_MAKE_ONE})`],
  [
    /(?:^|[/\\])(?:vocab\.json|vocab\.txt|merges\.txt)$/,
    `that is the vocabulary only; give the ${FILE_NAME} of the model (${HOW_TO_MAKE_ONE})`,
  ],
  [/(?:^|[/\\])tokenizer_config\.json$/, `that is not the tokenizer itself; give the ${FILE_NAME} beside it`],
]

/** Whether a tokenizer's name means a file or folder: because there is one, or because it is written like a path. */
export const isTokenizerPath = (name: string): boolean => /^[.~/\\]|\\|\.(?:json|model|tiktoken|txt)$/.test(name) || existsSync(name)

/**
 * The pipeline of a tokenizer.json (or Mistral's tekken.json), or of the one in a folder.
 *
 * @throws PretokError 'tokenizer' for a file that is missing, too large, of another kind, malformed, or that cannot be honoured exactly
 */
export const readTokenizerPath = (path: string): Pipeline => {
  const file = fileAt(path)
  const lack = OTHER_KINDS.find(([pattern]) => pattern.test(file))?.[1]
  if (lack !== undefined) throw new PretokError('tokenizer', `reading ${file}: ${lack}`)
  return { ...readTokenizerText(readText(file), file), name: path }
}

/** The pipeline that the text of a tokenizer.json, or tekken.json, describes; `file` is what messages call it. */
export const readTokenizerText = (text: string, file: string): Pipeline => {
  const json = parseTokenizerJson(text, file)
  return isTekken(json) ? readTekken(json, file) : readTokenizerJson(json, file)
}

const fileAt = (path: string): string => {
  const stats = inspect(path)
  if (!stats.isDirectory()) return path
  const file = [FILE_NAME, 'tekken.json'].map((name) => join(path, name)).find(existsSync)
  if (file === undefined) throw new PretokError('tokenizer', `reading folder ${path}: there is no ${FILE_NAME} in it; ${HOW_TO_MAKE_ONE}`)
  return file
}

const inspect = (path: string) => {
  try {
    return statSync(path)
  } catch (error) {
    throw cannotRead(path, error)
  }
}

const readText = (file: string): string => {
  const { size } = inspect(file)
  if (size > LARGEST_FILE)
    throw new PretokError('tokenizer', `reading ${file}: ${size} bytes is more than a tokenizer has (the limit is ${LARGEST_FILE})`)
  try {
    return new TextDecoder('utf8', { fatal: true }).decode(readFileSync(file))
  } catch (error) {
    if (error instanceof TypeError) throw new PretokError('tokenizer', `reading ${file}: it is not UTF-8 text`, { cause: error })
    throw cannotRead(file, error)
  }
}

const cannotRead = (path: string, error: unknown): PretokError =>
  new PretokError('tokenizer', `reading tokenizer ${path}: ${describeSystemError(error)}`, { cause: error })
