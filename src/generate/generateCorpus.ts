import { PretokError } from '../errors.ts'
import { writeAtomically, type WriteBytes } from '../write/atomicFile.ts'
import { writeToStandardOutput } from '../write/standardOutput.ts'
import { createComposer, slackBytes, type Composer } from './compose.ts'
import { createCursor, type Cursor } from './cursor.ts'
import { CORPUS_KINDS, createFrame, createVoicePicker, type CorpusKind } from './kinds.ts'

export const DEFAULT_SEPARATOR = '<|endoftext|>'

export interface GenerateProgress {
  /** Bytes written so far. */
  bytes: number
  /** Documents begun so far. */
  documents: number
}

export interface GenerateOptions {
  /** A file, or `-` for standard output. */
  path: string
  /** Exact size in bytes. */
  bytes: number
  kind: CorpusKind
  /** A whole number: another seed gives other texts in the same vocabulary. */
  seed: number
  /** Stands on a line of its own between two documents; JSONL has rows instead. */
  separator: string
  /** Size of a document in bytes, half of it to one and a half times; by default what suits the kind. */
  documentBytes?: number | undefined
  onProgress?: ((progress: GenerateProgress) => void) | undefined
  signal?: AbortSignal | undefined
}

const BLOCK_BYTES = 1 << 20

const refuse = (what: string): never => {
  throw new PretokError('usage', `generate: ${what}`)
}

const checkWhole = (name: string, value: number, least = -Infinity): void => {
  if (Number.isSafeInteger(value) && value >= least) return
  refuse(`${name}: ${value} is no whole number${least === -Infinity ? '' : ` from ${least} up`}`)
}

const checkOptions = ({ bytes, kind, seed, separator, documentBytes }: GenerateOptions): void => {
  checkWhole('bytes', bytes, 0)
  checkWhole('seed', seed)
  if (documentBytes !== undefined) checkWhole('documentBytes', documentBytes, 1)
  if (!CORPUS_KINDS.includes(kind)) refuse(`no kind ${JSON.stringify(kind)}; there are ${CORPUS_KINDS.join(', ')}`)
  if (Buffer.from(separator).toString() !== separator) refuse(`the separator ${JSON.stringify(separator)} is not well-formed Unicode`)
}

/** Composes one block while the one before it is being written. */
const writeBlocks = async (
  composer: Composer,
  cursors: readonly Cursor[],
  write: WriteBytes,
  options: GenerateOptions,
): Promise<GenerateProgress> => {
  const progress = { bytes: 0, documents: 0 }
  let writing = Promise.resolve()
  try {
    for (let block = 0; !composer.done; block++) {
      if (options.signal?.aborted) throw new PretokError('interrupted', `generate: interrupted; nothing was written to ${options.path}`)
      const cursor = cursors[block % cursors.length]
      composer.fill(cursor, BLOCK_BYTES)
      await writing
      writing = write(cursor.bytes.subarray(0, cursor.at))
      progress.bytes += cursor.at
      progress.documents = composer.documents
      options.onProgress?.({ ...progress })
    }
  } finally {
    // Also when composing failed: the file must not be closed under a write.
    await writing
  }
  return progress
}

/**
 * Writes a synthetic corpus of exactly `bytes` bytes of valid UTF-8. The same kind, size, seed, separator and document size give the same
 * bytes on every machine. Memory does not depend on the size. A file appears under its name only when it is whole; after an error or an
 * abort nothing of it is left. Returns undefined if whoever read standard output has left before the end (`| head`).
 * Throws PretokError: 'usage', 'output', 'interrupted'.
 */
export const generateCorpus = async (options: GenerateOptions): Promise<GenerateProgress | undefined> => {
  checkOptions(options)
  const { path, bytes, kind, seed, separator, documentBytes } = options
  const frame = createFrame(kind, separator)
  const pickVoice = createVoicePicker(kind, seed)
  const composer = createComposer({ bytes, seed: [kind, seed], frame, documentBytes, pickVoice })
  const cursors = [0, 1].map(() => createCursor(BLOCK_BYTES + slackBytes(frame)))
  let progress: GenerateProgress | undefined
  const produce = async (write: WriteBytes): Promise<void> => {
    progress = await writeBlocks(composer, cursors, write, options)
  }
  await (path === '-' ? writeToStandardOutput(produce) : writeAtomically(path, produce))
  return progress
}
