const NOTHING = Buffer.alloc(0)

/** The end of a text, which must wait for more. */
export interface TextTail {
  readonly length: number
  /** What is kept. */
  readonly alone: Buffer
  /** What is kept and the text that follows. */
  with(added: Buffer): Buffer
  /** Keeps text[from, …), a text that `with` gave. */
  keep(text: Buffer, from: number): void
}

/** Text stays where it is while it waits, so that waiting for long costs no more than the text is long. */
export const createTextTail = (): TextTail => {
  let place = NOTHING
  let length = 0

  const grow = (wanted: number): void => {
    const larger = Buffer.allocUnsafeSlow(Math.max(wanted, 2 * place.length))
    place.copy(larger, 0, 0, length)
    place = larger
  }

  return {
    get length() {
      return length
    },
    get alone() {
      return place.subarray(0, length)
    },
    with(added) {
      if (length === 0) return added
      if (length + added.length > place.length) grow(length + added.length)
      added.copy(place, length)
      return place.subarray(0, length + added.length)
    },
    keep(text, from) {
      if (text.length - from > place.length) grow(text.length - from)
      if (from > 0 || text.buffer !== place.buffer) text.copy(place, 0, from)
      length = text.length - from
    },
  }
}
