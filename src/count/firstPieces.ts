import { appendText, createBlock, endDocument, isDropped, nextBoundary, type Block } from '../split/block.ts'
import { pieceTooLong, undecidedSlack } from '../split/pieceTooLong.ts'
import type { PlacedSplit } from '../split/phases.ts'
import { createSplitter, splitBlock } from '../split/splitter.ts'
import type { TextCounter } from './counter.ts'

/** The pieces with which documents begin, told before anything of the document is counted. */
export interface FirstPieces {
  /** Takes text as `TextCounter` does, and hands it on as soon as the document's first piece is known. */
  text(bytes: Uint8Array): void
  /** The text so far ends. `isNextFirst`: the next one begins where a document does. */
  end(isNextFirst: boolean): void
  /** How many of `count` pieces stood first in their documents; forgets them. */
  take(piece: Uint8Array, count: number): number
  /** Bytes of text that have not been handed on. */
  readonly pending: number
}

const keyOf = (piece: Uint8Array): string => Buffer.from(piece.buffer, piece.byteOffset, piece.length).toString('latin1')

/** The first piece is mostly short: so much is looked at first. */
const LOOK_BYTES = 64

/** The first place from `at` on where a code point begins, or the end of the text. */
const borderFrom = (text: Uint8Array, at: number): number => {
  while (at < text.length && (text[at] & 0xc0) === 0x80) at++
  return Math.min(at, text.length)
}

/** @param splits the cuts that make the pieces */
export const createFirstPieces = (splits: readonly PlacedSplit[], counter: TextCounter, maxPieceBytes: number): FirstPieces => {
  const splitter = createSplitter(splits)
  const seen = new Map<string, number>()
  let block: Block | undefined = createBlock(64, splits.length) // the text of a document whose first piece is not known yet
  let lookAt = 1

  /** Looks for the first piece; true if it is known, or known not to be there. */
  const look = (head: Block): boolean => {
    const end = nextBoundary(head, 1, splits.length === 0 ? head.length : splitBlock(splitter, head))
    if (end === -1) return false
    if (!isDropped(head, 0)) {
      const key = keyOf(head.bytes.subarray(0, end))
      seen.set(key, (seen.get(key) ?? 0) + 1)
    }
    return true
  }

  const handOn = (head: Block): void => {
    block = undefined
    counter.text(head.bytes.subarray(0, head.length))
  }

  return {
    text(bytes) {
      let at = 0
      while (block !== undefined && at < bytes.length) {
        const end = borderFrom(bytes, at + Math.max(LOOK_BYTES, block.length))
        appendText(block, bytes.subarray(at, end))
        at = end
        // when twice as much is there, so that all looks together are linear
        if (block.length < lookAt) continue
        lookAt = 2 * block.length
        if (look(block)) handOn(block)
        else if (block.length > maxPieceBytes + undecidedSlack(maxPieceBytes)) throw pieceTooLong(maxPieceBytes)
      }
      if (at < bytes.length) counter.text(bytes.subarray(at))
    },
    end(isNextFirst) {
      if (block !== undefined && block.length > 0) {
        endDocument(block)
        look(block)
        handOn(block)
      }
      block = isNextFirst ? createBlock(64, splits.length) : undefined
      lookAt = 1
    },
    take(piece, count) {
      const key = keyOf(piece)
      const all = seen.get(key) ?? 0
      const taken = Math.min(all, count)
      if (taken === all) seen.delete(key)
      else seen.set(key, all - taken)
      return taken
    },
    get pending() {
      return block?.length ?? 0
    },
  }
}
