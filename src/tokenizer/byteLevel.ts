import { BYTE_ALPHABET } from '../unicode/byteAlphabet.ts'

/** Bytes in GPT-2's byte alphabet: `" the"` is `"Ġthe"`. */
export const toByteLevel = (bytes: Uint8Array): string => Array.from(bytes, (byte) => String.fromCodePoint(BYTE_ALPHABET[byte])).join('')
