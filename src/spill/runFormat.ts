/*
 * A run file holds pieces and their counts, sorted:
 *
 *   magic and version, 8 bytes
 *   a segment for each partition (layout.ts), in order: its pieces in the order of their bytes, each once
 *   the footer, JSON in UTF-8
 *   the tail: u32 length of the footer, u32 its checksum, 8 bytes magic and version again
 *
 * A segment is a list of blocks, which can be read one by one:
 *
 *   u32 bytes of the records, u32 number of records, u32 checksum of these two numbers and the records; the records
 *
 * A record is front-coded: how many bytes the piece has in common with the one before in its block, how many follow, these, the count. The
 * three numbers are little-endian base 128, the highest bit saying that there is more (LEB128). A block ends with the record that takes it
 * to BLOCK_BYTES or above, so the bytes of a file are a function of what is in it. All integers are little-endian, checksums are CRC-32.
 *
 * Every byte is under a checksum; the footer has for each segment where it is, how much is in it and the checksum of its blocks' checksums.
 * So neither a changed byte nor a missing block can pass for a result.
 */

export const MAGIC = Buffer.from('PRETOKR\x01', 'latin1')
export const TAIL_BYTES = 8 + MAGIC.length
export const BLOCK_HEADER_BYTES = 12
export const BLOCK_BYTES = 2 ** 16

/** A part of a run file. */
export interface Segment {
  /** Where it begins in the file, and its length, in bytes. */
  offset: number
  bytes: number
  /** Number of distinct pieces. */
  records: number
  /** All counts together. */
  total: number
  /** Bytes of the distinct pieces together, and of all their occurrences: past 2^53 these are not exact. */
  pieceBytes: number
  textBytes: number
  /** Bytes of records in the largest block. */
  largestBlock: number
  /** Of the checksums of the blocks, in order, u32 each. */
  checksum: number
}

export interface Footer<About = unknown> {
  segments: Segment[]
  /** What the writer has to say about the file. */
  about: About
}

export const emptySegment = (offset: number): Segment => ({
  offset,
  bytes: 0,
  records: 0,
  total: 0,
  pieceBytes: 0,
  textBytes: 0,
  largestBlock: 0,
  checksum: 0,
})

/** What is in a file, all segments together. */
export const sumSegments = (segments: readonly Segment[]): { records: number; total: number; pieceBytes: number; textBytes: number } => {
  const sum = { records: 0, total: 0, pieceBytes: 0, textBytes: 0 }
  for (const { records, total, pieceBytes, textBytes } of segments) {
    sum.records += records
    sum.total += total
    sum.pieceBytes += pieceBytes
    sum.textBytes += textBytes
  }
  return sum
}
