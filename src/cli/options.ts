import type { InferredOptionTypes, Options } from 'yargs'
import { ENGINE_CHOICES } from '../count/engine.ts'
import { PretokError } from '../errors.ts'
import { INPUT_FORMATS } from '../format/detect.ts'
import { ERROR_POLICIES } from '../format/encoding.ts'
import { DOCUMENT_PER, ON_ERROR } from '../format/records.ts'
import { PATTERN_STYLES } from '../tokenizer/patternPipeline.ts'
import { loadTokenizer, type TokenizerChoice } from '../tokenizer/resolve.ts'
import type { Pipeline } from '../types.ts'
import { parseSize } from './size.ts'

/*
 * Options that several commands share. Options that may be given more than once are no yargs arrays: those would swallow the file names
 * that follow them.
 */

const options = <Given extends Record<string, Options>>(given: Given): Given => given

export const TOKENIZER_OPTIONS = options({
  tokenizer: {
    alias: 't',
    type: 'string',
    requiresArg: true,
    describe:
      'Tokenizer that says how text is cut: a preset (see pretok tokenizers), a tokenizer.json, a folder with one, or a hub id  [default: gpt2]',
    group: 'Tokenizer:',
  },
  pattern: { alias: 'p', type: 'string', requiresArg: true, describe: 'Cut by this regex instead of a preset', group: 'Tokenizer:' },
  'pattern-style': {
    choices: PATTERN_STYLES,
    requiresArg: true,
    group: 'Tokenizer:',
    describe:
      'Whose rules the regex follows. tiktoken: fancy-regex, text it does not match is dropped. huggingface: Oniguruma, such text makes pieces  [default: tiktoken]',
  },
  special: {
    alias: 's',
    type: 'string',
    requiresArg: true,
    describe: 'Special token: ends documents, is never counted. May be repeated; adds to those of the tokenizer',
    group: 'Tokenizer:',
  },
  'no-default-special-tokens': { type: 'boolean', describe: 'Take only the special tokens given with -s', group: 'Tokenizer:' },
})

export const RUN_OPTIONS = options({
  engine: {
    choices: ENGINE_CHOICES,
    requiresArg: true,
    describe:
      'Tier that splits; all give the same pieces  [default: auto, the fastest that can]. transformers.js is none: its own pre-tokenizer, with its own pieces, slow',
    group: 'Workers:',
  },
  'num-processes': {
    alias: 'n',
    type: 'number',
    requiresArg: true,
    describe: 'Number of workers  [default: the cores available]',
    group: 'Workers:',
  },
  'max-memory-gb': {
    alias: 'm',
    type: 'number',
    requiresArg: true,
    describe: 'Memory budget of each worker in GiB  [default: 3/4 of the memory available, shared out]',
    group: 'Workers:',
  },
  'chunk-bytes': {
    type: 'string',
    requiresArg: true,
    describe: 'Size of the chunks that workers take, such as 16MB  [default: from file size, -n and -m]',
    group: 'Workers:',
  },
  'block-bytes': {
    type: 'string',
    requiresArg: true,
    describe: 'Size of the blocks in which a worker reads  [default: 256KiB]',
    group: 'Workers:',
  },
  'max-piece-bytes': { type: 'string', requiresArg: true, describe: 'Longest pre-token  [default: 64MiB]', group: 'Workers:' },
})

export const TEMP_DIR_OPTION = options({
  'temp-dir': {
    type: 'string',
    requiresArg: true,
    describe: "Folder for what does not fit into memory, and for standard input  [default: the system's]",
    group: 'Workers:',
  },
})

/** What becomes of input that cannot be counted. */
export const ERROR_OPTIONS = options({
  errors: {
    choices: ERROR_POLICIES,
    requiresArg: true,
    describe: 'What to do with invalid UTF-8  [default: replace]',
    group: 'Input:',
  },
  'on-error': {
    choices: ON_ERROR,
    requiresArg: true,
    describe: 'What to do with a record that cannot be read, or a chunk that cannot be counted  [default: fail]',
    group: 'Input:',
  },
})

export const INPUT_HELP = 'Files, folders, globs, @list (a file that names inputs, one a line), or - for standard input'

export const INPUT_OPTIONS = options({
  format: {
    choices: INPUT_FORMATS,
    requiresArg: true,
    describe: 'What all inputs hold  [default: as their endings say]',
    group: 'Input:',
  },
  'text-field': {
    type: 'string',
    requiresArg: true,
    describe: 'Path of the field with the text in JSON, CSV and Parquet, such as meta.body. May be repeated  [default: text]',
    group: 'Input:',
  },
  delimiter: {
    type: 'string',
    requiresArg: true,
    describe: "What stands between the fields of CSV and TSV, such as ';' or '\\t'  [default: , in .csv, a tab in .tsv]",
    group: 'Input:',
  },
  'document-per': {
    choices: DOCUMENT_PER,
    requiresArg: true,
    describe: 'What in a text file is a document; special tokens end documents in any case  [default: file]',
    group: 'Input:',
  },
  'max-record-bytes': { type: 'string', requiresArg: true, describe: 'Longest row of JSON or CSV  [default: 64MiB]', group: 'Input:' },
  'strip-bom': { type: 'boolean', describe: 'Leave out a byte-order mark at the start of a file', group: 'Input:' },
})

export const FILTER_OPTIONS = options({
  sample: { type: 'number', requiresArg: true, describe: 'Part of the documents to take, such as 0.01', group: 'Filters:' },
  seed: { type: 'number', requiresArg: true, describe: 'Another seed gives another sample  [default: 0]', group: 'Filters:' },
  'max-bytes': {
    type: 'string',
    requiresArg: true,
    describe: 'Most text to take: the first documents, whole ones, such as 10GB',
    group: 'Filters:',
  },
  'max-documents': { type: 'number', requiresArg: true, describe: 'Most documents to take, the first ones', group: 'Filters:' },
  'min-count': { type: 'number', requiresArg: true, describe: 'Leave out pieces that occur less often', group: 'Filters:' },
  include: { type: 'string', requiresArg: true, describe: 'Leave out pieces in which this regex finds nothing', group: 'Filters:' },
  exclude: { type: 'string', requiresArg: true, describe: 'Leave out pieces in which this regex finds something', group: 'Filters:' },
})

type FilterArguments = InferredOptionTypes<typeof FILTER_OPTIONS>
type TokenizerArguments = InferredOptionTypes<typeof TOKENIZER_OPTIONS>
type InputArguments = InferredOptionTypes<typeof INPUT_OPTIONS>
type RunArguments = InferredOptionTypes<typeof RUN_OPTIONS>

/** All values of an option that may be repeated. */
export const all = (value: unknown): string[] => (value === undefined ? [] : Array.isArray(value) ? value.map(String) : [String(value)])

/** The value of an option that may not be repeated. */
export const single = <Value>(name: string, value: Value | Value[]): Value => {
  if (Array.isArray(value)) throw new PretokError('usage', `--${name} was given ${value.length} times; once is enough`)
  return value
}

const choiceOf = (args: TokenizerArguments): TokenizerChoice | undefined => {
  const pattern = single('pattern', args.pattern)
  const tokenizer = single('tokenizer', args.tokenizer)
  const style = single('pattern-style', args['pattern-style'])
  if (pattern === undefined) {
    if (style !== undefined) throw new PretokError('usage', '--pattern-style says how to read a --pattern, but there is none')
    return tokenizer
  }
  if (tokenizer !== undefined) throw new PretokError('usage', 'give either --tokenizer or --pattern, not both')
  return { pattern, style: style ?? 'tiktoken' }
}

/** The pipeline that the options ask for; a hub id is fetched. */
export const pipelineOf = (args: TokenizerArguments): Promise<Pipeline> => loadTokenizer(choiceOf(args))

/** The special tokens of a run: the tokenizer's own, unless they are not wanted, and those given. */
export const specialTokensOf = (args: TokenizerArguments, pipeline: Pipeline): string[] => [
  ...(args['no-default-special-tokens'] === true ? [] : pipeline.specialTokens),
  ...all(args.special),
]

export const errorOptionsOf = (args: InferredOptionTypes<typeof ERROR_OPTIONS>) =>
  defined({ errors: single('errors', args.errors), onError: single('on-error', args['on-error']) })

export const runOptionsOf = (args: RunArguments) => {
  return defined({
    engine: single('engine', args.engine),
    numProcesses: single('num-processes', args['num-processes']),
    maxMemoryGb: single('max-memory-gb', args['max-memory-gb']),
    chunkBytes: size(args, 'chunk-bytes'),
    blockBytes: size(args, 'block-bytes'),
    maxPieceBytes: size(args, 'max-piece-bytes'),
  })
}

export const filterOptionsOf = (args: FilterArguments) =>
  defined({
    sample: single('sample', args.sample),
    seed: single('seed', args.seed),
    maxBytes: size(args, 'max-bytes'),
    maxDocuments: single('max-documents', args['max-documents']),
    minCount: single('min-count', args['min-count']),
    include: single('include', args.include),
    exclude: single('exclude', args.exclude),
  })

const size = <Name extends string>(args: { [Key in Name]?: string | undefined }, name: Name): number | undefined => {
  const text = single(name, args[name])
  return text === undefined ? undefined : parseSize(text, `--${name}`)
}

export const inputOptionsOf = (args: InputArguments) =>
  defined({
    format: single('format', args.format),
    ...(args['text-field'] === undefined ? {} : { textField: all(args['text-field']) }),
    delimiter: single('delimiter', args.delimiter),
    maxRecordBytes: size(args, 'max-record-bytes'),
    documentPer: single('document-per', args['document-per']),
    stripBom: args['strip-bom'],
  })

/** The object without the fields that are undefined. */
export const defined = <Fields extends object>(fields: Fields): { [Key in keyof Fields]?: Exclude<Fields[Key], undefined> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never
