/** `count` code points back from a position in valid UTF-8, but not before `stop`. */
export const backward = (bytes: Uint8Array, position: number, stop: number, count: number): number => {
  for (; count > 0 && position > stop; count--)
    do position--
    while (position > stop && (bytes[position] & 0xc0) === 0x80)
  return position
}

/** The same where each byte is a symbol of its own. */
export const backwardBytes = (_: Uint8Array, position: number, stop: number, count: number): number => Math.max(stop, position - count)
