import { access, constants, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { InferredOptionTypes } from 'yargs'
import { describeSystemError, PretokError } from '../errors.ts'
import { factsOf } from '../read/ask.ts'
import { COUNTS_FORMATS, formatToWrite, STANDARD_STREAM, type CountsFormat } from '../write/formats.ts'
import { all, single } from './options.ts'

export const OUTPUT_OPTIONS = {
  output: {
    alias: 'o',
    type: 'string',
    requiresArg: true,
    describe: 'File to write: .json, .jsonl, .tsv, .csv (also with .gz) or .parquet; - is stdout. May be repeated',
    group: 'Output:',
  },
  'output-format': {
    choices: COUNTS_FORMATS,
    requiresArg: true,
    describe: 'Format of the outputs  [default: by their endings; json on stdout]',
    group: 'Output:',
  },
} as const

export interface CountsOutput {
  path: string
  format: CountsFormat
}

/** The outputs that were asked for. Throws 'usage' for an ending that says no format. */
export const outputsOf = (args: InferredOptionTypes<typeof OUTPUT_OPTIONS>): CountsOutput[] =>
  all(args.output).map((path) => ({ path, format: formatToWrite(path, single('output-format', args['output-format'])) }))

/**
 * Fails now, not after hours of counting, if a file could not be written, or if writing it would destroy another: an input, or another
 * output.
 *
 * @param inputsOf is asked only if an output is there already: there may be thousands of inputs, and what is not there is none of them
 */
export const checkOutputs = async (paths: readonly string[], inputsOf: () => Promise<readonly string[]>): Promise<void> => {
  const outputs: { path: string; identity: string }[] = []
  for (const path of paths) {
    if (path !== STANDARD_STREAM) await checkIsWritable(path)
    outputs.push({ path, identity: path === STANDARD_STREAM ? STANDARD_STREAM : await identityOf(path) })
  }
  const names = new Map<string, string>()
  if (outputs.some(({ identity }) => identity.startsWith(OF_FILE)))
    for (const input of await inputsOf()) names.set(await identityOf(input), `the input ${input}`)
  for (const { path, identity } of outputs) {
    const other = names.get(identity)
    if (other !== undefined && path === STANDARD_STREAM)
      throw new PretokError('usage', 'writing to standard output: two results go there (-o, --receipt); write one of them to a file')
    if (other !== undefined && !identity.startsWith('special '))
      throw new PretokError('usage', `writing ${path}: it would replace ${other}`)
    names.set(identity, `the output ${path}`)
  }
}

const OF_FILE = 'file '

/** What tells that two paths are one file: device and inode, or the full path of what is not there yet. */
const identityOf = async (path: string): Promise<string> => {
  const facts = await factsOf(path).catch(() => undefined)
  if (facts === undefined) return resolve(path)
  return `${facts.isFile() ? OF_FILE : 'special '}${facts.dev}:${facts.ino}`
}

const checkIsWritable = async (path: string): Promise<void> => {
  const folder = dirname(path)
  const isFolder = await stat(folder).then(
    (facts) => facts.isDirectory(),
    () => false,
  )
  if (!isFolder) throw new PretokError('output', `writing ${path}: there is no folder ${folder}; make it first`)
  const old = await stat(path).catch(() => undefined)
  if (old?.isDirectory()) throw new PretokError('output', `writing ${path}: it is a directory`)
  // devices and pipes are written to as they are
  if (old !== undefined && !old.isFile()) return
  await access(folder, constants.W_OK).catch((error: unknown) => {
    throw new PretokError('output', `writing ${path}: ${describeSystemError(error)}`, { cause: error })
  })
}
