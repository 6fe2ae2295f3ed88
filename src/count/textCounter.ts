/** Distinct pieces and their counts, in no particular order. Piece i is arena[starts[i], starts[i + 1]). */
export interface DrainedCounts {
  arena: Uint8Array
  /** `size` + 1 numbers. */
  starts: Uint32Array
  counts: Float64Array
  size: number
}

/** Splits text and counts its pieces: what a worker needs of a tier. */
export interface TextCounter {
  /** More of the current document: whole code points of valid UTF-8, of any length. */
  text(bytes: Uint8Array): void
  /** A special token or the end of a chunk: what comes next has nothing to do with what came before. */
  endDocument(): void
  /** Number of pieces counted. */
  readonly pieces: number
  /** Bytes that a stage dropped. */
  readonly dropped: number
  /** Bytes of memory taken, exactly. */
  readonly memory: number
  /** Number of distinct pieces. */
  readonly distinct: number
  /** Ends the document and gives all counts. */
  finish(): DrainedCounts
}
