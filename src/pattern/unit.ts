import { BYTE_ALPHABET } from '../unicode/byteAlphabet.ts'
import { classOf, type Partition } from './classes.ts'

/**
 * What a pattern reads as one character: a code point of the text, or a byte of it, which then stands for a code point of GPT-2's byte
 * alphabet.
 */
export type Unit = 'code points' | 'bytes'

/** The class of each byte, as the code point that it stands for. */
export const classesOfBytes = (partition: Partition): Uint16Array =>
  Uint16Array.from(BYTE_ALPHABET, (codePoint) => classOf(partition, codePoint))
