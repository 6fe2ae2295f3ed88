import { isUtf8 } from 'node:buffer'
import { PretokError } from '../errors.ts'

/*
 * The file format of SentencePiece's precompiled charsmap: a trie of what is replaced, and what takes its place.
 */

// A unit of the trie, a double array as Darts-clone makes it: what the byte must be, whether a key ends here, where to go on.
const labelOf = (unit: number): number => (unit & 0x800000ff) >>> 0
const hasLeaf = (unit: number): boolean => (unit & 0x100) !== 0
const offsetOf = (unit: number): number => (unit >>> 10) << ((unit & 0x200) >>> 6)
const valueOf = (unit: number): number => unit & 0x7fffffff

/** A trie over bytes. Its states are numbers. */
export interface Charsmap {
  /** The state behind one more byte, or DEAD. */
  next(state: number, byte: number): number
  /** What a key that ends here is replaced by. */
  replacementIn(state: number): string | undefined
}

export const START = 0
export const DEAD = -1

/** Throws 'tokenizer' if a text is no charsmap. */
export const readCharsmap = (base64: string): Charsmap => openCharsmap(decodeCharsmap(base64))

const decodeCharsmap = (base64: string): Buffer => {
  const bytes = Buffer.from(base64, 'base64')
  if (bytes.toString('base64') !== base64) throw new PretokError('tokenizer', 'normalizing: the precompiled_charsmap is no base64')
  return bytes
}

/** u32 size of the trie in bytes, the trie, u32 each, and the replacements, each ended by a NUL. */
const openCharsmap = (bytes: Buffer): Charsmap => {
  const trieBytes = bytes.length < 4 ? NaN : bytes.readUInt32LE(0)
  const text = bytes.subarray(4 + trieBytes)
  if (!(trieBytes >= 4 && trieBytes % 4 === 0 && 4 + trieBytes <= bytes.length && isUtf8(text)))
    throw new PretokError('tokenizer', `normalizing: ${bytes.length} bytes of precompiled_charsmap are damaged, or of another kind`)
  const units = Uint32Array.from({ length: trieBytes / 4 }, (_, i) => bytes.readUInt32LE(4 + 4 * i))
  const replacements = new Map<number, string>()

  const replacementAt = (start: number): string => {
    let replacement = replacements.get(start)
    if (replacement === undefined) {
      const end = text.indexOf(0, start)
      replacements.set(start, (replacement = text.toString('utf8', start, end === -1 ? text.length : end)))
    }
    return replacement
  }

  return {
    next(state, byte) {
      const next = state ^ offsetOf(units[state]) ^ byte
      // behind the trie's end there is nothing, which is no label; keys hold no NUL
      return byte !== 0 && labelOf(units[next]) === byte ? next : DEAD
    },
    replacementIn: (state) => (hasLeaf(units[state]) ? replacementAt(valueOf(units[state ^ offsetOf(units[state])])) : undefined),
  }
}
