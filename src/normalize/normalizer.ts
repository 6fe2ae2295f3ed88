import type { Pipeline } from '../types.ts'
import { createNfcNormalizer, normalizeNfc } from './nfc.ts'

/** Rewrites the text of a document as a tokenizer does before it cuts it. */
export interface Normalizer {
  /** Takes text of the current document (whole code points) and hands on what is final by now. */
  push(text: Buffer): void
  /** The document ends: hands on the rest. */
  end(): void
}

export const createNormalizer = (kind: Pipeline['normalizer'], emit: (text: Buffer) => void): Normalizer =>
  kind === 'NFC' ? createNfcNormalizer(emit) : { push: emit, end: () => {} }

/** Normalizes one whole text. */
export const normalizeText = (kind: Pipeline['normalizer'], text: string): string => (kind === 'NFC' ? normalizeNfc(text) : text)
