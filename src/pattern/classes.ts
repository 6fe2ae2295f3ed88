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
  const borders = sets.flatMap((set, index) => set.map((at) => [behindSurrogates(at), index] as const)).sort(([a], [b]) => a - b)
  const classOf = new Map<bigint, number>()
  const signatures: bigint[] = []
  const starts: number[] = []
  const classes: number[] = []
  let signature = 0n // bit k: the code points from here on are members of set k
  for (let i = 0, at = 0; ; at = borders[i][0]) {
    for (; i < borders.length && borders[i][0] === at; i++) signature ^= 1n << BigInt(borders[i][1])
    if (at < 0x110000) {
      let found = classOf.get(signature)
      if (found === undefined) {
        found = signatures.push(signature) - 1
        classOf.set(signature, found)
      }
      starts.push(at)
      classes.push(found)
    }
    if (i === borders.length) break
  }
  const members = sets.map((_, k) => Uint8Array.from(signatures, (of) => Number((of >> BigInt(k)) & 1n)))
  return { partition: { starts, classes, count: signatures.length }, members }
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
