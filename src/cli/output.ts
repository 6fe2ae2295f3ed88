import { access, constants, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { InferredOptionTypes } from 'yargs'
import { describeSystemError, PretokError } from '../errors.ts'
import { COUNTS_FORMATS, formatOf, STANDARD_STREAM, type CountsFormat } from '../write/formats.ts'
import { all } from './options.ts'

export const OUTPUT_OPTIONS = {
  output: { alias: 'o', type: 'string', requiresArg: true, describe: 'File to write: .json, .jsonl, .tsv or .csv; - is stdout. May be repeated', group: 'Output:' },
  'output-format': { choices: COUNTS_FORMATS, requiresArg: true, describe: 'Format of the outputs  [default: by their endings; json on stdout]', group: 'Output:' },
} as const

export interface CountsOutput {
  path: string
  format: CountsFormat
}

/** The outputs that were asked for. Throws 'usage' for an ending that says no format. */
export const outputsOf = (args: InferredOptionTypes<typeof OUTPUT_OPTIONS>): CountsOutput[] =>
  all(args.output).map((path) => ({ path, format: args['output-format'] ?? formatOf(path) }))

/** Fails now, not after hours of counting, if a file could not be written. */
export const checkOutputs = async (paths: readonly string[]): Promise<void> => {
  for (const path of paths) {
    if (path === STANDARD_STREAM) continue
    const folder = dirname(path)
    const isFolder = await stat(folder).then((facts) => facts.isDirectory(), () => false)
    if (!isFolder) throw new PretokError('output', `writing ${path}: there is no folder ${folder}; make it first`)
    if (await stat(path).then((facts) => facts.isDirectory(), () => false)) throw new PretokError('output', `writing ${path}: it is a directory`)
    await access(folder, constants.W_OK).catch((error: unknown) => {
      throw new PretokError('output', `writing ${path}: ${describeSystemError(error)}`, { cause: error })
    })
  }
}
