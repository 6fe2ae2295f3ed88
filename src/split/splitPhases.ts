import { appendText, createBlock, endDocument, isDropped, nextBoundary } from './block.ts'
import { createPieceRewriter } from './rewrite.ts'
import type { Phase } from './phases.ts'
import { createSplitter, splitBlock, type Splitter } from './splitter.ts'

/** Takes text[start, end): a piece, or what a stage dropped. */
export type TakePiece = (text: Uint8Array, start: number, end: number, isPiece: boolean) => void

/** Runs whole texts through phases of a pipeline. `isFirst`: the text begins where its document does. */
export type PhaseSplitter = (text: Uint8Array, isFirst: boolean, take: TakePiece) => void

export const createPhaseSplitter = (phases: readonly Phase[]): PhaseSplitter =>
  phases.reduceRight<PhaseSplitter>(
    (next, { rewrites, splits }) => {
      const rewrite = createPieceRewriter(rewrites)
      const splitter = createSplitter(splits)
      return (text, isFirst, take) =>
        cutText(splitter, rewrites.length === 0 ? text : rewrite(text, isFirst), (cut, start, end, isPiece) => {
          if (isPiece) next(cut.subarray(start, end), isFirst && start === 0, take)
          else take(cut, start, end, false)
        })
    },
    (text, _, take) => take(text, 0, text.length, true),
  )

const cutText = (splitter: Splitter, text: Uint8Array, take: TakePiece): void => {
  if (splitter.passes.length === 0) {
    if (text.length > 0) take(text, 0, text.length, true)
    return
  }
  const block = createBlock(text.length, splitter.passes.length)
  appendText(block, text)
  endDocument(block)
  const limit = splitBlock(splitter, block)
  for (let start = 0, end; (end = nextBoundary(block, start + 1, limit)) !== -1; start = end)
    take(block.bytes, start, end, !isDropped(block, start))
}
