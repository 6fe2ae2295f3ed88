import { BOM } from './bytes.ts'
import type { RecordSink } from './records.ts'
import { createRowRefusal, type RefuseRow, type RowLimit } from './rowLimit.ts'
import { append, roomBehind, type RowInput } from './rowMemory.ts'

/** The place in [from, end) of the next part of a row that is too long where the row has ended; -1 if it goes on. */
export type FindRowEnd = (part: Buffer, from: number, end: number) => number

/**
 * The input of a parser: blocks one behind the other, from where the first row begins that is not read yet. A row may begin in one block and end
 * in another. One that is too long is not kept, but passed over.
 */
export class RowFeed {
  /** Place of the input's first byte in the source. */
  at: number
  /** Bytes of input. */
  length = 0
  /** The input before this has been read. */
  from = 0
  private readonly rows: RowInput
  private readonly sink: RecordSink
  private readonly refuse: RefuseRow
  /** A row that is not all there is looked at again when there is so much of it, so that all looks together are linear. */
  private wanted = 0
  private longRow: { start: number; findEnd: FindRowEnd } | undefined

  /** @param start place of the first byte */
  constructor(rows: RowInput, start: number, sink: RecordSink, limit: RowLimit) {
    this.rows = rows
    this.at = start
    this.sink = sink
    this.refuse = createRowRefusal(sink, limit)
  }

  /** The place in the source up to which all has been read. */
  get place(): number {
    return this.at + this.from
  }

  get isInLongRow(): boolean {
    return this.longRow !== undefined
  }

  /** See `RecordParser`. */
  room(bytes: number): Buffer {
    return roomBehind(this.rows, this.length, bytes)
  }

  /** Takes a block, has `read` read what there is, and keeps what it leaves. */
  push(block: Buffer, read: () => void): void {
    this.length = append(this.rows, this.length, block)
    if (this.at === 0 && this.length < BOM.length) return // it may be the beginning of a byte-order mark
    read()
    this.rows.input.copyWithin(0, this.from, this.length)
    this.at += this.from
    this.length -= this.from
    this.from = 0
  }

  /** Passes over a byte-order mark at the beginning of the source. */
  passBom(): void {
    if (this.place !== 0 || !this.rows.input.subarray(0, Math.min(this.length, BOM.length)).equals(BOM)) return
    this.from = BOM.length
    this.sink.format(this.from)
  }

  /** Whether so much of the next row is there that another look at it is worth while. */
  hasEnough(isEnd: boolean): boolean {
    return isEnd || this.length - this.from >= this.wanted
  }

  /** The next row is not all there; `most` bytes of it are enough in any case. */
  wait(most: number): void {
    this.wanted = Math.min(2 * (this.length - this.from), most)
  }

  /** The input has been read up to here. */
  passTo(end: number): void {
    this.from = end
    this.wanted = 0
  }

  /** The next row is too long: throws, or passes over it from now on. */
  startLongRow(findEnd: FindRowEnd): void {
    this.refuse(this.place, Infinity)
    this.longRow = { start: this.place, findEnd }
    this.wanted = 0
  }

  /** Passes over what there is of a row that is too long. */
  passLongRow(): void {
    const { start, findEnd } = this.longRow!
    const end = findEnd(this.rows.input, this.from, this.length)
    this.from = end === -1 ? this.length : end
    if (end === -1) return
    this.refuse(start, this.place)
    this.longRow = undefined
  }

  /** The source has ended; whether it did in a row that is too long. */
  end(): boolean {
    if (this.longRow === undefined) return false
    this.refuse(this.longRow.start, this.at + this.length)
    return true
  }
}
