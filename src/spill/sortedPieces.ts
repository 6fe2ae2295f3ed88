/** Receives a piece, bytes[start, end) during the call, and its count: partition by partition, and in each in the order of bytes. */
export type TakeSorted = (partition: number, bytes: Uint8Array, start: number, end: number, count: number) => void

/** Takes all pieces away that have been counted, by calling `handOver`; the counter forgets them then. Must be synchronous. */
export type Spill = (handOver: (take: TakeSorted) => void) => void
