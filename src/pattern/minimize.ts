import { openKernel, put, take } from './kernel.ts'

/** What the steps of one state lead to, or do, by symbol. */
export type Row = Int32Array

/** The steps of a deterministic machine: that of symbol s in state q leads to next[q * columns + s] and does outputs[q * columns + s]. */
export interface FlatSteps {
  columns: number
  next: Int32Array
  outputs: Int32Array
  /** What else tells states apart, a number for each. */
  labels: Int32Array
  /** So many of the last symbols are joined with no other. */
  apart: number
}

/** The same with as few states and symbols as possible. */
export const minimize = ({ columns, next, outputs, labels, apart }: FlatSteps) => {
  const kernel = openKernel()
  const count = kernel.minimize(put(next), put(outputs), columns, labels.length, put(labels), apart)
  const left = kernel.minimizedColumns()
  return {
    /** By state, then by symbol. */
    next: rowsOf(take(kernel.minimizedNext(), count * left), left),
    outputs: rowsOf(take(kernel.minimizedOutputs(), count * left), left),
    /** A state of before for each that is left. */
    states: Array.from(take(kernel.minimizedStates(), count)),
    /** The new name of each old symbol. */
    newSymbol: Array.from(take(kernel.minimizedSymbols(), columns)),
  }
}

const rowsOf = (list: Int32Array, columns: number): Row[] => {
  const rows: Row[] = []
  for (let start = 0; start < list.length; start += columns) rows.push(list.subarray(start, start + columns))
  return rows
}
