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

/** Text that is written again and again in the same place. */
class Scratch {
  bytes = new Uint8Array(SCRATCH_BYTES)
  length = 0

  /** Forgets what is there. */
  clear(): void {
    this.length = 0
    if (this.bytes.length > MAX_SCRATCH_BYTES) this.bytes = new Uint8Array(SCRATCH_BYTES)
  }

  /** Adds text[start, end). */
  add(text: Uint8Array, start: number, end: number): void {
    let { length } = this
    if (length + end - start > this.bytes.length) this.grow(length + end - start)
    const { bytes } = this
    while (start < end) bytes[length++] = text[start++]
    this.length = length
  }

  private grow(wanted: number): void {
    const grown = new Uint8Array(Math.max(wanted, 2 * this.bytes.length))
    grown.set(this.bytes)
    this.bytes = grown
  }
}

const SCRATCH_BYTES = 256
/** More is not kept for the next text. */
const MAX_SCRATCH_BYTES = 2 ** 20

/** Writes to `to` what becomes of text[start, end). */
type RewritePiece = (text: Uint8Array, start: number, end: number, isFirst: boolean, to: Scratch) => void

/**
 * Rewrites whole pieces: what becomes of text[start, end), valid until the next call. `isFirst`: its document begins with it. The same as a
 * `Rewriter`, for less.
 */
export const createPieceRewriter = (
  rewrites: readonly Rewrite[],
): ((text: Uint8Array, start: number, end: number, isFirst: boolean) => { readonly bytes: Uint8Array; readonly length: number }) => {
  const steps = rewrites.map((rewrite) => (rewrite.kind === 'replace' ? replacePiece(rewrite) : prependPiece(rewrite)))
  const scratches = rewrites.map(() => new Scratch())
  return (text, start, end, isFirst) => {
    steps.forEach((step, i) => {
      const to = scratches[i]
      to.clear()
      step(text, start, end, isFirst, to)
      text = to.bytes
      start = 0
      end = to.length
    })
    return scratches.at(-1)!
  }
}

const replacePiece = (stage: ReplaceStage): RewritePiece => {
  const from = Buffer.from(stage.from)
  const into = Buffer.from(stage.to)
  return (text, start, end, _, to) => {
    let kept = start
    for (let at = start; at < end;) {
      if (!isAt(from, text, at, end)) {
        at++
        continue
      }
      to.add(text, kept, at)
      to.add(into, 0, into.length)
      at += from.length
      kept = at
    }
    to.add(text, kept, end)
  }
}

const prependPiece = ({ text: prefix, where }: PrependStage): RewritePiece => {
  const bytes = Buffer.from(prefix)
  return (text, start, end, isFirst, to) => {
    if (start < end && (where === 'every' || isFirst) && !isAt(bytes, text, start, end)) to.add(bytes, 0, bytes.length)
    to.add(text, start, end)
  }
}

/** Whether text[at, end) begins with `what`. */
const isAt = (what: Uint8Array, text: Uint8Array, at: number, end: number): boolean => {
  if (at + what.length > end) return false
  for (let i = 0; i < what.length; i++) if (text[at + i] !== what[i]) return false
  return true
}
