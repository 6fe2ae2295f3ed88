import { DECIDED_DROPPED, DECIDED_HERE, DECIDED_LAST_CUT, DROPPED_BIT, MAX_SLOTS } from '../pattern/layout'
import { allocate, release } from './memory'
import { Pass, POSITION, SLICE_ROOM } from './pass'

/* The cuts of a pass: which are certain, and the array they are in. */

/** A cut that the stage before made and that ends text which is in no piece. The machine is in its first state. */
export function passOverDropped(pass: Pass, end: usize): void {
  store<u32>(pass.cutEnd, <u32>end | DROPPED_BIT)
  pass.cutEnd += 4
  pass.at = end
  pass.segmentStart = end
}

/** Where the certain cuts end. */
export function certainEnd(pass: Pass): usize {
  return pass.markCount == 0 ? pass.cutEnd : <usize>load<u32>(pass.marks)
}

/**
 * Up to where no more cuts will come: the stage that follows may read that far. What goes on and is in no piece is cut here, so that
 * its text need not be kept.
 */
export function decidePass(pass: Pass): usize {
  const decidedByte = <i32>load<u8>(pass.decidedTable + (pass.row - pass.rows) / pass.rowBytes)
  const kind = decidedByte & ~DECIDED_DROPPED
  const certain = certainEnd(pass)
  const last = certain > pass.used ? <usize>(load<u32>(certain - 4) & POSITION) : pass.lastCut
  if (kind == DECIDED_LAST_CUT) return last
  const decided = kind == DECIDED_HERE ? pass.at : <usize>(load<u32>(pass.cutEnd + (<usize>kind << 2)) & POSITION)
  if ((decidedByte & DECIDED_DROPPED) != 0 && decided > last) {
    memory.copy(pass.cutEnd + 4, pass.cutEnd, 4 * MAX_SLOTS)
    store<u32>(pass.cutEnd, <u32>decided | DROPPED_BIT)
    pass.cutEnd += 4
  }
  return decided
}

/** The certain cuts have been used. */
export function useCuts(pass: Pass): void {
  const certain = certainEnd(pass)
  if (certain == pass.used) return
  pass.lastCut = <usize>(load<u32>(certain - 4) & POSITION)
  pass.used = certain
  // to the front with the rest, if that is not more than what has been used: so that all moves together are linear
  if (pass.cutEnd - certain <= certain - pass.cuts) moveCuts(pass, pass.cuts)
}

/** Makes room for the cuts of one more slice. Returns false if there is no memory. */
export function makeRoomForCuts(pass: Pass): bool {
  if (pass.cutEnd + SLICE_ROOM <= pass.room) return true
  const old = pass.cuts
  const bytes = pass.room - old
  const larger = allocate(2 * bytes)
  if (larger == 0) return false
  moveCuts(pass, larger)
  pass.room = larger + 2 * bytes
  release(old, bytes)
  return true
}

/** Moves the cuts that have not been used, and the slots, to another place. */
function moveCuts(pass: Pass, to: usize): void {
  memory.copy(to, pass.used, pass.cutEnd - pass.used + 4 * MAX_SLOTS)
  for (let mark: usize = 0; mark < pass.markCount; mark++) {
    const at = pass.marks + (mark << 2)
    store<u32>(at, load<u32>(at) - <u32>(pass.used - to))
  }
  pass.cutEnd -= pass.used - to
  pass.used = to
  pass.cuts = to
}

/** Text has moved towards the front by `shift` bytes. */
export function slidePass(pass: Pass, shift: usize): void {
  pass.at -= shift
  pass.segmentStart = pass.segmentStart > shift ? pass.segmentStart - shift : 0
  pass.lastCut = pass.lastCut > shift ? pass.lastCut - shift : 0
  pass.searched = pass.searched > shift ? pass.searched - shift : 0
  // slots that hold nothing may become any number; they are not read
  const end = pass.cutEnd + 4 * MAX_SLOTS
  for (let at = pass.used; at < end; at += 4) store<u32>(at, load<u32>(at) - <u32>shift)
}
