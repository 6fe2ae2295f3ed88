import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { describeSystemError, PretokError, type ErrorCode } from '../errors.ts'
import type { Decompress } from './plainBlock.ts'
import { pump } from './pump.ts'

const MAX_MESSAGE = 1000

/**
 * Decompresses by a program of the system, which reads standard input and writes standard output. Whatever it says on standard error means
 * that the data is damaged: bzip2 only warns of what follows its data, for one.
 */
export const decompressBy = (program: string, args: readonly string[]): Decompress =>
  async function* (readBlocks, damaged, name) {
    const failed: Failed = (problem, cause, code = 'input') =>
      new PretokError(code, `reading ${name}: it needs the program ${program}, ${problem}`, { cause })
    const { child, ended } = await start(program, args, failed)
    let given = 0 // bytes that it may have got
    let fed = 0 // bytes that it has got
    let message = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => (message = (message + text).slice(0, MAX_MESSAGE)))
    child.stdin.on('error', () => {}) // it may end before all is written; its exit code tells why
    const counted = async function* () {
      for await (const block of readBlocks()) {
        given += block.length
        yield block
        fed += block.length
      }
    }
    yield* pump(counted(), child.stdin, child.stdout, () => fed)
    const end = await ended
    if (end instanceof Error) throw startError(end, failed)
    if (typeof end === 'string') throw failed(`which was ended by ${end}`)
    if (end !== 0 || message !== '')
      throw damaged(`${program} cannot decompress it (${firstLineOf(message) || `exit code ${end}`})`, { before: given })
  }

/** What follows is advice for who runs the program by hand. */
const firstLineOf = (message: string): string => /^.*[^\s;]/.exec(message.trim())?.[0] ?? ''

interface Running {
  child: ChildProcessWithoutNullStreams
  /** Settles to its exit code, to the signal that ended it, or to why it could not be started. */
  ended: Promise<Error | number | NodeJS.Signals>
}

type Failed = (problem: string, cause?: unknown, code?: ErrorCode) => PretokError

const start = async (program: string, args: readonly string[], failed: Failed): Promise<Running> => {
  let child: ReturnType<typeof spawn>
  try {
    child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] })
  } catch (error) {
    throw startError(error as Error, failed)
  }
  const ended = new Promise<Error | number | NodeJS.Signals>((resolve) => {
    child.on('error', resolve)
    child.on('close', (code, signal) => resolve(code ?? signal!))
  })
  // without files for them, it has no streams at all, and is not started
  if (child.stdin === undefined) throw startError((await ended) as Error, failed)
  return { child: child as ChildProcessWithoutNullStreams, ended }
}

const startError = (error: Error, failed: Failed): PretokError => {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT')
    return failed('which is not installed; install it, or decompress the file first', error, 'installation') // it need not be tried again
  return failed(`which cannot be started: ${describeSystemError(error)}; or decompress the file first`, error)
}
