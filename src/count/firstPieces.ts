import { PieceTable } from './pieceTable.ts'

/** Counts the pieces with which documents begin, to tell how many of what was counted they are. */
export class FirstPieces {
  private seen = new PieceTable()

  note(bytes: Uint8Array, start: number, end: number): void {
    this.seen.add(bytes, start, end, 1)
  }

  /** How many of `count` pieces bytes[start, end) are first in their documents. They are not told again. */
  take(bytes: Uint8Array, start: number, end: number, count: number): number {
    const { seen } = this
    const entry = seen.find(bytes, start, end)
    if (entry === -1) return 0
    const taken = Math.min(seen.counts[entry], count)
    seen.counts[entry] -= taken
    return taken
  }

  /** Frees the memory of those that were told. */
  forgetTaken(): void {
    const { arena, starts, counts, size } = this.seen
    this.seen = new PieceTable()
    for (let i = 0; i < size; i++) if (counts[i] > 0) this.seen.add(arena, starts[i], starts[i + 1], counts[i])
  }

  /** Bytes of memory. */
  get memory(): number {
    return this.seen.memory
  }
}
