import { loadWasm, reserveMemory } from '../loadWasm.ts'

/* What goes over all steps of a machine is WebAssembly (src/kernel/pattern), since it is done once, and JavaScript is slow the first time. */

/** Lists of integers are addresses. */
type List = number

export interface PatternKernel {
  open(): void
  room(length: number): List
  buildTransducer(
    program: List,
    instructions: number,
    start: number,
    searchStart: number,
    tables: List,
    columns: number,
    behindContextOf: List,
    aheadContexts: List,
    aheadCount: number,
    setsOf: List,
    words: number,
    drops: number,
    joins: number,
  ): number
  refusal(): number
  transducerNext(): List
  transducerOutputs(): List
  transducerDecided(): List
  transducerMarks(): List
  matchesEmpty(): number
  effectCount(): number
  effectStarts(): List
  effectItems(): List
  minimize(next: List, outputs: List, columns: number, states: number, labels: List, apart: number): number
  minimizedColumns(): number
  minimizedSymbols(): List
  minimizedStates(): List
  minimizedNext(): List
  minimizedOutputs(): List
  steps(
    columns: number,
    arcs: List,
    firstArc: List,
    next: List,
    moveOfArc: List,
    leaving: List,
    starts: List,
    sources: List,
    live: List,
  ): number
  compose(
    first: number,
    fates: List,
    second: number,
    pairs: List,
    pairCount: number,
    maxStates: number,
    maxAlike: number,
  ): number
  composedArcs(): List
  composedFirstArc(): List
  composedArcCount(): number
  composedNext(): List
  composedMovesOfArcs(): List
  composedMoveCount(): number
  composedMoveStarts(): List
  composedMoveItems(): List
}

let memory: WebAssembly.Memory | undefined
let exports: PatternKernel | undefined

/** Made ready for one machine: what was put or made before is gone. */
export const openKernel = (): PatternKernel => {
  memory ??= reserveMemory(16, 65535)
  exports ??= new WebAssembly.Instance(loadWasm('pattern'), { env: { memory } }).exports as unknown as PatternKernel
  exports.open()
  return exports
}

/** Puts a list where the kernel finds it. */
export const put = (list: ArrayLike<number>): List => {
  const address = exports!.room(list.length)
  new Int32Array(memory!.buffer, address, list.length).set(list)
  return address
}

/** A copy of a list of the kernel's. */
export const take = (address: List, length: number): Int32Array => new Int32Array(memory!.buffer, address, length).slice()
