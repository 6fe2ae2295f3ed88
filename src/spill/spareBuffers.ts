/*
 * Buffers that are in no use. Thousands of segments are read and written one after the other: if each had buffers of its own, memory that nobody uses any
 * more would pile up until it is collected.
 */

export class SpareBuffers<Bytes extends Uint8Array> {
  private readonly spares: Bytes[] = []
  private readonly make: (bytes: number) => Bytes

  constructor(make: (bytes: number) => Bytes) {
    this.make = make
  }

  /** A buffer of so many bytes, or some more. What is in it may be anything. */
  take(bytes: number): Bytes {
    const { spares } = this
    let fitting = -1
    let largest = -1
    for (let i = 0; i < spares.length; i++) {
      const { length } = spares[i]
      if (length >= bytes && (fitting === -1 || length < spares[fitting].length)) fitting = i
      if (largest === -1 || length > spares[largest].length) largest = i
    }
    if (fitting !== -1) return spares.splice(fitting, 1)[0]
    // in place of one that is too small: there are never more than were in use at a time
    if (largest !== -1) spares.splice(largest, 1)
    return this.make(roundedUp(bytes))
  }

  /** Nobody uses it any more. */
  giveBack(buffer: Bytes): void {
    this.spares.push(buffer)
  }
}

/** A little larger, by an eighth at most: of lengths that differ a little, one buffer is enough. */
export const roundedUp = (bytes: number): number => {
  const step = 2 ** Math.max(0, Math.floor(Math.log2(bytes)) - 3)
  return Math.ceil(bytes / step) * step
}

export const spareBlocks = new SpareBuffers((bytes) => Buffer.allocUnsafeSlow(bytes))
export const sparePieces = new SpareBuffers((bytes) => new Uint8Array(bytes))
