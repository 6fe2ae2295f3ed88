/*
 * The kernel's memory: blocks taken from the end of the linear memory, and from blocks that were given back. There is no garbage collector
 * (`--runtime stub`). A table or buffer that has moved to a larger place leaves a hole behind, and so do the pieces of a table that has been spilled, all
 * at once; holes side by side become one, so they are few. A memory that cannot grow is no trap: `allocate` returns 0 and the caller reports it. So it
 * does at a limit, which is what keeps a worker within its budget.
 *
 * Memory is dear when it is used for the first time: the system has to find it, page by page, which takes as long as counting dozens of pieces does, or
 * (virtual machines) hundreds. So what is new, and therefore zero, is not set to zero again, and the block at the end can grow where it stands. And what
 * will be used all over is written to first (`touch`): a page that is read first is dear twice, for it shows the system's zeros until it is written, and
 * then all processors must forget about these.
 */

const ALIGN: usize = 63
const PAGE: usize = 65536
const MAX_HOLES: i32 = 64

/** Holes as pairs (start, bytes). */
const holes: usize = memory.data(MAX_HOLES * 8)
let holeCount: i32 = 0
let top: usize = 0
/** Nothing was ever taken from here on: all is zero. */
let untouched: usize = 0
export let limit: u64 = 0xffff0000

/** The memory must not become larger than this many bytes. */
export function setMemoryLimit(bytes: u64): void {
  limit = min(bytes, 0xffff0000)
}

/** A block of at least `bytes` bytes, 64-byte aligned, with anything in it; 0 if there is no memory. */
export function allocate(bytes: usize): usize {
  return allocateLeaving(bytes, 0)
}

/** The same, if it leaves `spare` bytes for others. */
export function allocateLeaving(bytes: usize, spare: u64): usize {
  bytes = (bytes + ALIGN) & ~ALIGN
  const hole = takeHole(bytes)
  if (hole != 0) return hole
  return takeTop(bytes, spare)
}

/** Takes whole blocks from the end; 0 if there is no memory. */
function takeTop(bytes: usize, spare: u64): usize {
  if (top == 0) top = (__heap_base + ALIGN) & ~ALIGN
  const start = top
  const end: u64 = <u64>start + <u64>bytes
  const have: u64 = <u64>memory.size() * PAGE
  if (end + spare > max(limit, have)) return 0
  if (end > have && memory.grow(<i32>((end - have + PAGE - 1) / PAGE)) < 0) return 0
  top = <usize>end
  untouched = max(untouched, top)
  return start
}

/** A block at the end of the memory, all zero, that leaves `spare` bytes; 0 if there is no memory. */
export function allocateZeros(bytes: usize, spare: u64): usize {
  bytes = (bytes + ALIGN) & ~ALIGN
  const dirtyEnd = untouched
  const start = takeTop(bytes, spare)
  if (start != 0 && start < dirtyEnd) memory.fill(start, 0, min(bytes, dirtyEnd - start))
  return start
}

/** Of the system's memory; where they are larger, some stores are for nothing. */
const SYSTEM_PAGE: usize = 4096

/** Writes to each page of zeros, which stay zeros. */
export function touch(start: usize, end: usize): void {
  for (; start < end; start += SYSTEM_PAGE) store<u8>(start, 0)
}

/** Makes a block larger where it stands, with zeros. Returns false if it is not at the end, or if there is no memory. */
export function extend(start: usize, bytes: usize, more: usize, spare: u64): bool {
  return ((start + bytes + ALIGN) & ~ALIGN) == top && allocateZeros(more, spare) != 0
}

/** Gives a block back. */
export function release(start: usize, bytes: usize): void {
  bytes = (bytes + ALIGN) & ~ALIGN
  // with the holes beside it
  for (let i = holeCount - 1; i >= 0; i--) {
    const hole = <usize>load<u32>(holes + (i << 3))
    const size = <usize>load<u32>(holes + (i << 3) + 4)
    if (hole + size != start && start + bytes != hole) continue
    start = min(start, hole)
    bytes += size
    removeHole(i)
  }
  if (start + bytes == top) {
    top = start
    return
  }
  if (holeCount == MAX_HOLES) return // lost, but still accounted for: the memory's size is what it is
  store<u32>(holes + (holeCount << 3), <u32>start)
  store<u32>(holes + (holeCount << 3) + 4, <u32>bytes)
  holeCount++
}

function removeHole(i: i32): void {
  holeCount--
  store<u64>(holes + (i << 3), load<u64>(holes + (holeCount << 3)))
}

/** The first hole that is large enough; what is left of it stays a hole. */
function takeHole(bytes: usize): usize {
  for (let i = 0; i < holeCount; i++) {
    const hole = holes + (i << 3)
    const start = <usize>load<u32>(hole)
    const size = <usize>load<u32>(hole + 4)
    if (size < bytes) continue
    if (size > bytes) {
      store<u32>(hole, <u32>(start + bytes))
      store<u32>(hole + 4, <u32>(size - bytes))
    } else removeHole(i)
    return start
  }
  return 0
}
