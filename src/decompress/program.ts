import { spawn } from 'node:child_process'
import { PretokError } from '../errors.ts'
import type { Decompress } from './plainBlock.ts'
import { pump } from './pump.ts'

const MAX_MESSAGE = 1000

/**
 * Decompresses by a program of the system, which reads standard input and writes standard output. Whatever it says on standard error means
 * that the data is damaged: bzip2 only warns of what follows its data, for one.
 */
export const decompressBy = (program: string, args: readonly string[]): Decompress =>
  async function* (readBlocks, damaged) {
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] })
    let given = 0 // bytes that it may have got
    let fed = 0 // bytes that it has got
    let message = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => (message = (message + text).slice(0, MAX_MESSAGE)))
    child.stdin.on('error', () => {}) // it may end before all is written; its exit code tells why
    const ended = new Promise<Error | number | null>((resolve) => {
      child.on('error', resolve)
      child.on('close', resolve)
    })
    const counted = async function* () {
      for await (const block of readBlocks()) {
        given += block.length
        yield block
        fed += block.length
      }
    }
    yield* pump(counted(), child.stdin, child.stdout, () => fed)
    const end = await ended
    if (end instanceof Error) throw missingError(program, end)
    if (end !== 0 || message !== '')
      throw damaged(`${program} cannot decompress it (${firstLineOf(message) || `exit code ${end}`})`, { before: given })
  }

/** What follows is advice for who runs the program by hand. */
const firstLineOf = (message: string): string => /^.*[^\s;]/.exec(message.trim())?.[0] ?? ''

const missingError = (program: string, error: Error): PretokError =>
  new PretokError(
    'input',
    `running ${program}, which this file needs: ${(error as NodeJS.ErrnoException).code === 'ENOENT' ? 'it is not installed' : error.message}; install it, or decompress the file first`,
    {
      cause: error,
    },
  )
