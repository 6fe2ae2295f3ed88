import type { PrependStage, ReplaceStage } from '../types.ts'
import { backward } from './codePoints.ts'
import type { Rewrite } from './phases.ts'

/** Rewrites one text after another; text comes in parts (whole code points) and goes out in parts. */
export interface Rewriter {
  push(text: Buffer): void
  /** The text ends. `isFirst`: the next one begins where the document does. */
  end(isNextFirst: boolean): void
}

type Emit = (text: Buffer) => void

/** Rewrites text by stages, one behind the other. The first text begins where the document does. */
export const createRewriter = (rewrites: readonly Rewrite[], emit: Emit): Rewriter =>
  rewrites.reduceRight<Rewriter>(
    (next, rewrite) => (rewrite.kind === 'replace' ? createReplacer(rewrite, next) : createPrepender(rewrite, next)),
    {
      push: emit,
      end: () => {},
    },
  )

const NOTHING = Buffer.alloc(0)

const createReplacer = ({ from, to }: ReplaceStage, next: Rewriter): Rewriter => {
  const wanted = Buffer.from(from)
  const replacement = Buffer.from(to)
  let kept = NOTHING // what could be the beginning of `from`

  const replace = (text: Buffer, isEnd: boolean): void => {
    const parts: Buffer[] = []
    let at = 0
    for (let found = text.indexOf(wanted); found !== -1; found = text.indexOf(wanted, at)) {
      parts.push(text.subarray(at, found), replacement)
      at = found + wanted.length
    }
    const undecided = Math.max(at, text.length - wanted.length + 1)
    const decided = isEnd ? text.length : undecided < text.length ? Math.max(at, backward(text, undecided + 1, 0, 1)) : text.length
    parts.push(text.subarray(at, decided))
    kept = Buffer.from(text.subarray(decided))
    const out = parts.length === 1 ? parts[0] : Buffer.concat(parts)
    if (out.length > 0) next.push(out)
  }

  return {
    push: (text) => replace(kept.length === 0 ? text : Buffer.concat([kept, text]), false),
    end(isNextFirst) {
      if (kept.length > 0) replace(kept, true)
      next.end(isNextFirst)
    },
  }
}

const createPrepender = ({ text: prefix, where }: PrependStage, next: Rewriter): Rewriter => {
  const wanted = Buffer.from(prefix)
  let isFirst = true
  let kept = NOTHING // the beginning of a text that may begin with the prefix
  let hasBegun = false

  const begin = (text: Buffer): void => {
    hasBegun = true
    kept = NOTHING
    const isMissing = (where === 'every' || isFirst) && !text.subarray(0, wanted.length).equals(wanted)
    if (isMissing) next.push(wanted)
    next.push(text)
  }

  return {
    push(text) {
      if (hasBegun) return next.push(text)
      kept = Buffer.concat([kept, text])
      if (kept.length >= wanted.length) begin(kept)
    },
    end(isNextFirst) {
      if (!hasBegun && kept.length > 0) begin(kept)
      hasBegun = false
      isFirst = isNextFirst
      next.end(isNextFirst)
    },
  }
}

/** Rewrites whole pieces. */
export const createPieceRewriter = (rewrites: readonly Rewrite[]): ((piece: Uint8Array, isFirst: boolean) => Buffer) => {
  let parts: Buffer[] = []
  const rewriter = createRewriter(rewrites, (text) => parts.push(text))
  return (piece, isFirst) => {
    rewriter.end(isFirst)
    parts = []
    rewriter.push(Buffer.from(piece.buffer, piece.byteOffset, piece.length))
    rewriter.end(false)
    return Buffer.concat(parts)
  }
}
