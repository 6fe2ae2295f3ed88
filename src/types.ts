import type { Dialect } from './pattern/ast.ts'
import type { SplitBehavior as Behavior } from './pattern/behavior.ts'

/*
 * The nouns. Source ⊃ Chunk ⊃ Block ⊃ Document ⊃ Piece: a source is a file; a chunk is a byte range of it that one worker takes; a block is
 * what is in memory at a time; a document is the text between special tokens; a piece is one pre-token.
 * Byte ranges are half-open: `end` is exclusive.
 */

/** One cut of the text by a pattern. */
export interface SplitStage {
  kind: 'split'
  pattern: string
  dialect: Dialect
  behavior: Behavior
  /** The gaps are the delimiters: tiktoken's find_iter is 'removed', inverted. */
  invert: boolean
  /** tiktoken stops at an empty match; Oniguruma cuts there. */
  refusesEmptyMatches: boolean
}

export type SplitBehavior = Behavior

/** The stages that follow see one symbol per byte: the code point of GPT-2's byte alphabet (ByteLevel in front of other stages). */
export interface ByteMapStage {
  kind: 'byte-map'
}

/** Puts `to` in place of each `from`, both literal, inside each piece (Metaspace: a space becomes U+2581). */
export interface ReplaceStage {
  kind: 'replace'
  from: string
  to: string
}

/** Puts a text in front of each piece that does not begin with it; 'first': only of a piece that begins where the document does. */
export interface PrependStage {
  kind: 'prepend'
  text: string
  where: 'every' | 'first'
}

/** What a pre-tokenizer does to each piece of the one before it. All others reduce to these. Pieces are always raw bytes in the end. */
export type Stage = SplitStage | ByteMapStage | ReplaceStage | PrependStage

/** A token that is found in the text before all else; it is part of no other piece (tokenizers/src/tokenizer/added_vocabulary.rs). */
export interface AddedToken {
  content: string
  /** It ends documents and is never counted; one that is not special is a piece of its own. */
  special: boolean
  /** Found in the normalized text instead of the text as it is. */
  normalized: boolean
  /** Takes the white space before it along. */
  lstrip: boolean
  /** Takes the white space behind it along. */
  rstrip: boolean
  /** Not found inside words. */
  singleWord: boolean
}

/** One step of normalization; they run in order, on each stretch of text between added tokens, as the reference does. */
export type Normalizer =
  | { kind: 'nfc' | 'nfd' | 'nfkc' | 'nfkd' | 'lowercase' | 'strip-accents' | 'nmt' | 'byte-level' }
  | { kind: 'bert'; cleanText: boolean; handleChineseChars: boolean; stripAccents: boolean; lowercase: boolean }
  | { kind: 'strip'; left: boolean; right: boolean }
  /** `unlessThere`: only in front of text that does not begin with it. */
  | { kind: 'prepend'; text: string; unlessThere?: true }
  /** A regex is in Oniguruma's dialect. */
  | { kind: 'replace'; pattern: string; isRegex: boolean; content: string }
  /** The charsmap of SentencePiece, base64, as in tokenizer.json. */
  | { kind: 'precompiled'; charsmap: string }

/** What a tokenizer does to text before its model sees it, as plain data. */
export interface Pipeline {
  /** As the user named it; for the receipt. */
  name: string
  /** All tokens that are found in the text before it is cut, the special ones included. */
  addedTokens: readonly AddedToken[]
  normalizers: readonly Normalizer[]
  stages: readonly Stage[]
  /** The contents of the tokenizer's own special tokens. */
  specialTokens: readonly string[]
  /** `normalizer` and `pre_tokenizer` as in tokenizer.json, for those who run them elsewhere; tiktoken's patterns have none. */
  huggingFace?: { normalizer: unknown; preTokenizer: unknown }
  /** What the tokenizer of this name has and the pipeline has not; a run warns of it. */
  lacks?: string
}

/** One piece and its count; `piece` may be a view into memory that is reused: copy it to keep it. */
export interface PieceCount {
  piece: Uint8Array
  count: number
}

/** Which tier may run: the fastest that can do the pattern, or one by name. */
export type TierChoice = 'auto' | 'reference' | 'automaton' | 'simd'
export type EngineChoice = TierChoice | 'transformers.js'

export type ErrorPolicy = 'replace' | 'strict' | 'ignore'

/** How documents stand in a source. 'json': a JSON array of rows, or JSON values one after another. */
export type InputFormat = 'text' | 'jsonl' | 'json' | 'csv' | 'tsv' | 'parquet'

/** How a source is stored. */
export type Compression = 'none' | 'gzip' | 'zstd' | 'xz' | 'bzip2'

export interface Source {
  /** As it is named to the user. */
  path: string
  /** The file that holds what came from standard input; `path` is no path then. */
  spool?: string
  /** Size in bytes, as it is stored. */
  size: number
  /** Time of the last change in milliseconds; with `size`, what tells that a file changed while it was read. */
  modified: number
  format: InputFormat
  compression: Compression
}

/** A byte range of a source, as it is stored, that one worker takes. */
export interface Chunk {
  source: number
  start: number
  end: number
  /** Documents that begin at this place of the plain data, or behind it, are left out. */
  until?: number
}

/** Consecutive chunks, by their numbers: [start, end). What a worker does at a time. */
export interface Task {
  start: number
  end: number
}

/** What was met in some stretch of input, in bytes unless said otherwise. Adds up over chunks. */
export interface Tally {
  /** Bytes of the source, as it is stored, that were worked through. */
  stored: number
  /** Bytes of plain data: of the file, or of what its compression holds; of Parquet, the bytes of the text column. */
  read: number
  /** Bytes of special tokens. */
  special: number
  /** Bytes (of text as it was split) that a stage dropped. */
  dropped: number
  /** Bytes of plain data that are no text: what JSON and CSV put around and into it, and a byte-order mark that was stripped. */
  format: number
  /** Invalid UTF-8: bytes that the policy 'ignore' left out. */
  ignored: number
  /** Invalid UTF-8: bytes that 'replace' exchanged for U+FFFD (3 bytes each). */
  replaced: number
  /** Bytes of text that went to the added tokens and the normalizer, minus bytes that came out: special tokens and text to be counted. */
  normalized: number
  /** Records that could not be read and were left out (only with onError: 'skip'), and their bytes of plain data (not known of Parquet's rows). */
  skippedRecords: number
  skippedBytes: number
  /** Bytes of documents that were not chosen: by a sample, or behind a limit. */
  filtered: number
  /** Number of maximal invalid sequences. */
  invalidSequences: number
  /** Number of non-empty documents. */
  documents: number
  /** Number of pre-tokens. */
  pieces: number
  /** How often each special token was met, in the order of the run's list. */
  specialTokens: number[]
}

/** Where invalid UTF-8 was found: bytes [start, end) of plain data; of Parquet, rows. */
export interface InvalidRange {
  path: string
  start: number
  end: number
}

/** A record that was left out: bytes [start, end) of plain data; of Parquet, one row or, behind damage, those up to the end of the row group. */
export interface SkippedRecord {
  path: string
  start: number
  end: number
  reason: string
}

/** What was chosen from the input and from the result; what was not asked for is not there. */
export interface Filters {
  sample?: { fraction: number; seed: number }
  maxBytes?: number
  maxDocuments?: number
  /** The first document, if any, that these limits left out; the sources behind it were not read. */
  limit?: { path: string; place: number }
  /** Pieces that were left out of the result at the end; `pieces`, `distinct` and `bytes.pieces` of the receipt count them. */
  minCount?: number
  include?: string
  exclude?: string
  removed?: { distinct: number; pieces: number; bytes: number }
}

/** Accounts for every byte of a run. All sizes in bytes. */
export interface Receipt {
  pretok: string
  tokenizer: string
  engine: string
  unicode: string
  sources: { path: string; size: number; format: InputFormat; compression: Compression }[]
  bytes: {
    /** Bytes of the sources as they are stored. */
    stored: number
    /** Bytes of the sources, as they are stored, behind a limit on documents. */
    unread: number
    /**
     * Bytes of plain data: of the files, or of what their compression holds; of Parquet, the bytes of the text columns.
     * read = pieces + special + dropped + format + skipped + filtered + ignored + replacedGain + normalizedGain
     */
    read: number
    /** Bytes of counted pre-tokens: the sum over the result of length × count. */
    pieces: number
    special: number
    dropped: number
    /** What JSON and CSV put around the text and into it, line ends between documents, byte-order marks that were stripped. */
    format: number
    /** Records that were left out. */
    skipped: number
    /** Documents that were not chosen. */
    filtered: number
    ignored: number
    /** Bytes read as invalid UTF-8 minus bytes of U+FFFD counted in their place; negative if the text grew. */
    replacedGain: number
    /** Bytes that the normalizer took out of the text; negative if it grew, or if two added tokens share white space. */
    normalizedGain: number
  }
  documents: number
  pieces: number
  distinct: number
  specialTokens: Record<string, number>
  invalidUtf8: { policy: ErrorPolicy; sequences: number; bytes: number; first: InvalidRange[] }
  filters: Filters
  /** Chunks that had to be counted again after a worker failed. */
  retried: { path: string; start: number; end: number; reason: string }[]
  /** Chunks that were left out (only with onError: 'skip'). */
  skipped: { path: string; start: number; end: number; reason: string }[]
  /** Records that were left out (only with onError: 'skip'): how many, and the first places. */
  skippedRecords: { count: number; first: SkippedRecord[] }
  numProcesses: number
  /** How many counted: threads, and the main thread where it did. */
  workers: number
  chunks: number
  memory: {
    maxMemoryGb: number
    /** Largest resident set of the process that was sampled. */
    peakRss: number
    /** The same for each phase: plan, count, merge. */
    peakRssOf: Record<string, number>
    /** What the workers accounted for at the end, all together. */
    tables: number
  }
  /** CPU use in percent of one core, averaged over the samples. */
  cpuPercent: number
  seconds: { plan: number; count: number; merge: number; total: number }
}
