import { isUtf8 } from 'node:buffer'
import type { SchemaElement } from 'hyparquet'
import { ByteWriter, ParquetWriter } from 'hyparquet-writer'
import type { WriteBytes } from './atomicFile.ts'
import type { PieceBatch } from './pieceBatch.ts'

/*
 * Two columns, `piece` and `count` (INT64), both required. Pieces are strings (UTF8) if all of them are valid UTF-8, and bytes (BYTE_ARRAY
 * without a type) otherwise, so that no reader gets another piece than was counted. Which it is stands at the end of a Parquet file, where
 * it is known: rows are written while they come, a row group at a time.
 */

/** Rows and bytes of pieces in a row group: what is in memory at a time. */
const GROUP_ROWS = 2 ** 17
const GROUP_BYTES = 2 ** 23

const PIECE: SchemaElement = { name: 'piece', type: 'BYTE_ARRAY', repetition_type: 'REQUIRED' }
const COUNT: SchemaElement = { name: 'count', type: 'INT64', repetition_type: 'REQUIRED' }
const AS_TEXT = { converted_type: 'UTF8', logical_type: { type: 'STRING' } } as const

/** The rows of a row group. */
class RowGroup {
  readonly counts = new BigInt64Array(GROUP_ROWS)
  private readonly ends = new Uint32Array(GROUP_ROWS)
  private bytes = Buffer.alloc(2 ** 20)
  private length = 0
  rows = 0

  get isFull(): boolean {
    return this.rows === GROUP_ROWS || this.length >= GROUP_BYTES
  }

  /** Takes piece bytes[start, end). */
  add(bytes: Uint8Array, start: number, end: number, count: number): void {
    const length = this.length + end - start
    if (length > this.bytes.length) this.bytes = Buffer.concat([this.bytes], Math.max(length, 2 * this.bytes.length))
    this.bytes.set(bytes.subarray(start, end), this.length)
    this.length = length
    this.ends[this.rows] = length
    this.counts[this.rows++] = BigInt(count)
  }

  pieces(): Uint8Array[] {
    const { bytes, ends } = this
    return Array.from({ length: this.rows }, (_, row) => bytes.subarray(row === 0 ? 0 : ends[row - 1], ends[row]))
  }

  /** Whether each piece is valid UTF-8: all together are, and none begins inside a code point. */
  areUtf8(pieces: readonly Uint8Array[]): boolean {
    return isUtf8(this.bytes.subarray(0, this.length)) && pieces.every(([first]) => (first & 0xc0) !== 0x80)
  }

  clear(): void {
    this.length = this.rows = 0
  }
}

export const writeParquetCounts = async (batches: Iterable<PieceBatch>, write: WriteBytes): Promise<void> => {
  const writer = new ByteWriter()
  const schema = [{ name: 'root', num_children: 2 }, { ...PIECE }, { ...COUNT }]
  const file = new ParquetWriter({ writer, schema, createdBy: 'pretok' })
  const group = new RowGroup()
  let areText = true

  const flush = async (): Promise<void> => {
    await write(writer.getBytes())
    writer.index = 0
  }
  const writeGroup = async (): Promise<void> => {
    const { rows } = group
    const pieces = group.pieces()
    areText &&= group.areUtf8(pieces)
    await file.write({
      columnData: [
        // no two pieces are equal, and in the order of counts the least and the greatest of them tell nothing
        { name: 'piece', data: pieces, encoding: 'PLAIN', statistics: false },
        { name: 'count', data: group.counts.slice(0, rows) },
      ],
      rowGroupSize: rows,
    })
    group.clear()
    await flush()
  }

  for (const { bytes, starts, ends, counts, size } of batches)
    for (let i = 0; i < size; i++) {
      group.add(bytes, starts[i], ends[i], counts[i])
      if (group.isFull) await writeGroup()
    }
  if (group.rows > 0) await writeGroup()
  if (areText) Object.assign(schema[1], AS_TEXT)
  await file.finish()
  await flush()
}
