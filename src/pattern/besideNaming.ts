import { FRESH, OFF, type Run, type State } from './beside.ts'
import { createNumbering } from './numbering.ts'
import type { Step, Steps } from './steps.ts'

export interface Naming {
  /** Equal states have equal numbers: 0, 1, … */
  stateOf(state: State): number
  /**
   * Makes a function that numbers what comes of a pair of symbols, one of either stage: equal numbers mean the same step to the same state,
   * in other states, too.
   */
  groupOf(state: State): (symbol: number, other: number) => number
}

export const createNaming = (firstStage: Steps, second: Steps): Naming => {
  const firstNames = nameSteps(firstStage)
  const secondNames = nameSteps(second)
  const nameIn = (run: Run, symbol: number): number => (run.state === OFF ? OFF : secondNames[run.state][symbol])
  const end = second.next[0].length - 1
  const shapes = createNumbering()
  // written anew for each number that is asked for
  const list: number[] = []
  let length = 0
  const add = (positions: readonly number[]): void => {
    list[length++] = positions.length
    for (let i = 0; i < positions.length; i++) list[length++] = positions[i]
  }
  /** All that matters of a state but where its stages will go. */
  const shapeOf = ({ open, runs, pieces }: State): number => {
    length = 0
    add(open)
    for (const run of runs) {
      list[length++] = nameIn(run, end)
      add(run.slots)
      add(run.cuts)
    }
    for (const row of pieces) row.forEach(add)
    return shapes.numberOf(list, length)
  }
  const states = createNumbering()
  const groups = createNumbering()
  return {
    stateOf(state) {
      const shape = shapeOf(state)
      length = 0
      list[length++] = shape
      list[length++] = state.first
      for (const run of state.runs) list[length++] = run.state
      return states.numberOf(list, length)
    },
    groupOf(state) {
      const shape = shapeOf(state)
      const { first, runs } = state
      return (symbol, other) => {
        list[0] = shape
        list[1] = firstNames[first][symbol]
        list[2] = nameIn(FRESH, other)
        for (let place = 0; place < runs.length; place++) list[3 + place] = nameIn(runs[place], other)
        return groups.numberOf(list, 3 + runs.length)
      }
    },
  }
}

/** For each state and symbol a number: equal ones mean the same step to the same state. */
const nameSteps = ({ next, steps }: Steps): number[][] => {
  const numbers = new Map<Step, number>()
  return steps.map((row, state) =>
    row.map((step, symbol) => {
      const number = numbers.get(step) ?? numbers.size
      numbers.set(step, number)
      return number * next.length + next[state][symbol]
    }),
  )
}
