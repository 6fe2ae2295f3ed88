import { isUtf8 } from 'node:buffer'

/** So many bytes of text tell its encoding. */
export const ENCODING_HEAD_BYTES = 256

/** The longer marks first: that of UTF-32 may begin with one of UTF-16. */
const ENCODINGS: readonly { name: string; mark: Buffer; label?: string }[] = [
  { name: 'UTF-32', mark: Buffer.from([0xff, 0xfe, 0, 0]) },
  { name: 'UTF-32', mark: Buffer.from([0, 0, 0xfe, 0xff]) },
  { name: 'UTF-16', mark: Buffer.from([0xff, 0xfe]), label: 'utf-16le' },
  { name: 'UTF-16', mark: Buffer.from([0xfe, 0xff]), label: 'utf-16be' },
]

/** Whether text that begins with this byte has to be looked at. */
export const mayBeOtherEncoding = (byte: number | undefined): boolean => ENCODINGS.some(({ mark }) => mark[0] === byte)

/**
 * The encoding, other than UTF-8, that text begins with the byte-order mark of. Damaged UTF-8 may begin with the same bytes: what follows them
 * must have a zero byte, as any text in which there is a space, or be valid in that encoding and not in UTF-8.
 *
 * @param head the first bytes of the text, ENCODING_HEAD_BYTES if there are so many
 */
export const otherEncoding = (head: Buffer): string | undefined => {
  const found = ENCODINGS.find(({ mark }) => head.subarray(0, mark.length).equals(mark))
  if (found === undefined) return undefined
  const rest = head.subarray(found.mark.length)
  const isOne = found.label === undefined || rest.includes(0) || (!isUtf8(rest) && isText(rest, found.label))
  return isOne ? found.name : undefined
}

const isText = (bytes: Buffer, label: string): boolean => {
  try {
    new TextDecoder(label, { fatal: true }).decode(bytes, { stream: bytes.length >= ENCODING_HEAD_BYTES / 2 }) // a long head may be cut
    return true
  } catch {
    return false
  }
}
