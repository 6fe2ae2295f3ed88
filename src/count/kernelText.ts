import type { TokenSet } from '../added/tokenSet.ts'
import { DROPPED_BIT } from '../pattern/layout.ts'
import { UNCHANGED, type SureText } from '../normalize/sureText.ts'
import type { Kernel } from '../split/kernel.ts'
import { pieceTooLong, undecidedSlack } from '../split/pieceTooLong.ts'
import { codePointStart } from '../unicode/utf8.ts'
import type { FoundTokens, TokenText } from './counter.ts'
import { foundTokens, putTokens } from './kernelTokens.ts'
import { createRawText, type RawText } from './rawText.ts'

/** Text is given to the kernel in batches of this many bytes: small enough to stay in the cache between splitting and counting. */
const BATCH = 1 << 16
/** Room for text at first: for what is read at a time, if that is a small part of the memory that the counter may hold. */
export const textBytesOf = (memoryBytes = Infinity): number => BATCH + Math.max(2 * BATCH, Math.min(2 ** 20, Math.floor(memoryBytes / 16)))
export const MAX_ENDS = 4096
/** There is always room for two: the end of a document, and that of what is in none. */
const MOST_WAITING = MAX_ENDS - 2

/** The text in the kernel's memory: what has been given to the passes and is not counted yet, what waits for more, and where documents end. */
export class KernelText {
  /** Bytes that were in no document. */
  skipped = 0
  private readonly kernel: Kernel
  private readonly maxPieceBytes: number
  private length = 0
  /** Bytes behind `length` that may be the beginning of a token. */
  private held = 0
  /** How much of the text has been given to the passes. */
  private advanced = 0
  /** Where the last document ended. */
  private lastEnd = 0
  private at: number
  private capacity: number
  /** Of segments since the last time that the kernel was told. */
  private readonly ends = new Uint32Array(MAX_ENDS)
  private endCount = 0
  private raw: RawText | undefined
  /** Whether what is behind the kernel's `solidEnd` may be taken off. */
  private stripsEnds = false
  private readonly tellsFirst: boolean
  /** Whether a document begins behind the last end. */
  private isStart = true

  /** @param tellsFirst whether the kernel tells the pieces with which documents begin */
  constructor(kernel: Kernel, maxPieceBytes: number, tellsFirst: boolean) {
    this.kernel = kernel
    this.tellsFirst = tellsFirst
    this.maxPieceBytes = maxPieceBytes
    this.at = kernel.exports.text.value >>> 0
    this.capacity = kernel.exports.capacity.value >>> 0
  }

  /** Bytes that are not counted yet. */
  get pending(): number {
    return this.length + this.held + (this.raw?.pending ?? 0) - this.kernel.exports.counted.value
  }

  /** Takes text of the current document, whole code points. */
  add(added: Uint8Array): void {
    for (let at = 0; at < added.length;) at = this.addBatch(added, at, this.endOfBatch(added, at))
  }

  /** Takes text of many documents: `TextCounter.documents`. */
  addDocuments(added: Uint8Array, gapStarts: Uint32Array, gapEnds: Uint32Array, count: number): void {
    let next = 0
    for (let at = 0; at < added.length;) {
      // a part does not end inside what is in no document
      let to = this.endOfBatch(added, at)
      let last = next
      while (last < count && gapStarts[last] < to) last++
      if (last > next) to = Math.max(to, gapEnds[last - 1])
      this.put(added, at, to)
      const base = this.length - at
      this.length += to - at
      for (; next < last; next++) this.skip(base + gapStarts[next], base + gapEnds[next])
      at = to
      this.advanceIfMany()
    }
    for (; next < count; next++) this.skip(this.length, this.length) // where the text ends
  }

  /** Puts a piece, bytes[start, end), behind the text for a moment; returns where it is. */
  putPiece(bytes: Uint8Array, start: number, end: number): number {
    this.put(bytes, start, end)
    return this.length + this.held
  }

  /** What follows has nothing to do with the text so far. `isStart`: a document begins with it. */
  endSegment(isStart: boolean): void {
    if (this.length !== this.lastEnd) {
      this.ends[this.endCount++] = this.length
      this.lastEnd = this.length
      this.isStart = true
      if (this.endCount > MOST_WAITING) this.advance()
    }
    if (this.tellsFirst && isStart !== this.isStart) {
      this.advance()
      this.kernel.exports.setStart(this.length, isStart ? 1 : 0)
      this.isStart = isStart
    }
  }

  /** Splits and counts all text, as far as can be. */
  advance(): void {
    const to = this.stripsEnds ? this.kernel.exports.solidEnd.value : this.length
    if (this.advanced === to && this.endCount === 0) return
    this.advanceTo(to)
    this.checkPending()
  }

  /** See `SplitText`. */
  noteSolid(): void {
    this.kernel.exports.noteSolid(this.length)
  }

  /** Text in which the kernel looks for tokens itself. */
  withTokens(tokens: TokenSet, sure?: SureText): TokenText {
    this.stripsEnds = sure?.stripsEnds === true
    if (sure !== undefined || tokens.lstrip || tokens.rstrip)
      return (this.raw = createRawText(this.kernel, this, tokens, sure ?? UNCHANGED, Math.min(this.capacity, 2 ** 18), this.maxPieceBytes))
    const takeCounts = putTokens(this.kernel, tokens)
    return {
      room: (bytes) => this.roomFor(bytes),
      push: (text) => {
        this.hold(text)
        return this.find(false)
      },
      end: () => this.find(true),
      takeCounts,
    }
  }

  /** See `SplitText`. */
  advanceRaw(from: number, to: number, isLast: boolean): number {
    this.advance()
    const { exports } = this.kernel
    const at = this.kernel.check(exports.advanceRaw(from, to, isLast ? 1 : 0, this.length, this.lastEnd)) >>> 0
    this.at = exports.text.value >>> 0
    this.capacity = exports.capacity.value >>> 0
    this.length = exports.textLength.value
    this.lastEnd = exports.lastEnd.value
    this.advanced = this.stripsEnds ? exports.solidEnd.value : this.length
    this.checkPending()
    return at
  }

  /** Memory grows for text that cannot be cut yet only, and by no more than it must. */
  private roomFor(bytes: number): Buffer {
    this.advance()
    const kept = this.pending
    const free = kept > this.capacity / 2 ? 0 : this.capacity - kept
    const wanted = Math.min(bytes, Math.max(BATCH, free))
    this.makeRoom(wanted)
    return Buffer.from(this.kernel.bytes.buffer, this.at + this.length + this.held, wanted)
  }

  /** Puts text behind what is held, unless it has been put there. */
  private hold(text: Uint8Array): void {
    const isInKernel = text.buffer === this.kernel.bytes.buffer
    const isInPlace = isInKernel && text.byteOffset === this.at + this.length + this.held
    if (!isInPlace) this.put(isInKernel ? text.slice() : text, 0, text.length) // making room moves what is there
    this.held += text.length
  }

  private find(isLast: boolean): FoundTokens {
    this.advance()
    const { exports } = this.kernel
    const from = this.length
    const to = this.kernel.check(exports.advanceFinding(from, from + this.held, isLast ? 1 : 0, this.lastEnd))
    this.held -= to - from
    this.length = to
    this.advanced = to
    this.checkPending()
    this.lastEnd = exports.foundLast.value
    this.skipped += exports.foundBytes.value + exports.pieceBytes.value
    return foundTokens(exports)
  }

  private addBatch(added: Uint8Array, at: number, to: number): number {
    this.put(added, at, to)
    this.length += to - at
    this.advanceIfMany()
    return to
  }

  /** Where the batch ends to which text from a place on belongs, or a little before, so that no code point is cut; not behind the end. */
  private endOfBatch(bytes: Uint8Array, at: number): number {
    const waiting = this.length - this.advanced
    const end = at + (this.isMany(waiting) ? BATCH : BATCH - waiting)
    return end < bytes.length ? codePointStart(bytes, end, at) : bytes.length
  }

  private advanceIfMany(): void {
    if (this.isMany(this.length - this.advanced)) this.advance()
  }

  /** Whether a batch has no room left for a code point. (What may be taken off waits longer.) */
  private isMany(bytes: number): boolean {
    return bytes > BATCH - 4
  }

  private put(bytes: Uint8Array, start: number, end: number): void {
    this.makeRoom(end - start)
    copy(bytes, start, end, this.kernel.bytes, this.at + this.length + this.held)
  }

  private makeRoom(wanted: number): void {
    if (this.length + this.held + wanted <= this.capacity) return
    this.advance()
    const { exports } = this.kernel
    const moved = exports.counted.value
    this.kernel.check(exports.makeRoom(this.length + this.held, wanted))
    this.at = exports.text.value >>> 0
    this.capacity = exports.capacity.value >>> 0
    this.lastEnd -= moved
    this.length -= moved
    this.advanced -= moved
  }

  /** Splits and counts text up to `position`, as far as can be; the ends that are known are all before it. */
  private advanceTo(position: number): void {
    const { exports, words } = this.kernel
    words.set(this.ends.subarray(0, this.endCount), exports.ends.value >>> 2)
    this.kernel.check(exports.advance(position, this.endCount))
    this.advanced = position
    this.endCount = 0
  }

  /** A document ends at `start`; what is between it and `end` is in no document. */
  private skip(start: number, end: number): void {
    if (start !== this.lastEnd) this.ends[this.endCount++] = start
    if (end !== start) this.ends[this.endCount++] = end | DROPPED_BIT
    this.lastEnd = end
    this.skipped += end - start
    if (this.endCount > MOST_WAITING) this.advanceTo(end)
  }

  private checkPending(): void {
    if (this.length - this.kernel.exports.counted.value > this.maxPieceBytes + undecidedSlack(this.maxPieceBytes))
      throw pieceTooLong(this.maxPieceBytes)
  }
}

/** Below this, calling `set` takes longer than copying. */
const FEW_BYTES = 64

const copy = (from: Uint8Array, start: number, end: number, to: Uint8Array, at: number): void => {
  if (end - start >= FEW_BYTES) to.set(from.subarray(start, end), at)
  else while (start < end) to[at++] = from[start++]
}
