import { availableParallelism } from 'node:os'
import { checkFunction, checkOptionNames, checkPath, checkTexts, type OptionNames } from '../checks.ts'
import { throwIfReadingStopped } from '../errors.ts'
import { mapInFlight } from './inFlight.ts'
import { STREAM_OPTION_NAMES, streamDocuments, type Document, type StreamOptions } from './streamDocuments.ts'

export interface MapOptions extends StreamOptions {
  /** How many documents may be at work, or wait to be taken, at a time. Default: 64. */
  maxInFlight?: number | undefined
}

const OPTION_NAMES: OptionNames<MapOptions> = { ...STREAM_OPTION_NAMES, maxInFlight: true }
const DEFAULT_IN_FLIGHT = 64

/**
 * Applies a function to each document of a file and yields the results in order, with a bounded number of documents in memory. An abort, too, waits
 * for what is at work; a function that takes long can be given the same signal.
 *
 * @throws PretokError as `streamDocuments`, 'usage' also for `maxInFlight`; and what the function throws, when what is at work has settled
 */
export async function* mapDocuments<Result>(
  path: string,
  map: (document: Document) => Promise<Result> | Result,
  options: MapOptions = {},
): AsyncGenerator<Result> {
  checkPath('path', path)
  checkOptionNames(options, OPTION_NAMES)
  checkFunction('map', map)
  const { maxInFlight = DEFAULT_IN_FLIGHT, ...streaming } = options
  const { signal } = streaming
  try {
    for await (const result of mapInFlight(streamDocuments(path, streaming), map, maxInFlight)) {
      throwIfReadingStopped(signal, path)
      yield result
    }
  } catch (error) {
    throwIfReadingStopped(signal, path) // the function may have been stopped by the same signal
    throw error
  }
  throwIfReadingStopped(signal, path)
}

/**
 * Applies a function to several files at a time. Returns the results in the files' order; the first error is thrown when the files that are
 * at work have settled.
 *
 * @param concurrency how many at a time; default: the cores available
 * @throws PretokError 'usage', and what the function throws
 */
export const processFiles = async <Result>(
  paths: readonly string[],
  process: (path: string) => Promise<Result>,
  concurrency = availableParallelism(),
): Promise<Result[]> => {
  checkTexts('paths', paths, 'an array of paths')
  checkFunction('process', process)
  const results: Result[] = []
  for await (const result of mapInFlight(paths, process, concurrency, 'concurrency')) results.push(result)
  return results
}
