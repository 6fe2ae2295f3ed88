import { DROPPED_BIT } from '../pattern/layout.ts'
import { BatchCutter } from './batchCutter.ts'
import type { Phase } from './phases.ts'
import { createPieceRewriter } from './rewrite.ts'
import { createPhaseSplitter } from './splitPhases.ts'

/** The tables of a later phase, one for each machine that runs its cuts; undefined: the reference tier cuts. */
export type LaterTables = readonly Uint8Array[] | undefined

/** Takes text[start, end), so many times: a piece, or what a stage dropped. It is valid only until the call returns. */
export type TakeLater = (text: Uint8Array, start: number, end: number, isPiece: boolean, times: number) => void

/** Takes pieces of a phase through those behind it. */
export interface LaterSplitter {
  /** Takes the piece text[start, end), met so often. `isFirst`: it begins where its document does. */
  push(text: Uint8Array, start: number, end: number, isFirst: boolean, times: number): void
  /** Hands on all that became of pieces so far; they are handed on in their order. */
  flush(): void
}

/**
 * Pieces are rewritten and cut many at a time, by the kernel where it can.
 *
 * @param tables those of each phase
 * @throws PretokError 'pattern' for a regex outside the supported subset; its splitter throws 'limit' when 4 GiB of memory are full
 */
export const createLaterSplitter = (later: readonly Phase[], tables: readonly LaterTables[], take: TakeLater): LaterSplitter =>
  later.reduceRight<LaterSplitter>(
    (next, phase, i) => {
      const ownTables = tables[i]
      return ownTables === undefined ? byReference(phase, next, take) : byKernel(phase, ownTables, next, take)
    },
    { push: (text, start, end, _, times) => take(text, start, end, true, times), flush() {} },
  )

const byReference = (phase: Phase, next: LaterSplitter, take: TakeLater): LaterSplitter => {
  const split = createPhaseSplitter([phase])
  return {
    push(text, start, end, isFirst, times) {
      let isStart = isFirst
      split(text, start, end, isFirst, (piece, from, to, isPiece) => {
        if (isPiece) next.push(piece, from, to, isStart, times)
        else take(piece, from, to, false, times)
        isStart = false
      })
    },
    flush: next.flush,
  }
}

const byKernel = ({ rewrites, splits }: Phase, tables: readonly Uint8Array[], next: LaterSplitter, take: TakeLater): LaterSplitter => {
  const rewrite = createPieceRewriter(rewrites)
  if (splits.length === 0)
    return {
      push(text, start, end, isFirst, times) {
        const { bytes, length } = rewrite(text, start, end, isFirst)
        if (length > 0) next.push(bytes, 0, length, isFirst, times)
      },
      flush: next.flush,
    }
  // of sections that are not cut yet, in order: how often each was met, and whether its document begins with it
  let times: number[] = []
  let areFirst: boolean[] = []
  const cutter = new BatchCutter(tables, (text, start, cuts, sectionEnds) => {
    let section = 0
    for (let i = 0; i < cuts.length; i++) {
      const end = cuts[i] & ~DROPPED_BIT
      if (cuts[i] < DROPPED_BIT) next.push(text, start, end, areFirst[section], times[section])
      else take(text, start, end, false, times[section])
      areFirst[section] = false
      start = end
      if (end === sectionEnds[section]) section++
    }
    times = times.slice(section)
    areFirst = areFirst.slice(section)
  })
  return {
    push(text, start, end, isFirst, often) {
      const { bytes, length } = rewrite(text, start, end, isFirst)
      if (length === 0) return
      times.push(often)
      areFirst.push(isFirst)
      cutter.push(bytes, 0, length)
      cutter.endSection()
    },
    flush() {
      cutter.flush()
      next.flush()
    },
  }
}
