import { statSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { MIN_CHUNK_BYTES, MOST_PROCESSES, SHORT_BYTES } from '../plan/planChunks.ts'

/*
 * A thread needs as long as the program to get ready. So threads are started before the program is loaded and has planned the run, if the words of
 * the command line let expect that they will be wanted. That is a guess: a run takes what threads it needs, from these or others.
 */

/** With less, there would be little to win, and threads to be ended. */
const LEAST_BYTES = 2 ** 24
/** What mostly cannot be cut into chunks. */
const CANNOT_BE_CUT = /\.(?:gz|gzip|bgz|zst|zstd|xz|bz2|bzip2|parquet)$/i

/** How many threads the command will probably want. */
export const threadsExpected = (args: readonly string[]): number => {
  const processes = processesOf(args) ?? availableParallelism()
  const bytes = args.reduce((sum, word) => sum + (CANNOT_BE_CUT.test(word) ? 0 : sizeOf(word)), 0)
  if (bytes < LEAST_BYTES || !Number.isInteger(processes) || processes < 1 || processes > MOST_PROCESSES) return 0
  const workers = Math.min(processes, Math.floor(bytes / MIN_CHUNK_BYTES))
  return workers === 1 ? 0 : bytes > SHORT_BYTES ? workers : workers - 1
}

const ZSTANDARD = /\.zstd?$/i
/** Less is decompressed before a thread has started. */
const LEAST_STORED_BYTES = 2 ** 20

/** Whether the command will probably want the thread that decompresses Zstandard for another. There must be a core for it. */
export const isDecompressorExpected = (args: readonly string[]): boolean =>
  (processesOf(args) ?? Infinity) < availableParallelism() && args.some((word) => ZSTANDARD.test(word) && sizeOf(word) >= LEAST_STORED_BYTES)

/** The value of -n, as yargs takes it. */
const processesOf = (args: readonly string[]): number | undefined => {
  for (const [i, word] of args.entries()) {
    const value = /^(?:-n|--num-processes)(?:$|=(.*))|^-n(\d+)$/.exec(word)
    if (value !== null) return Number(value[1] ?? value[2] ?? args[i + 1])
  }
  return undefined
}

const sizeOf = (word: string): number => {
  if (word.startsWith('-')) return 0
  try {
    const facts = statSync(word, { throwIfNoEntry: false })
    return facts?.isFile() === true ? facts.size : 0
  } catch {
    return 0 // whoever reads it will tell
  }
}
