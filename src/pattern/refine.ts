/*
 * Which states of a deterministic machine can nothing tell apart? Hopcroft's algorithm, with the partition as blocks of one permutation
 * (as in Valmari, "Fast brief practical DFA minimization", 2012), so that to split a block is to move some of its states to its front.
 */

/** Steps of all states, one behind the other: that of symbol s in state q is next[q * columns + s]. */
export interface FlatSteps {
  columns: number
  next: Int32Array
}

/**
 * The coarsest partition of the states that agrees with `labels` (numbers from 0 on, each of them used) and in which, for each symbol, the
 * states of a block go to one block. Returns the block of each state.
 */
export const refine = (steps: FlatSteps, labels: ArrayLike<number>): Int32Array => {
  const partition = createPartition(labels)
  const { states, first, end, blockOf } = partition
  const { starts, symbols, sources } = findArrivals(steps, labels.length)
  // the states that go to the splitter, by symbol, and the symbols by which any do
  const going: number[][] = Array.from({ length: steps.columns }, () => [])
  const met: number[] = []
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
    for (let k = first[splitter]; k < end[splitter]; k++)
      for (let i = starts[states[k]]; i < starts[states[k] + 1]; i++) {
        const list = going[symbols[i]]
        if (list.length === 0) met.push(symbols[i])
        list.push(sources[i])
      }
    for (let i = 0; i < met.length; i++) {
      partition.split(going[met[i]], wait)
      going[met[i]].length = 0
    }
    met.length = 0
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

/** The steps to each state t: those from sources[i] by symbols[i], from starts[t] up to starts[t + 1]. */
const findArrivals = ({ columns, next }: FlatSteps, states: number): { starts: Int32Array; symbols: Int32Array; sources: Int32Array } => {
  const starts = new Int32Array(states + 1)
  for (let i = 0; i < next.length; i++) starts[next[i] + 1]++
  for (let state = 0; state < states; state++) starts[state + 1] += starts[state]
  const symbols = new Int32Array(next.length)
  const sources = new Int32Array(next.length)
  const filled = starts.slice()
  for (let source = 0, i = 0; source < states; source++)
    for (let symbol = 0; symbol < columns; symbol++, i++) {
      const place = filled[next[i]]++
      symbols[place] = symbol
      sources[place] = source
    }
  return { starts, symbols, sources }
}

/** Block b is states[first[b]] up to states[end[b]]; its marked states, while it is split, come first. */
const createPartition = (labels: ArrayLike<number>) => {
  const size = labels.length
  const states = new Int32Array(size)
  const placeOf = new Int32Array(size)
  const blockOf = Int32Array.from(labels)
  const first = new Int32Array(size)
  const end = new Int32Array(size)
  const marked = new Int32Array(size) // how many states of each block
  const touched: number[] = []
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

  /** Those of the states that are in one block become a block of their own, unless they are all of it. */
  const split = (some: readonly number[], onSplit: (old: number, added: number) => void): void => {
    for (let i = 0; i < some.length; i++) mark(some[i])
    for (let i = 0; i < touched.length; i++) {
      const old = touched[i]
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
    touched.length = 0
  }

  return { states, first, end, blockOf, split, count: () => blocks }
}
