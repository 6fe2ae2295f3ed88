/*
 * Which states of a deterministic machine can nothing tell apart? Hopcroft's algorithm, with the partition as blocks of one permutation
 * (as in Valmari, "Fast brief practical DFA minimization", 2012), so that to split a block is to move some of its states to its front.
 */

/**
 * The coarsest partition of the states that agrees with `labels` (numbers from 0 on) and in which, for each symbol, the states of a block
 * go to one block. Returns the block of each state.
 */
export const refine = (next: readonly (readonly number[])[], labels: readonly number[]): Int32Array => {
  const partition = createPartition(labels)
  const { states, first, end, blockOf } = partition
  const symbols = next[0].length
  const before = Array.from({ length: symbols }, (_, symbol) => createSources(next, symbol))
  const waiting = Array.from({ length: partition.count() }, (_, block) => block)
  const isWaiting = new Uint8Array(labels.length).fill(1, 0, waiting.length)
  for (let splitter; (splitter = waiting.pop()) !== undefined;) {
    isWaiting[splitter] = 0
    const targets = states.slice(first[splitter], end[splitter]) // the block may be split itself meanwhile
    for (const { sources, starts } of before) {
      for (const target of targets) for (let i = starts[target]; i < starts[target + 1]; i++) partition.mark(sources[i])
      partition.splitMarked((old, added) => {
        const smaller = end[added] - first[added] <= end[old] - first[old] ? added : old
        const block = isWaiting[old] === 1 ? added : smaller
        isWaiting[block] = 1
        waiting.push(block)
      })
    }
  }
  return blockOf
}

/** By target state, the states that a symbol leads there: those of target t are sources[starts[t]] up to sources[starts[t + 1]]. */
const createSources = (next: readonly (readonly number[])[], symbol: number): { sources: Int32Array; starts: Int32Array } => {
  const starts = new Int32Array(next.length + 1)
  for (const row of next) starts[row[symbol] + 1]++
  for (let state = 0; state < next.length; state++) starts[state + 1] += starts[state]
  const sources = new Int32Array(next.length)
  const filled = starts.slice()
  next.forEach((row, state) => (sources[filled[row[symbol]]++] = state))
  return { sources, starts }
}

/** Block b is states[first[b]] up to states[end[b]]; its marked states come first. */
const createPartition = (labels: readonly number[]) => {
  const size = labels.length
  const states = Int32Array.from(labels, (_, state) => state).sort((a, b) => labels[a] - labels[b] || a - b)
  const placeOf = new Int32Array(size)
  const blockOf = new Int32Array(size)
  const first = new Int32Array(size)
  const end = new Int32Array(size)
  const marked = new Int32Array(size) // how many states of each block
  let touched: number[] = []
  let blocks = 0
  states.forEach((state, place) => {
    if (place === 0 || labels[state] !== labels[states[place - 1]]) first[blocks++] = place
    blockOf[state] = blocks - 1
    placeOf[state] = place
    end[blocks - 1] = place + 1
  })

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
