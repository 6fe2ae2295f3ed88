import { fstatSync } from 'node:fs'
import { describeSystemError, PretokError } from './errors.ts'

/** Standard input. Throws 'input' for a folder, which would be empty to Node.js, without a word. */
export const standardInput = (): typeof process.stdin => {
  if (fstatSync(0).isDirectory()) throw new PretokError('input', 'reading standard input: it is a directory')
  return process.stdin
}

/** What is on it, in blocks. Throws 'input' where it cannot be read. */
export async function* standardInputBlocks(): AsyncGenerator<Buffer> {
  try {
    yield* standardInput()
  } catch (error) {
    throw error instanceof PretokError ? error : new PretokError('input', `reading standard input: ${describeSystemError(error)}`, { cause: error })
  }
}
