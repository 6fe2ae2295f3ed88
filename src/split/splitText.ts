import { chooseTokens, createAddedTokens } from '../added/addedTokens.ts'
import { createSections } from '../added/sections.ts'
import { refuse } from '../checks.ts'
import { createNormalizer, normalizeText } from '../normalize/normalizer.ts'
import type { Pipeline } from '../types.ts'
import { phasesOf } from './phases.ts'
import { createPhaseSplitter } from './splitPhases.ts'

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
  const splitPhases = createPhaseSplitter(phasesOf(stages))
  const tokens = createAddedTokens(chooseTokens(pipeline.addedTokens, specialTokens), (text) => normalizeText(normalizers, text))
  const splitToBytes = (text: string): Uint8Array[] => {
    if (typeof text !== 'string') refuse('text', text, 'a string')
    const pieces: Uint8Array[] = []
    let section: Buffer[] = []
    let isFirst = true
    const endSection = (isNextFirst: boolean): void => {
      const bytes = Buffer.concat(section)
      if (bytes.length > 0)
        splitPhases(bytes, 0, bytes.length, isFirst, (text, start, end, isPiece) => {
          if (isPiece) pieces.push(text.slice(start, end))
        })
      section = []
      isFirst = isNextFirst
    }
    const sections = createSections(tokens, (emit) => createNormalizer(normalizers, emit), {
      text: (bytes) => section.push(Buffer.from(bytes)),
      piece(bytes) {
        endSection(false)
        pieces.push(Buffer.from(bytes))
      },
      special: () => endSection(true),
    })
    sections.push(Buffer.from(text.toWellFormed()))
    sections.end()
    endSection(true)
    return pieces
  }
  return { splitToBytes, split: (text) => splitToBytes(text).map((piece) => Buffer.from(piece).toString('utf8')) }
}
