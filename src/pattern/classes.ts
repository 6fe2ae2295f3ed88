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
  const nameOf = createNaming()
  const starts: number[] = []
  const classes: number[] = []
  const memberships: Uint8Array[] = [] // of each class
  for (let i = 0, at = 0; ; at = Math.floor(borders[i] / sets.length)) {
    for (; i < borders.length && Math.floor(borders[i] / sets.length) === at; i++) isInside[borders[i] % sets.length] ^= 1
    if (at < 0x110000) {
      const name = nameOf(isInside)
      if (name === memberships.length) memberships.push(isInside.slice())
      starts.push(at)
      classes.push(name)
    }
    if (i === borders.length) break
  }
  const members = sets.map((_, k) => Uint8Array.from(memberships, (inside) => inside[k]))
  return { partition: { starts, classes, count: memberships.length }, members }
}

/** Gives equal lists of bits equal numbers: 0, 1, … in the order in which they come. */
const createNaming = (): ((bits: Uint8Array) => number) => {
  const BITS = 30
  const names: Map<number, number>[] = []
  return (bits) => {
    let name = 0
    // the first 30 bits get a number, this number and the next 30 bits get a number, and so on
    for (let from = 0, part = 0; from < Math.max(1, bits.length); from += BITS, part++) {
      let key = name
      for (let k = from; k < Math.min(from + BITS, bits.length); k++) key = 2 * key + bits[k]
      const known = (names[part] ??= new Map())
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

/** The code points of a class, as a set. */
export const classMembers = ({ starts, classes }: Partition, wanted: number): CodePointSet =>
  fromRanges(classes.flatMap((name, i) => (name === wanted ? [[starts[i], starts[i + 1] ?? 0x110000] as const] : [])))

/** The class of a code point. */
export const classOf = ({ starts, classes }: Partition, codePoint: number): number =>
  classes[starts.findLastIndex((start) => start <= codePoint)]
