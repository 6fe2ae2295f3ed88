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
  const prepending = createNormalizer([{ kind: 'prepend', text: prefix, unlessThere: true }], (text) => next.push(text))
  let isFirst = true
  return {
    push(text) {
      if (where === 'every' || isFirst) prepending.push(text)
      else next.push(text)
    },
    end(isNextFirst) {
      prepending.end()
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
