/**
 * A set of code points: sorted, disjoint, non-touching half-open ranges in one flat array, [start, end, start, end, …].
 * The universe is the Unicode scalar values: surrogates are never members, since text never contains them.
 */
export type CodePointSet = readonly number[]

const SURROGATES_START = 0xd800
const SURROGATES_END = 0xe000
const UNICODE_END = 0x110000

export const EMPTY: CodePointSet = []
export const EVERYTHING: CodePointSet = [0, SURROGATES_START, SURROGATES_END, UNICODE_END]

/** Any ranges, in any order, overlapping or not, as a set. */
export const fromRanges = (ranges: readonly (readonly [start: number, end: number])[]): CodePointSet => {
  const sorted = ranges.filter(([start, end]) => start < end).sort(([a], [b]) => a - b)
  const flat: number[] = []
  for (const [start, end] of sorted) {
    if (flat.length > 0 && start <= flat.at(-1)!) flat[flat.length - 1] = Math.max(flat.at(-1)!, end)
    else flat.push(start, end)
  }
  return intersection(flat, EVERYTHING)
}

export const of = (...codePoints: number[]): CodePointSet => fromRanges(codePoints.map((c) => [c, c + 1]))

/** Walks the borders of both sets at once and keeps what `keep(inA, inB)` says. */
const combine = (a: CodePointSet, b: CodePointSet, keep: (inA: boolean, inB: boolean) => boolean): CodePointSet => {
  const flat: number[] = []
  let i = 0
  let j = 0
  let inside = false
  while (i < a.length || j < b.length) {
    const at = Math.min(i < a.length ? a[i] : Infinity, j < b.length ? b[j] : Infinity)
    if (a[i] === at) i++
    if (b[j] === at) j++
    const now = keep(i % 2 === 1, j % 2 === 1)
    if (now !== inside) flat.push(at)
    inside = now
  }
  return flat
}

export const union = (a: CodePointSet, b: CodePointSet): CodePointSet => combine(a, b, (inA, inB) => inA || inB)
export const intersection = (a: CodePointSet, b: CodePointSet): CodePointSet => combine(a, b, (inA, inB) => inA && inB)
export const difference = (a: CodePointSet, b: CodePointSet): CodePointSet => combine(a, b, (inA, inB) => inA && !inB)
export const complement = (a: CodePointSet): CodePointSet => difference(EVERYTHING, a)

/** Whether no code point is in both. Takes time by the smaller of them. */
export const areDisjoint = (a: CodePointSet, b: CodePointSet): boolean => {
  const [few, many] = a.length <= b.length ? [a, b] : [b, a]
  for (let i = 0; i < few.length; i += 2) {
    // the first range of `many` that ends behind the start of this one
    let low = 0
    let high = many.length / 2
    while (low < high) {
      const middle = (low + high) >>> 1
      if (many[2 * middle + 1] <= few[i]) low = middle + 1
      else high = middle
    }
    if (2 * low < many.length && many[2 * low] < few[i + 1]) return false
  }
  return true
}

export const isEmpty = (a: CodePointSet): boolean => a.length === 0

export const size = (a: CodePointSet): number => {
  let total = 0
  for (let i = 0; i < a.length; i += 2) total += a[i + 1] - a[i]
  return total
}

export const has = (a: CodePointSet, codePoint: number): boolean => {
  let low = 0
  let high = a.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (a[middle] <= codePoint) low = middle + 1
    else high = middle
  }
  return low % 2 === 1
}

/** The members one by one; for small sets. */
export const members = (a: CodePointSet): number[] => {
  const list: number[] = []
  for (let i = 0; i < a.length; i += 2) for (let c = a[i]; c < a[i + 1]; c++) list.push(c)
  return list
}

/** Reads a line of generated/: base-36 numbers, gap before the range, length of the range, turn by turn. */
export const decodeSet = (line: string): CodePointSet => {
  const flat: number[] = []
  let at = 0
  for (const word of line === '' ? [] : line.split(' ')) flat.push((at += parseInt(word, 36)))
  return flat
}
