import type { Pipeline } from '../types.ts'
import { createNfcNormalizer, normalizeNfc } from './nfc.ts'
import type { TextStage } from './textStage.ts'

export const createNormalizer = (kind: Pipeline['normalizer'], emit: (text: Buffer) => void): TextStage =>
  kind === 'NFC' ? createNfcNormalizer(emit) : { push: emit, end: () => {} }

/** Normalizes one whole text. */
export const normalizeText = (kind: Pipeline['normalizer'], text: string): string => (kind === 'NFC' ? normalizeNfc(text) : text)
