import { PretokError } from '../errors.ts'

/** Undecided text may be this much longer than the longest piece before it is given up: more than one piece may come out of it. */
export const undecidedSlack = (maxPieceBytes: number): number => Math.min(2 ** 22, maxPieceBytes + 2 ** 18)

export const pieceTooLong = (limit: number): PretokError =>
  new PretokError('piece-too-long', `a pre-token, or text whose cuts cannot be decided yet, is longer than ${limit} bytes`)
