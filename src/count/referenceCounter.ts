import { appendText, blockMemory, createBlock, endDocument, isDropped, nextBoundary, slideBlock, type Block } from '../split/block.ts'
import type { PlacedSplit } from '../split/phases.ts'
import { pieceTooLong, undecidedSlack } from '../split/pieceTooLong.ts'
import { createRegexPasses, splitBlock } from '../split/regexPasses.ts'
import { countPieces } from './countPieces.ts'
import { DEFAULT_LIMITS, type CounterLimits, type TextCounter } from './counter.ts'
import { handOverSorted, SORT_BYTES } from './handOverSorted.ts'
import { PieceTable } from './pieceTable.ts'
import { inByteOrder } from './sortedTable.ts'

/** The reference tier: RegExp and a table in JavaScript. Throws 'pattern' and, while counting, 'piece-too-long' or 'limit'. */
export const createReferenceCounter = (splits: readonly PlacedSplit[], limits: CounterLimits = DEFAULT_LIMITS): TextCounter => {
  const regexPasses = createRegexPasses(splits)
  const block: Block = createBlock(2 * limits.blockBytes, splits.length)
  const table = new PieceTable()
  let splitAt = limits.blockBytes
  let dropped = 0
  let { memoryBytes = Infinity } = limits
  const { spill, onFirst } = limits
  let starts = [0] // where documents begin, behind all that is counted

  const drain = (): void => {
    if (table.size > 0) spill!((take) => handOverSorted(table, take))
    table.clear()
  }

  /** Room for all pieces that `bytes` bytes can hold, before any of them is counted. */
  const makeRoom = (bytes: number): void => {
    if (spill !== undefined && table.size > 0 && blockMemory(block) + table.memoryWith(bytes, SORT_BYTES) > memoryBytes) drain()
  }

  /** Tells the pieces with which documents begin, as far as all cuts are known. */
  const tellFirst = (limit: number): void => {
    let told = 0
    for (let end; told < starts.length && (end = nextBoundary(block, starts[told] + 1, limit)) !== -1; told++)
      if (!isDropped(block, starts[told])) onFirst!(block.bytes, starts[told], end)
    starts = starts.slice(told)
  }

  const split = (): void => {
    makeRoom(block.length - block.counted)
    const limit = splitBlock(regexPasses, block)
    if (onFirst !== undefined) tellFirst(limit)
    dropped += countPieces(block, table, limit, limits.maxPieceBytes)
    const before = block.length
    slideBlock(block, regexPasses.keepBehind)
    starts.forEach((start, i) => (starts[i] = start + block.length - before))
    const pending = block.length - block.counted
    if (pending > limits.maxPieceBytes + undecidedSlack(limits.maxPieceBytes)) throw pieceTooLong(limits.maxPieceBytes)
    // a piece that is longer than a block is looked at again only when twice as much of it is there, so that all looks together are linear
    splitAt = block.length + Math.max(limits.blockBytes, pending)
  }

  const endSection = (): void => {
    endDocument(block)
    if (starts.at(-1) === block.length) starts.pop()
  }

  const add = (bytes: Uint8Array, times: number, start = 0, end = bytes.length): void => {
    if (end - start > limits.maxPieceBytes) throw pieceTooLong(limits.maxPieceBytes)
    makeRoom(end - start)
    table.add(bytes, start, end, times)
  }

  return {
    text(bytes) {
      appendText(block, bytes)
      if (block.length >= splitAt) split()
    },
    piece(bytes) {
      endSection()
      add(bytes, 1)
    },
    add,
    endSection,
    endDocument() {
      endDocument(block)
      if (onFirst !== undefined && starts.at(-1) !== block.length) starts.push(block.length)
    },
    flush() {
      split()
      if (block.counted !== block.length) throw new Error('flush: the last document was not ended')
    },
    finish() {
      if (block.counted !== block.length) throw new Error('finish: there is text left to count')
      return inByteOrder(table)
    },
    drain() {
      split()
      drain()
    },
    settle: split,
    stopGrowing() {
      memoryBytes = table.memory + blockMemory(block)
    },
    get pieces() {
      return table.added
    },
    get dropped() {
      return dropped
    },
    rewritten: 0,
    get pending() {
      return block.length - block.counted
    },
    get distinct() {
      return table.size
    },
    get memory() {
      return table.memory + blockMemory(block)
    },
  }
}
