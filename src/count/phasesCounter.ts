import { treatsFirstPiece, type Phase } from '../split/phases.ts'
import { createLaterSplitter, type LaterTables } from '../split/laterPhases.ts'
import { textMemory, type CounterLimits, type TextCounter, type TokenText } from './counter.ts'
import { FirstPieces } from './firstPieces.ts'
import { createRewritingCounter } from './rewritingCounter.ts'

/*
 * Pipelines that rewrite text. Rewriting in the first phase is done to the text on its way to the counter that cuts it. What the later
 * phases make of a piece depends on the piece alone, so they are run only once for each distinct piece of the first phase: whenever its
 * counter has very many, and in the end. What they make is counted by a second counter. (Where the piece with which a document begins is treated
 * otherwise, the first counter tells these.)
 */

/** The pieces of the first phase are taken through the later ones when there are this many distinct ones, … */
const MANY_PIECES = 2 ** 18
/** … or when they have taken this much memory. */
const MANY_BYTES = 2 ** 26

/** Makes a counter that runs these cuts. */
type CreateCounter = (splits: Phase['splits'], limits: CounterLimits) => TextCounter

/** @param laterTables of each phase behind the first; the reference tier runs those that have none */
export const createPhasesCounter = (
  [first, ...later]: readonly Phase[],
  laterTables: readonly LaterTables[],
  create: CreateCounter,
  limits: CounterLimits,
): TextCounter => {
  const counter = later.length === 0 ? create(first.splits, limits) : createLaterCounter(first.splits, later, laterTables, create, limits)
  return first.rewrites.length === 0 ? counter : createRewritingCounter(first.rewrites, counter)
}

/** For the first counter and the last: each gets what it must have for text, and half of the rest. */
const shareLimits = (limits: CounterLimits): [first: CounterLimits, last: CounterLimits] => {
  const last = { ...limits, onlyPieces: true }
  if (limits.memoryBytes === undefined) return [limits, last]
  const half = (limits.memoryBytes - textMemory(limits) - textMemory(last)) / 2
  return [limits, last].map((one) => ({ ...one, memoryBytes: Math.floor(textMemory(one) + half) })) as [CounterLimits, CounterLimits]
}

const createLaterCounter = (
  splits: Phase['splits'],
  later: readonly Phase[],
  laterTables: readonly LaterTables[],
  create: CreateCounter,
  limits: CounterLimits,
): TextCounter => {
  const [ofFirst, ofLast] = shareLimits(limits)
  const last = create([], ofLast)
  const firstPieces = treatsFirstPiece(later) ? new FirstPieces() : undefined
  let dropped = 0
  let rewritten = 0
  let handedOver = 0 // pieces of the first phase
  let memoryAtStart = 0 // of the first counter, when it was empty

  const splitter = createLaterSplitter(later, laterTables, (bytes, start, end, isPiece, times) => {
    rewritten -= (end - start) * times
    if (isPiece) last.add!(bytes, times, start, end)
    else dropped += (end - start) * times
  })

  const takeThrough = (bytes: Uint8Array, start: number, end: number, isFirst: boolean, times: number): void => {
    if (times === 0) return
    rewritten += (end - start) * times
    splitter.push(bytes, start, end, isFirst, times)
  }

  const first = create(splits, {
    ...ofFirst,
    onFirst: firstPieces && ((bytes, start, end) => firstPieces.note(bytes, start, end)),
    spill(handOver) {
      handOver((_, bytes, start, end, count) => {
        handedOver += count
        const atStart = firstPieces?.take(bytes, start, end, count) ?? 0
        takeThrough(bytes, start, end, true, atStart)
        takeThrough(bytes, start, end, false, count - atStart)
      })
      splitter.flush()
      firstPieces?.forgetTaken()
    },
  })
  memoryAtStart = first.memory

  const drainIfMany = (): void => {
    if (first.distinct < MANY_PIECES && first.memory - memoryAtStart < MANY_BYTES) return
    first.drain()
    memoryAtStart = first.memory
  }

  const drainingIfMany =
    <A extends unknown[], R>(take: (...all: A) => R) =>
    (...all: A): R => {
      const result = take(...all)
      drainIfMany()
      return result
    }

  const drainingTokenText = ({ room, push, end, documents, takeCounts }: TokenText): TokenText => ({
    room,
    push: drainingIfMany(push),
    end,
    ...(documents && { documents: drainingIfMany(documents) }),
    takeCounts,
  })

  return {
    text: drainingIfMany(first.text),
    piece(bytes) {
      first.endSection!()
      last.piece(bytes)
    },
    add: last.add!,
    ...(firstPieces === undefined && first.documents !== undefined && { documents: drainingIfMany(first.documents) }),
    withTokens(tokens, sure) {
      // behind a token that is a piece, no document begins
      if (firstPieces !== undefined && !tokens.tokens.every(({ special }) => special)) return undefined
      const text = first.withTokens?.(tokens, sure)
      return text && drainingTokenText(text)
    },
    endDocument: first.endDocument,
    flush: first.flush,
    finish(make) {
      first.drain()
      first.finish() // nothing may be left
      return last.finish(make)
    },
    drain() {
      first.drain()
      last.drain()
    },
    settle: first.drain,
    stopGrowing() {
      first.stopGrowing()
      last.stopGrowing()
    },
    get pieces() {
      return last.pieces + first.pieces - handedOver
    },
    get dropped() {
      return dropped + first.dropped
    },
    get rewritten() {
      return rewritten
    },
    get pending() {
      return first.pending
    },
    get distinct() {
      return last.distinct + first.distinct
    },
    get memory() {
      return last.memory + first.memory + (firstPieces?.memory ?? 0)
    },
  }
}
