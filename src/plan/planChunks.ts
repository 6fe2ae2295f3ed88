import { checkOptionNames, shown, type OptionNames } from '../checks.ts'
import { PretokError } from '../errors.ts'
import type { Chunk, Compression, InputFormat } from '../types.ts'

export interface PlanOptions {
  /** Number of workers, from 1 to 1,024. */
  numProcesses: number
  /** Budget of each worker, in GiB. */
  maxMemoryGb: number
  /** Overrides the size of a chunk, in bytes. */
  chunkBytes?: number | undefined
}

export interface Plan {
  /** Size that a chunk should have. */
  chunkBytes: number
  /** Chunks in order; those of a source follow each other and cover it. Sources without bytes have none, unless they are damaged. */
  chunks: Chunk[]
}

export const MIN_CHUNK_BYTES = 2 ** 20
export const MOST_PROCESSES = 1024
const MOST_MEMORY_GB = 2 ** 20
/** Up to so much text, which takes about a second, the main thread may count along (pipeline/runPlan.ts). */
export const SHORT_BYTES = 2 ** 29

/** More would only cost time: each border is looked for in the file. */
const MAX_CHUNKS = 10_000_000

/** Counting a chunk takes at most this many times its size. */
const EXPANSION = 2

/** Several chunks for each worker, so that one that has the harder text, or starts late, does not hold up the others. */
const CHUNKS_PER_WORKER = 16

/**
 * The size of chunks: `max(1 MiB, min(maxMemoryGb · 2³⁰ / 2, total / (numProcesses · 16)))`.
 */
export const chunkSize = (totalBytes: number, { numProcesses, maxMemoryGb, chunkBytes }: PlanOptions): number => {
  if (chunkBytes !== undefined) return chunkBytes
  const largest = Math.floor((maxMemoryGb * 2 ** 30) / EXPANSION)
  const basic = Math.ceil(totalBytes / (numProcesses * CHUNKS_PER_WORKER))
  return Math.max(MIN_CHUNK_BYTES, Math.min(largest, basic))
}

/** What of a source the plan depends on. */
export interface PlannedSource {
  /** Size in bytes, as it is stored. */
  size: number
  format?: InputFormat | undefined
  compression?: Compression | undefined
}

/** Compressed data and Parquet are never without bytes; whoever reads the source says so. */
const mayBeEmpty = ({ compression = 'none', format }: Omit<PlannedSource, 'size'>): boolean =>
  compression === 'none' && format !== 'parquet'

/**
 * Cuts sources into chunks of one size (each source's last one is shorter). Pure: the borders are moved to safe places later, by
 * `snapChunks`. Throws 'usage' for options and sizes that cannot be.
 */
export const planChunks = (sources: readonly PlannedSource[], options: PlanOptions): Plan => {
  checkOptions(options)
  checkSources(sources)
  const total = sources.reduce((sum, { size }) => sum + size, 0)
  const chunkBytes = chunkSize(total, options)
  if (total / chunkBytes > MAX_CHUNKS)
    throw new PretokError(
      'usage',
      `chunkBytes: ${chunkBytes} bytes make more than ${MAX_CHUNKS} chunks of these ${total} bytes; take larger ones`,
    )
  const chunks: Chunk[] = []
  sources.forEach(({ size, ...holds }, source) => {
    if (size === 0 && !mayBeEmpty(holds)) chunks.push({ source, start: 0, end: 0 })
    for (let start = 0; start < size; start += chunkBytes) chunks.push({ source, start, end: Math.min(size, start + chunkBytes) })
  })
  return { chunkBytes, chunks }
}

/** Beyond this many times the size that a chunk should have, a chunk could hold up the others. */
const LARGE = 2

/**
 * The order in which chunks are taken: first those that are far too large, because their source could not be cut, the largest first; then all
 * others as they are.
 */
export const orderChunks = (chunks: readonly Chunk[], chunkBytes: number): Chunk[] => {
  const size = ({ start, end }: Chunk): number => end - start
  const isLarge = (chunk: Chunk): boolean => size(chunk) > LARGE * chunkBytes
  return [...chunks.filter(isLarge).sort((a, b) => size(b) - size(a)), ...chunks.filter((chunk) => !isLarge(chunk))]
}

const OPTION_NAMES: OptionNames<PlanOptions> = { numProcesses: true, maxMemoryGb: true, chunkBytes: true }

const checkOptions = (options: PlanOptions): void => {
  checkOptionNames(options, OPTION_NAMES)
  const { numProcesses, maxMemoryGb, chunkBytes } = options
  if (!Number.isInteger(numProcesses) || numProcesses < 1 || numProcesses > MOST_PROCESSES)
    throw new PretokError('usage', `numProcesses: ${shown(numProcesses)} is no whole number from 1 to ${MOST_PROCESSES}`)
  if (!(typeof maxMemoryGb === 'number' && maxMemoryGb > 0)) throw new PretokError('usage', `maxMemoryGb: ${shown(maxMemoryGb)} is no positive number of GiB`)
  if (maxMemoryGb > MOST_MEMORY_GB)
    throw new PretokError('usage', `maxMemoryGb: ${maxMemoryGb} GiB are too many; ${MOST_MEMORY_GB} are the most`)
  if (chunkBytes !== undefined && (!Number.isSafeInteger(chunkBytes) || chunkBytes < 1))
    throw new PretokError('usage', `chunkBytes: ${shown(chunkBytes)} is no positive whole number of bytes`)
}

const checkSources = (sources: readonly PlannedSource[]): void => {
  if (!Array.isArray(sources)) throw new PretokError('usage', 'sources: an array of { size } is needed')
  Array.from(sources).forEach((source: Partial<PlannedSource> | undefined, i) => {
    const size = source?.size
    if (!Number.isSafeInteger(size) || size! < 0)
      throw new PretokError('usage', `sources[${i}].size: ${shown(size)} is no whole number of bytes from 0 up`)
  })
}
