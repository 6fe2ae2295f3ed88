import { OFF, type State } from './beside.ts'
import { MAX_SLOTS } from './layout.ts'
import { createNumbering } from './numbering.ts'
import { countStates, type Step, type Steps } from './steps.ts'

export interface Naming {
  /** Equal states have equal numbers: 0, 1, … */
  stateOf(state: State): number
  /** Equal numbers: the stages stand in the same states, in all runs; what positions they hold may differ. */
  standOf(state: State): number
  /** Makes ready for questions about a state. */
  enter(state: State): void
  /**
   * Numbers what comes, in the state that was entered, of an arc of the first stage and a symbol of the second: equal numbers mean the same step to
   * the same state, in other states, too.
   */
  groupOf(arc: number, symbol: number): number
}

export const createNaming = (firstStage: Steps, second: Steps): Naming => {
  const firstNames = nameArcs(firstStage)
  const secondNames = nameArcs(second)
  const { columns, arcs } = second
  const shapes = createNumbering()
  const states = createNumbering()
  const stands = createNumbering()
  const groups = createNumbering()
  // written anew for each number that is asked for
  let list = new Int32Array(256)
  let length = 0
  const add = (positions: readonly number[]): void => {
    list[length++] = positions.length
    for (let i = 0; i < positions.length; i++) list[length++] = positions[i]
  }
  /** All that matters of a state but where its stages will go. */
  const shapeOf = ({ open, runs, pieces }: State): number => {
    const most = (runs.length + 2) ** 2 * MAX_POSITIONS
    if (most > list.length) list = new Int32Array(2 * most)
    length = 0
    add(open)
    for (let place = 0; place < runs.length; place++) {
      const { state, slots, cuts } = runs[place]
      add(slots)
      add(cuts)
      list[length++] = state === OFF ? OFF : secondNames[arcs[(state + 1) * columns - 1]]
    }
    for (let i = 0; i < pieces.length; i++) for (let k = i + 1; k < pieces.length; k++) add(pieces[i][k])
    return shapes.numberOf(list, length)
  }
  // of the state that was entered
  const group = new Int32Array(3 + MAX_SLOTS)
  const rows = new Int32Array(MAX_SLOTS)
  let places = 0
  return {
    stateOf(state) {
      const shape = shapeOf(state)
      const { runs } = state
      list[0] = shape
      list[1] = state.first
      for (let place = 0; place < runs.length; place++) list[2 + place] = runs[place].state
      return states.numberOf(list, 2 + runs.length)
    },
    standOf({ first, runs }) {
      list[0] = first
      for (let place = 0; place < runs.length; place++) list[1 + place] = runs[place].state
      return stands.numberOf(list, 1 + runs.length)
    },
    enter(state) {
      group[0] = shapeOf(state)
      places = state.runs.length
      for (let place = 0; place < places; place++) rows[place] = state.runs[place].state * columns
    },
    groupOf(arc, symbol) {
      group[1] = firstNames[arc]
      group[2] = secondNames[arcs[symbol]] // of a run that begins afresh
      for (let place = 0; place < places; place++) group[3 + place] = rows[place] < 0 ? OFF : secondNames[arcs[rows[place] + symbol]]
      return groups.numberOf(group, 3 + places)
    },
  }
}

/** No list of positions is longer, with its length before it: each position is a slot, or one of two that are now. */
const MAX_POSITIONS = MAX_SLOTS + 4

/** For each arc a number: equal ones mean the same step to the same state. */
const nameArcs = (all: Steps): Int32Array => {
  const numbers = new Map<Step, number>()
  const states = countStates(all)
  return all.next.map((to, arc) => {
    let number = numbers.get(all.steps[arc])
    if (number === undefined) numbers.set(all.steps[arc], (number = numbers.size))
    return number * states + to
  })
}
