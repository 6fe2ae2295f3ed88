import { checkChoice, checkFunction, checkOptionNames, checkPath, checkSignal, checkSize, checkTexts, isTexts, refuse, type OptionNames } from './checks.ts'
import { ENGINE_CHOICES } from './count/engine.ts'
import { PretokError } from './errors.ts'
import { parseDelimiter } from './format/csvHeader.ts'
import { INPUT_FORMATS } from './format/detect.ts'
import { ERROR_POLICIES } from './format/encoding.ts'
import { parseFields, textFieldsOf } from './format/textFields.ts'
import { DOCUMENT_PER, ON_ERROR, type DocumentPer } from './format/records.ts'
import { createPieceFilter, type PieceFilter } from './select/pieceFilter.ts'
import type { Sample } from './select/sample.ts'
import type { TokenizerChoice } from './tokenizer/resolve.ts'
import { checkTemporaryBase } from './temporary.ts'
import type { EngineChoice, ErrorPolicy, InputFormat } from './types.ts'

export interface PretokenizeOptions {
  /** Number of workers: threads, and for little input the main thread as one of them. Default: the cores that this process may use. */
  numProcesses?: number | undefined
  /** Memory budget of each worker in GiB; the main thread comes on top. Default: three quarters of the memory available, shared out. */
  maxMemoryGb?: number | undefined
  /** A preset's name, a pattern, or a pipeline. Default: 'gpt2'. */
  tokenizer?: TokenizerChoice | undefined
  /**
   * Which tier splits; all give the same pieces. Default: 'auto', the fastest that can do the pattern; the receipt names it. 'transformers.js'
   * is none of them: it runs the pre-tokenizer of @xenova/transformers, whose pieces are not always those of the tokenizer.
   */
  engine?: EngineChoice | undefined
  /** Takes this part of the documents, chosen by a hash of the file's name (without folders), their place, and the seed. Default: 1, all. */
  sample?: number | undefined
  /** Another seed gives another sample. Default: 0. */
  seed?: number | undefined
  /** Takes documents in order, whole ones, as long as their text is not longer than this. */
  maxBytes?: number | undefined
  /** Takes no more than so many documents, the first ones. */
  maxDocuments?: number | undefined
  /** Leaves out of the result pieces that occur less often, at the end. */
  minCount?: number | undefined
  /** Leaves out of the result pieces in which this regex (of JavaScript, flag v) finds nothing. */
  include?: string | undefined
  /** Leaves out of the result pieces in which this regex finds something. */
  exclude?: string | undefined
  /** What happens to invalid UTF-8. Default: 'replace', as with Python's errors='replace'. */
  errors?: ErrorPolicy | undefined
  /** What all inputs hold. Default: as their endings say, behind the ending of a compression; text if those say nothing. */
  format?: InputFormat | undefined
  /** What in a text file is a document: the text between special tokens ('file', the default), a line, or what stands between empty lines. */
  documentPer?: DocumentPer | undefined
  /** Path of the field that holds the text, in JSON, CSV and Parquet: `text` (default), `meta.body`; or several, which together are one document. */
  textField?: string | readonly string[] | undefined
  /** The character of ASCII between the fields of a table. Default: a comma in CSV, a tab in TSV. */
  delimiter?: string | undefined
  /** Longest row of JSON or CSV in bytes. Default: 64 MiB. */
  maxRecordBytes?: number | undefined
  /** Leaves out a byte-order mark at the start of a file. Default: false; the mark is text, as for the reference engines. */
  stripBom?: boolean | undefined
  /** What happens to a record that cannot be read, or a chunk that cannot be counted: fails the run (default), or is left out and listed in the receipt. */
  onError?: 'fail' | 'skip' | undefined
  /** Size of chunks in bytes. Default: from file size, numProcesses and maxMemoryGb. */
  chunkBytes?: number | undefined
  /** Size of the blocks in which a worker reads, in bytes; of plain text up to four are read at once. Default: 256 KiB. */
  blockBytes?: number | undefined
  /** Longest pre-token in bytes. Default: 64 MiB, or a 32nd of a worker's memory if that is less. */
  maxPieceBytes?: number | undefined
  /**
   * A folder for what does not fit into memory, and for standard input and pipes; what is put there is removed in the end. Default: the system's
   * folder for temporary files.
   */
  tempDir?: string | undefined
  /** Called about ten times a second. */
  onProgress?: ((progress: Progress) => void) | undefined
  /** Called with things that the user should know and that do not stop the run. */
  onWarning?: ((message: string) => void) | undefined
  /** Stops the run: it fails with code 'interrupted' and leaves nothing behind. */
  signal?: AbortSignal | undefined
  /** A run folder: each task's result is kept there, so that a run that was stopped or killed can go on. What is spilled goes there, too. */
  workDir?: string | undefined
  /** Goes on with the run that is in workDir. */
  resume?: boolean | undefined
  /** Bytes that a worker accounts for, in place of what is left of its budget; for tests, which spill with little. */
  accountedBytes?: number | undefined
  /** The module that workers run; for tests of what happens when they fail. */
  workerUrl?: URL | undefined
}

export interface Progress {
  /** 'merge' once all is counted and the workers' tables are added up. */
  phase: 'count' | 'merge'
  /** Bytes of the sources, as they are stored, that were worked through, and all. */
  bytes: number
  totalBytes: number
  /** Non-empty documents, and pre-tokens, so far. */
  documents: number
  pieces: number
  /** Distinct pieces of each worker, added up: an upper bound. */
  distinct: number
  /** Resident set of the process in bytes. */
  rss: number
  /** CPU use in percent of one core. */
  cpuPercent: number
  /** Seconds since the run began. */
  seconds: number
  /** Bytes, and bytes of memory accounted for, of each worker. */
  workers: { bytes: number; memory: number }[]
}

const CHOICES = {
  engine: ENGINE_CHOICES,
  errors: ERROR_POLICIES,
  onError: ON_ERROR,
  format: INPUT_FORMATS,
  documentPer: DOCUMENT_PER,
} as const
/** Of options of which nothing else is asked here, or what is asked is true of others, too. */
const TYPES = {
  numProcesses: 'number',
  maxMemoryGb: 'number',
  chunkBytes: 'number',
  sample: 'number',
  seed: 'number',
  minCount: 'number',
  include: 'string',
  exclude: 'string',
  stripBom: 'boolean',
  resume: 'boolean',
} as const
const WANTED = { number: 'a number', string: 'a string', boolean: 'true or false' } as const
export const DEFAULT_MAX_RECORD_BYTES = 2 ** 26

/** Throws 'usage' for what is no delimiter. */
export const delimiterByteOf = ({ delimiter }: PretokenizeOptions): number | undefined =>
  delimiter === undefined ? undefined : parseDelimiter(delimiter)

export const sampleOf = ({ sample, seed = 0 }: PretokenizeOptions): Sample | undefined =>
  sample === undefined ? undefined : { fraction: sample, seed }

export const pieceFilterOf = ({ minCount, include, exclude }: PretokenizeOptions): PieceFilter | undefined =>
  minCount === undefined && include === undefined && exclude === undefined
    ? undefined
    : {
        ...(minCount === undefined ? {} : { minCount }),
        ...(include === undefined ? {} : { include }),
        ...(exclude === undefined ? {} : { exclude }),
      }

const OPTION_NAMES: OptionNames<PretokenizeOptions> = {
  numProcesses: true,
  maxMemoryGb: true,
  tokenizer: true,
  engine: true,
  sample: true,
  seed: true,
  maxBytes: true,
  maxDocuments: true,
  minCount: true,
  include: true,
  exclude: true,
  errors: true,
  format: true,
  documentPer: true,
  textField: true,
  delimiter: true,
  maxRecordBytes: true,
  stripBom: true,
  onError: true,
  chunkBytes: true,
  blockBytes: true,
  maxPieceBytes: true,
  tempDir: true,
  onProgress: true,
  onWarning: true,
  signal: true,
  workDir: true,
  resume: true,
  accountedBytes: true,
  workerUrl: true,
}

/** Throws 'usage' for options that cannot be, so that a wrong value never means something else. Numbers of the plan are checked there. */
export const checkOptions = (options: PretokenizeOptions): void => {
  checkOptionNames(options, OPTION_NAMES)
  for (const [name, choices] of Object.entries(CHOICES)) checkChoice(name, options[name as keyof typeof CHOICES], choices)
  for (const name of ['blockBytes', 'maxPieceBytes', 'maxRecordBytes'] as const) checkSize(name, options[name])
  const fields: unknown = textFieldsOf(options)
  if (!isTexts(fields)) refuse('textField', fields, 'a path or an array of paths')
  parseFields(textFieldsOf(options))
  for (const [name, type] of Object.entries(TYPES)) {
    const value = options[name as keyof typeof TYPES]
    if (value !== undefined && typeof value !== type) refuse(name, value, WANTED[type])
  }
  if (options.workDir !== undefined) checkPath('workDir', options.workDir)
  if (options.tempDir !== undefined) checkTemporaryBase('tempDir', options.tempDir)
  const { sample, seed, delimiter } = options
  if (delimiter !== undefined && typeof delimiter !== 'string') refuse('delimiter', delimiter, 'a character')
  delimiterByteOf(options)
  if (sample !== undefined && !(sample >= 0 && sample <= 1)) refuse('sample', sample, 'a number from 0 to 1')
  if (seed !== undefined && !Number.isSafeInteger(seed)) refuse('seed', seed, 'a whole number')
  for (const name of ['maxBytes', 'maxDocuments'] as const) {
    const value = options[name]
    if (value !== undefined && !(Number.isSafeInteger(value) && value >= 0)) refuse(name, value, 'a whole number from 0 up')
  }
  createPieceFilter(pieceFilterOf(options) ?? {})
  for (const name of ['onProgress', 'onWarning'] as const) if (options[name] !== undefined) checkFunction(name, options[name])
  checkSignal(options.signal)
  if (options.resume === true && options.workDir === undefined)
    throw new PretokError('usage', 'resume: goes on with the run in workDir, but none was given')
}

/** The files and special tokens of a run, as lists. Throws 'usage' for what is none. */
export const checkLists = (files: string | readonly string[], specialTokens: readonly string[]): readonly string[] => {
  const paths = typeof files === 'string' ? [files] : files
  checkTexts('files', paths, 'a path or an array of paths')
  if (paths.length === 0) throw new PretokError('usage', 'nothing to count: no file was given')
  checkTexts('specialTokens', specialTokens)
  return paths
}
