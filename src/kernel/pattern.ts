/*
 * What compiles patterns (src/pattern), as far as it goes over all steps of a machine: that is done once, and JavaScript is slow the first time.
 * Lists of integers go in and out: the caller asks for room, and reads results where it is told that they are.
 */
import { clear, Ints, ints } from './ints'
import * as composed from './compose'
import { Steps } from './steps'
import { openThreads } from './threads'
import * as minimized from './minimize'
import * as transducer from './transducer'

/** Makes ready for another machine; all lists are gone. */
export { clear }

/** Room for a list; its address. */
export function room(length: i32): Ints {
  return ints(length)
}

export { openThreads }
export { buildTransducer } from './transducer'
export { minimize } from './minimize'

/** 0: `buildTransducer` has gone well; otherwise why it has not (transducer.ts). */
export function outcome(): i32 {
  return transducer.outcome
}
export function transducerNext(): Ints {
  return transducer.next
}
export function transducerOutputs(): Ints {
  return transducer.outputs
}
export function transducerDecided(): Ints {
  return transducer.decided
}
export function transducerMarks(): Ints {
  return transducer.marks
}
export function matchesEmpty(): bool {
  return transducer.matchesEmpty
}
export function effectCount(): i32 {
  return transducer.effects.count
}
export function effectStarts(): Ints {
  return transducer.effects.starts
}
export function effectItems(): Ints {
  return transducer.effects.pool
}

export function minimizedColumns(): i32 {
  return minimized.columns
}
export function minimizedSymbols(): Ints {
  return minimized.newSymbol
}
export function minimizedStates(): Ints {
  return minimized.states
}
export function minimizedNext(): Ints {
  return minimized.next
}
export function minimizedOutputs(): Ints {
  return minimized.outputs
}

/** A machine as arcs, to be composed; see steps.ts. */
export function steps(
  columns: i32,
  arcs: Ints,
  firstArc: Ints,
  next: Ints,
  does: Ints,
  leaving: Ints,
  starts: Ints,
  sources: Ints,
  live: Ints,
  fates: Ints,
): Steps {
  return Steps.create(columns, arcs, firstArc, next, does, leaving, starts, sources, live, fates)
}
export { compose } from './compose'
export function composedArcs(): Ints {
  return composed.arcs.items
}
export function composedFirstArc(): Ints {
  return composed.firstArc.items
}
export function composedArcCount(): i32 {
  return composed.next.length
}
export function composedNext(): Ints {
  return composed.next.items
}
export function composedSteps(): Ints {
  return composed.stepOfArc.items
}
export function composedStepCount(): i32 {
  return composed.steps.count
}
export function composedStepStarts(): Ints {
  return composed.steps.starts
}
export function composedStepItems(): Ints {
  return composed.steps.pool
}
