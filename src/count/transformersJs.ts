import { PretokError } from '../errors.ts'
import { pieceTooLong } from '../split/pieceTooLong.ts'
import { BYTE_ALPHABET } from '../unicode/byteAlphabet.ts'
import type { Pipeline } from '../types.ts'
import { DEFAULT_LIMITS, type CounterLimits, type TextCounter } from './counter.ts'
import { handOverSorted, SORT_BYTES } from './handOverSorted.ts'
import { PieceTable } from './pieceTable.ts'
import { inByteOrder } from './sortedTable.ts'

/*
 * The normalizer and pre-tokenizer of @xenova/transformers, for those who must match what it does. It is no tier: it is slow, and its pieces
 * are not always those of the reference (it knows Split as Isolated and Removed only, punctuation in runs, digits of ASCII, and so on).
 */

export interface TransformersJsEngine {
  name: 'transformers.js'
  /** As in tokenizer.json. */
  normalizer: unknown
  preTokenizer: unknown
}

/** The engine as plain data. Throws 'tokenizer' for a pipeline that has no counterpart in tokenizer.json. */
export const transformersJsEngine = ({ name, huggingFace }: Pipeline): TransformersJsEngine => {
  if (huggingFace === undefined)
    throw new PretokError('tokenizer', `engine transformers.js: it reads tokenizer.json, and ${name} is a pattern for tiktoken`)
  return { name: 'transformers.js', ...huggingFace }
}

/** Cuts the text between two added tokens; `section` is its place in the document, from 0. */
export type CutSection = (text: string, section: number) => Uint8Array[]

const MODULE = '@xenova/transformers/src/tokenizers.js'

interface Tokenizer {
  normalizer: ((text: string) => string) | null
  pre_tokenizer: ((text: string, options: { section_index: number }) => string[]) | null
}

/** @throws PretokError 'tokenizer' if the package is not there or does not know a component */
export const loadTransformersJs = async ({ normalizer, preTokenizer }: TransformersJsEngine): Promise<CutSection> => {
  const { PreTrainedTokenizer } = await importModule()
  const toBytes = hasByteLevel(preTokenizer) ? fromByteLevel : (piece: string): Uint8Array => Buffer.from(piece)
  let tokenizer: Tokenizer
  try {
    const parts = { added_tokens: [], normalizer, pre_tokenizer: preTokenizer, post_processor: null, decoder: null }
    tokenizer = new PreTrainedTokenizer({ ...parts, model: { type: 'BPE', vocab: {}, merges: [], unk_token: null } }, {})
  } catch (error) {
    throw failed((error as Error).message, error)
  }
  return (text, section) => {
    const normalized = tokenizer.normalizer === null ? text : tokenizer.normalizer(text)
    if (normalized === '') return []
    const pieces = tokenizer.pre_tokenizer === null ? [normalized] : tokenizer.pre_tokenizer(normalized, { section_index: section })
    return pieces.filter((piece) => piece !== '').map(toBytes)
  }
}

const failed = (what: string, cause?: unknown): PretokError => new PretokError('tokenizer', `engine transformers.js: ${what}`, { cause })

const importModule = async (): Promise<{ PreTrainedTokenizer: new (json: object, config: object) => Tokenizer }> => {
  try {
    return (await import(MODULE)) as never
  } catch (error) {
    throw failed(`the package @xenova/transformers cannot be loaded (${(error as Error).message}): npm install @xenova/transformers`, error)
  }
}

/** Whether the pieces come out in the byte alphabet. */
const hasByteLevel = (config: unknown): boolean => {
  const { type, pretokenizers } = (config ?? {}) as { type?: unknown; pretokenizers?: unknown[] }
  return type === 'ByteLevel' || (pretokenizers ?? []).some(hasByteLevel)
}

const BYTE_OF: ReadonlyMap<number, number> = new Map(BYTE_ALPHABET.map((codePoint, byte) => [codePoint, byte]))

const fromByteLevel = (piece: string): Uint8Array =>
  Uint8Array.from(piece, (symbol) => {
    const byte = BYTE_OF.get(symbol.codePointAt(0)!)
    if (byte === undefined) throw failed(`a piece behind ByteLevel, ${JSON.stringify(piece)}, has symbols that stand for no byte`)
    return byte
  })

/** Counts what transformers.js makes of each document. A document is cut as a whole, so it may be as long as the longest piece. */
export const createTransformersJsCounter = (cut: CutSection, limits: CounterLimits = DEFAULT_LIMITS): TextCounter => {
  let { memoryBytes = Infinity } = limits
  const { spill } = limits
  const table = new PieceTable()
  let parts: Buffer[] = []
  let pending = 0
  let section = 0
  let rewritten = 0

  const drain = (): void => {
    if (table.size > 0) spill!((take) => handOverSorted(table, take))
    table.clear()
  }

  const add = (pieces: readonly Uint8Array[]): number => {
    const bytes = pieces.reduce((sum, { length }) => sum + length, 0)
    if (spill !== undefined && table.size > 0 && pending + table.memoryWith(bytes, SORT_BYTES) > memoryBytes) drain()
    for (const piece of pieces) table.add(piece, 0, piece.length, 1)
    return bytes
  }

  const endSection = (): void => {
    if (pending === 0) return
    rewritten += pending - add(cut(Buffer.concat(parts).toString('utf8'), section++))
    parts = []
    pending = 0
  }

  return {
    text(bytes) {
      parts.push(Buffer.from(bytes))
      pending += bytes.length
      if (pending > limits.maxPieceBytes) throw pieceTooLong(limits.maxPieceBytes)
    },
    piece(bytes) {
      endSection()
      add([bytes])
      section++
    },
    endDocument() {
      endSection()
      section = 0
    },
    flush() {
      if (pending > 0) throw new Error('flush: the last document was not ended')
    },
    finish() {
      if (pending > 0) throw new Error('finish: there is text left to count')
      return inByteOrder(table)
    },
    drain,
    settle() {},
    stopGrowing() {
      memoryBytes = table.memory + pending
    },
    get pieces() {
      return table.added
    },
    dropped: 0, // what it leaves out and what it puts in cannot be told apart
    get rewritten() {
      return rewritten
    },
    get pending() {
      return pending
    },
    get distinct() {
      return table.size
    },
    get memory() {
      return table.memory + pending
    },
  }
}
