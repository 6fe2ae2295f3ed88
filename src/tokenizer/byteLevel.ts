/**
 * GPT-2's byte alphabet: each byte as one visible character. Bytes 0x21–0x7E, 0xA1–0xAC and 0xAE–0xFF stand for themselves; the other 68
 * become U+0100, U+0101, … in byte order (openai/gpt-2, src/encoder.py, bytes_to_unicode).
 */
const ALPHABET: readonly string[] = (() => {
  const isVisible = (byte: number): boolean => (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte !== 0xad)
  let next = 0x100
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(isVisible(byte) ? byte : next++))
})()

/** Bytes in GPT-2's byte alphabet: `" the"` is `"Ġthe"`. */
export const toByteLevel = (bytes: Uint8Array): string => Array.from(bytes, (byte) => ALPHABET[byte]).join('')
