/** Where text is being written: `at` is the position of the next byte. There is always slack behind `at` for one piece of text. */
export interface Cursor {
  bytes: Uint8Array
  view: DataView
  at: number
}

export const createCursor = (capacity: number): Cursor => {
  const bytes = new Uint8Array(capacity)
  return { bytes, view: new DataView(bytes.buffer), at: 0 }
}

export const writeBytes = (cursor: Cursor, bytes: Uint8Array): void => {
  cursor.bytes.set(bytes, cursor.at)
  cursor.at += bytes.length
}

/** Strings of at most eight bytes of UTF-8, each as two little-endian words. */
export interface ShortStrings {
  words: Uint32Array
  lengths: Uint8Array
}

export const createShortStrings = (strings: readonly string[]): ShortStrings => {
  const words = new Uint32Array(2 * strings.length)
  const lengths = new Uint8Array(strings.length)
  strings.forEach((string, index) => {
    const bytes = new TextEncoder().encode(string)
    if (bytes.length > 8) throw new RangeError(`"${string}" has more than eight bytes`)
    lengths[index] = bytes.length
    bytes.forEach((byte, i) => (words[2 * index + (i >>> 2)] |= byte << (8 * (i & 3))))
  })
  return { words, lengths }
}

/** Writes all eight bytes and advances by the string's length: two stores beat a loop over the bytes, and what follows overwrites the rest. */
export const writeShortString = (cursor: Cursor, { words, lengths }: ShortStrings, index: number): void => {
  const { view, at } = cursor
  view.setUint32(at, words[2 * index], true)
  view.setUint32(at + 4, words[2 * index + 1], true)
  cursor.at = at + lengths[index]
}
