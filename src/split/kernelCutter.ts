import { GAP_BIT } from '../pattern/layout.ts'
import { startKernel, type Kernel } from './kernel.ts'
import { createLaterSplitter } from './laterPhases.ts'
import type { Phase } from './phases.ts'
import type { PieceSink, StartCutter } from './pieceSink.ts'
import { createRewriter } from './rewrite.ts'

/** Text is given to the kernel in batches of this many bytes, which stay in the cache until their pieces are taken. */
const BATCH = 1 << 16
/** Room for text at first. */
const TEXT_BYTES = 2 * BATCH
/** A kernel that has grown by more than this is not kept for the next text. */
const MAX_GROWN = 2 ** 24

/**
 * The automaton and SIMD tiers: the kernel cuts by the tables of the first phase; what later phases make of its pieces is the reference tier's,
 * as in counting.
 *
 * @throws PretokError 'pattern' for a regex of a later phase that is outside the supported subset; its cutters throw 'limit' when 4 GiB of memory are
 * full
 */
export const createKernelCutter = ([first, ...later]: readonly Phase[], tables: readonly Uint8Array[]): StartCutter => {
  const ownTables = first.splits.length === 0 ? [] : tables
  const splitLater = later.length === 0 ? undefined : createLaterSplitter(later)
  return (sink) => {
    let isFirst = true // the section begins where its document does
    let isStart = true // nothing of the section has been cut yet

    const takeLater = (text: Uint8Array, start: number, ends: Uint32Array): void => {
      for (let i = 0; i < ends.length; i++) {
        const end = ends[i] & ~GAP_BIT
        if (ends[i] < GAP_BIT) splitLater!(text, start, end, isFirst && isStart, sink.piece)
        isStart = false
        start = end
      }
    }

    const cutter = new BatchCutter(ownTables, splitLater === undefined ? sink.cuts : takeLater)
    const rewriter = first.rewrites.length === 0 ? undefined : createRewriter(first.rewrites, (text) => cutter.push(text))
    return {
      push: rewriter === undefined ? (text) => cutter.push(text) : rewriter.push,
      end(isNextFirst) {
        rewriter?.end(isNextFirst)
        cutter.end()
        isFirst = isNextFirst
        isStart = true
      },
    }
  }
}

/** Gives text to a kernel, and what it cuts to a sink. */
class BatchCutter {
  private readonly tables: readonly Uint8Array[]
  private readonly take: PieceSink['cuts']
  /** Started when there is text. */
  private kernel: Kernel | undefined
  private bytesAtStart = 0
  private at = 0
  private capacity = 0
  /** Of the text in the kernel's memory. */
  private length = 0
  /** How much of it has been given to the passes. */
  private advanced = 0
  /** Whether there is text of the current section. */
  private isOpen = false

  constructor(tables: readonly Uint8Array[], take: PieceSink['cuts']) {
    this.tables = tables
    this.take = take
  }

  /** Takes text of the current section. */
  push(text: Buffer): void {
    for (let at = 0, to; at < text.length; at = to) {
      to = endOfBatch(text, at + BATCH)
      const kernel = (this.kernel ??= this.start())
      this.makeRoom(kernel, to - at)
      kernel.bytes.set(at === 0 && to === text.length ? text : text.subarray(at, to), this.at + this.length)
      this.length += to - at
      this.isOpen = true
      if (this.length - this.advanced >= BATCH) this.advance(kernel, false)
    }
  }

  /** The section ends. */
  end(): void {
    const { kernel } = this
    if (kernel === undefined || !this.isOpen) return
    this.advance(kernel, true)
    this.isOpen = false
    if (kernel.bytes.length > this.bytesAtStart + MAX_GROWN) this.kernel = undefined
  }

  private start(): Kernel {
    const kernel = startKernel(this.tables, { textBytes: TEXT_BYTES, maxEnds: 1 })
    this.bytesAtStart = kernel.bytes.length
    this.at = kernel.exports.text.value >>> 0
    this.capacity = kernel.exports.capacity.value >>> 0
    this.length = 0
    this.advanced = 0
    return kernel
  }

  private makeRoom(kernel: Kernel, wanted: number): void {
    if (this.length + wanted <= this.capacity) return
    this.advance(kernel, false)
    const { exports } = kernel
    this.length = kernel.check(exports.makeRoom(this.length, wanted))
    this.advanced = this.length
    this.at = exports.text.value >>> 0
    this.capacity = exports.capacity.value >>> 0
  }

  /** Cuts all text as far as can be, to its end if the section ends there. */
  private advance(kernel: Kernel, isEnd: boolean): void {
    const { exports } = kernel
    const start = exports.counted.value
    kernel.check(exports.startCollecting())
    if (isEnd) kernel.words[(exports.ends.value >>> 0) >>> 2] = this.length
    kernel.check(exports.advance(this.length, isEnd ? 1 : 0))
    this.advanced = this.length
    const ends = kernel.words.subarray((exports.list.value >>> 0) >>> 2, (exports.listEnd.value >>> 0) >>> 2)
    if (ends.length > 0) this.take(kernel.bytes.subarray(this.at, this.at + this.length), start, ends)
  }
}

/** `at`, or a little before it, so that no code point is cut; not behind the end. */
const endOfBatch = (text: Uint8Array, at: number): number => {
  if (at >= text.length) return text.length
  while ((text[at] & 0xc0) === 0x80) at--
  return at
}
