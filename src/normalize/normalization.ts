import type { Normalizer } from '../types.ts'
import type { SureText } from './sureText.ts'
import type { Emit, TextStage } from './textStage.ts'

/** What a tokenizer does to text before it cuts it. */
export interface Normalization {
  /** Starts normalizing, as `createNormalizer` does. */
  start(emit: Emit): TextStage
  /** Normalizes one whole text. */
  text(text: string): string
  /** Whether text is found in normalized text just where it stands in the text as it is; it may say no where the answer is yes. */
  keeps(text: string): boolean
  /** What the kernel can do of it; undefined if that is nothing, or if there is nothing to do. */
  sure: SureText | undefined
}

export const NO_NORMALIZATION: Normalization = {
  start: (emit) => ({ push: emit, end() {} }),
  text: (text) => text,
  keeps: () => true,
  sure: undefined,
}

/** Most tokenizers do not normalize: what it takes, tables of Unicode above all, is loaded for those that do. */
export const loadNormalization = async (normalizers: readonly Normalizer[]): Promise<Normalization> => {
  if (normalizers.length === 0) return NO_NORMALIZATION
  const { createNormalizer, keepsText, loadSureText, normalizeText } = await import('./normalizer.ts')
  return {
    start: (emit) => createNormalizer(normalizers, emit),
    text: (text) => normalizeText(normalizers, text),
    keeps: (text) => keepsText(normalizers, text),
    sure: loadSureText(normalizers),
  }
}
