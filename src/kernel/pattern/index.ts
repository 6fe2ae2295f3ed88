/*
 * What compiles patterns (src/pattern), as far as it goes over all steps of a machine: that is done once, and JavaScript is slow the first time.
 * Lists of integers go in and out: the caller asks for room, and reads results where it is told that they are.
 */
import { clear, Ints, ints } from './ints'
import * as composed from './compose'
import * as minimized from './minimize'
import { Steps } from './steps'
import { openThreads } from './threads'
import * as transducer from './transducer'

/** Makes ready for another machine: all lists are gone. */
export function open(): void {
  clear()
}

/** Room for a list; its address. */
export function room(length: i32): Ints {
  return ints(length)
}

/** Makes the transducer of a program (threads.ts); returns how many states it has. If there is none, this traps, and `refusal` says why. */
export function buildTransducer(
  program: Ints,
  instructions: i32,
  start: i32,
  searchStart: i32,
  tables: Ints,
  columns: i32,
  behindContextOf: Ints,
  aheadContexts: Ints,
  aheadCount: i32,
  setsOf: Ints,
  words: i32,
  drops: i32,
  joins: i32,
): i32 {
  openThreads(program, instructions, tables, columns, behindContextOf, setsOf, words)
  return transducer.build(instructions, start, searchStart, columns, drops, joins, aheadContexts, aheadCount)
}
export function refusal(): i32 {
  return transducer.refusal
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

/** Joins what is alike (minimize.ts); returns how many states are left. */
export function minimize(next: Ints, outputs: Ints, columns: i32, states: i32, labels: Ints, apart: i32): i32 {
  return minimized.minimize(next, outputs, columns, states, labels, apart)
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

/** A machine that is to be composed (steps.ts); its address. */
export function steps(
  columns: i32,
  arcs: Ints,
  firstArc: Ints,
  next: Ints,
  moveOfArc: Ints,
  leaving: Ints,
  starts: Ints,
  sources: Ints,
  live: Ints,
): Steps {
  return Steps.create(columns, arcs, firstArc, next, moveOfArc, leaving, starts, sources, live)
}

/** Makes one machine of two (compose.ts); returns how many states it has, or 0 if there is none. */
export function compose(
  first: Steps,
  fates: Ints,
  second: Steps,
  pairs: Ints,
  pairCount: i32,
  maxStates: i32,
  maxAlike: i32,
): i32 {
  return composed.compose(first, fates, second, pairs, pairCount, maxStates, maxAlike)
}
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
export function composedMovesOfArcs(): Ints {
  return composed.moveOfArc.items
}
export function composedMoveCount(): i32 {
  return composed.moves.count
}
export function composedMoveStarts(): Ints {
  return composed.moves.starts
}
export function composedMoveItems(): Ints {
  return composed.moves.pool
}
