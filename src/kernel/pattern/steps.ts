import { Ints, ints } from './ints'

/** The steps of a machine as arcs (pattern/steps.ts): what each arc does is a number, of a list of slots' sources. */
@unmanaged
export class Steps {
  columns: i32
  /** That of symbol s in state q is arcs[q * columns + s]. */
  arcs: Ints
  /** The arcs of state q begin at firstArc[q]. */
  firstArc: Ints
  next: Ints
  /** What each arc does to the slots; the sources of move k are sources[starts[k]] up to sources[starts[k + 1]]. */
  moveOfArc: Ints
  leaving: Ints
  starts: Ints
  sources: Ints
  /** For each state, bit s: slot s may leave as a cut. */
  live: Ints

  static create(
    columns: i32,
    arcs: Ints,
    firstArc: Ints,
    next: Ints,
    moveOfArc: Ints,
    leaving: Ints,
    starts: Ints,
    sources: Ints,
    live: Ints,
  ): Steps {
    const all = changetype<Steps>(ints(<i32>(offsetof<Steps>() >> 2)))
    all.columns = columns
    all.arcs = arcs
    all.firstArc = firstArc
    all.next = next
    all.moveOfArc = moveOfArc
    all.leaving = leaving
    all.starts = starts
    all.sources = sources
    all.live = live
    return all
  }
}
