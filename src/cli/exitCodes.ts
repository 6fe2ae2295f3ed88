import { PretokError } from '../errors.ts'

/** The exit codes of every command; the README and --help list them. */
export const EXIT = { done: 0, failed: 1, usage: 2, skipped: 3, interrupted: 130 } as const

export const exitCodeOf = (error: unknown): number => {
  if (!(error instanceof PretokError)) return EXIT.failed
  switch (error.code) {
    case 'usage':
    case 'tokenizer':
    case 'pattern':
      return EXIT.usage
    case 'interrupted':
      return EXIT.interrupted
    default:
      return EXIT.failed
  }
}
