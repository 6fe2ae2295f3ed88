import { BYTE_ALPHABET } from '../unicode/byteAlphabet.ts'
import type { Step } from './textStage.ts'

const SYMBOLS = Uint16Array.from(BYTE_ALPHABET)

/** Each byte as its symbol in UTF-8: one byte or two. */
const toSymbols = (text: Buffer): Buffer => {
  const symbols = Buffer.allocUnsafe(2 * text.length)
  let length = 0
  for (let i = 0; i < text.length; i++) {
    const symbol = SYMBOLS[text[i]]
    if (symbol < 0x80) symbols[length++] = symbol
    else {
      symbols[length++] = 0xc0 | (symbol >> 6)
      symbols[length++] = 0x80 | (symbol & 0x3f)
    }
  }
  return symbols.subarray(0, length)
}

/** Writes text in GPT-2's byte alphabet (tokenizers/src/normalizers/byte_level.rs). */
export const byteLevelStep: Step = {
  start: (emit) => ({
    push(text) {
      if (text.length > 0) emit(toSymbols(text))
    },
    end() {},
  }),
  canCutBefore: () => true,
}
