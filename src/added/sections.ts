import { createNormalizer } from '../normalize/normalizer.ts'
import type { TextStage } from '../normalize/textStage.ts'
import type { AddedToken, Normalizer } from '../types.ts'
import type { AddedTokens } from './addedTokens.ts'
import { createTokenCutter } from './tokenCutter.ts'

/** Is told places in bytes, as `TokenSink` is. */
export interface SectionSink {
  /** bytes[start, end) is normalized text of the current section. */
  text(bytes: Buffer, start: number, end: number): void
  /**
   * bytes[start, end) is an added token that is not special, with the white space that it stripped: the section ends, and this is a piece of
   * its own.
   */
  piece(bytes: Buffer, start: number, end: number): void
  /** A special token that took, with the white space that it stripped, so many bytes: the document ends. */
  special(token: AddedToken, bytes: number): void
}

/**
 * Text → raw tokens → normalized text → normalized tokens: cuts text at added tokens and normalizes each section between raw tokens on its
 * own, in the order of the reference (tokenizers/src/tokenizer/added_vocabulary.rs, extract_and_normalize).
 *
 * @param maxKept see `createTokenCutter`
 */
export const createSections = (
  { raw, normalized }: AddedTokens,
  normalizers: readonly Normalizer[],
  sink: SectionSink,
  maxKept?: number,
): TextStage => {
  let hasText = false

  const takeToken = (token: AddedToken, bytes: Buffer, start: number, end: number): void =>
    token.special ? sink.special(token, end - start) : sink.piece(bytes, start, end)

  const inner = createTokenCutter(
    normalized,
    { text: sink.text, token: (i, bytes, start, end) => takeToken(normalized.tokens[i], bytes, start, end) },
    maxKept,
  )
  const normalizer = createNormalizer(normalizers, inner.push)
  const endSection = (): void => {
    if (!hasText) return
    normalizer.end()
    inner.end()
    hasText = false
  }
  const isAsItIs = normalizers.length === 0 && normalized.tokens.length === 0
  const outer = createTokenCutter(
    raw,
    {
      text: isAsItIs
        ? sink.text
        : (bytes, start, end) => {
            hasText = true
            normalizer.push(bytes.subarray(start, end))
          },
      token(i, bytes, start, end) {
        endSection()
        takeToken(raw.tokens[i], bytes, start, end)
      },
    },
    maxKept,
  )
  return {
    push: outer.push,
    end() {
      outer.end()
      endSection()
    },
  }
}
