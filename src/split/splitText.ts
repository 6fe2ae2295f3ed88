import { normalizeText } from '../normalize/normalizer.ts'
import type { Pipeline } from '../types.ts'
import { appendText, createBlock, endDocument, isDropped, nextBoundary } from './block.ts'
import { createSplitter, splitBlock } from './splitter.ts'

export interface TextSplitter {
  /**
   * The pre-tokens of one document, in order, as byte strings of UTF-8. If the tokenizer normalizes, they are pieces of the normalized
   * text. A lone surrogate in the text is taken as U+FFFD, as TextEncoder does.
   */
  splitToBytes(text: string): Uint8Array[]
  /** The same as strings. */
  split(text: string): string[]
}

export const createPipelineSplitter = (pipeline: Pipeline): TextSplitter => {
  const splitter = createSplitter(pipeline.stages)
  const splitToBytes = (text: string): Uint8Array[] => {
    const bytes = Buffer.from(normalizeText(pipeline.normalizers, text.toWellFormed()))
    const block = createBlock(bytes.length, splitter.passes.length)
    appendText(block, bytes)
    endDocument(block)
    const limit = splitBlock(splitter, block)
    const pieces: Uint8Array[] = []
    for (let start = 0, end; (end = nextBoundary(block, start + 1, limit)) !== -1; start = end)
      if (!isDropped(block, start)) pieces.push(block.bytes.subarray(start, end))
    return pieces
  }
  return { splitToBytes, split: (text) => splitToBytes(text).map((piece) => Buffer.from(piece).toString('utf8')) }
}
