import { constants } from 'node:os'
import { withOptionNames } from './optionNames.ts'

/**
 * Every error that pretok raises on purpose is a `PretokError` with one of these codes. Its message says what was being done, names the
 * thing and the place, and how to go on where there is a way.
 *
 * - usage: an option or argument that cannot be
 * - input: a source that is missing, unreadable or not what it was said to be
 * - source-changed: a source that shrank or grew while it was read
 * - data: input that is damaged: a row that is none, a corrupt compressed block
 * - invalid-utf8: with `errors: 'strict'`
 * - pattern: a regex outside the supported subset, or not a regex
 * - tokenizer: one that is unknown, cannot be read, or cannot be honoured exactly
 * - piece-too-long: a pre-token longer than the limit
 * - worker: a worker died twice over the same chunk
 * - limit: a wall of the platform, of a data structure or of the memory
 * - format: a count file that is damaged or of another kind
 * - output: a result that cannot be written
 * - receipt: the bytes do not add up
 * - installation: a file of pretok itself that is damaged, or a program that a source needs and that is not installed
 * - interrupted: the run was stopped
 */
export type ErrorCode =
  | 'usage'
  | 'input'
  | 'source-changed'
  | 'data'
  | 'invalid-utf8'
  | 'pattern'
  | 'tokenizer'
  | 'piece-too-long'
  | 'worker'
  | 'limit'
  | 'format'
  | 'output'
  | 'receipt'
  | 'installation'
  | 'interrupted'

export class PretokError extends Error {
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(withOptionNames(message), options)
    this.name = 'PretokError'
    this.code = code
  }
}

/** For counts of which nobody could say how many they are together. */
export const totalTooHigh = (): PretokError =>
  new PretokError('limit', 'counting: the counts add up to more than 2^53, the largest exact number')

/** Throws 'interrupted' if the signal says so; why it does is the cause. */
export const throwIfStopped = (signal: AbortSignal | undefined, problem = 'counting: stopped before the end; nothing was written'): void => {
  if (signal?.aborted === true) throw new PretokError('interrupted', problem, { cause: signal.reason })
}

/** The same for what reads a file and writes none. */
export const throwIfReadingStopped = (signal: AbortSignal | undefined, path: string): void =>
  throwIfStopped(signal, `reading ${path}: stopped before the end`)

/** Errors of file systems that Node.js knows by their numbers only. */
const UNNAMED = new Map([constants.errno.EDQUOT, constants.errno.ESTALE].map((number, i) => [-number, ['EDQUOT', 'ESTALE'][i]]))

/** The name of a system call's error; undefined if it has none. */
export const systemErrorCode = (error: unknown): string | undefined => {
  const { code, errno } = error as NodeJS.ErrnoException
  return errno === undefined ? code : (UNNAMED.get(errno) ?? code)
}

/** It can happen anywhere, even where modules are loaded. */
export const isOutOfFiles = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'EMFILE' || error.code === 'ENFILE')

/** For a file of pretok itself that cannot be loaded. */
export const loadError = (file: string, error: unknown): PretokError =>
  isOutOfFiles(error)
    ? new PretokError('limit', `loading ${file}: ${describeSystemError(error)}`, { cause: error })
    : new PretokError('installation', `loading ${file}: ${describeSystemError(error)}; to mend it, install pretok again`, { cause: error })

/**
 * For a file that has its name, in a folder that cannot be forced to the disk: whoever reads that the file could not be written would look for the reason in
 * the wrong place.
 */
export const notSettled = (what: string, error: unknown): PretokError =>
  new PretokError(
    'output',
    `writing ${what}: it is there, and whole, but a power cut could take it away again: its folder cannot be forced to the disk (${describeSystemError(error)})`,
    { cause: error },
  )

/** What a system call's error means, in words; falls back to the system's own message. */
export const describeSystemError = (error: unknown): string => {
  switch (systemErrorCode(error)) {
    case 'ENOENT':
      return 'no such file'
    case 'EACCES':
      return 'permission denied'
    case 'EPERM':
      return 'operation not permitted'
    case 'EISDIR':
      return 'it is a directory'
    case 'EEXIST':
      return 'a file of that name is there already'
    case 'ENOTDIR':
      return 'a part of the path is not a directory'
    case 'ENAMETOOLONG':
      return 'the name is too long'
    case 'ELOOP':
      return 'the link leads back to itself'
    case 'ENOSPC':
      return 'no space left on the device'
    case 'EDQUOT':
      return 'disk quota exceeded'
    case 'EFBIG':
      return 'the file would be larger than allowed'
    case 'EROFS':
      return 'the file system is read-only'
    case 'EMFILE':
      return 'too many open files (ulimit -n raises the limit)'
    case 'ENFILE':
      return 'too many open files in the whole system'
    case 'ENOMEM':
      return 'the system has no memory left'
    case 'ESTALE':
      return 'the network file system does not have it any more'
    case 'EIO':
      return 'input/output error of the device'
    default:
      return (error as Error).message ?? String(error)
  }
}
