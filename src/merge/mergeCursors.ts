import { PretokError } from '../errors.ts'
import { bytesKey, comparePieces, KEY_BYTES } from '../sort/sortPieces.ts'
import type { RunCursor } from '../spill/runReader.ts'

/** Receives a record: the piece is bytes[0, length) during the call. */
export type TakeRecord = (bytes: Uint8Array, length: number, count: number) => void

/**
 * The cursors in the order of the records they are at: a binary heap. Beside each cursor are two numbers of its record, which decide nearly
 * every comparison: the count, if records are in the order of a result (count descending, then bytes), and the first bytes of the piece.
 */
export class CursorHeap {
  size = 0
  private readonly byCount: boolean
  private readonly cursors: RunCursor[] = []
  private readonly counts: Float64Array
  private readonly keys: Float64Array

  /** @param byCount count descending, then bytes; otherwise by bytes alone */
  constructor(cursors: readonly RunCursor[], byCount: boolean) {
    this.byCount = byCount
    this.counts = new Float64Array(cursors.length)
    this.keys = new Float64Array(cursors.length)
    for (const cursor of cursors) {
      if (!cursor.next()) continue
      this.cursors[this.size] = cursor
      this.load(this.size++)
    }
    for (let place = (this.size >> 1) - 1; place >= 0; place--) this.siftDown(place)
  }

  /** The cursor at the first record. */
  get first(): RunCursor {
    return this.cursors[0]
  }

  /** Place of the second record; -1 if there is only one. */
  get second(): number {
    if (this.size < 3) return this.size - 2 === 0 ? 1 : -1
    return this.isBefore(2, 1) ? 2 : 1
  }

  /** Whether the record at `place` is of the same piece as the first one. */
  isSamePiece(place: number): boolean {
    if (this.keys[place] !== this.keys[0]) return false
    const a = this.cursors[0]
    const b = this.cursors[place]
    return a.length === b.length && comparePieces(a.piece, 0, a.length, b.piece, 0, b.length) === 0
  }

  countAt(place: number): number {
    return this.cursors[place].count
  }

  /** Moves the cursor at `place` on to its next record. */
  advance(place: number): void {
    if (this.cursors[place].next()) this.load(place)
    else {
      this.size--
      if (place === this.size) return
      this.move(this.size, place)
    }
    this.siftDown(place)
  }

  private load(place: number): void {
    const { piece, length, count } = this.cursors[place]
    this.counts[place] = this.byCount ? -count : 0
    this.keys[place] = bytesKey(piece, 0, length)
  }

  private move(from: number, to: number): void {
    this.cursors[to] = this.cursors[from]
    this.counts[to] = this.counts[from]
    this.keys[to] = this.keys[from]
  }

  private isBefore(a: number, b: number): boolean {
    const { counts, keys } = this
    if (counts[a] !== counts[b]) return counts[a] < counts[b]
    return keys[a] !== keys[b] ? keys[a] < keys[b] : isPieceBefore(this.cursors[a], this.cursors[b])
  }

  private siftDown(place: number): void {
    const { counts, keys, cursors } = this
    const cursor = cursors[place]
    const count = counts[place]
    const key = keys[place]
    for (let child = 2 * place + 1; child < this.size; child = 2 * place + 1) {
      if (child + 1 < this.size && this.isBefore(child + 1, child)) child++
      const isSmaller =
        counts[child] !== count ? counts[child] < count : keys[child] !== key ? keys[child] < key : isPieceBefore(cursors[child], cursor)
      if (!isSmaller) break
      this.move(child, place)
      place = child
    }
    cursors[place] = cursor
    counts[place] = count
    keys[place] = key
  }
}

const isPieceBefore = (a: RunCursor, b: RunCursor): boolean => comparePieces(a.piece, KEY_BYTES, a.length, b.piece, KEY_BYTES, b.length) < 0

/** Merges segments that are sorted by bytes: every piece once, with the sum of its counts. Throws 'limit' for a sum past 2^53. */
export const mergeCursors = (cursors: readonly RunCursor[], take: TakeRecord): void => {
  const heap = new CursorHeap(cursors, false)
  while (heap.size > 0) {
    const { first } = heap
    let { count } = first
    for (let place = heap.second; place !== -1 && heap.isSamePiece(place); place = heap.second) {
      count += heap.countAt(place)
      heap.advance(place)
    }
    if (count > Number.MAX_SAFE_INTEGER) throw new PretokError('limit', 'merging: a count above 2^53, the largest exact number')
    take(first.piece, first.length, count)
    heap.advance(0)
  }
}

/** The records of segments in which no piece is twice, each sorted as a result is: count descending, then bytes. */
export function* cursorsInOrder(cursors: readonly RunCursor[]): Generator<RunCursor> {
  for (const heap = new CursorHeap(cursors, true); heap.size > 0; heap.advance(0)) yield heap.first
}
