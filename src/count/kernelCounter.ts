import { randomBytes } from 'node:crypto'
import { PretokError } from '../errors.ts'
import { GAP_BIT } from '../pattern/layout.ts'
import { startKernel, type Kernel } from '../split/kernel.ts'
import { pieceTooLong, undecidedSlack } from '../split/pieceTooLong.ts'
import { PARTITIONS } from '../spill/layout.ts'
import type { TakeSorted } from '../spill/sortedPieces.ts'
import { PieceTable } from './pieceTable.ts'
import type { CountedPieces } from './sortedTable.ts'
import { DEFAULT_LIMITS, textMemory, type CounterLimits, type TextCounter } from './counter.ts'

/*
 * The automaton tier: packed tables (pattern/layout.ts) run by the WebAssembly kernel, which splits and counts in its own memory. Text is
 * copied there in batches; what a batch leaves undecided stays until more text or the document's end decides it.
 */

/** Text is given to the kernel in batches of this many bytes: small enough to stay in the cache between splitting and counting. */
const BATCH = 1 << 16
const TEXT_BYTES = 3 * BATCH
const MAX_ENDS = 4096
/** Memory for pieces that are given as they are. */
const WHOLE_BYTES = 2 ** 20

/**
 * A counter that runs one pass per tables (from `compileStage`), in order. With no tables, each document is one piece.
 *
 * Its methods throw PretokError 'piece-too-long' for a piece above the limit, and 'limit' when 4 GiB of memory are full.
 */
export const createKernelCounter = (
  stages: readonly Uint8Array[],
  { maxPieceBytes, memoryBytes, spill }: Omit<CounterLimits, 'blockBytes'> = DEFAULT_LIMITS,
): TextCounter => {
  const spillTable = (): boolean => {
    if (spill === undefined) return false
    exports.sortTable(1)
    if (exports.used.value > 0) spill((take) => handOverTable(kernel, take))
    exports.clearTable()
    return true
  }
  const kernel = startKernel(stages, { textBytes: TEXT_BYTES, maxEnds: MAX_ENDS, maxPieceBytes, memoryBytes, spill: spillTable })
  const { exports, check } = kernel
  if (memoryBytes !== undefined) exports.setLimits(BigInt(Math.floor(memoryBytes)), BigInt(textMemory(maxPieceBytes)))
  check(exports.startCounting(maxPieceBytes, ...new BigUint64Array(Uint8Array.from(randomBytes(40)).buffer)))
  let length = 0 // of the text in the kernel's memory
  let advanced = 0 // how much of it has been given to the passes
  let lastEnd = 0 // where the last document ended
  let textAt = exports.text.value >>> 0
  let capacity = exports.capacity.value >>> 0
  const ends = new Uint32Array(MAX_ENDS) // of segments since the last time that the kernel was told
  let endCount = 0
  let skipped = 0 // bytes between documents
  const whole = new PieceTable() // pieces that were given as they are

  /** Splits and counts text up to `position`, as far as can be; the ends that are known are all before it. */
  const advanceTo = (position: number): void => {
    kernel.words.set(ends.subarray(0, endCount), exports.ends.value >>> 2)
    check(exports.advance(position, endCount))
    advanced = position
    endCount = 0
  }

  const advance = (): void => {
    if (advanced === length && endCount === 0) return
    advanceTo(length)
    if (length - exports.counted.value > maxPieceBytes + undecidedSlack(maxPieceBytes)) throw pieceTooLong(maxPieceBytes)
  }

  const makeRoom = (wanted: number): void => {
    if (length + wanted <= capacity) return
    advance()
    const kept = check(exports.makeRoom(length, wanted))
    textAt = exports.text.value >>> 0
    capacity = exports.capacity.value >>> 0
    lastEnd -= length - kept
    length = kept
    advanced = kept
  }

  const endSegment = (): void => {
    if (length === lastEnd) return
    ends[endCount++] = length
    lastEnd = length
    if (endCount === MAX_ENDS) advance()
  }

  /** A document ends at `start`; what is between it and `end` is in no document. */
  const skip = (start: number, end: number): void => {
    if (start !== lastEnd) ends[endCount++] = start
    if (end !== start) ends[endCount++] = end | GAP_BIT
    lastEnd = end
    skipped += end - start
    if (endCount > MAX_ENDS - 2) advanceTo(end)
  }

  /** Whole pieces are few and met often: they go to the kernel's table in the end, each once. */
  const countWhole = (): void => {
    const { arena, starts, counts, size } = whole
    for (let i = 0; i < size; i++) {
      const piece = arena.subarray(starts[i], starts[i + 1])
      makeRoom(piece.length)
      kernel.bytes.set(piece, textAt + length)
      check(exports.addPiece(length, piece.length, BigInt(counts[i])))
    }
    if (size > 0) whole.clear()
  }

  return {
    text(added) {
      for (let at = 0; at < added.length;) {
        const to = endOfBatch(added, at + BATCH - (length - advanced))
        makeRoom(to - at)
        copy(added, at, to, kernel.bytes, textAt + length)
        length += to - at
        at = to
        if (length - advanced > BATCH - 4) advance()
      }
    },
    documents(added, gapStarts, gapEnds, count) {
      let next = 0
      for (let at = 0; at < added.length;) {
        // a part does not end inside what is in no document
        let to = endOfBatch(added, at + BATCH - (length - advanced))
        let last = next
        while (last < count && gapStarts[last] < to) last++
        if (last > next) to = Math.max(to, gapEnds[last - 1])
        makeRoom(to - at)
        copy(added, at, to, kernel.bytes, textAt + length)
        const base = length - at
        length += to - at
        for (; next < last; next++) skip(base + gapStarts[next], base + gapEnds[next])
        at = to
        if (length - advanced > BATCH - 4) advance()
      }
      for (; next < count; next++) skip(length, length) // where the text ends
    },
    piece(bytes) {
      if (bytes.length > maxPieceBytes) throw pieceTooLong(maxPieceBytes)
      endSegment()
      if (whole.memoryWith(bytes.length, 0) > WHOLE_BYTES) countWhole()
      whole.add(bytes, 0, bytes.length, 1)
    },
    endDocument: endSegment,
    flush() {
      advance()
      if (exports.counted.value !== length) throw new Error('flush: the last document was not ended')
    },
    drain() {
      advance()
      countWhole()
      spillTable()
    },
    finish() {
      advance()
      if (exports.counted.value !== length) throw new Error('finish: there is text left to count')
      countWhole()
      return readTable(kernel)
    },
    settle() {
      advance()
      countWhole()
    },
    stopGrowing() {
      const text = BigInt(textMemory(maxPieceBytes))
      exports.setLimits(BigInt(kernel.bytes.byteLength) + text, text)
    },
    get pieces() {
      advance()
      return Number(exports.pieces.value) + whole.total
    },
    get dropped() {
      advance()
      return Number(exports.dropped.value) - skipped
    },
    rewritten: 0,
    get pending() {
      return length - exports.counted.value
    },
    get distinct() {
      advance()
      return exports.used.value + whole.size
    },
    get memory() {
      return kernel.bytes.byteLength + whole.memory
    },
  }
}

/** `limit` or a little less, so that no code point is cut; not behind the end. */
const endOfBatch = (bytes: Uint8Array, limit: number): number => {
  if (limit >= bytes.length) return bytes.length
  while ((bytes[limit] & 0xc0) === 0x80) limit--
  return limit
}

/** Below this, calling `set` takes longer than copying. */
const FEW_BYTES = 64

const copy = (from: Uint8Array, start: number, end: number, to: Uint8Array, at: number): void => {
  if (end - start >= FEW_BYTES) to.set(from.subarray(start, end), at)
  else while (start < end) to[at++] = from[start++]
}

const SLOT_WORDS = 8
const LONG = 0xff

/** Hands the counting table over when the kernel has sorted it (kernel/sort.ts says how its slots look then). */
const handOverTable = ({ exports, bytes, words }: Kernel, take: TakeSorted): void => {
  const ends = exports.partitionEnds.value >>> 2
  let slot = (exports.slots.value >>> 0) >>> 2
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const end = ((exports.slots.value >>> 0) >>> 2) + words[ends + partition] * SLOT_WORDS
    for (; slot < end; slot += SLOT_WORDS) {
      const length = words[slot + 3] >>> 24
      const start = length === LONG ? words[slot + 7] : slot * 4
      take(partition, bytes, start, start + (length === LONG ? words[slot + 6] : length), countOf(words, slot))
    }
  }
}

const countOf = (words: Uint32Array, slot: number): number => {
  const count = words[slot + 4] + words[slot + 5] * 2 ** 32
  if (count > Number.MAX_SAFE_INTEGER) throw new PretokError('limit', 'counting: a count above 2^53, the largest exact number')
  return count
}

/** The counting table as plain arrays, in the order of the bytes. */
const readTable = (kernel: Kernel): CountedPieces => {
  const { exports } = kernel
  exports.sortTable(0)
  const size = exports.used.value
  const starts = new Uint32Array(size + 1)
  const counts = new Float64Array(size)
  let entry = 0
  handOverTable(kernel, (_, __, start, end, count) => {
    counts[entry] = count
    starts[++entry] = starts[entry - 1] + end - start
  })
  const arena = new Uint8Array(starts[size])
  entry = 0
  handOverTable(kernel, (_, bytes, start, end) => copy(bytes, start, end, arena, starts[entry++]))
  return { arena, starts, counts, size }
}
