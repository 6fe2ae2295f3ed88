import { codePointStart } from '../unicode/utf8.ts'
import { startKernel, type Kernel } from './kernel.ts'

/** Text is given to the kernel in batches of this many bytes, which stay in the cache until their pieces are taken. */
const BATCH = 1 << 16
/** Room for text at first. */
const TEXT_BYTES = 2 * BATCH
/** So many sections are cut at a time, or fewer. */
const MOST_SECTIONS = 4096
/** A kernel that has grown by more than this is not kept for the next text. */
const MAX_GROWN = 2 ** 24

/**
 * Takes what was cut, valid only until the call returns: where each part of the text from `start` on ends, one behind the other; DROPPED_BIT (pattern/layout.ts)
 * is set where it is in no piece. There is at least one. `sectionEnds`: where sections end in it; each is among the cuts.
 */
type TakeCuts = (text: Uint8Array, start: number, ends: Uint32Array, sectionEnds: Uint32Array) => void

/** Gives sections of text to a kernel, many at a time, and hands on what it cuts. */
export class BatchCutter {
  private readonly tables: readonly Uint8Array[]
  private readonly take: TakeCuts
  /** Started when there is text. */
  private kernel: Kernel | undefined
  private bytesAtStart = 0
  private at = 0
  private capacity = 0
  /** Of the text in the kernel's memory. */
  private length = 0
  /** How much of it has been given to the passes. */
  private advanced = 0
  /** Where the last section ended. */
  private lastEnd = 0
  /** Of sections that have ended since the text was given to the passes. */
  private readonly sectionEnds = new Uint32Array(MOST_SECTIONS)
  private sections = 0

  /** @param tables of the stages that cut; a section is one piece without them */
  constructor(tables: readonly Uint8Array[], take: TakeCuts) {
    this.tables = tables
    this.take = take
  }

  /** Takes text[start, end), of the current section: whole code points, but for tables that read bytes. */
  push(text: Uint8Array, start: number, end: number): void {
    for (let at = start, to; at < end; at = to) {
      to = at + BATCH < end ? codePointStart(text, at + BATCH, at) : end
      const kernel = (this.kernel ??= this.start())
      this.makeRoom(kernel, to - at)
      copy(text, at, to, kernel.bytes, this.at + this.length)
      this.length += to - at
      if (this.length - this.advanced >= BATCH) this.advance(kernel, this.lastCharacter(kernel))
    }
  }

  /**
   * Where the last character of the current section begins. It is kept back until more comes, or the section ends: where text in no piece ends is known at
   * once, and a section that ends there would have no cut left.
   */
  private lastCharacter({ bytes }: Kernel): number {
    return codePointStart(bytes, this.at + this.length - 1, this.at + Math.max(this.advanced, this.lastEnd)) - this.at
  }

  /** The section ends; one of no bytes is none. */
  endSection(): void {
    if (this.kernel === undefined || this.length === this.lastEnd) return
    this.lastEnd = this.length
    this.sectionEnds[this.sections++] = this.length
    if (this.sections === MOST_SECTIONS) this.advance(this.kernel)
  }

  /** Hands on all cuts of sections that have ended. */
  flush(): void {
    const { kernel } = this
    if (kernel === undefined) return
    this.advance(kernel)
    if (this.lastEnd === this.length && kernel.bytes.length > this.bytesAtStart + MAX_GROWN) this.kernel = undefined
  }

  private start(): Kernel {
    const kernel = startKernel(this.tables, { textBytes: TEXT_BYTES, maxEnds: MOST_SECTIONS })
    this.bytesAtStart = kernel.bytes.length
    this.at = kernel.exports.text.value >>> 0
    this.capacity = kernel.exports.capacity.value >>> 0
    this.length = 0
    this.advanced = 0
    this.lastEnd = 0
    this.sections = 0
    return kernel
  }

  private makeRoom(kernel: Kernel, wanted: number): void {
    if (this.length + wanted <= this.capacity) return
    this.advance(kernel)
    const { exports } = kernel
    this.lastEnd -= exports.counted.value
    this.length = kernel.check(exports.makeRoom(this.length, wanted))
    this.advanced = this.length
    this.at = exports.text.value >>> 0
    this.capacity = exports.capacity.value >>> 0
  }

  /** Cuts text up to `end` as far as can be, all of it where its section has ended. */
  private advance(kernel: Kernel, end = this.length): void {
    const { sections } = this
    if (this.advanced === end && sections === 0) return
    const { exports } = kernel
    const start = exports.counted.value
    kernel.check(exports.startCollecting())
    const sectionEnds = this.sectionEnds.subarray(0, sections)
    kernel.words.set(sectionEnds, (exports.ends.value >>> 0) >>> 2)
    kernel.check(exports.advance(end, sections))
    this.advanced = end
    this.sections = 0
    const ends = kernel.words.subarray((exports.list.value >>> 0) >>> 2, (exports.listEnd.value >>> 0) >>> 2)
    if (ends.length > 0) this.take(kernel.bytes.subarray(this.at, this.at + end), start, ends, sectionEnds)
  }
}

/** Less text is copied byte by byte: a call takes longer. */
const SHORT = 32

const copy = (from: Uint8Array, start: number, end: number, to: Uint8Array, at: number): void => {
  if (end - start > SHORT) to.set(start === 0 && end === from.length ? from : from.subarray(start, end), at)
  else while (start < end) to[at++] = from[start++]
}
