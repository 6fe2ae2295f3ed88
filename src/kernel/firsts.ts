import { DROPPED_BIT } from '../pattern/layout'
import { allocate } from './memory'
import { POSITION } from './pass'

/*
 * The pieces with which documents begin, for pipelines that do something else to them. Where documents begin is noted when the first pass is given
 * their ends, and the piece that begins there is told as soon as its end is known.
 */

/** Positions behind all that is counted where documents begin, u32 each, in order; 0: nobody wants to know. */
let starts: usize = 0
let startsEnd: usize = 0

/** The piece at this address is the first of its document. Imported from JavaScript. */
declare function first(start: usize, length: usize): void

/** Positions of so many bytes are noted at a time. Returns false if there is no memory. */
export function startTelling(endsBytes: usize): bool {
  starts = allocate(endsBytes + 8)
  if (starts == 0) return false
  store<u32>(starts, 0)
  startsEnd = starts + 4
  return true
}

export function tellsFirst(): bool {
  return starts != 0
}

/** Documents end at [ends, endsTo), or text that is in none: there others begin. */
export function noteStarts(ends: usize, endsTo: usize): void {
  for (; ends < endsTo; ends += 4) {
    const position = load<u32>(ends) & POSITION
    if (startsEnd > starts && load<u32>(startsEnd - 4) == position) continue
    store<u32>(startsEnd, position)
    startsEnd += 4
  }
}

/** All text before `position` has been counted. Whether a document begins there. */
export function setStart(position: u32, isStart: bool): void {
  startsEnd = starts
  if (!isStart) return
  store<u32>(startsEnd, position)
  startsEnd += 4
}

/** Text has moved towards the front by `shift` bytes. */
export function slideStarts(shift: usize): void {
  for (let at = starts; at < startsEnd; at += 4) store<u32>(at, load<u32>(at) - <u32>shift)
}

/** Tells of the first pieces among those that end at the cuts in [cuts, cutEnd). */
export function tellFirst(text: usize, cuts: usize, cutEnd: usize): void {
  const end = load<u32>(cutEnd - 4) & POSITION
  let at = starts
  for (; at < startsEnd; at += 4) {
    const start = load<u32>(at)
    if (start >= end) break
    cuts = firstBehind(start, cuts, cutEnd)
    const cut = load<u32>(cuts)
    if ((cut & DROPPED_BIT) == 0) first(text + <usize>start, <usize>(cut - start))
  }
  memory.copy(starts, at, startsEnd - at)
  startsEnd -= at - starts
}

/** The first of these cuts that is behind a position; one is. */
function firstBehind(position: u32, from: usize, to: usize): usize {
  while (from < to) {
    const middle = from + (((to - from) >>> 3) << 2)
    if ((load<u32>(middle) & POSITION) > position) to = middle
    else from = middle + 4
  }
  return from
}
