import { CODE_POINTS, fromRanges, type CodePointSet } from '../unicode/codePointSet.ts'
import { createNumbering } from './numbering.ts'

/*
 * The alphabet of an automaton is not code points but classes of them: the coarsest partition that the pattern's sets can tell apart
 * (10 to 25 classes for real patterns). Classes that turn out to behave alike are joined once more after minimisation (`renameClasses`).
 */

/** Code points by class. Class `classes[i]` holds the code points from `starts[i]` up to `starts[i + 1]`. */
export interface Partition {
  starts: readonly number[]
  classes: readonly number[]
  count: number
}

export interface ClassedSets {
  partition: Partition
  /** For each set, in the order given: one byte per class, 1 if its code points are members. */
  members: readonly Uint8Array[]
}

/** The coarsest partition in which each of the sets is a union of classes. Surrogates, which text never contains, go with what is before. */
export const partitionBySets = (sets: readonly CodePointSet[]): ClassedSets => {
  // each border of each set as one number, position first: typed arrays sort numbers faster than arrays sort pairs
  const Numbers = CODE_POINTS * sets.length < 2 ** 31 ? Int32Array : Float64Array
  const borders = new Numbers(sets.reduce((sum, { length }) => sum + length, 0))
  let filled = 0
  for (let k = 0; k < sets.length; k++) {
    const set = sets[k]
    for (let i = 0; i < set.length; i++) {
      const at = set[i]
      // no set begins or ends inside the surrogates: one that stops before them and goes on after them does not stop
      borders[filled++] = (at >= 0xd800 && at < 0xe000 ? 0xe000 : at) * sets.length + k
    }
  }
  borders.sort()
  // bit k, over several words: the code points from here on are in set k
  const inside = new Int32Array(Math.ceil(sets.length / 32))
  const names = createNumbering()
  const starts: number[] = []
  const classes: number[] = []
  const { length } = borders
  for (let i = 0, at = 0; ;) {
    const first = at * sets.length
    const end = first + sets.length
    while (i < length && borders[i] < end) {
      const set = borders[i++] - first
      inside[set >> 5] ^= 1 << (set & 31)
    }
    if (at < CODE_POINTS) {
      starts.push(at)
      classes.push(names.numberOf(inside))
    }
    if (i === length) break
    at = Math.floor(borders[i] / sets.length)
  }
  const { count } = names
  const members = sets.map(() => new Uint8Array(count))
  for (let name = 0; name < count; name++) {
    names.read(name, inside)
    for (let k = 0; k < sets.length; k++) members[k][name] = (inside[k >> 5] >>> (k & 31)) & 1
  }
  return { partition: { starts, classes, count }, members }
}

/** The same partition with classes renamed by `newClass`, which may join some. */
export const renameClasses = ({ starts, classes }: Partition, newClass: readonly number[]): Partition => {
  const kept: number[] = []
  const renamed: number[] = []
  for (let i = 0, last = -1; i < starts.length; i++) {
    const name = newClass[classes[i]]
    if (name === last) continue
    last = name
    kept.push(starts[i])
    renamed.push(name)
  }
  return { starts: kept, classes: renamed, count: Math.max(...newClass) + 1 }
}

/** The partition by two others at once: its class k holds what is in the classes pairs[k] of both. */
export const pairClasses = (a: Partition, b: Partition): { partition: Partition; pairs: readonly (readonly [number, number])[] } => {
  const names = new Int32Array(a.count * b.count) // 0: none, else one more
  const pairs: (readonly [number, number])[] = []
  const starts: number[] = []
  const classes: number[] = []
  let last = 0
  for (let i = 0, k = 0, at = 0; at < CODE_POINTS;) {
    const key = a.classes[i] * b.count + b.classes[k]
    if (names[key] === 0) names[key] = pairs.push([a.classes[i], b.classes[k]])
    if (names[key] !== last) {
      last = names[key]
      starts.push(at)
      classes.push(last - 1)
    }
    const nextA = i + 1 < a.starts.length ? a.starts[i + 1] : CODE_POINTS
    const nextB = k + 1 < b.starts.length ? b.starts[k + 1] : CODE_POINTS
    at = nextA < nextB ? nextA : nextB
    if (nextA === at) i++
    if (nextB === at) k++
  }
  return { partition: { starts, classes, count: pairs.length }, pairs }
}

/** The code points of a class, as a set. */
export const classMembers = ({ starts, classes }: Partition, wanted: number): CodePointSet =>
  fromRanges(classes.flatMap((name, i) => (name === wanted ? [[starts[i], starts[i + 1] ?? CODE_POINTS] as const] : [])))

/** The class of a code point. */
export const classOf = ({ starts, classes }: Partition, codePoint: number): number => {
  let low = 0
  let high = starts.length
  while (high - low > 1) {
    const middle = (low + high) >>> 1
    if (starts[middle] <= codePoint) low = middle
    else high = middle
  }
  return classes[low]
}
