import { isUtf8 } from 'node:buffer'

/** What may happen to invalid UTF-8. */
export const ERROR_POLICIES = ['replace', 'strict', 'ignore'] as const

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

/** So many zero bytes of a head, and one byte in so many, are no chance. */
const MANY_ZEROS = 8
const ONE_IN = 16
/** The upper bytes of the characters of a text are no more than this: they are zero for Latin, and one or two for most other alphabets. */
const FEW_UPPER = 6

/**
 * The encoding that text without a mark looks like: of two bytes always the second, or always the first, is one of a few, zero among them. Such
 * text may be UTF-8 all the same.
 */
export const likelyEncoding = (head: Buffer): string | undefined => {
  if (otherEncoding(head.subarray(0, ENCODING_HEAD_BYTES)) !== undefined) return undefined // its mark is told of where it is read
  const zeros = [0, 0] // at even places, and at odd ones
  for (let at = head.indexOf(0); at !== -1; at = head.indexOf(0, at + 1)) zeros[at % 2]++
  const [even, odd] = zeros
  if (Math.max(even, odd) < Math.max(MANY_ZEROS, head.length / ONE_IN) || Math.min(even, odd) > 0) return undefined
  const upper = new Set(head.filter((_, at) => at % 2 === (odd > 0 ? 1 : 0)))
  if (upper.size > FEW_UPPER) return undefined
  return odd > 0 ? 'UTF-16LE' : 'UTF-16BE'
}
