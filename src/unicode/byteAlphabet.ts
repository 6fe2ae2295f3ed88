/**
 * GPT-2's byte alphabet: the code point that stands for each byte. Bytes 0x21–0x7E, 0xA1–0xAC and 0xAE–0xFF stand for themselves; the other
 * 68 become U+0100, U+0101, … in byte order (openai/gpt-2, src/encoder.py, bytes_to_unicode).
 */
export const BYTE_ALPHABET: readonly number[] = (() => {
  const isVisible = (byte: number): boolean => (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte !== 0xad)
  let next = 0x100
  return Array.from({ length: 256 }, (_, byte) => (isVisible(byte) ? byte : next++))
})()
