import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gunzipSync, gzipSync } from 'node:zlib'
import { loadError } from './errors.ts'

/*
 * What the presets need is made when pretok is built (scripts/prepare-presets.js), since that takes longer than to count the first megabytes, and so
 * does loading what makes it. Each thing is a file of a folder of dist/, named by a hash of what it is for: compressed, a line of JSON and tables
 * one behind the other. What it was made of stands in it, too, for other things may have the same hash.
 */

export type PreparedKind = 'engines' | 'normalizers'

export interface Prepared<H> {
  header: H
  tables: readonly Uint8Array[]
}

/** What was prepared for this; undefined if nothing was. Throws 'installation' for a file that is damaged, or cannot be read. */
export const loadPrepared = <H>(kind: PreparedKind, of: unknown): Prepared<H> | undefined => {
  const file = fileURLToPath(new URL(`${kind}/${preparedName(of)}`, FOLDER))
  try {
    return unpack<H>(readFileSync(file), of)
  } catch (error) {
    if (!(error instanceof Error)) throw error
    if ('code' in error && error.code === 'ENOENT') return undefined
    throw loadError(file, error)
  }
}

/** In dist/, beside the bundle that this is part of. */
const FOLDER = new URL(import.meta.url.endsWith('.ts') ? '../dist/' : './', import.meta.url)

/** The name of the file: FNV-1a, twice. (node:crypto takes longer to load than a short run takes.) */
export const preparedName = (of: unknown): string => {
  let [a, b] = [0x811c9dc5, 0x9747b28c]
  for (const byte of Buffer.from(JSON.stringify(of))) {
    a = Math.imul(a ^ byte, 0x01000193)
    b = Math.imul(b ^ byte, 0x01000193) ^ (b >>> 15)
  }
  const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, '0')
  return `${hex(a)}${hex(b)}.gz`
}

interface FirstLine<H> {
  of: unknown
  header: H
  tableBytes: number[]
}

export const packPrepared = <H>(of: unknown, { header, tables }: Prepared<H>): Buffer => {
  const line: FirstLine<H> = { of, header, tableBytes: tables.map(({ byteLength }) => byteLength) }
  const bytes = tables.map(({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength))
  return gzipSync(Buffer.concat([Buffer.from(`${JSON.stringify(line)}\n`), ...bytes]), { level: 9 })
}

/** Each table has memory of its own, so that it can be taken for an array of larger numbers. */
const unpack = <H>(packed: Buffer, wanted: unknown): Prepared<H> | undefined => {
  const bytes = gunzipSync(packed)
  let at = bytes.indexOf('\n') + 1
  const { of, header, tableBytes } = JSON.parse(bytes.toString('utf8', 0, at)) as FirstLine<H>
  if (JSON.stringify(of) !== JSON.stringify(wanted)) return undefined
  return { header, tables: tableBytes.map((length) => Uint8Array.from(bytes.subarray(at, (at += length)))) }
}
