import type { TokenSet } from '../added/tokenSet.ts'
import type { SureText } from '../normalize/sureText.ts'
import type { Stretches } from '../normalize/stretches.ts'
import type { Kernel } from '../split/kernel.ts'
import { PADDING } from '../split/kernelLayout.ts'
import { pieceTooLong, undecidedSlack } from '../split/pieceTooLong.ts'
import { codePointStart } from '../unicode/utf8.ts'
import type { FoundTokens, TokenText } from './counter.ts'
import { putSureText } from './kernelSureText.ts'
import { foundTokens, putTokens } from './kernelTokens.ts'

/** Room for less than this is not given. */
const LEAST_ROOM = 1 << 16
const NO_ENDS = new Uint32Array(0)

const NOTHING_FOUND: FoundTokens = { count: 0, bytes: 0, isTextBefore: false, apart: 0, isTextBehind: false, normalized: 0 }

/** What was found in a stretch of text, and in the one behind it. */
const joined = (a: FoundTokens, b: FoundTokens): FoundTokens => {
  const isTextBetween = (a.count === 0 ? a.isTextBefore : a.isTextBehind) || b.isTextBefore
  return {
    count: a.count + b.count,
    bytes: a.bytes + b.bytes,
    isTextBefore: a.count === 0 ? isTextBetween : a.isTextBefore,
    apart: a.apart + b.apart + (a.count > 0 && b.count > 0 && isTextBetween ? 1 : 0),
    isTextBehind: b.count > 0 ? b.isTextBehind : a.count > 0 && isTextBetween,
    normalized: a.normalized + b.normalized,
  }
}

/** The text that is split. */
export interface SplitText {
  /** Puts text behind it: whole code points. */
  add(text: Uint8Array): void
  /** All of it stays. Said only where white space may be taken off. */
  noteSolid(): void
  /** Puts what becomes of raw text [from, to) behind it, as far as can be; returns how far that was. (Addresses.) */
  advanceRaw(from: number, to: number, isLast: boolean): number
}

export interface RawText extends TokenText {
  /** Bytes that are not taken yet. */
  readonly pending: number
}

/**
 * Text that must be normalized, in a place of its own in the kernel's memory. The kernel looks for tokens in it and puts it behind the text
 * that is split as far as it is sure what becomes of each code point (src/kernel/raw.ts); what is around others is normalized here.
 *
 * @param capacity room for text at first
 * @param maxPieceBytes no more text may wait than for a piece of this length
 */
export const createRawText = (kernel: Kernel, text: SplitText, tokens: TokenSet, sure: SureText, capacity: number, maxPieceBytes: number): RawText => {
  const takeCounts = putTokens(kernel, tokens)
  const putPairs = putSureText(kernel, sure)
  // a byte stands in front of the room: the one before the text that waits, which may tell whether the text can be cut in front of it (quickCheck.ts, LITERAL)
  const allocateRoom = (bytes: number): number => kernel.allocate(PADDING + bytes + PADDING) + PADDING
  let start = allocateRoom(capacity)
  // raw text that waits is [at, end) of what begins at `start`
  let at = 0
  let end = 0
  let left = 0 // bytes that normalization made of what was left to it

  let started: Stretches | undefined // when there is something that the kernel is not sure of
  const startNormalizer = (): Stretches => {
    putPairs()
    const put = (normalized: Buffer): void => {
      if (normalized.length === 0) return
      putInitial(normalized)
      text.add(normalized)
      if (!sure.stripsEnds) kernel.exports.noteText()
      left += normalized.length
    }
    return sure.start(put, () => text.noteSolid())
  }
  /** Puts a character in front of the first text of a section. */
  const putInitial = (first: Buffer): void => {
    const { exports } = kernel
    if (exports.isInitialDue.value === 0) return
    exports.passInitial()
    if (sure.initial.equals(first.subarray(0, sure.initial.length))) return
    text.add(sure.initial)
    left += sure.initial.length
  }

  const makeRoom = (wanted: number): void => {
    if (end + wanted <= capacity) return
    const kept = end - at
    if (kept + wanted <= capacity) kernel.bytes.copyWithin(start - 1, start + at - 1, start + end)
    else {
      const larger = Math.max(kept + wanted, 2 * capacity)
      const moved = allocateRoom(larger)
      kernel.bytes.copyWithin(moved - 1, start + at - 1, start + end)
      kernel.exports.release(start - PADDING, PADDING + capacity + PADDING)
      start = moved
      capacity = larger
    }
    at = 0
    end = kept
  }

  let endsAt = 0 // where the kernel finds the ends of documents, and room for so many
  let endsRoom = 0
  const putEnds = (ends: Uint32Array, base: number): void => {
    if (ends.length > endsRoom) {
      if (endsRoom > 0) kernel.exports.release(endsAt, 4 * endsRoom)
      endsRoom = 2 * ends.length
      endsAt = kernel.allocate(4 * endsRoom)
    }
    const { words } = kernel
    for (let i = 0; i < ends.length; i++) words[(endsAt >>> 2) + i] = base + ends[i]
    kernel.exports.setRawEnds(endsAt, ends.length)
  }

  let wasOpen = false // what was left to the normalizer goes on

  const take = (isLast: boolean): FoundTokens => {
    const { exports } = kernel
    const before = at
    left = 0
    exports.startRaw()
    for (;;) {
      at = text.advanceRaw(start + at, start + end, isLast) - start
      const leftEnd = exports.leftEnd.value >>> 0
      if (leftEnd === 0) break
      const normalizer = (started ??= startNormalizer())
      if (!wasOpen) normalizer.isInRun = exports.isInRun.value === 1
      // a copy, for the kernel's memory may move when text is put into it
      normalizer.push(Buffer.from(kernel.bytes.subarray(start + at, leftEnd)))
      at = leftEnd - start
      wasOpen = exports.isOpen.value === 1
      if (wasOpen) continue
      normalizer.end()
      exports.setInRun(normalizer.isInRun ? 1 : 0)
    }
    if (end - at > maxPieceBytes + undecidedSlack(maxPieceBytes)) throw pieceTooLong(maxPieceBytes)
    const found = foundTokens(exports)
    return { ...found, normalized: at - before - found.bytes - exports.pieceBytes.value - exports.putBytes.value - left }
  }

  /** Takes text that stands elsewhere, and where documents end in it, without making room for all of it. */
  const putInParts = (added: Uint8Array, ends: Uint32Array): FoundTokens => {
    let found = NOTHING_FOUND
    let next = 0
    for (let from = 0; from < added.length || next < ends.length;) {
      const most = from + Math.max(LEAST_ROOM, capacity - (end - at))
      const to = most < added.length ? codePointStart(added, most, from) : added.length
      let last = next
      while (last < ends.length && ends[last] <= to) last++
      makeRoom(to - from)
      kernel.bytes.set(added.subarray(from, to), start + end)
      putEnds(ends.subarray(next, last), start + end - from)
      end += to - from
      found = joined(found, take(false))
      from = to
      next = last
    }
    return found
  }

  return {
    room(bytes) {
      const wanted = Math.min(bytes, Math.max(LEAST_ROOM, capacity - (end - at)))
      makeRoom(wanted)
      return Buffer.from(kernel.bytes.buffer, start + end, wanted)
    },
    push(added) {
      const isInKernel = added.buffer === kernel.bytes.buffer
      if (!isInKernel || added.byteOffset !== start + end) return putInParts(isInKernel ? added.slice() : added, NO_ENDS) // making room moves what is there
      end += added.length
      return take(false)
    },
    end: () => take(true),
    documents: putInParts,
    takeCounts,
    get pending() {
      return end - at
    },
  }
}
