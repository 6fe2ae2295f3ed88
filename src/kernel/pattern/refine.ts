import { Ints, ints } from './ints'

/*
 * Which states of a deterministic machine can nothing tell apart? Hopcroft's algorithm, with the partition as blocks of one permutation
 * (as in Valmari, "Fast brief practical DFA minimization", 2012), so that to split a block is to move some of its states to its front.
 *
 *   labels say which states are in one block at first; every block waits
 *   while one waits, the splitter:
 *     for each symbol by which states go to the splitter:
 *       split every block of which some states go there, and others do not; then wait, if it waited before, both parts, else the smaller one
 */

// Block b is states[first[b]] up to states[end[b]]; its marked states, while it is split, come first.
let states: Ints = changetype<Ints>(0)
let placeOf: Ints = changetype<Ints>(0)
let blockOf: Ints = changetype<Ints>(0)
let first: Ints = changetype<Ints>(0)
let end: Ints = changetype<Ints>(0)
let marked: Ints = changetype<Ints>(0) // how many states of each block
let blocks: i32 = 0
let waiting: Ints = changetype<Ints>(0)
let waits: i32 = 0 // how many blocks do
let isWaiting: Ints = changetype<Ints>(0)

/**
 * The coarsest partition of `size` states that agrees with `labels` (numbers from 0 on, each of them used) and in which, for each symbol, the
 * states of a block go to one block. The step of symbol s in state q leads to next[q * columns + s]. Returns the block of each state.
 */
export function refine(next: Ints, columns: i32, labels: Ints, size: i32): Ints {
  createPartition(labels, size)
  // the steps to state t are those from sources[i] by symbols[i], from starts[t] up to starts[t + 1]
  const steps = size * columns
  const starts = ints(size + 2)
  const symbols = ints(steps)
  const sources = ints(steps)
  // at first, starts[t + 2] is how many lead to t; then, while those are put down, starts[t + 1] is where the next one goes
  for (let i = 0; i < steps; i++) starts[next[i] + 2]++
  for (let state = 1; state <= size; state++) starts[state + 1] += starts[state]
  for (let source = 0, i = 0; source < size; source++)
    for (let symbol = 0; symbol < columns; symbol++, i++) {
      const place = starts[next[i] + 1]++
      symbols[place] = symbol
      sources[place] = source
    }
  // the steps to the splitter by symbol, as lists that are linked: the last one met, and after each the one before, both one more; 0: none
  const last = ints(columns)
  const before = ints(steps)
  const met = ints(columns)
  const touched = ints(size)
  while (waits > 0) {
    const splitter = waiting[--waits]
    isWaiting[splitter] = 0
    let count = 0
    for (let k = first[splitter]; k < end[splitter]; k++)
      for (let i = starts[states[k]]; i < starts[states[k] + 1]; i++) {
        const symbol = symbols[i]
        if (last[symbol] == 0) met[count++] = symbol
        before[i] = last[symbol]
        last[symbol] = i + 1
      }
    for (let m = 0; m < count; m++) {
      let touchedCount = 0
      for (let step = last[met[m]]; step != 0; step = before[step - 1]) {
        const block = mark(sources[step - 1])
        if (block >= 0) touched[touchedCount++] = block
      }
      last[met[m]] = 0
      for (let i = 0; i < touchedCount; i++) split(touched[i])
    }
  }
  return blockOf
}

function createPartition(labels: Ints, size: i32): void {
  states = ints(size)
  placeOf = ints(size)
  blockOf = ints(size)
  first = ints(size + 1)
  end = ints(size)
  marked = ints(size)
  waiting = ints(size)
  isWaiting = ints(size)
  blocks = 0
  for (let state = 0; state < size; state++) {
    blockOf[state] = labels[state]
    first[labels[state] + 1]++ // how many have the label, for now
    blocks = max(blocks, labels[state] + 1)
  }
  for (let block = 0; block < blocks; block++) {
    first[block + 1] += first[block]
    end[block] = first[block]
    waiting[block] = block
    isWaiting[block] = 1
  }
  waits = blocks
  for (let state = 0; state < size; state++) {
    const place = end[labels[state]]++
    states[place] = state
    placeOf[state] = place
  }
}

/** Moves a state to the front of its block. Returns the block, if the state is the first one that is marked, otherwise -1. */
function mark(state: i32): i32 {
  const block = blockOf[state]
  const place = placeOf[state]
  const front = first[block] + marked[block]
  if (place < front) return -1
  const other = states[front]
  states[place] = other
  placeOf[other] = place
  states[front] = state
  placeOf[state] = front
  return marked[block]++ == 0 ? block : -1
}

/** The marked states of a block become a block of their own, unless they are all of it. */
function split(old: i32): void {
  const border = first[old] + marked[old]
  marked[old] = 0
  if (border == end[old]) return
  const added = blocks++
  first[added] = first[old]
  end[added] = border
  first[old] = border
  for (let place = first[added]; place < border; place++) blockOf[states[place]] = added
  const isAddedSmaller = end[added] - first[added] <= end[old] - first[old]
  const block = isWaiting[old] != 0 || isAddedSmaller ? added : old
  isWaiting[block] = 1
  waiting[waits++] = block
}
