import { fromRanges, type CodePointSet } from '../unicode/codePointSet.ts'

/*
 * The alphabet of an automaton is not code points but classes of them: the coarsest partition that the pattern's sets can tell apart
 * (10 to 25 classes for real patterns). Classes that turn out to behave alike are joined once more after minimisation (`joinClasses`).
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
  // no set begins or ends inside the surrogates: a set that stops before them and goes on behind them does not stop
  const behindSurrogates = (at: number): number => (at >= 0xd800 && at < 0xe000 ? 0xe000 : at)
  // each border of each set as one number, position first: typed arrays sort numbers faster than arrays sort pairs
  const borders = Float64Array.from(sets.flatMap((set, k) => set.map((at) => behindSurrogates(at) * sets.length + k))).sort()
  const isInside = new Uint8Array(sets.length) // for each set: the code points from here on are members
  const words = new Int32Array(Math.ceil(sets.length / BITS)) // the same as bits
  const nameOf = createNaming()
  const starts: number[] = []
  const classes: number[] = []
  const memberships: Uint8Array[] = [] // of each class
  for (let i = 0, at = 0; ;) {
    for (; i < borders.length && borders[i] < (at + 1) * sets.length; i++) {
      const set = borders[i] - at * sets.length
      isInside[set] ^= 1
      words[Math.floor(set / BITS)] ^= 1 << (set % BITS)
    }
    if (at < 0x110000) {
      const name = nameOf(words)
      if (name === memberships.length) memberships.push(isInside.slice())
      starts.push(at)
      classes.push(name)
    }
    if (i === borders.length) break
    at = Math.floor(borders[i] / sets.length)
  }
  const members = sets.map((_, k) => Uint8Array.from(memberships, (inside) => inside[k]))
  return { partition: { starts, classes, count: memberships.length }, members }
}

/** Bits in a word: a word and a number of 23 bits are one exact number. */
const BITS = 30

/** Gives equal lists of words equal numbers: 0, 1, … in the order in which they come. */
const createNaming = (): ((words: Int32Array) => number) => {
  const names: Map<number, number>[] = []
  return (words) => {
    let name = 0
    // the first word gets a number, this number and the next word get a number, and so on
    for (let part = 0; part < Math.max(1, words.length); part++) {
      const known = (names[part] ??= new Map())
      const key = name * 2 ** BITS + (words[part] ?? 0)
      name = known.get(key) ?? known.size
      known.set(key, name)
    }
    return name
  }
}

/** The same partition with classes renamed by `newClass`, which may join some. */
export const renameClasses = ({ starts, classes }: Partition, newClass: readonly number[]): Partition => {
  const renamed: { starts: number[]; classes: number[] } = { starts: [], classes: [] }
  starts.forEach((start, i) => {
    const name = newClass[classes[i]]
    if (name === renamed.classes.at(-1)) return
    renamed.starts.push(start)
    renamed.classes.push(name)
  })
  return { ...renamed, count: Math.max(...renamed.classes) + 1 }
}

/** The partition by two others at once: its class k holds what is in the classes pairs[k] of both. */
export const pairClasses = (a: Partition, b: Partition): { partition: Partition; pairs: readonly (readonly [number, number])[] } => {
  const names = new Map<number, number>()
  const pairs: (readonly [number, number])[] = []
  const starts: number[] = []
  const classes: number[] = []
  for (let i = 0, k = 0; i < a.starts.length && k < b.starts.length;) {
    const key = a.classes[i] * b.count + b.classes[k]
    const name = names.get(key) ?? pairs.push([a.classes[i], b.classes[k]]) - 1
    names.set(key, name)
    if (name !== classes.at(-1)) {
      starts.push(Math.max(a.starts[i], b.starts[k]))
      classes.push(name)
    }
    const [nextA, nextB] = [a.starts[i + 1] ?? Infinity, b.starts[k + 1] ?? Infinity]
    if (nextA <= nextB) i++
    if (nextB <= nextA) k++
  }
  return { partition: { starts, classes, count: pairs.length }, pairs }
}

/** The code points of a class, as a set. */
export const classMembers = ({ starts, classes }: Partition, wanted: number): CodePointSet =>
  fromRanges(classes.flatMap((name, i) => (name === wanted ? [[starts[i], starts[i + 1] ?? 0x110000] as const] : [])))

/** The class of a code point. */
export const classOf = ({ starts, classes }: Partition, codePoint: number): number =>
  classes[starts.findLastIndex((start) => start <= codePoint)]
