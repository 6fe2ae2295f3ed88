import { existsSync } from 'node:fs'
import type { Argv, CommandModule } from 'yargs'
import { describeSystemError, isOutOfFiles, PretokError } from '../errors.ts'
import { askToPrepare, endUntakenDecompressor, startDecompressor } from '../read/decompressorThread.ts'
import { closeSpareThreads, startSpareThreads } from '../pool/threads.ts'
import { closest } from '../closest.ts'
import { VERSION } from '../version.ts'
import { exitCodeOf } from './exitCodes.ts'
import { isDecompressorExpected, threadsExpected } from './headStart.ts'
import { printable } from './terminal.ts'
import { grammarOf, plainWords, type Grammar } from './words.ts'

/** Only the command that is called is loaded: most of a short run would be loading the others. */
const LOADERS: Readonly<Record<string, () => Promise<unknown>>> = {
  count: async () => (await import('./count.ts')).countCommand,
  split: async () => (await import('./split.ts')).splitCommand,
  plan: async () => (await import('./plan.ts')).planCommand,
  status: async () => (await import('./status.ts')).statusCommand,
  merge: async () => (await import('./merge.ts')).mergeCommand,
  top: async () => (await import('./top.ts')).topCommand,
  diff: async () => (await import('./diff.ts')).diffCommand,
  stats: async () => (await import('./stats.ts')).statsCommand,
  tokenizers: async () => (await import('./tokenizers.ts')).tokenizersCommand,
  generate: async () => (await import('./generate.ts')).generateCommand,
}
const COMMAND_NAMES = Object.keys(LOADERS)

const EPILOGUE = `stdout carries data, stderr carries messages.
Exit codes: 0 done, 1 failed (diff: the files differ), 2 bad usage, 3 finished with skipped input, 130 interrupted.`

/**
 * What stands behind -- are names, whatever they begin with; yargs would lose them. The command `split`, whose argument is no name, has it as it is.
 */
const withoutDashes = (args: readonly string[]): string[] => {
  const dashes = args[0] === 'split' ? -1 : args.indexOf('--')
  if (dashes === -1) return [...args]
  const names = args.slice(dashes + 1).map((name) => (name.startsWith('-') && name !== '-' ? `./${name}` : name))
  // an option in front of it has no value: it must not get a name for one
  const last = dashes > 0 && args[dashes - 1].startsWith('-') ? dashes - 1 : dashes
  return [...args.slice(0, last), ...names, ...args.slice(last, dashes)]
}

/** `pretok FILE` is short for `pretok count FILE`. Throws 'usage' for a mistyped command. */
const withCommand = (typed: readonly string[]): string[] => {
  const args = withoutDashes(typed)
  const [first] = args
  if (first === undefined || COMMAND_NAMES.includes(first) || ['--help', '-h', '--version'].includes(first)) return [...args]
  if (first === 'help' && !existsSync(first)) return [...args.slice(1), '--help']
  const near = first.startsWith('-') || existsSync(first) ? undefined : closest(first, COMMAND_NAMES)
  if (near !== undefined)
    throw new PretokError('usage', `${first}: there is no such command and no such file (did you mean pretok ${near}?)`)
  return ['count', ...args]
}

/** What yargs says of the command line, in words that say what to write. */
const explain = (message: string, known: readonly string[], { command }: CommandModule): string => {
  const [, what, names] = /^(Unknown|Missing required) arguments?(?:: | following: )(.*)$/.exec(message) ?? []
  switch (what) {
    case 'Unknown':
      return explainUnknown(names.split(', '), known)
    case 'Missing required':
      return `${names.split(', ').map(asTyped).join(', ')} must be given`
  }
  const got = /^Not enough non-option arguments: got (\d+)/.exec(message)?.[1]
  return got === undefined ? message : explainOperands(String(command), Number(got))
}

/** @param command as yargs has it, such as `diff <A> <B>` */
const explainOperands = (command: string, got: number): string => {
  const missing = [...command.matchAll(/<(\w+)/g)].map(([, name]) => name).slice(got)
  return `${command.split(' ')[0]}: ${missing.join(' and ')} must be given`
}

/** Names the options that come near to the ones that yargs does not know. */
const explainUnknown = (unknown: readonly string[], known: readonly string[]): string => {
  const operands = unknown.filter((name) => process.argv.includes(name))
  if (operands.length > 0) return `unexpected ${operands.map((name) => JSON.stringify(name)).join(', ')}`
  const hints = [...new Set(unknown.map((name) => closest(name, known)).filter((name) => name !== undefined))]
  const options = [...new Set(unknown.map(asTyped))]
  return `unknown option ${options.join(', ')}${hints.length > 0 ? ` (did you mean ${hints.map((name) => `--${name}`).join(' or ')}?)` : ''}`
}

/** An option as it stands on the command line: yargs tells `q`, and `maxMemoryGb` for `--max-memory-gb` too. */
const asTyped = (name: string): string => {
  if (name.length === 1) return `-${name}`
  const isWritten = process.argv.some((word) => word.split('=')[0] === `--${name}`)
  return `--${isWritten ? name : name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}

const optionNames = (parser: Argv): string[] => {
  const { key } = (parser as Argv & { getOptions(): { key: Record<string, unknown> } }).getOptions()
  return ['help', ...Object.keys(key).filter((name) => name.length > 1)]
}

/** Whether help is asked for, be it where a value should stand. */
const wantsHelp = (words: readonly string[]): boolean =>
  words.slice(0, words.includes('--') ? words.indexOf('--') : undefined).some((word) => word === '--help' || word === '-h')

/** While a command runs, yargs lays out the whole help in case it is asked for later, which takes longer than to read the first megabytes. */
const withoutSpareHelp = (parser: Argv): void => {
  interface Internals {
    getInternalMethods?(): { getUsageInstance(): { cacheHelpMessage(): void } }
  }
  const usage = (parser as Argv & Internals).getInternalMethods?.().getUsageInstance()
  if (usage !== undefined) usage.cacheHelpMessage = () => {}
}

/** Starts threads that will probably be wanted. */
const giveHeadStart = async (args: readonly string[]): Promise<void> => {
  if (isDecompressorExpected(args)) askToPrepare(startDecompressor())
  const threads = threadsExpected(args)
  if (threads > 0) await startSpareThreads(new URL('./worker.js', import.meta.url), threads)
}

/** Ends those that were not. */
const endSpareThreads = async (): Promise<void> => {
  await Promise.all([closeSpareThreads(), endUntakenDecompressor()])
}

const main = async (): Promise<void> => {
  const args = withCommand(process.argv.slice(2))
  if (args[0] === '--version') return void process.stdout.write(`${VERSION}\n`)
  const called = COMMAND_NAMES.filter((name) => name === args[0])
  if (called[0] === 'count') await giveHeadStart(args.slice(1))
  const [{ default: yargs }, ...commands] = await Promise.all([
    import('yargs'),
    ...(called.length > 0 ? called : COMMAND_NAMES).map((name) => LOADERS[name]() as Promise<CommandModule>),
  ])
  const grammar = called.length === 0 ? undefined : grammarOf(commands[0])
  const words = grammar === undefined || wantsHelp(args) ? args : [args[0], ...plainWords(args.slice(1), grammar)]
  const parser: Argv = yargs(words)
    .scriptName('pretok')
    .usage(
      '$0 <command>\n\nTurns an ML corpus of any size into exact pre-token counts, for training BPE tokenizers.\nThe short form pretok FILE is pretok count FILE.',
    )
    .command(commands)
    .demandCommand(1, 'a command or a file is needed')
    .strict()
    .version(VERSION)
    .locale('en') // the texts of the commands are
    .help(false)
    .epilogue(EPILOGUE)
    .wrap(Math.min(100, process.stderr.columns ?? 100))
    .parserConfiguration({ 'boolean-negation': false, 'camel-case-expansion': false, 'parse-positional-numbers': false })
    .exitProcess(false)
    .fail((message, error) => {
      // yargs' own errors are about the words of the command line, too
      if (error !== undefined && error !== null && error.name !== 'YError') throw error
      const explained = explain(message ?? error?.message, optionNames(parser), commands[0])
      throw new PretokError('usage', `${explained}\npretok --help and pretok COMMAND --help list what there is`)
    })
  // otherwise a last operand that is called help would ask for it, too
  if (wantsHelp(words)) parser.help().alias('help', 'h')
  withoutSpareHelp(parser)
  await parser.parseAsync().catch((error: unknown) => {
    throw withTypedName(error, grammar)
  })
}

/** The library calls its options otherwise. */
const withTypedName = (error: unknown, grammar: Grammar | undefined): unknown => {
  if (!(error instanceof PretokError)) return error
  const [, name] = /^([a-z]+(?:[A-Z][a-z]+)*): /.exec(error.message) ?? []
  const typed = name === undefined ? '' : asTyped(name)
  if (error.code === 'pattern' || grammar?.names.has(typed.slice(2)) !== true) return error
  return new PretokError(error.code, typed + error.message.slice(name.length), { cause: error.cause })
}

const isJson = process.argv.includes('--log=json') || process.argv.some((word, i) => word === 'json' && process.argv[i - 1] === '--log')

/** yargs asks for it, and so does each thread. */
const isCwdGone = (error: unknown): boolean => error instanceof Error && 'syscall' in error && error.syscall === 'uv_cwd'

const describe = (error: unknown): { code: string; message: string } => {
  if (error instanceof PretokError) return { code: error.code, message: error.message }
  if (isCwdGone(error)) return { code: 'input', message: 'starting: the current folder is not there any more, or not to be seen; cd to another one' }
  if (isOutOfFiles(error)) return { code: 'limit', message: `starting: ${describeSystemError(error)}` }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return { code: 'bug', message: `${message}\nThis is a bug in pretok: please report it` }
}

let hasFailed = false

const fail = (error: unknown): void => {
  hasFailed = true
  const { code, message } = describe(error)
  process.stderr.write(isJson ? `${JSON.stringify({ event: 'error', time: new Date().toISOString(), code, message })}\n` : `pretok: ${printable(message)}\n`)
  process.exitCode = exitCodeOf(error)
}

// pidusage would print a stack where it has to do without what it asks the system for
process.env.PIDUSAGE_SILENT ??= '1'

// a reader that stops early, as in `pretok top … | head`, is no error; what else is to be done is done
let outputError: NodeJS.ErrnoException | undefined
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') outputError ??= error
})
// who writes may tell more of it, but only later
process.once('exit', () => {
  if (outputError !== undefined && !hasFailed)
    fail(new PretokError('output', `writing to standard output: ${describeSystemError(outputError)}`))
})
// without anybody to read the messages, the work goes on
process.stderr.on('error', () => {})

/** Runs the command of the command line. */
export const done: Promise<void> = main().catch(fail).finally(endSpareThreads)
