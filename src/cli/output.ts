import { fstatSync, type Stats } from 'node:fs'
import { access, constants, realpath } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import type { InferredOptionTypes } from 'yargs'
import { PretokError } from '../errors.ts'
import { isFolder } from '../makeFolder.ts'
import { factsOf } from '../read/ask.ts'
import { partialsOf } from '../run/runFolder.ts'
import { namesIn } from '../temporary.ts'
import { locate, outputError } from '../write/atomicFile.ts'
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

/** The outputs that were asked for. Throws 'usage' for an ending that says no format, and 'output' for a folder, which needs none. */
export const outputsOf = (args: InferredOptionTypes<typeof OUTPUT_OPTIONS>): CountsOutput[] =>
  all(args.output).map((path) => {
    if (path !== STANDARD_STREAM && isFolder(path))
      throw new PretokError('output', `writing ${path}: it is a directory; name a file in it, such as ${join(path, 'counts.json')}`)
    return { path, format: formatToWrite(path, single('output-format', args['output-format'])) }
  })

/** A file that a run reads. */
export interface Needed {
  path: string
  /** As it is called in a message. */
  what: string
}

export const asInputs = (paths: readonly string[]): Needed[] => paths.map((path) => ({ path, what: `the input ${path}` }))

/** The plan of a run folder, and what is done of it. */
export const filesOfRun = (folder: string): Needed[] => [
  { path: join(folder, 'plan.json'), what: `the plan of the run in ${folder}` },
  ...namesIn(partialsOf(folder)).map((name) => ({ path: join(partialsOf(folder), name), what: `a part of the run in ${folder}` })),
]

/**
 * Fails now, not after hours of counting, if a file could not be written, or if writing it would destroy another: one that is read, or another
 * output.
 *
 * @param neededOf is asked only if an output is there already: there may be thousands of inputs, and what is not there is none of them
 */
export const checkOutputs = async (paths: readonly string[], neededOf: () => Promise<readonly Needed[]>): Promise<void> => {
  const outputs: { path: string; identity: string }[] = []
  for (const path of paths) {
    if (path === '') throw new PretokError('usage', 'writing a result: the name of the file is empty')
    outputs.push({ path, identity: isStandardOutput(path) ? await identityOf(path) : await checkIsWritable(path) })
  }
  const names = new Map<string, string>()
  if (outputs.some(({ identity }) => identity.startsWith(OF_FILE)))
    for (const { path, what } of await neededOf()) names.set(await identityOf(path), what)
  for (const { path, identity } of outputs) {
    const other = names.get(identity)
    if (other !== undefined && (identity === STANDARD_STREAM || other === STANDARD_OUTPUT))
      throw new PretokError('usage', `writing to ${STANDARD_OUTPUT}: two results go there; write one of them to a file`)
    if (other !== undefined && !identity.startsWith('special ')) throw new PretokError('usage', `writing ${path}: it would replace ${other}`)
    names.set(identity, isStandardOutput(path) ? STANDARD_OUTPUT : `the output ${path}`)
  }
}

const OF_FILE = 'file '
const STANDARD_OUTPUT = 'standard output'

const isStandardOutput = (path: string): boolean => [STANDARD_STREAM, '/dev/stdout', '/dev/fd/1', '/proc/self/fd/1'].includes(path)

/** What tells that two paths are one file: device and inode, or the full path of what is not there yet. */
const identityFrom = (path: string, facts: Stats | undefined): string => {
  if (facts?.isFile() === true) return `${OF_FILE}${facts.dev}:${facts.ino}`
  if (isStandardOutput(path)) return STANDARD_STREAM
  return facts === undefined ? resolve(path) : `special ${facts.dev}:${facts.ino}`
}

const identityOf = async (path: string): Promise<string> =>
  identityFrom(path, isStandardOutput(path) ? await factsOfStandardOutput() : await factsOf(path).catch(() => undefined))

/** Undefined where it is closed. */
const factsOfStandardOutput = async (): Promise<Stats | undefined> => {
  try {
    return fstatSync(1)
  } catch {
    return undefined
  }
}

/** What tells that it is the same file as another one. Throws 'output' if it could not be written where it is, behind links. */
const checkIsWritable = async (path: string): Promise<string> => {
  const { target, old } = await locate(path).catch((error: unknown) => {
    throw outputError(path, error, 0)
  })
  // devices and pipes are written to as they are
  if (old?.isFile() === false) return identityFrom(path, old)
  const folder = dirname(target)
  try {
    await access(folder, constants.W_OK)
    return identityFrom(join(await realpath(folder), basename(target)), old)
  } catch (error) {
    throw outputError(path, error, 0, folder)
  }
}
