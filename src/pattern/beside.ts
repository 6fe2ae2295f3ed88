import { openKernel, put, take, type PatternKernel } from './kernel.ts'
import { findFates, type LiveSteps, type SlotMove, type Steps } from './steps.ts'

/*
 * Two stages, one after another, as one machine that reads the text once. How that is done is told where it is done: kernel/pattern/beside.ts
 * and compose.ts. Here machines are written down for it, and what it has made is read.
 */

export interface Limits {
  states: number
  /** So many states are alike but for the positions that they hold. */
  alike: number
}

/** The steps of both, over pairs of classes; undefined if there are too many states or slots. */
export const composeSteps = (
  first: LiveSteps,
  second: LiveSteps,
  pairs: readonly (readonly [number, number])[],
  limits: Limits,
): Steps | undefined => {
  const kernel = openKernel()
  const states = kernel.compose(
    write(kernel, first),
    put(findFates(first)),
    write(kernel, second),
    put(pairs.flat()),
    pairs.length,
    limits.states,
    limits.alike,
  )
  if (states === 0) return undefined
  const columns = pairs.length + 1
  const arcs = kernel.composedArcCount()
  return {
    columns,
    arcs: take(kernel.composedArcs(), states * columns),
    firstArc: take(kernel.composedFirstArc(), states + 1),
    next: take(kernel.composedNext(), arcs),
    moveOfArc: take(kernel.composedMovesOfArcs(), arcs),
    moves: readMoves(kernel),
  }
}

const write = (kernel: PatternKernel, all: LiveSteps): number => {
  const starts = [0]
  const sources: number[] = []
  for (const move of all.moves) {
    sources.push(...move.sources)
    starts.push(sources.length)
  }
  return kernel.steps(
    all.columns,
    put(all.arcs),
    put(all.firstArc),
    put(all.next),
    put(all.moveOfArc),
    put(all.moves.map(({ leaving }) => leaving)),
    put(starts),
    put(sources),
    put(all.live),
  )
}

/** What steps do to the slots, by number. */
const readMoves = (kernel: PatternKernel): SlotMove[] => {
  const count = kernel.composedMoveCount()
  const starts = take(kernel.composedMoveStarts(), count + 1)
  const items = Array.from(take(kernel.composedMoveItems(), starts[count]))
  return Array.from({ length: count }, (_, number) => ({
    leaving: items[starts[number]],
    sources: items.slice(starts[number] + 1, starts[number + 1]),
  }))
}
