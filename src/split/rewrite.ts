import { createNormalizer } from '../normalize/normalizer.ts'
import type { PrependStage, ReplaceStage } from '../types.ts'
import type { Rewrite } from './phases.ts'

/** Rewrites one text after another; text comes in parts (whole code points) and goes out in parts. */
export interface Rewriter {
  push(text: Buffer): void
  /** The text ends. `isFirst`: the next one begins where the document does. */
  end(isNextFirst: boolean): void
}

/** Takes text that is valid only until the call returns. */
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
  const replacing = createNormalizer([{ kind: 'replace', pattern: from, isRegex: false, content: to }], (text) => next.push(text))
  return {
    push: (text) => replacing.push(text),
    end(isNextFirst) {
      replacing.end()
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
  const rewriter = createRewriter(rewrites, (text) => parts.push(Buffer.from(text)))
  return (piece, isFirst) => {
    rewriter.end(isFirst)
    parts = []
    rewriter.push(Buffer.from(piece.buffer, piece.byteOffset, piece.length))
    rewriter.end(false)
    return Buffer.concat(parts)
  }
}
