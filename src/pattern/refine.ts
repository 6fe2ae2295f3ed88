/*
 * Which states of a deterministic machine can nothing tell apart? Hopcroft's algorithm, with the partition as blocks of one permutation
 * (as in Valmari, "Fast brief practical DFA minimization", 2012), so that to split a block is to move some of its states to its front.
 */

/** Steps of all states, one behind the other: that of symbol s in state q is next[q * columns + s]. */
export interface FlatSteps {
  columns: number
  next: ArrayLike<number>
}

/**
 * The coarsest partition of the states that agrees with `labels` (numbers from 0 on, each of them used) and in which, for each symbol, the
 * states of a block go to one block. Returns the block of each state.
 */
export const refine = (steps: FlatSteps, labels: ArrayLike<number>): Int32Array => {
  const partition = createPartition(labels)
  const { states, first, end, blockOf } = partition
  const { sources, starts } = findSources(steps, labels.length)
  const waiting = Array.from({ length: partition.count() }, (_, block) => block)
  const isWaiting = new Uint8Array(labels.length).fill(1, 0, waiting.length)
  const wait = (old: number, added: number): void => {
    const smaller = end[added] - first[added] <= end[old] - first[old] ? added : old
    const block = isWaiting[old] === 1 ? added : smaller
    isWaiting[block] = 1
    waiting.push(block)
  }
  for (let splitter; (splitter = waiting.pop()) !== undefined;) {
    isWaiting[splitter] = 0
    const targets = states.slice(first[splitter], end[splitter]) // the block may be split itself meanwhile
    for (let symbol = 0; symbol < steps.columns; symbol++) {
      for (let k = 0; k < targets.length; k++) {
        const target = symbol * labels.length + targets[k]
        for (let i = starts[target]; i < starts[target + 1]; i++) partition.mark(sources[i])
      }
      partition.splitMarked(wait)
    }
  }
  return blockOf
}

/** The first state of each block that is met from state 0, breadth first. */
export const firstOfBlocks = ({ columns, next }: FlatSteps, block: Int32Array): number[] => {
  const order = [0]
  const isMet = new Uint8Array(block.length)
  isMet[block[0]] = 1
  for (const state of order)
    for (let i = state * columns; i < (state + 1) * columns; i++) {
      if (isMet[block[next[i]]] === 1) continue
      isMet[block[next[i]]] = 1
      order.push(next[i])
    }
  return order
}

/** The states that symbol s leads to target t: with k = s * states + t, sources[starts[k]] up to sources[starts[k + 1]]. */
const findSources = ({ columns, next }: FlatSteps, states: number): { sources: Int32Array; starts: Int32Array } => {
  const starts = new Int32Array(columns * states + 1)
  for (let symbol = 0; symbol < columns; symbol++) {
    const row = symbol * states + 1
    for (let i = symbol; i < next.length; i += columns) starts[row + next[i]]++
  }
  for (let k = 1; k < starts.length; k++) starts[k] += starts[k - 1]
  const sources = new Int32Array(next.length)
  const filled = starts.slice()
  for (let symbol = 0; symbol < columns; symbol++) {
    const row = symbol * states
    for (let state = 0, i = symbol; state < states; state++, i += columns) sources[filled[row + next[i]]++] = state
  }
  return { sources, starts }
}

/** Block b is states[first[b]] up to states[end[b]]; its marked states come first. */
const createPartition = (labels: ArrayLike<number>) => {
  const size = labels.length
  const states = new Int32Array(size)
  const placeOf = new Int32Array(size)
  const blockOf = Int32Array.from(labels)
  const first = new Int32Array(size)
  const end = new Int32Array(size)
  const marked = new Int32Array(size) // how many states of each block
  let touched: number[] = []
  let blocks = 0
  for (let state = 0; state < size; state++) {
    end[labels[state]]++ // how many have the label, for now
    blocks = Math.max(blocks, labels[state] + 1)
  }
  for (let block = 1; block < blocks; block++) end[block] += first[block] = end[block - 1]
  for (let state = 0; state < size; state++) {
    // a block's states are put down from its start on; `marked` counts them meanwhile
    const block = labels[state]
    const place = first[block] + marked[block]++
    states[place] = state
    placeOf[state] = place
  }
  marked.fill(0)

  const mark = (state: number): void => {
    const block = blockOf[state]
    const place = placeOf[state]
    const front = first[block] + marked[block]
    if (place < front) return
    if (marked[block]++ === 0) touched.push(block)
    const other = states[front]
    states[place] = other
    placeOf[other] = place
    states[front] = state
    placeOf[state] = front
  }

  /** The marked states of each block become a block of their own, unless all are marked. All marks go. */
  const splitMarked = (onSplit: (old: number, added: number) => void): void => {
    if (touched.length === 0) return
    const split = touched
    touched = []
    for (const old of split) {
      const border = first[old] + marked[old]
      marked[old] = 0
      if (border === end[old]) continue
      const added = blocks++
      first[added] = first[old]
      end[added] = border
      first[old] = border
      for (let place = first[added]; place < border; place++) blockOf[states[place]] = added
      onSplit(old, added)
    }
  }

  return { states, first, end, blockOf, mark, splitMarked, count: () => blocks }
}
