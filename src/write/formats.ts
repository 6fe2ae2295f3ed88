import { basename, extname } from 'node:path'
import { PretokError } from '../errors.ts'
import type { Codec } from './codec.ts'
import { csv } from './csv.ts'
import { json } from './json.ts'
import { jsonl } from './jsonl.ts'
import { tsv } from './tsv.ts'

/** The formats of text that counts are written in and read from. */
export type TextFormat = 'json' | 'jsonl' | 'tsv' | 'csv'
export type CountsFormat = TextFormat | 'parquet'

/** @internal */
export const CODECS: Readonly<Record<TextFormat, Codec>> = { json, jsonl, tsv, csv }

export const TEXT_FORMATS = Object.keys(CODECS) as TextFormat[]
export const COUNTS_FORMATS: readonly CountsFormat[] = [...TEXT_FORMATS, 'parquet']

/** In place of a path: standard output, or standard input. */
export const STANDARD_STREAM = '-'

const FORMAT_OF_ENDING: Readonly<Record<string, CountsFormat>> = {
  '.json': 'json',
  '.jsonl': 'jsonl',
  '.ndjson': 'jsonl',
  '.tsv': 'tsv',
  '.csv': 'csv',
  '.parquet': 'parquet',
}
const GZIP = '.gz'
const OTHER_COMPRESSED = new Set(['.zst', '.bz2', '.xz', '.lz4', '.br', '.zip'])
const KNOWN = 'known are .json, .jsonl, .ndjson, .tsv and .csv, each also with .gz behind it, and .parquet'

const endingOf = (path: string): string => extname(path).toLowerCase()

/** Whether a file's name asks for gzip around a format of text. */
export const isGzipped = (path: string): boolean => endingOf(path) === GZIP

/** The ending that tells the format. */
const formatEndingOf = (path: string): string => endingOf(isGzipped(path) ? path.slice(0, -GZIP.length) : path)

const whyUnknown = (name: string, option: string): string => {
  const ending = endingOf(name)
  if (OTHER_COMPRESSED.has(ending))
    return `counts compressed as ${ending} are not supported (${KNOWN}); compress or decompress with a pipe and -`
  return `no format for counts is known by the ending of "${name}"; ${KNOWN}; or ${option} names the format`
}

/** Parquet has compression of its own, and is read from its end. Throws 'usage'. */
const checked = (path: string, format: CountsFormat): CountsFormat => {
  if (format === 'parquet' && isGzipped(path))
    throw new PretokError('usage', `${path}: Parquet is compressed in itself; leave the ending ${GZIP} away`)
  return format
}

/** The format to write, if one was named: whatever the ending, but for one that promises what is not done. Throws 'usage'. */
export const formatToWrite = (path: string, named: CountsFormat | undefined): CountsFormat =>
  named === undefined || OTHER_COMPRESSED.has(endingOf(path)) ? formatOf(path, '--output-format') : checked(path, named)

/** The format to read, if none was named. Throws 'usage'. */
export const formatToRead = (path: string): CountsFormat => formatOf(path, '--input-format')

/** The format that a file's name asks for; JSON for `-`. Throws 'usage' for an ending that is not known; the option takes its place. */
const formatOf = (path: string, option: string): CountsFormat => {
  if (path === STANDARD_STREAM) return 'json'
  if (path === '') throw new PretokError('usage', 'counts: the name of the file is empty')
  const format = FORMAT_OF_ENDING[formatEndingOf(path)]
  if (format === undefined) throw new PretokError('usage', `${path}: ${whyUnknown(basename(path), option)}`)
  return checked(path, format)
}
