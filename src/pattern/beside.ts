import { openKernel, put, take, type PatternKernel } from './kernel.ts'
import { findFates, type LiveSteps, type Step, type Steps } from './steps.ts'

/*
 * Two stages, one behind the other, as one machine that reads the text once. How that is done is told where it is done: kernel/pattern/beside.ts
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
  const list = put(pairs.flat())
  const states = kernel.compose(write(kernel, first), write(kernel, second), list, pairs.length, limits.states, limits.alike)
  if (states === 0) return undefined
  const columns = pairs.length + 1
  const arcs = kernel.composedArcCount()
  const steps = readSteps(kernel)
  return {
    columns,
    arcs: take(kernel.composedArcs(), states * columns),
    firstArc: take(kernel.composedFirstArc(), states + 1),
    next: take(kernel.composedNext(), arcs),
    steps: Array.from(take(kernel.composedSteps(), arcs), (number) => steps[number]),
  }
}

const write = (kernel: PatternKernel, all: LiveSteps): number => {
  const numbers = new Map<Step, number>()
  const does = new Int32Array(all.steps.length)
  const leaving: number[] = []
  const starts = [0]
  const sources: number[] = []
  for (let arc = 0; arc < does.length; arc++) {
    const step = all.steps[arc]
    let number = numbers.get(step)
    if (number === undefined) {
      numbers.set(step, (number = numbers.size))
      leaving.push(step.leaving)
      sources.push(...step.sources)
      starts.push(sources.length)
    }
    does[arc] = number
  }
  return kernel.steps(
    all.columns,
    put(all.arcs),
    put(all.firstArc),
    put(all.next),
    put(does),
    put(leaving),
    put(starts),
    put(sources),
    put(all.live),
    put(findFates(all)),
  )
}

/** What steps do, by number. */
const readSteps = (kernel: PatternKernel): Step[] => {
  const count = kernel.composedStepCount()
  const starts = take(kernel.composedStepStarts(), count + 1)
  const items = Array.from(take(kernel.composedStepItems(), starts[count]))
  return Array.from({ length: count }, (_, number) => ({
    leaving: items[starts[number]],
    sources: items.slice(starts[number] + 1, starts[number + 1]),
  }))
}
