import type { Normalization } from '../normalize/normalization.ts'
import type { TextStage } from '../normalize/textStage.ts'
import type { AddedToken } from '../types.ts'
import type { AddedTokens } from './addedTokens.ts'
import { createTokenCutter } from './tokenCutter.ts'

export interface SectionSink {
  /** Normalized text of the current section; the view is good until the call returns. */
  text(bytes: Buffer): void
  /** An added token that is not special, with the white space that it stripped: the section ends, and this is a piece of its own. */
  piece(bytes: Buffer): void
  /** A special token, with the white space that it stripped: the document ends. */
  special(token: AddedToken, bytes: Buffer): void
}

/**
 * Text → raw tokens → normalized text → normalized tokens: cuts text at added tokens and normalizes each section between raw tokens on its
 * own, in the order of the reference (tokenizers/src/tokenizer/added_vocabulary.rs, extract_and_normalize).
 *
 * @param maxKept see `createTokenCutter`
 */
export const createSections = (
  { raw, normalized }: AddedTokens,
  startNormalizer: Normalization['start'],
  sink: SectionSink,
  maxKept?: number,
): TextStage => {
  let hasText = false

  const takeToken = (token: AddedToken, bytes: Buffer): void => (token.special ? sink.special(token, bytes) : sink.piece(bytes))

  const inner = createTokenCutter(normalized, { text: sink.text, token: (i, bytes) => takeToken(normalized.tokens[i], bytes) }, maxKept)
  const normalizer = startNormalizer(inner.push)
  const endSection = (): void => {
    if (!hasText) return
    normalizer.end()
    inner.end()
    hasText = false
  }
  const outer = createTokenCutter(
    raw,
    {
      text(bytes) {
        hasText = true
        normalizer.push(bytes)
      },
      token(i, bytes) {
        endSection()
        takeToken(raw.tokens[i], bytes)
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
