import type { InvalidRange, Source } from '../types.ts'

/*
 * What a receipt lists of what may be many, all of which are counted: the first of them, by source and place, in whatever order workers
 * met them.
 */

export const MAX_INVALID_RANGES = 10
export const MAX_SKIPPED_RECORDS = 100

export type ByPlace = (a: InvalidRange, b: InvalidRange) => number

/** @param sources asked for when it is needed first: most often there is nothing to list */
export const byPlaceIn = (sources: () => readonly Source[]): ByPlace => {
  let order: Map<string, number> | undefined
  return (a, b) => {
    order ??= new Map(sources().map(({ path }, i) => [path, i]))
    return order.get(a.path)! - order.get(b.path)! || a.start - b.start
  }
}

/** Adds places to a list, and keeps the first ones. */
export const keepFirst = <Place extends InvalidRange>(list: Place[], added: readonly Place[], byPlace: ByPlace, most: number): void => {
  list.push(...added)
  if (list.length > most) list.sort(byPlace).length = most
}
