/**
 * A set of code points: sorted, disjoint, non-touching half-open ranges in one flat array, [start, end, start, end, …].
 * The universe is the Unicode scalar values: surrogates are never members, since text never contains them.
 */
export type CodePointSet = readonly number[]

const SURROGATES_START = 0xd800
const SURROGATES_END = 0xe000
/** How many code points there are, and so where the last of them ends. */
export const CODE_POINTS = 0x110000
/** No border is here. */
const BEYOND = CODE_POINTS + 1

export const EMPTY: CodePointSet = []
export const EVERYTHING: CodePointSet = [0, SURROGATES_START, SURROGATES_END, CODE_POINTS]

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

export const of = (...codePoints: number[]): CodePointSet => {
  const [first] = codePoints
  const isPlain = codePoints.length === 1 && (first < SURROGATES_START || first >= SURROGATES_END)
  return isPlain ? [first, first + 1] : fromRanges(codePoints.map((c) => [c, c + 1]))
}

/** Walks the borders of both sets at once. Bit 1 of `keeps`: what is in a only is kept; bit 2: what is in b only; bit 3: what is in both. */
const combine = (a: CodePointSet, b: CodePointSet, keeps: number): CodePointSet => {
  const flat: number[] = []
  let i = 0
  let j = 0
  while (i < a.length || j < b.length) {
    const nextA = i < a.length ? a[i] : BEYOND
    const nextB = j < b.length ? b[j] : BEYOND
    const at = nextA < nextB ? nextA : nextB
    if (nextA === at) i++
    if (nextB === at) j++
    const isKept = (keeps >>> ((i & 1) + 2 * (j & 1))) & 1
    if (isKept !== (flat.length & 1)) flat.push(at)
  }
  return flat
}

export const intersection = (a: CodePointSet, b: CodePointSet): CodePointSet => combine(a, b, 0b1000)
export const difference = (a: CodePointSet, b: CodePointSet): CodePointSet => combine(a, b, 0b0010)
/** What is in one of both only. */
export const symmetricDifference = (a: CodePointSet, b: CodePointSet): CodePointSet => combine(a, b, 0b0110)

/** What is in any of the sets. */
export const union = (...sets: readonly CodePointSet[]): CodePointSet => {
  if (sets.length === 1) return sets[0]
  if (sets.length === 2) return combine(sets[0], sets[1], 0b1110)
  // all borders at once, ends behind starts
  const borders = new Int32Array(sets.reduce((sum, { length }) => sum + length, 0))
  let count = 0
  for (const set of sets) for (let i = 0; i < set.length; i++) borders[count++] = 2 * set[i] + (i & 1)
  borders.sort()
  const flat: number[] = []
  let depth = 0 // how many sets hold what is here
  for (let i = 0; i < count; i++) {
    const isEnd = (borders[i] & 1) === 1
    if (isEnd ? --depth === 0 : depth++ === 0) flat.push(borders[i] >> 1)
  }
  return flat
}

/** Everything else: the borders are the same. */
export const complement = (a: CodePointSet): CodePointSet => {
  const flat = a[0] === 0 ? a.slice(1) : [0, ...a]
  if (flat.at(-1) === CODE_POINTS) flat.pop()
  else flat.push(CODE_POINTS)
  // surrogates are in no set, so one range holds them all now
  const range = bordersUpTo(flat, SURROGATES_START) - 1
  const [start, end] = flat.slice(range)
  flat.splice(range, 2, ...[start, SURROGATES_START, SURROGATES_END, end].filter((at, i, all) => at !== all[i ^ 1]))
  return flat
}

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

export const has = (a: CodePointSet, codePoint: number): boolean => bordersUpTo(a, codePoint) % 2 === 1

const bordersUpTo = (a: CodePointSet, codePoint: number): number => {
  let low = 0
  let high = a.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (a[middle] <= codePoint) low = middle + 1
    else high = middle
  }
  return low
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
  const words = line === '' ? [] : line.split(' ')
  for (let i = 0; i < words.length; i++) flat.push((at += parseInt(words[i], 36)))
  return flat
}
