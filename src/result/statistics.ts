import { utf8Length } from '../write/pieceText.ts'
import type { PretokenCounts } from './pretokenCounts.ts'
import { comparePieces } from '../sort/sortPieces.ts'

/** A part of the counts: how many distinct pieces, and how often they occur. */
export interface Part {
  distinct: number
  total: number
}

export interface CountStatistics extends Part {
  /** Bytes of all pieces: the sum of length × count. */
  bytes: number
  /** Distinct pieces that occur once. */
  singletons: number
  /** How often the `top` most frequent pieces occur together. */
  coverage: { top: number; total: number }[]
  /** Pieces by their length in bytes, `min` to `max` inclusive, without empty classes. */
  lengths: ({ min: number; max: number } & Part)[]
  /** Median length in bytes, of the distinct pieces and of all occurrences (of two in the middle, the smaller). */
  medianLength: Part
  /** The longest piece, of several the first by its bytes; a view. Undefined if there are no pieces. */
  longest: Uint8Array | undefined
  /** Pieces with a byte above 127. */
  nonAscii: Part
  /** Pieces that are not valid UTF-8 (they are non-ASCII as well). */
  nonUtf8: Part
}

const COVERAGE = [10, 100, 1_000, 10_000, 100_000]
/** Up to here each length is a class of its own; then each class reaches twice as far as the one before. */
const SINGLE_LENGTHS = 16

/** What the counts look like as a whole. */
export const countStatistics = (counts: PretokenCounts): CountStatistics => {
  const { table, size, total, textBytes } = counts
  const nonAscii = { distinct: 0, total: 0 }
  const nonUtf8 = { distinct: 0, total: 0 }
  const lengths = new Map<number, Part>()
  let singletons = 0
  for (let i = 0; i < size; i++) {
    const start = table.starts[i]
    const end = table.starts[i + 1]
    const count = table.counts[i]
    if (count === 1) singletons++
    addTo(lengths, end - start, count)
    const kind = encodingOf(table.arena, start, end)
    if (kind !== 'ASCII') add(nonAscii, count)
    if (kind === 'other') add(nonUtf8, count)
  }
  return {
    distinct: size,
    total,
    bytes: textBytes,
    singletons,
    nonAscii,
    nonUtf8,
    coverage: coverage(counts),
    lengths: classes(lengths),
    medianLength: medianLength(lengths, size, total),
    longest: longest(counts),
  }
}

const add = (part: Part, count: number, distinct = 1): void => {
  part.distinct += distinct
  part.total += count
}

const addTo = (parts: Map<number, Part>, key: number, count: number, distinct = 1): void => {
  const part = parts.get(key)
  if (part === undefined) parts.set(key, { distinct, total: count })
  else add(part, count, distinct)
}

const byKey = (parts: ReadonlyMap<number, Part>): [key: number, part: Part][] => [...parts].sort(([a], [b]) => a - b)

const encodingOf = (bytes: Uint8Array, start: number, end: number): 'ASCII' | 'UTF-8' | 'other' => {
  let isAscii = true
  for (let at = start; at < end;) {
    const length = utf8Length(bytes, at, end)
    if (length === 0) return 'other'
    if (length > 1) isAscii = false
    at += length
  }
  return isAscii ? 'ASCII' : 'UTF-8'
}

const coverage = (counts: PretokenCounts): CountStatistics['coverage'] => {
  const order = counts.order()
  const steps: CountStatistics['coverage'] = []
  let total = 0
  for (let i = 0; i < order.length && steps.length < COVERAGE.length; i++) {
    total += counts.table.counts[order[i]]
    if (i + 1 === COVERAGE[steps.length]) steps.push({ top: i + 1, total })
  }
  return steps
}

const lastOfClass = (length: number): number => (length <= SINGLE_LENGTHS ? length : 2 ** Math.ceil(Math.log2(length)))

const classes = (lengths: ReadonlyMap<number, Part>): CountStatistics['lengths'] => {
  const parts = new Map<number, Part>()
  for (const [length, { distinct, total }] of lengths) addTo(parts, lastOfClass(length), total, distinct)
  return byKey(parts).map(([max, part]) => ({ min: max <= SINGLE_LENGTHS ? max : max / 2 + 1, max, ...part }))
}

const medianLength = (lengths: ReadonlyMap<number, Part>, distinct: number, total: number): Part => {
  const sorted = byKey(lengths)
  const median = (field: keyof Part, sum: number): number => {
    let below = 0
    for (const [length, part] of sorted) if (2 * (below += part[field]) >= sum) return length
    return 0
  }
  return { distinct: median('distinct', distinct), total: median('total', total) }
}

const longest = ({ table: { arena, starts }, size }: PretokenCounts): Uint8Array | undefined => {
  if (size === 0) return undefined
  let best = 0
  for (let i = 1; i < size; i++) {
    const longer = starts[i + 1] - starts[i] - (starts[best + 1] - starts[best])
    if (longer > 0 || (longer === 0 && comparePieces(arena, starts[i], starts[i + 1], arena, starts[best], starts[best + 1]) < 0)) best = i
  }
  return arena.subarray(starts[best], starts[best + 1])
}
