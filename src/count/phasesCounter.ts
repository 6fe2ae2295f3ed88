import { treatsFirstPiece, type Phase } from '../split/phases.ts'
import { pieceTooLong } from '../split/pieceTooLong.ts'
import { createPhaseSplitter } from '../split/splitPhases.ts'
import type { CounterLimits, TextCounter } from './counter.ts'
import { createFirstPieces } from './firstPieces.ts'
import { handOverSorted, SORT_BYTES } from './handOverSorted.ts'
import { PieceTable } from './pieceTable.ts'
import { inByteOrder } from './sortedTable.ts'
import { createRewritingCounter } from './rewritingCounter.ts'

/*
 * Pipelines that rewrite text. Rewriting in the first phase is done to the text on its way to the counter that cuts it. What the later
 * phases make of a piece depends on the piece alone, so they are run only once for each distinct piece of the first phase: whenever its
 * counter has very many, and in the end. (Where the piece with which a document begins is treated otherwise, `firstPieces.ts` counts these.)
 */

/** The pieces of the first phase are taken through the later ones when there are this many distinct ones, … */
const MANY_PIECES = 2 ** 17
/** … or when they have taken this much memory. */
const MANY_BYTES = 2 ** 25

/** @param createFirst makes the counter that runs the cuts of the first phase */
export const createPhasesCounter = (
  [{ rewrites, splits }, ...later]: readonly Phase[],
  createFirst: (limits: CounterLimits) => TextCounter,
  limits: CounterLimits,
): TextCounter => {
  const counter = later.length === 0 ? createFirst(limits) : createLaterCounter({ splits, later, createFirst, limits })
  return rewrites.length === 0 ? counter : createRewritingCounter(rewrites, counter)
}

interface LaterPhases {
  splits: Phase['splits']
  later: readonly Phase[]
  createFirst: (limits: CounterLimits) => TextCounter
  limits: CounterLimits
}

const createLaterCounter = ({ splits, later, createFirst, limits }: LaterPhases): TextCounter => {
  const { maxPieceBytes, spill } = limits
  let { memoryBytes = Infinity } = limits
  const splitLater = createPhaseSplitter(later)
  const table = new PieceTable()
  let dropped = 0
  let rewritten = 0
  let handedOver = 0 // pieces of the first phase
  let memoryAtStart = 0 // of the first counter, when it was empty

  const drainTable = (): void => {
    if (table.size > 0) spill!((take) => handOverSorted(table, take))
    table.clear()
  }

  const add = (bytes: Uint8Array, start: number, end: number, count: number): void => {
    if (end - start > maxPieceBytes) throw pieceTooLong(maxPieceBytes)
    if (spill !== undefined && table.size > 0 && first.memory + table.memoryWith(end - start, SORT_BYTES) > memoryBytes) drainTable()
    table.add(bytes, start, end, count)
  }

  const takeThrough = (piece: Uint8Array, isFirst: boolean, count: number): void => {
    if (count === 0) return
    rewritten += piece.length * count
    splitLater(piece, isFirst, (bytes, start, end, isPiece) => {
      rewritten -= (end - start) * count
      if (isPiece) add(bytes, start, end, count)
      else dropped += (end - start) * count
    })
  }

  const first = createFirst({
    ...limits,
    memoryBytes: limits.memoryBytes && limits.memoryBytes / 2,
    spill: (handOver) =>
      handOver((_, bytes, start, end, count) => {
        const piece = bytes.slice(start, end) // a copy: memory may move
        handedOver += count
        const atStart = firstPieces?.take(piece, count) ?? 0
        takeThrough(piece, true, atStart)
        takeThrough(piece, false, count - atStart)
      }),
  })
  const firstPieces = treatsFirstPiece(later) ? createFirstPieces(splits, first, maxPieceBytes) : undefined
  memoryAtStart = first.memory

  const drainIfMany = (): void => {
    if (first.distinct < MANY_PIECES && first.memory - memoryAtStart < MANY_BYTES) return
    first.drain()
    memoryAtStart = first.memory
  }

  return {
    text(bytes) {
      if (firstPieces === undefined) first.text(bytes)
      else firstPieces.text(bytes)
      drainIfMany()
    },
    piece(bytes) {
      firstPieces?.end(false)
      first.endDocument()
      add(bytes, 0, bytes.length, 1)
    },
    endDocument() {
      firstPieces?.end(true)
      first.endDocument()
    },
    flush: first.flush,
    finish() {
      first.drain()
      first.finish() // nothing may be left
      return inByteOrder(table)
    },
    drain() {
      first.drain()
      drainTable()
    },
    settle: first.drain,
    stopGrowing() {
      first.stopGrowing()
      memoryBytes = table.memory + first.memory
    },
    get pieces() {
      return table.added + first.pieces - handedOver
    },
    get dropped() {
      return dropped + first.dropped
    },
    get rewritten() {
      return rewritten
    },
    get pending() {
      return first.pending + (firstPieces?.pending ?? 0)
    },
    get distinct() {
      return table.size + first.distinct
    },
    get memory() {
      return table.memory + first.memory
    },
  }
}
