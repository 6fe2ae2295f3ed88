import { PretokError } from '../errors.ts'
import type { Normalizer } from '../types.ts'
import { createNfcNormalizer, normalizeNfc } from './nfc.ts'
import type { TextStage } from './textStage.ts'

/** Whether the text is normalized to NFC, or not at all. Throws 'tokenizer' for normalizers that are not supported yet. */
export const isNfc = (normalizers: readonly Normalizer[]): boolean => {
  const other = normalizers.find(({ kind }) => kind !== 'nfc')
  if (other !== undefined) throw new PretokError('tokenizer', `normalizing: ${other.kind} is not supported yet`)
  return normalizers.length > 0
}

export const createNormalizer = (normalizers: readonly Normalizer[], emit: (text: Buffer) => void): TextStage =>
  isNfc(normalizers) ? createNfcNormalizer(emit) : { push: emit, end: () => {} }

/** Normalizes one whole text. */
export const normalizeText = (normalizers: readonly Normalizer[], text: string): string => (isNfc(normalizers) ? normalizeNfc(text) : text)
