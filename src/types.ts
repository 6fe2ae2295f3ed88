import type { Dialect } from './pattern/ast.ts'

/*
 * The nouns. Source ⊃ Chunk ⊃ Block ⊃ Document ⊃ Piece: a source is a file; a chunk is a byte range of it that one worker takes; a block is
 * what is in memory at a time; a document is the text between special tokens; a piece is one pre-token.
 * Byte ranges are half-open: `end` is exclusive.
 */

/** One cut of the text by a pattern. */
export interface SplitStage {
  pattern: string
  dialect: Dialect
  /** Text that the pattern does not match: a piece of its own (HF Split, Isolated) or in no piece (tiktoken's find_iter). */
  gaps: 'keep' | 'drop'
  /** tiktoken stops at an empty match; Oniguruma cuts there. */
  refusesEmptyMatches: boolean
}

/** What a tokenizer does to text before its model sees it, as plain data. */
export interface Pipeline {
  /** As the user named it; for the receipt. */
  name: string
  normalizer: 'NFC' | null
  stages: readonly SplitStage[]
  /** The tokenizer's own special tokens. */
  specialTokens: readonly string[]
}

/** One piece and its count; `piece` may be a view into memory that is reused: copy it to keep it. */
export interface PieceCount {
  piece: Uint8Array
  count: number
}

export type ErrorPolicy = 'replace' | 'strict' | 'ignore'

export interface Source {
  path: string
  /** Size in bytes. */
  size: number
  /** Time of the last change in milliseconds; with `size`, what tells that a file changed while it was read. */
  modified: number
}

/** A byte range of a source that one worker takes. */
export interface Chunk {
  source: number
  start: number
  end: number
}

/** What was met in some stretch of input, in bytes unless said otherwise. Adds up over chunks. */
export interface Tally {
  /** Bytes read from the source. */
  read: number
  /** Bytes of special tokens. */
  special: number
  /** Bytes (of text as it was split) that a stage dropped. */
  dropped: number
  /** Bytes of the source that are no text: a byte-order mark that was stripped. */
  format: number
  /** Invalid UTF-8: bytes that the policy 'ignore' left out. */
  ignored: number
  /** Invalid UTF-8: bytes that 'replace' exchanged for U+FFFD (3 bytes each). */
  replaced: number
  /** Bytes that went into the normalizer minus bytes that came out. */
  normalized: number
  /** Number of maximal invalid sequences. */
  invalidSequences: number
  /** Number of non-empty documents. */
  documents: number
  /** Number of pre-tokens. */
  pieces: number
  /** How often each special token was met, in the order of the run's list. */
  specialTokens: number[]
}

/** Where invalid UTF-8 was found. */
export interface InvalidRange {
  path: string
  start: number
  end: number
}

/** Accounts for every byte of a run. All sizes in bytes. */
export interface Receipt {
  pretok: string
  tokenizer: string
  engine: string
  unicode: string
  sources: { path: string; size: number }[]
  bytes: {
    /** read = pieces + special + dropped + format + ignored + replacedGain + normalizedGain */
    read: number
    /** Bytes of counted pre-tokens: the sum over the result of length × count. */
    pieces: number
    special: number
    dropped: number
    format: number
    ignored: number
    /** Bytes read as invalid UTF-8 minus bytes of U+FFFD counted in their place; negative if the text grew. */
    replacedGain: number
    /** Bytes that the normalizer took out of the text; negative if it grew. */
    normalizedGain: number
  }
  documents: number
  pieces: number
  distinct: number
  specialTokens: Record<string, number>
  invalidUtf8: { policy: ErrorPolicy; sequences: number; bytes: number; first: InvalidRange[] }
  /** Chunks that had to be counted again after a worker failed. */
  retried: { path: string; start: number; end: number; reason: string }[]
  /** Chunks that were left out (only with onError: 'skip'). */
  skipped: { path: string; start: number; end: number; reason: string }[]
  numProcesses: number
  /** Worker threads that ran; 0: the main thread counted. */
  workers: number
  chunks: number
  memory: {
    maxMemoryGb: number
    /** Largest resident set of the process that was sampled. */
    peakRss: number
    /** What the workers accounted for at the end, all together. */
    tables: number
  }
  /** CPU use in percent of one core, averaged over the samples. */
  cpuPercent: number
  seconds: { plan: number; count: number; merge: number; total: number }
}
