const damaged = (): Error => new Error('corrupt LZ4 block')

/** One LZ4 block (lz4_Block_format.md) that holds `length` bytes. */
export const decompressLz4Raw = (data: Uint8Array, length: number): Uint8Array => {
  const output = new Uint8Array(length)
  let from = 0
  let to = 0
  /** The rest of a length that did not fit into its half of the token. */
  const lengthFrom = (half: number): number => {
    let sum = half
    if (half === 15)
      for (let byte = 255; byte === 255; sum += byte) {
        if (from >= data.length) throw damaged()
        byte = data[from++]
      }
    return sum
  }
  while (from < data.length) {
    const token = data[from++]
    const literals = lengthFrom(token >> 4)
    if (from + literals > data.length || to + literals > length) throw damaged()
    output.set(data.subarray(from, from + literals), to)
    from += literals
    to += literals
    if (from === data.length) break // the last sequence has literals only
    if (from + 2 > data.length) throw damaged()
    const offset = data[from] | (data[from + 1] << 8)
    from += 2
    const match = lengthFrom(token & 15) + 4
    if (offset === 0 || offset > to || to + match > length) throw damaged()
    // what is copied may be what this very copy writes
    for (const end = to + match; to < end;) {
      const step = Math.min(offset, end - to)
      output.copyWithin(to, to - offset, to - offset + step)
      to += step
    }
  }
  if (to !== length) throw damaged()
  return output
}

/** Hadoop puts two lengths in front of each block, big-endian: plain and compressed. */
const HADOOP_HEADER = 8

/** The deprecated LZ4 of Parquet: in Hadoop's frames, as the format says, or without, as some wrote it. */
export const decompressLz4 = (data: Uint8Array, length: number): Uint8Array => {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  const parts: Uint8Array[] = []
  let plain = 0
  for (let at = 0; at < data.length;) {
    const isFramed = at + HADOOP_HEADER <= data.length && at + HADOOP_HEADER + view.getUint32(at + 4) <= data.length
    if (!isFramed || plain + view.getUint32(at) > length) return decompressLz4Raw(data, length)
    const [size, stored] = [view.getUint32(at), view.getUint32(at + 4)]
    at += HADOOP_HEADER + stored
    parts.push(decompressLz4Raw(data.subarray(at - stored, at), size))
    plain += size
  }
  return Buffer.concat(parts)
}
