import { stat } from 'node:fs/promises'
import type { ArgumentsCamelCase, CommandModule, InferredOptionTypes } from 'yargs'
import { milliseconds } from '../clock.ts'
import { PretokError } from '../errors.ts'
import { compressionOf, formatOf } from '../format/detect.ts'
import { DEFAULT_SEPARATOR, generateCorpus, type GenerateProgress } from '../generate/generateCorpus.ts'
import { CORPUS_KINDS } from '../generate/kinds.ts'
import { onInterrupt } from './interrupt.ts'
import { single } from './options.ts'
import { formatBytes, parseSize } from './size.ts'
import { plural } from './table.ts'
import { canDraw, say } from './terminal.ts'

const OPTIONS = {
  size: { type: 'string', requiresArg: true, demandOption: true, describe: 'Exact size of the corpus, such as 500kB, 10MB or 1.5GiB' },
  kind: { choices: CORPUS_KINDS, requiresArg: true, describe: 'What the corpus looks like  [default: stories]' },
  seed: { type: 'string', requiresArg: true, describe: 'Whole number; another seed gives other texts  [default: 1]' },
  separator: { type: 'string', requiresArg: true, describe: `Line between documents (jsonl has rows)  [default: ${DEFAULT_SEPARATOR}]` },
  'document-size': { type: 'string', requiresArg: true, describe: 'Document size, half to one and a half times  [default: by kind]' },
  force: { alias: 'f', type: 'boolean', describe: 'Replace OUT if it exists' },
  quiet: { alias: 'q', type: 'boolean', describe: 'Only errors' },
} as const

type Arguments = InferredOptionTypes<typeof OPTIONS> & { OUT: string }

const ABOUT = `Writes a synthetic corpus for trying things out. The same options give the same bytes on every machine.

Kinds:
  stories       short English-like stories
  prose         English-like prose with a vocabulary of a million words
  tiny          the same in documents of about 50 bytes
  logs          log files: times, levels, ids, addresses
  code          code-like text in a few languages
  multilingual  many scripts, with and without spaces, marks, emoji
  cjk           Chinese, Japanese and Korean
  mixed         documents of stories, logs, code and multilingual text
  jsonl         rows {"id", "text", "meta"} of stories, code and multilingual text
  varied        as varied as the web: a million distinct pre-tokens in 100 MB
  distinct      the worst case: nearly every word is new`

const parseSeed = (text: string): number => {
  const seed = Number(text)
  if (!/^-?\d+$/.test(text) || !Number.isSafeInteger(seed))
    throw new PretokError('usage', `--seed ${JSON.stringify(text)}: a whole number is needed`)
  return seed
}

const parseDocumentSize = (text: string): number => {
  const bytes = parseSize(text, '--document-size')
  if (bytes === 0) throw new PretokError('usage', `--document-size ${JSON.stringify(text)}: a document has at least one byte`)
  return bytes
}

/** Throws 'usage' for names that promise what is not done. */
const pathOf = (path: string): string => {
  if (path === '') throw new PretokError('usage', 'generate: the name of the file is empty; - is stdout')
  const compression = compressionOf(path, NOTHING)
  if (compression !== 'none')
    throw new PretokError('usage', `generate ${path}: it would not be compressed; pretok generate - --size SIZE | ${compression} > ${path} does that`)
  if (formatOf(path, NOTHING) === 'parquet') throw new PretokError('usage', `generate ${path}: Parquet is not made; --kind jsonl makes rows`)
  return path
}

const NOTHING = Buffer.alloc(0)

/** Devices and pipes hold nothing that could be lost. If a path cannot be looked at, the writing of it will say why. */
const checkIsNew = async (path: string): Promise<void> => {
  const found = path === '-' ? undefined : await stat(path).catch(() => undefined)
  if (found?.isFile()) throw new PretokError('output', `${path} exists already; --force replaces it`)
}

interface Display {
  show: (progress: GenerateProgress) => void
  stop: () => void
}

const createBar = async (bytes: number): Promise<Display> => {
  const { SingleBar } = await import('cli-progress')
  const bar = new SingleBar({
    stream: process.stderr,
    format: '{bar} {percentage} %  {text}',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 24,
    linewrap: true, // as in reporter.ts, the modes of the terminal stay as they are
    clearOnComplete: true,
  })
  bar.start(Math.max(1, bytes), 0, { text: '' })
  return {
    show: (progress) => bar.update(progress.bytes, { text: `${formatBytes(progress.bytes)} of ${formatBytes(bytes)}` }),
    stop: () => bar.stop(),
  }
}

const createDisplay = async (bytes: number, isQuiet: boolean): Promise<Display> =>
  !isQuiet && canDraw() ? createBar(bytes) : { show: () => {}, stop: () => {} }

const summary = (path: string, { bytes, documents }: GenerateProgress, seconds: number): string => {
  const speed = Math.round(bytes / Math.max(seconds, 0.001) / 1e6)
  const name = path === '-' ? 'to standard output' : path
  return `wrote ${name}: ${plural(bytes, 'byte')}, ${plural(documents, 'document')}, ${seconds.toFixed(2)} s, ${speed} MB/s`
}

const optionsOf = (args: Arguments) => {
  const documentSize = single('document-size', args['document-size'])
  return {
    path: pathOf(args.OUT),
    bytes: parseSize(single('size', args.size), '--size'),
    kind: single('kind', args.kind) ?? 'stories',
    seed: parseSeed(single('seed', args.seed) ?? '1'),
    separator: single('separator', args.separator) ?? DEFAULT_SEPARATOR,
    documentBytes: documentSize === undefined ? undefined : parseDocumentSize(documentSize),
  }
}

const handler = async (args: ArgumentsCamelCase<Arguments>): Promise<void> => {
  const options = optionsOf(args)
  if (args.force !== true) await checkIsNew(options.path)
  if (args.separator !== undefined && options.kind === 'jsonl' && args.quiet !== true)
    say('warning: --separator changes nothing: jsonl has rows, and nothing between them')
  const display = await createDisplay(options.bytes, args.quiet === true)
  const stopping = new AbortController()
  const release = onInterrupt(stopping)
  const started = milliseconds()
  try {
    const progress = await generateCorpus({ ...options, onProgress: display.show, signal: stopping.signal })
    display.stop()
    const seconds = (milliseconds() - started) / 1000
    if (args.quiet !== true && progress !== undefined) say(summary(options.path, progress, seconds))
  } finally {
    display.stop()
    release()
  }
}

export const generateCommand: CommandModule<object, Arguments> = {
  command: 'generate <OUT>',
  describe: 'Make a synthetic corpus for trying things out',
  builder: (yargs) =>
    yargs
      .usage(`$0 generate OUT --size SIZE [options]\n\n${ABOUT}`)
      .positional('OUT', { type: 'string', demandOption: true, describe: 'File to write; - is stdout' })
      .nargs('OUT', 1) // otherwise yargs takes a lone - for an empty text
      .options(OPTIONS)
      .example('$0 generate corpus.txt --size 100MB', 'stories, 100,000,000 bytes')
      .example('$0 generate worst.txt --size 2GiB --kind distinct', 'as many different words as fit')
      .example('$0 generate rows.jsonl --size 10MB --kind jsonl --seed 7', 'rows of JSON')
      .example('$0 generate - --size 1GB --kind mixed | wc -w', 'into a pipe'),
  handler,
}
