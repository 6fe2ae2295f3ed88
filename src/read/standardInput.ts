import { fstatSync } from 'node:fs'
import { PretokError } from '../errors.ts'

/** Standard input. Throws 'input' for a folder, which would be empty to Node.js, without a word. */
export const standardInput = (): typeof process.stdin => {
  if (fstatSync(0).isDirectory()) throw new PretokError('input', 'reading standard input: it is a directory')
  return process.stdin
}
