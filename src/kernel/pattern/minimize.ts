import { Ints, ints } from './ints'
import { Numbering } from './numbering'
import { refine } from './refine'

/* Joins the states of a machine that nothing can tell apart, and then symbols whose columns have become equal. */

/** How many symbols are left. */
export let columns: i32 = 0
/** The new name of each old symbol. */
export let newSymbol: Ints = changetype<Ints>(0)
/** A state of before for each that is left. They are numbered in the order in which they are met from state 0. */
export let states: Ints = changetype<Ints>(0)
/** The steps that are left: that of symbol s in state q leads to next[q * columns + s] and does outputs[q * columns + s]. */
export let next: Ints = changetype<Ints>(0)
export let outputs: Ints = changetype<Ints>(0)

/**
 * `oldNext`, `oldOutputs`: the steps of before. `labels`: what else tells states apart, a number for each. `apart`: so many of the last symbols are joined
 * with no other. Returns the number of states.
 */
export function minimize(oldNext: Ints, oldOutputs: Ints, oldColumns: i32, size: i32, labels: Ints, apart: i32): i32 {
  const numbers = Numbering.create()
  const list = ints(oldColumns + 1)
  const label = ints(size)
  for (let state = 0, i = 0; state < size; state++) {
    for (let symbol = 0; symbol < oldColumns; symbol++) list[symbol] = oldOutputs[i++]
    list[oldColumns] = labels[state]
    label[state] = numbers.numberOf(list, oldColumns + 1)
  }
  const blockOf = refine(oldNext, oldColumns, label, size)

  // states are met breadth first; numberOf: of each block, one more; 0: not met
  const numberOf = ints(size)
  states = ints(size)
  let count = 0
  states[count++] = 0
  numberOf[blockOf[0]] = count
  for (let number = 0; number < count; number++)
    for (let i = states[number] * oldColumns, end = i + oldColumns; i < end; i++) {
      const block = blockOf[oldNext[i]]
      if (numberOf[block] != 0) continue
      states[count++] = oldNext[i]
      numberOf[block] = count
    }

  const kept = ints(oldColumns)
  newSymbol = ints(oldColumns)
  columns = 0
  for (let symbol = 0; symbol < oldColumns; symbol++) {
    let known = 0
    if (symbol < oldColumns - apart) while (known < columns && !areAlike(kept[known], symbol, oldNext, oldOutputs, oldColumns, blockOf, count)) known++
    else known = columns
    newSymbol[symbol] = known
    if (known == columns) kept[columns++] = symbol
  }

  next = ints(count * columns)
  outputs = ints(count * columns)
  for (let number = 0, i = 0; number < count; number++)
    for (let symbol = 0; symbol < columns; symbol++, i++) {
      const old = states[number] * oldColumns + kept[symbol]
      next[i] = numberOf[blockOf[oldNext[old]]] - 1
      outputs[i] = oldOutputs[old]
    }
  return count
}

function areAlike(a: i32, b: i32, oldNext: Ints, oldOutputs: Ints, oldColumns: i32, blockOf: Ints, count: i32): bool {
  for (let number = 0; number < count; number++) {
    const row = states[number] * oldColumns
    if (blockOf[oldNext[row + a]] != blockOf[oldNext[row + b]] || oldOutputs[row + a] != oldOutputs[row + b]) return false
  }
  return true
}
