/** Levels are small: as a rule, a byte has room for one. A page may have millions. */
export type Levels = Uint8Array | Uint32Array

/** Room for so many levels, of which `max` is the greatest. */
export const createLevels = (max: number, count: number): Levels => (max > 0xff ? new Uint32Array(count) : new Uint8Array(count))

/**
 * Reads values in Parquet's hybrid of runs and bit-packed groups (Encodings.md, "RLE"), of `width` bits each, from data[at, end), as many as there is
 * room for. Throws an Error if there are fewer.
 */
export const readHybrid = <T extends Levels>(data: Buffer, at: number, end: number, width: number, values: T): T => {
  const count = values.length
  if (width === 0) return values
  if (width > 32) throw new Error('values of more than 32 bits')
  const bytesOfRun = (width + 7) >> 3
  let filled = 0
  while (filled < count) {
    let header = 0
    for (let shift = 0, byte = 0x80; byte >= 0x80; shift += 7) {
      if (at >= end || shift > 28) throw new Error('levels or indices end too early')
      byte = data[at++]
      header += (byte & 0x7f) * 2 ** shift
    }
    const isPacked = header % 2 === 1
    const length = isPacked ? Math.floor(header / 2) * 8 : Math.floor(header / 2)
    const bytes = isPacked ? Math.floor(header / 2) * width : bytesOfRun
    const stop = Math.min(count, filled + length)
    // the last group may be cut off behind the values that count
    if (at + (isPacked ? Math.ceil(((stop - filled) * width) / 8) : bytes) > end || length === 0)
      throw new Error('levels or indices end too early')
    if (isPacked) unpack(data, at, width, values, filled, stop)
    else values.fill(data.readUIntLE(at, bytesOfRun), filled, stop)
    at += bytes
    filled = stop
  }
  return values
}

/** Bit-packed values, from the lowest bit of each byte up. */
const unpack = (data: Buffer, at: number, width: number, values: Levels, from: number, to: number): void => {
  for (let i = from, bit = 0; i < to; i++, bit += width) {
    let value = 0
    for (let done = 0; done < width;) {
      const place = bit + done
      const take = Math.min(8 - (place & 7), width - done)
      value += ((data[at + (place >> 3)] >> (place & 7)) & ((1 << take) - 1)) * 2 ** done
      done += take
    }
    values[i] = value
  }
}
