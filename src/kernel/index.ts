import { OK } from '../split/kernelLayout'
import { advanceRaw, lastEnd, setStripping, textLength } from './advanceRaw'
import { setPairs } from './compose'
import { dropped, pieces } from './counting'
import { setStart } from './firsts'
import { allocate, release } from './memory'
import {
  addPass, addPiece, BATCH, capacity, counted, ends, endsEnd, give, list, listEnd, makeRoom, setLimits, start, startCollecting, startCounting,
  startTellingFirst, text,
} from './passes'
import { setClasses } from './quickCheck'
import {
  isInitialDue, isOpen, leftEnd, noteSolid, passInitial, putBytes, setInitial, setPrefix, setRawEnds, setStrippingOfEnds, solidEnd, startRaw,
} from './raw'
import { readSorted, sortedBytes } from './readout'
import { isInRun, setInRun, setMap } from './rewrite'
import { partitionEnds, sortTable } from './sort'
import { clearTable, slotCount, slots, used } from './table'
import {
  endsAt, findTokens, found, foundBytes, foundLast, isTextBefore, isTextBehind, isUndecided, noteText, pieceBytes, setTokens, startFindingAt, textsBetween,
} from './tokens'

/*
 * The kernel: text in, counts in a table out. The caller puts text and document ends into the kernel's memory, and calls
 *
 *   advance          where all is known of the text
 *   advanceFinding   where special tokens are to be found in it first
 *   advanceRaw       where it is to be normalized, too: such text stands in a place of its own (raw.ts, advanceRaw.ts)
 *
 * All three give the text to the passes (passes.ts):
 *
 *   document ends → pass 0 → cuts → pass 1 → cuts → … → cuts → counting table, or a list of cuts
 *
 * Each pass reads text up to where the one before has decided all cuts, in slices, and hands its cuts on whenever its list is half full. So
 * all that is kept between two calls is each pass's state, its slots, and the text from the first piece that has not been counted.
 */

// what is exported here is what JavaScript sees
export { start, setLimits, addPass, startCounting, startTellingFirst, setStart, startCollecting }
export { text, capacity, ends, counted, makeRoom, addPiece, list, listEnd, allocate, release }
export { slots, slotCount, used, pieces, dropped, clearTable, sortTable, partitionEnds, sortedBytes, readSorted }
export { setTokens, found, foundBytes, pieceBytes, foundLast, isTextBefore, isTextBehind, textsBetween }
export { advanceRaw, textLength, lastEnd, startRaw, setRawEnds, noteText, leftEnd, isOpen, putBytes, setStripping, setStrippingOfEnds, solidEnd, noteSolid }
export { setClasses, setMap, setPairs, isInRun, setInRun, setPrefix, setInitial, isInitialDue, passInitial }

/** Splits and counts text[…, length), as far as text to come cannot change it. There are `endCount` document ends in it, in order. */
export function advance(length: usize, endCount: usize): i32 {
  return give(ends + (endCount << 2), length)
}

/**
 * The same for text in which special tokens end documents: looks for those that begin in text[from, length) first. What may be the beginning
 * of one is left for later, unless the text ends here (`isLast`). The last document before ended at `last`. Returns the position where this is, or what is
 * wrong.
 */
export function advanceFinding(from: usize, length: usize, isLast: bool, last: usize): i32 {
  startFindingAt(from, last)
  while (from < length && !isUndecided) {
    let to = min(length, from + BATCH)
    while (to < length && (load<u8>(text + to) & 0xc0) == 0x80) to++
    from = findTokens(text, from, to, length, isLast, ends, endsEnd)
    const status = give(endsAt, from)
    if (status != OK) return status
  }
  return <i32>from
}
