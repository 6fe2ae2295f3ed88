import type { Rewrite } from '../split/phases.ts'
import { createRewriter } from '../split/rewrite.ts'
import type { TextCounter } from './counter.ts'

/** Rewrites text on its way to a counter. */
export const createRewritingCounter = (rewrites: readonly Rewrite[], counter: TextCounter): TextCounter => {
  let rewritten = 0
  const rewriter = createRewriter(rewrites, (text) => {
    rewritten -= text.length
    counter.text(text)
  })
  return {
    text(bytes) {
      rewritten += bytes.length
      rewriter.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length))
    },
    piece(bytes) {
      rewriter.end(false)
      counter.piece(bytes)
    },
    endDocument() {
      rewriter.end(true)
      counter.endDocument()
    },
    flush: counter.flush,
    finish: counter.finish,
    drain: counter.drain,
    settle: counter.settle,
    stopGrowing: counter.stopGrowing,
    get pieces() {
      return counter.pieces
    },
    get dropped() {
      return counter.dropped
    },
    get rewritten() {
      return rewritten + counter.rewritten
    },
    get pending() {
      return counter.pending
    },
    get distinct() {
      return counter.distinct
    },
    get memory() {
      return counter.memory
    },
  }
}
