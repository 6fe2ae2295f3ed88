import type { CountTable } from '../count/sortedTable.ts'
import type { PretokenCounts } from './pretokenCounts.ts'
import { comparePieces, sortPieces } from '../sort/sortPieces.ts'

/** A piece whose counts differ; 0 where it does not occur. The piece is a view, not a copy. */
export interface Difference {
  piece: Uint8Array
  a: number
  b: number
}

export interface Comparison {
  /** Distinct pieces with the same count in both. */
  same: number
  /** Distinct pieces in both, with different counts. */
  changed: number
  /** Distinct pieces in one of the two, and their counts together. */
  onlyInA: { distinct: number; total: number }
  onlyInB: { distinct: number; total: number }
  /** What differs: by the absolute difference, descending, then by bytes. */
  differences(): Generator<Difference>
}

export const compareCounts = (a: PretokenCounts, b: PretokenCounts): Comparison => {
  const onlyInA = { distinct: 0, total: 0 }
  const onlyInB = { distinct: 0, total: 0 }
  let same = 0
  let changed = 0
  // what is in A has its difference there, so that here is left what is only in B
  const inA = weigh(a.table, b.table, (count, other) => {
    if (other === undefined) add(onlyInA, count)
    else if (other === count) same++
    else changed++
    return Math.abs(count - (other ?? 0))
  })
  const inB = weigh(b.table, a.table, (count, other) => {
    if (other !== undefined) return 0
    add(onlyInB, count)
    return count
  })
  const differences = () =>
    mergeDifferences(
      differencesOf(a.table, inA, (piece, count) => ({ piece, a: count, b: b.get(piece) ?? 0 })),
      differencesOf(b.table, inB, (piece, count) => ({ piece, a: 0, b: count })),
    )
  return { same, changed, onlyInA, onlyInB, differences }
}

const add = (sum: { distinct: number; total: number }, count: number): void => {
  sum.distinct++
  sum.total += count
}

/** The weight of each entry of `table`, from its count and that of the same piece in `other`. */
const weigh = (table: CountTable, other: CountTable, weightOf: (count: number, otherCount: number | undefined) => number): Float64Array => {
  const { arena, starts, counts, size } = table
  const weights = new Float64Array(size)
  for (let i = 0; i < size; i++) {
    const entry = other.find(arena, starts[i], starts[i + 1])
    weights[i] = weightOf(counts[i], entry === -1 ? undefined : other.counts[entry])
  }
  return weights
}

/** The entries whose weight is above 0, the heaviest first. */
function* differencesOf(
  table: CountTable,
  weights: Float64Array,
  makeDifference: (piece: Uint8Array, count: number) => Difference,
): Generator<Difference> {
  const { arena, starts, counts, size } = table
  let heavy = 0
  for (const weight of weights) if (weight > 0) heavy++
  const order = new Uint32Array(heavy)
  for (let entry = 0, i = 0; entry < size; entry++) if (weights[entry] > 0) order[i++] = entry
  sortPieces(table, weights, order)
  for (const entry of order) yield makeDifference(arena.subarray(starts[entry], starts[entry + 1]), counts[entry])
}

const comesBefore = (left: Difference, right: Difference): boolean => {
  const byWeight = Math.abs(right.a - right.b) - Math.abs(left.a - left.b)
  return (byWeight || comparePieces(left.piece, 0, left.piece.length, right.piece, 0, right.piece.length)) < 0
}

function* mergeDifferences(left: Generator<Difference>, right: Generator<Difference>): Generator<Difference> {
  let a = left.next().value
  let b = right.next().value
  while (a !== undefined || b !== undefined)
    if (b === undefined || (a !== undefined && comesBefore(a, b))) {
      yield a
      a = left.next().value
    } else {
      yield b
      b = right.next().value
    }
}
