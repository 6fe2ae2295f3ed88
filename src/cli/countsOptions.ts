import type { Argv } from 'yargs'
import { PretokError } from '../errors.ts'
import { isFolder } from '../makeFolder.ts'
import { STANDARD_INPUT_DEVICE } from '../read/inputNames.ts'
import { COUNTS_FORMATS, STANDARD_STREAM, type CountsFormat } from '../write/formats.ts'
import { isRunFolder } from './isRunFolder.ts'
import { defined, single } from './options.ts'

/*
 * Options of the commands that read files of counts.
 */

export const COUNTS_HELP = 'counts: .json, .jsonl, .tsv, .csv (also with .gz) or .parquet'

/** Adds the operand that is one file of counts, or `-`. */
export const withCountsFile = <Given, Name extends string>(yargs: Argv<Given>, name: Name, what = `File of ${COUNTS_HELP}; - is stdin`) =>
  yargs.positional(name, { type: 'string', demandOption: true, describe: what }).nargs(name, 1) // otherwise yargs takes a lone - for an empty text

export const INPUT_FORMAT_OPTION = {
  'input-format': {
    choices: COUNTS_FORMATS,
    requiresArg: true,
    describe: 'Format of the input  [default: by its ending; json on stdin]',
    group: 'Input:',
  },
} as const

export const inputFormatOf = (args: { 'input-format'?: CountsFormat | undefined }): { format?: CountsFormat } =>
  defined({ format: single('input-format', args['input-format']) })

/** The names of files of counts as whoever reads them has them. Throws 'usage' for standard input that is named twice, and 'input' for folders. */
export const readOnce = (command: string, paths: readonly string[]): string[] => {
  const files = paths.map((path) => (path === STANDARD_INPUT_DEVICE ? STANDARD_STREAM : path))
  if (files.indexOf(STANDARD_STREAM) !== files.lastIndexOf(STANDARD_STREAM))
    throw new PretokError('usage', `${command}: standard input can be read once only`)
  const folder = files.find((path) => path !== STANDARD_STREAM && isFolder(path))
  if (folder !== undefined)
    throw new PretokError(
      'input',
      `reading ${folder}: ${isRunFolder(folder) ? `it is a run folder; pretok merge ${folder} -o OUT writes its counts` : 'it is a directory, and no run folder; name the files in it'}`,
    )
  return files
}

export const JSON_OPTION = { json: { type: 'boolean', describe: 'As JSON', group: 'Output:' } } as const

export const limitOption = (what: string, standard: number) =>
  ({ limit: { alias: 'k', type: 'number', requiresArg: true, describe: `${what}  [default: ${standard}]`, group: 'Output:' } }) as const

export const limitOf = (args: { limit?: number | undefined }, standard: number): number => {
  const limit = single('limit', args.limit) ?? standard
  if (!Number.isSafeInteger(limit) || limit < 0) throw new PretokError('usage', `--limit: ${limit} is no whole number from 0 up`)
  return limit
}

/** The first `limit` of what may be millions. */
export const firstOf = <Item>(items: Iterable<Item>, limit: number): Item[] => {
  const first: Item[] = []
  if (limit === 0) return first
  for (const item of items) if (first.push(item) >= limit) break
  return first
}
