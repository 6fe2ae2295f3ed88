import { basename, extname } from 'node:path'
import { PretokError } from '../errors.ts'
import type { Codec } from './codec.ts'
import { csv } from './csv.ts'
import { json } from './json.ts'
import { jsonl } from './jsonl.ts'
import { tsv } from './tsv.ts'

/** The formats that counts are written in and read from. */
export const CODECS = { json, jsonl, tsv, csv } satisfies Record<string, Codec>

export type CountsFormat = keyof typeof CODECS

export const COUNTS_FORMATS = Object.keys(CODECS) as CountsFormat[]

/** In place of a path: standard output, or standard input. */
export const STANDARD_STREAM = '-'

const FORMAT_OF_ENDING: Readonly<Record<string, CountsFormat>> = {
  '.json': 'json',
  '.jsonl': 'jsonl',
  '.ndjson': 'jsonl',
  '.tsv': 'tsv',
  '.csv': 'csv',
}
const PARQUET = '.parquet'
const COMPRESSED = new Set(['.gz', '.zst', '.bz2', '.xz', '.lz4', '.br', '.zip'])
const KNOWN = 'known are .json, .jsonl, .ndjson, .tsv and .csv'

const whyUnknown = (name: string, ending: string): string => {
  if (COMPRESSED.has(ending)) return `compressed counts are not supported (${KNOWN}); compress or decompress with a pipe and -`
  if (ending === PARQUET) return `counts as Parquet are not supported; ${KNOWN}`
  return `no format for counts is known by the ending of "${name}"; ${KNOWN}; or name the format`
}

/** The format to write, if one was named: whatever the ending, but for one that promises what is not done. Throws 'usage'. */
export const formatToWrite = (path: string, named: CountsFormat | undefined): CountsFormat => {
  const ending = extname(path).toLowerCase()
  if (named === undefined || COMPRESSED.has(ending) || ending === PARQUET) return formatOf(path)
  return named
}

/** The format that a file's name asks for; JSON for `-`. Throws 'usage' for an ending that is not known. */
export const formatOf = (path: string): CountsFormat => {
  if (path === STANDARD_STREAM) return 'json'
  const ending = extname(path).toLowerCase()
  const format = FORMAT_OF_ENDING[ending]
  if (format !== undefined) return format
  throw new PretokError('usage', `${path}: ${whyUnknown(basename(path), ending)}`)
}
