import { appendText, createBlock, endDocument, isDropped, nextBoundary } from './block.ts'
import { createPieceRewriter } from './rewrite.ts'
import type { Phase } from './phases.ts'
import { createRegexPasses, splitBlock, type RegexPasses } from './regexPasses.ts'

/** Takes text[start, end): a piece, or what a stage dropped. It is valid only until the call returns. */
export type TakePiece = (text: Uint8Array, start: number, end: number, isPiece: boolean) => void

/** Runs whole texts, text[start, end), through phases of a pipeline. `isFirst`: the text begins where its document does. */
export type PhaseSplitter = (text: Uint8Array, start: number, end: number, isFirst: boolean, take: TakePiece) => void

export const createPhaseSplitter = (phases: readonly Phase[]): PhaseSplitter =>
  phases.reduceRight<PhaseSplitter>(
    (next, { rewrites, splits }) => {
      const cut = splits.length === 0 ? next : createCutter(createRegexPasses(splits), next)
      if (rewrites.length === 0) return cut
      const rewrite = createPieceRewriter(rewrites)
      return (text, start, end, isFirst, take) => {
        const { bytes, length } = rewrite(text, start, end, isFirst)
        if (length > 0) cut(bytes, 0, length, isFirst, take)
      }
    },
    (text, start, end, _, take) => take(text, start, end, true),
  )

/** Cuts a text, and hands its pieces on. */
const createCutter =
  (regexPasses: RegexPasses, next: PhaseSplitter): PhaseSplitter =>
  (text, start, end, isFirst, take) => {
    const block = createBlock(end - start, regexPasses.passes.length)
    appendText(block, text.subarray(start, end))
    endDocument(block)
    const limit = splitBlock(regexPasses, block)
    for (let from = 0, to; (to = nextBoundary(block, from + 1, limit)) !== -1; from = to)
      if (isDropped(block, from)) take(block.bytes, from, to, false)
      else next(block.bytes, from, to, isFirst && from === 0, take)
  }
