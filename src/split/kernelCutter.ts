import { DROPPED_BIT } from '../pattern/layout.ts'
import { BatchCutter } from './batchCutter.ts'
import { createLaterSplitter, type LaterTables } from './laterPhases.ts'
import type { Phase } from './phases.ts'
import type { StartCutter } from './pieceSink.ts'
import { createRewriter } from './rewrite.ts'

/**
 * The automaton and SIMD tiers: the kernel cuts by the tables of the first phase, and what it can of the later ones.
 *
 * @param laterTables those of each later phase
 * @throws PretokError 'pattern' for a regex of a later phase that is outside the supported subset; its cutters throw 'limit' when 4 GiB of memory are
 * full
 */
export const createKernelCutter = (
  [first, ...later]: readonly Phase[],
  tables: readonly Uint8Array[],
  laterTables: readonly LaterTables[],
): StartCutter => {
  const ownTables = first.splits.length === 0 ? [] : tables
  return (sink) => {
    let isFirst = true // the section begins where its document does
    let isStart = true // nothing of the section has been cut yet

    const takeLater = (text: Uint8Array, start: number, ends: Uint32Array): void => {
      for (let i = 0; i < ends.length; i++) {
        const end = ends[i] & ~DROPPED_BIT
        if (ends[i] < DROPPED_BIT) splitter.push(text, start, end, isFirst && isStart, 1)
        isStart = false
        start = end
      }
      splitter.flush()
    }

    const splitter = createLaterSplitter(later, laterTables, (text, start, end, isPiece) => {
      if (isPiece) sink.piece(text, start, end)
    })
    const cutter = new BatchCutter(ownTables, later.length === 0 ? sink.cuts : takeLater)
    const push = (text: Buffer): void => cutter.push(text, 0, text.length)
    const rewriter = first.rewrites.length === 0 ? undefined : createRewriter(first.rewrites, push)
    return {
      push: rewriter === undefined ? push : rewriter.push,
      end(isNextFirst) {
        rewriter?.end(isNextFirst)
        cutter.endSection()
        cutter.flush()
        isFirst = isNextFirst
        isStart = true
      },
    }
  }
}
