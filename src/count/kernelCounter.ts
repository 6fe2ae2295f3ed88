import { PretokError } from '../errors.ts'
import { randomBytes } from '../random.ts'
import { startKernel, type Kernel } from '../split/kernel.ts'
import { COUNT_TOO_HIGH, LONG_LENGTH, READ_AT_ONCE, SLOT } from '../split/kernelLayout.ts'
import { pieceTooLong } from '../split/pieceTooLong.ts'
import { PARTITIONS } from '../spill/layout.ts'
import { newTable, type CountedPieces, type NewTable } from '../sort/tableMemory.ts'
import type { TakeSorted } from '../spill/sortedPieces.ts'
import { KernelText, MAX_ENDS, textBytesOf } from './kernelText.ts'
import { DEFAULT_LIMITS, textMemory, type CounterLimits, type TextCounter } from './counter.ts'

/*
 * The automaton and SIMD tiers: packed tables (pattern/layout.ts) run by the WebAssembly kernel, which splits and counts in its own memory. Text gets
 * there in kernelText.ts; what is undecided stays until more text or the document's end decides it.
 */

/**
 * A counter that runs one pass per tables (from `compileStage`), in order. With no tables, each document is one piece.
 *
 * Its methods throw PretokError 'piece-too-long' for a piece above the limit, and 'limit' when 4 GiB of memory are full.
 */
export const createKernelCounter = (
  stages: readonly Uint8Array[],
  limits: Omit<CounterLimits, 'blockBytes'> = DEFAULT_LIMITS,
): TextCounter => {
  const { maxPieceBytes, memoryBytes, spill, onFirst } = limits
  const spillTable = (): boolean => {
    if (spill === undefined) return false
    exports.sortTable(1)
    if (exports.used.value > 0) spill((take) => handOverTable(kernel, take))
    exports.clearTable()
    return true
  }
  const kernel = startKernel(stages, {
    textBytes: textBytesOf(memoryBytes),
    maxEnds: MAX_ENDS,
    maxPieceBytes,
    memoryBytes,
    spill: spillTable,
    first: (start, length) => onFirst!(kernel.bytes, start >>> 0, (start >>> 0) + length),
  })
  const { exports, check } = kernel
  if (memoryBytes !== undefined) exports.setLimits(BigInt(Math.floor(memoryBytes)), BigInt(textMemory(limits)))
  check(exports.startCounting(maxPieceBytes, ...new BigUint64Array(randomBytes(40).buffer)))
  if (onFirst !== undefined) check(exports.startTellingFirst())
  const text = new KernelText(kernel, maxPieceBytes, onFirst !== undefined)

  const add = (bytes: Uint8Array, times: number, start = 0, end = bytes.length): void => {
    if (end - start > maxPieceBytes) throw pieceTooLong(maxPieceBytes)
    check(exports.addPiece(text.putPiece(bytes, start, end), end - start, times))
  }

  return {
    text: (added) => text.add(added),
    documents: (added, gapStarts, gapEnds, count) => text.addDocuments(added, gapStarts, gapEnds, count),
    withTokens: (tokens, sure) => text.withTokens(tokens, sure),
    piece(bytes) {
      text.endSegment(false)
      add(bytes, 1)
    },
    add,
    endSection: () => text.endSegment(false),
    endDocument: () => text.endSegment(true),
    flush() {
      text.advance()
      if (text.pending !== 0) throw new Error('flush: the last document was not ended')
    },
    drain() {
      text.advance()
      spillTable()
    },
    finish(make = newTable) {
      text.advance()
      if (text.pending !== 0) throw new Error('finish: there is text left to count')
      exports.sortTable(0)
      return readTable(kernel, make)
    },
    settle: () => text.advance(),
    stopGrowing() {
      const spare = textMemory(limits)
      const most = Math.min(kernel.bytes.byteLength + spare, memoryBytes ?? Infinity)
      exports.setLimits(BigInt(Math.floor(most)), BigInt(spare))
    },
    get pieces() {
      text.advance()
      return Number(exports.pieces.value)
    },
    get dropped() {
      text.advance()
      return Number(exports.dropped.value) - text.skipped
    },
    rewritten: 0,
    get pending() {
      return text.pending
    },
    get distinct() {
      text.advance()
      return exports.used.value
    },
    get memory() {
      return kernel.bytes.byteLength
    },
  }
}

const SLOT_WORDS = SLOT / 4

/** Hands the counting table over when the kernel has sorted it (split/kernelLayout.ts says how its slots look then). */
const handOverTable = ({ exports, bytes, words }: Kernel, take: TakeSorted): void => {
  const ends = exports.partitionEnds.value >>> 2
  let slot = (exports.slots.value >>> 0) >>> 2
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const end = ((exports.slots.value >>> 0) >>> 2) + words[ends + partition] * SLOT_WORDS
    for (; slot < end; slot += SLOT_WORDS) {
      const start = startOf(words, slot)
      take(partition, bytes, start, start + lengthOf(words, slot), countOf(words, slot))
    }
  }
}

const isLong = (words: Uint32Array, slot: number): boolean => words[slot + 3] >>> 24 === LONG_LENGTH

const startOf = (words: Uint32Array, slot: number): number => (isLong(words, slot) ? words[slot + 7] : slot * 4)

const lengthOf = (words: Uint32Array, slot: number): number => (isLong(words, slot) ? words[slot + 6] : words[slot + 3] >>> 24)

const countOf = (words: Uint32Array, slot: number): number => {
  const count = words[slot + 4] + words[slot + 5] * 2 ** 32
  if (count > Number.MAX_SAFE_INTEGER) throw countTooHigh()
  return count
}

const countTooHigh = () => new PretokError('limit', 'counting: a count above 2^53, the largest exact number')

/** What the counting table holds, when it has been sorted. The room for text is used for that: there must be none in it. */
const readTable = ({ exports, bytes, words }: Kernel, make: NewTable): CountedPieces => {
  const size = exports.used.value
  const table = make(Number(exports.sortedBytes()), size)
  const { arena, starts, counts } = table
  const room = exports.text.value >>> 0
  const roomCounts = new Float64Array(bytes.buffer, room, READ_AT_ONCE)
  const roomBytes = room + 12 * READ_AT_ONCE
  const roomEnd = room + (exports.capacity.value >>> 0)
  for (let first = 0, end = 0; first < size;) {
    const read = exports.readSorted(first, room, roomEnd)
    if (read === COUNT_TOO_HIGH) throw countTooHigh()
    if (read === 0) {
      // a piece for which there is no room
      const slot = ((exports.slots.value >>> 0) >>> 2) + first * SLOT_WORDS
      const start = startOf(words, slot)
      arena.set(bytes.subarray(start, start + lengthOf(words, slot)), end)
      counts[first] = countOf(words, slot)
      end += lengthOf(words, slot)
      starts[++first] = end
      continue
    }
    counts.set(roomCounts.subarray(0, read), first)
    const from = end
    for (let at = (room >>> 2) + 2 * READ_AT_ONCE, last = at + read; at < last; at++) {
      end += words[at]
      starts[++first] = end
    }
    arena.set(bytes.subarray(roomBytes, roomBytes + end - from), from)
  }
  return table
}
