import { chooseTokens, createAddedTokens } from '../added/addedTokens.ts'
import { createSections } from '../added/sections.ts'
import { normalizeText } from '../normalize/normalizer.ts'
import type { Pipeline } from '../types.ts'
import { appendText, createBlock, endDocument, isDropped, nextBoundary } from './block.ts'
import { createSplitter, splitBlock, type Splitter } from './splitter.ts'

export interface TextSplitter {
  /**
   * The pre-tokens of one text, in order, as byte strings of UTF-8. If the tokenizer normalizes, they are pieces of the normalized text. Its
   * added tokens that are not special are pieces of their own, with the white space that they strip. A lone surrogate in the text is taken as
   * U+FFFD, as TextEncoder does.
   */
  splitToBytes(text: string): Uint8Array[]
  /** The same as strings. */
  split(text: string): string[]
}

/** @param specialTokens cut the text and are in no piece */
export const createPipelineSplitter = (pipeline: Pipeline, specialTokens: readonly string[] = []): TextSplitter => {
  const { normalizers, stages } = pipeline
  const splitter = createSplitter(stages)
  const tokens = createAddedTokens(chooseTokens(pipeline.addedTokens, specialTokens), (text) => normalizeText(normalizers, text))
  const splitToBytes = (text: string): Uint8Array[] => {
    const pieces: Uint8Array[] = []
    let section: Buffer[] = []
    const endSection = (): void => {
      for (const piece of splitSection(splitter, Buffer.concat(section))) pieces.push(piece)
      section = []
    }
    const sections = createSections(tokens, normalizers, {
      text: (bytes) => section.push(Buffer.from(bytes)),
      piece(bytes) {
        endSection()
        pieces.push(Buffer.from(bytes))
      },
      special: endSection,
    })
    sections.push(Buffer.from(text.toWellFormed()))
    sections.end()
    endSection()
    return pieces
  }
  return { splitToBytes, split: (text) => splitToBytes(text).map((piece) => Buffer.from(piece).toString('utf8')) }
}

function* splitSection(splitter: Splitter, text: Uint8Array): Generator<Uint8Array> {
  const block = createBlock(text.length, splitter.passes.length)
  appendText(block, text)
  endDocument(block)
  const limit = splitBlock(splitter, block)
  for (let start = 0, end; (end = nextBoundary(block, start + 1, limit)) !== -1; start = end)
    if (!isDropped(block, start)) yield block.bytes.subarray(start, end)
}
