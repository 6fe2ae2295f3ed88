import { PretokError } from '../errors.ts'

/** Which pieces stay in a result; plain data. */
export interface PieceFilter {
  minCount?: number
  /** Regexes of JavaScript (flag v), looked for in a piece's text. */
  include?: string
  exclude?: string
}

/** Throws 'usage' for what is no regex, or no count. */
export const createPieceFilter = ({ minCount = 1, include, exclude }: PieceFilter): ((text: () => string, count: number) => boolean) => {
  if (!Number.isSafeInteger(minCount) || minCount < 1) throw new PretokError('usage', `minCount: ${minCount} is no positive whole number`)
  const [wanted, unwanted] = [regex('include', include), regex('exclude', exclude)]
  return (text, count) => count >= minCount && (wanted?.test(text()) ?? true) && !(unwanted?.test(text()) ?? false)
}

const regex = (name: string, source: string | undefined): RegExp | undefined => {
  if (source === undefined) return undefined
  if (source === '') throw new PretokError('usage', `${name}: the empty regex finds something in all pieces`)
  try {
    return new RegExp(source, 'v')
  } catch (error) {
    throw new PretokError('usage', `${name}: ${(error as Error).message}`)
  }
}
