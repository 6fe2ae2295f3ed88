import { PretokError } from '../errors.ts'
import { randomBytes } from '../random.ts'
import { startKernel, type Kernel } from '../split/kernel.ts'
import { pieceTooLong } from '../split/pieceTooLong.ts'
import { PARTITIONS } from '../spill/layout.ts'
import type { TakeSorted } from '../spill/sortedPieces.ts'
import { copy, KernelText, MAX_ENDS, textBytesOf } from './kernelText.ts'
import { PieceTable } from './pieceTable.ts'
import type { CountedPieces } from './sortedTable.ts'
import { DEFAULT_LIMITS, textMemory, type CounterLimits, type TextCounter } from './counter.ts'

/*
 * The automaton tier: packed tables (pattern/layout.ts) run by the WebAssembly kernel, which splits and counts in its own memory. Text gets
 * there in kernelText.ts; what is undecided stays until more text or the document's end decides it.
 */

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
  const kernel = startKernel(stages, {
    textBytes: textBytesOf(memoryBytes),
    maxEnds: MAX_ENDS,
    maxPieceBytes,
    memoryBytes,
    spill: spillTable,
  })
  const { exports, check } = kernel
  if (memoryBytes !== undefined) exports.setLimits(BigInt(Math.floor(memoryBytes)), BigInt(textMemory(maxPieceBytes)))
  check(exports.startCounting(maxPieceBytes, ...new BigUint64Array(randomBytes(40).buffer)))
  const text = new KernelText(kernel, maxPieceBytes)
  const whole = new PieceTable() // pieces that were given as they are

  /** Whole pieces are few and met often: they go to the kernel's table in the end, each once. */
  const countWhole = (): void => {
    const { arena, starts, counts, size } = whole
    for (let i = 0; i < size; i++) {
      const piece = arena.subarray(starts[i], starts[i + 1])
      check(exports.addPiece(text.putPiece(piece), piece.length, BigInt(counts[i])))
    }
    if (size > 0) whole.clear()
  }

  return {
    text: (added) => text.add(added),
    documents: (added, gapStarts, gapEnds, count) => text.addDocuments(added, gapStarts, gapEnds, count),
    withTokens: (trie) => text.withTokens(trie),
    piece(bytes) {
      if (bytes.length > maxPieceBytes) throw pieceTooLong(maxPieceBytes)
      text.endSegment()
      if (whole.memoryWith(bytes.length, 0) > WHOLE_BYTES) countWhole()
      whole.add(bytes, 0, bytes.length, 1)
    },
    endDocument: () => text.endSegment(),
    flush() {
      text.advance()
      if (text.pending !== 0) throw new Error('flush: the last document was not ended')
    },
    drain() {
      text.advance()
      countWhole()
      spillTable()
    },
    finish() {
      text.advance()
      if (text.pending !== 0) throw new Error('finish: there is text left to count')
      countWhole()
      return readTable(kernel)
    },
    settle() {
      text.advance()
      countWhole()
    },
    stopGrowing() {
      const spare = BigInt(textMemory(maxPieceBytes))
      exports.setLimits(BigInt(kernel.bytes.byteLength) + spare, spare)
    },
    get pieces() {
      text.advance()
      return Number(exports.pieces.value) + whole.total
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
      return exports.used.value + whole.size
    },
    get memory() {
      return kernel.bytes.byteLength + whole.memory
    },
  }
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
      const start = startOf(words, slot)
      take(partition, bytes, start, start + lengthOf(words, slot), countOf(words, slot))
    }
  }
}

const isLong = (words: Uint32Array, slot: number): boolean => words[slot + 3] >>> 24 === LONG

const startOf = (words: Uint32Array, slot: number): number => (isLong(words, slot) ? words[slot + 7] : slot * 4)

const lengthOf = (words: Uint32Array, slot: number): number => (isLong(words, slot) ? words[slot + 6] : words[slot + 3] >>> 24)

const countOf = (words: Uint32Array, slot: number): number => {
  const count = words[slot + 4] + words[slot + 5] * 2 ** 32
  if (count > Number.MAX_SAFE_INTEGER) throw new PretokError('limit', 'counting: a count above 2^53, the largest exact number')
  return count
}

/** The counting table as plain arrays, in the order of the bytes. */
const readTable = (kernel: Kernel): CountedPieces => {
  kernel.exports.sortTable(0)
  const { exports, bytes, words } = kernel
  const size = exports.used.value
  const first = (exports.slots.value >>> 0) >>> 2
  const end = first + size * SLOT_WORDS
  const starts = new Uint32Array(size + 1)
  const counts = new Float64Array(size)
  for (let slot = first, entry = 0; slot < end; slot += SLOT_WORDS, entry++) {
    starts[entry + 1] = starts[entry] + lengthOf(words, slot)
    counts[entry] = countOf(words, slot)
  }
  const arena = new Uint8Array(starts[size])
  for (let slot = first, entry = 0; slot < end; slot += SLOT_WORDS, entry++) {
    const start = startOf(words, slot)
    copy(bytes, start, start + lengthOf(words, slot), arena, starts[entry])
  }
  return { arena, starts, counts, size }
}
