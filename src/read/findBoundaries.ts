import { createTokenCutter } from '../added/tokenCutter.ts'
import { createSpecialTokens } from '../added/tokenSet.ts'
import { checkOptionNames, checkPath, checkSignal, checkSize, type OptionNames } from '../checks.ts'
import { PretokError, throwIfReadingStopped } from '../errors.ts'
import { plainBlocks } from './plainBlocks.ts'
import { inspectSource } from './source.ts'
import { createTurns } from './turns.ts'

export interface Boundary {
  /** The special token's place in the file, or in what its compression holds: bytes [start, end). */
  start: number
  end: number
  token: string
}

export interface BoundaryOptions {
  /** Size of the blocks in which the file is read, in bytes. Default: 1 MiB. */
  blockBytes?: number | undefined
  /** Stops it: it fails with code 'interrupted'. */
  signal?: AbortSignal | undefined
}

const OPTION_NAMES: OptionNames<BoundaryOptions> = { blockBytes: true, signal: true }
const DEFAULT_BLOCK_BYTES = 2 ** 20

/**
 * Where the special tokens of a file are, from start to end, the longest that matches at each place; found without loading the file. Bytes
 * are compared as they are: this does not look at whether the text is valid UTF-8.
 *
 * @throws PretokError 'input', 'data', 'source-changed', 'usage' (also for Parquet, which is no text), 'interrupted'
 */
export async function* findBoundaries(
  path: string,
  specialTokens: readonly string[],
  options: BoundaryOptions = {},
): AsyncGenerator<Boundary> {
  checkPath('path', path)
  checkOptionNames(options, OPTION_NAMES)
  const { blockBytes = DEFAULT_BLOCK_BYTES, signal } = options
  checkSize('blockBytes', blockBytes)
  checkSignal(signal)
  throwIfReadingStopped(signal, path)
  const special = createSpecialTokens(specialTokens)
  const source = await inspectSource(path)
  if (source.format === 'parquet')
    throw new PretokError('usage', `reading ${path}: Parquet holds rows, in which no place is that of a byte; streamDocuments reads them`)
  const ready: Boundary[] = []
  let position = 0
  const takeReady = function* () {
    for (const boundary of ready.splice(0)) {
      yield boundary
      throwIfReadingStopped(signal, path)
    }
  }
  const documents = createTokenCutter(special, {
    text: (bytes) => (position += bytes.length),
    token(token, bytes) {
      const start = position
      position += bytes.length
      ready.push({ start, end: position, token: special.tokens[token].content })
    },
  })
  const turn = createTurns()
  for await (const { bytes } of plainBlocks(source, { source: 0, start: 0, end: source.size }, blockBytes)) {
    throwIfReadingStopped(signal, path)
    documents.push(bytes)
    for (const boundary of takeReady()) yield boundary
    await turn()
  }
  documents.end()
  for (const boundary of takeReady()) yield boundary
}
