import { constants, fstatSync, openSync, readSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import { closeReadNow } from '../closeRead.ts'
import { describeSystemError, PretokError } from '../errors.ts'
import { roundedUp, spareBlocks, sparePieces } from './spareBuffers.ts'
import { BLOCK_BYTES, BLOCK_HEADER_BYTES, MAGIC, TAIL_BYTES, type Footer, type Segment } from './runFormat.ts'

const LONGEST_FOOTER = 2 ** 30

/** A run file that is open for reading. Nothing of it is used before its checksum has been looked at. */
export class RunFile<About = unknown> {
  readonly path: string
  readonly segments: readonly Segment[]
  readonly about: About
  private readonly file: number
  private isOpen = true

  /**
   * Opens a run file and reads its footer. Throws 'input' if it cannot be read, and 'format' if it is damaged, cut off, or no run file.
   *
   * @param segmentCount how many segments it must have
   */
  constructor(path: string, segmentCount: number) {
    this.path = path
    try {
      this.file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK) // a named pipe is not waited for: it has no bytes
    } catch (error) {
      throw this.cannotRead(error)
    }
    try {
      const { segments, about } = this.readFooter()
      if (segments.length !== segmentCount) throw this.damaged(0, `${segments.length} segments instead of ${segmentCount}`)
      this.segments = segments
      this.about = about
    } catch (error) {
      this.close()
      throw error
    }
  }

  close(): void {
    if (this.isOpen) closeReadNow(this.file)
    this.isOpen = false
  }

  /** Fills a buffer from `offset` on. Throws if the file ends before. */
  read(buffer: Uint8Array, length: number, offset: number): void {
    for (let done = 0; done < length;) {
      let count
      try {
        count = readSync(this.file, buffer, done, length - done, offset + done)
      } catch (error) {
        throw this.cannotRead(error)
      }
      if (count === 0) throw this.damaged(offset + done, `the file ends here, ${length - done} bytes too early`)
      done += count
    }
  }

  /** Reads all of the file and holds it against its checksums. Throws 'format' where they differ. */
  verify(): void {
    for (const segment of this.segments) {
      const cursor = new RunCursor(this, segment)
      try {
        while (cursor.nextBlock());
      } finally {
        cursor.release()
      }
    }
  }

  damaged(offset: number, problem: string): PretokError {
    return new PretokError('format', `reading the run ${this.path}, byte ${offset}: ${problem}; the file is damaged`)
  }

  private sizeOfFile(): number {
    try {
      return fstatSync(this.file).size
    } catch (error) {
      throw this.cannotRead(error)
    }
  }

  private readFooter(): Footer<About> {
    const size = this.sizeOfFile()
    if (size < MAGIC.length + TAIL_BYTES)
      throw this.damaged(size, `the file is cut off: a run file has at least ${MAGIC.length + TAIL_BYTES} bytes`)
    const head = this.readBytes(0, MAGIC.length)
    if (!head.equals(MAGIC))
      throw this.damaged(0, `expected the mark of a run file, version ${MAGIC[7]}, found ${JSON.stringify(head.toString('latin1'))}`)
    const tail = this.readBytes(size - TAIL_BYTES, TAIL_BYTES)
    if (!tail.subarray(8).equals(MAGIC)) throw this.damaged(size - MAGIC.length, 'expected the mark of the end; the file is cut off')
    const length = tail.readUInt32LE(0)
    const offset = size - TAIL_BYTES - length
    if (offset < MAGIC.length || length > LONGEST_FOOTER)
      throw this.damaged(size - TAIL_BYTES, `a footer of ${length} bytes in a file of ${size}`)
    const footer = this.readBytes(offset, length)
    this.check(offset, crc32(footer), tail.readUInt32LE(4))
    const parsed = JSON.parse(footer.toString()) as Footer<About>
    const last = parsed.segments.at(-1)
    // every byte belongs to the mark, a segment, the footer or the tail
    if (last !== undefined && last.offset + last.bytes !== offset)
      throw this.damaged(offset, `the segments end at byte ${last.offset + last.bytes}`)
    return parsed
  }

  private readBytes(offset: number, length: number): Buffer {
    const bytes = Buffer.allocUnsafe(length)
    this.read(bytes, length, offset)
    return bytes
  }

  /** Throws if two checksums differ. */
  check(offset: number, found: number, expected: number): void {
    if (found !== expected) throw this.damaged(offset, `expected the checksum ${hex(expected)}, found ${hex(found)}`)
  }

  private cannotRead(error: unknown): PretokError {
    return new PretokError('input', `reading the run ${this.path}: ${describeSystemError(error)}`, { cause: error })
  }
}

const hex = (value: number): string => value.toString(16).padStart(8, '0')

/** Bytes of memory that reading a segment takes. */
export const cursorBytes = ({ largestBlock }: Segment): number => USUAL_BLOCK + (largestBlock > USUAL_BLOCK ? 2 * roundedUp(largestBlock) : 2 ** 12)

const USUAL_BLOCK = BLOCK_HEADER_BYTES + BLOCK_BYTES + BLOCK_BYTES / 4
/** Room for a piece at first. */
const USUAL_PIECE = 2 ** 8

/** Longer pieces are rare. */
const MOST_VIEWS = 64

/** Walks through the records of a segment, block after block. */
export class RunCursor {
  /** The piece is piece[0, length), with this count. Undefined before the first `next`. */
  piece: Uint8Array<ArrayBuffer> = new Uint8Array(USUAL_PIECE)
  length = 0
  count = 0
  private readonly views: Uint8Array[] = []
  private readonly run: RunFile
  private readonly segment: Segment
  private block: Buffer<ArrayBuffer>
  private at = 0
  private end = 0
  /** Where in the file the block begins, and the next one. */
  private blockOffset: number
  private nextOffset: number
  private left = 0
  private recordsRead = 0
  private checksum = 0
  /** Not all blocks were read: what they have together cannot be checked then, only each of them. */
  private hasJumped = false

  constructor(run: RunFile, segment: Segment) {
    this.run = run
    this.segment = segment
    this.blockOffset = this.nextOffset = segment.offset
    this.block = spareBlocks.take(USUAL_BLOCK)
  }

  /** Goes to the next record. False: there are no more. */
  next(): boolean {
    if (this.left === 0 && !this.nextBlock()) return false
    this.left--
    const shared = this.number()
    const suffix = this.number()
    const { at } = this
    const length = shared + suffix
    if (shared > this.length || at + suffix > this.end) throw this.run.damaged(this.blockOffset, 'a record that cannot be')
    if (length > this.piece.length) this.growPiece(length, shared)
    const { piece, block } = this
    if (suffix > 64) piece.set(block.subarray(at, at + suffix), shared)
    else for (let i = 0; i < suffix; i++) piece[shared + i] = block[at + i]
    this.at = at + suffix
    this.length = length
    this.count = this.number()
    if (this.left === 0 && this.at !== this.end) throw this.run.damaged(this.blockOffset, 'a block with more in it than its records')
    return true
  }

  /** Gives the memory back. The cursor cannot be used any more. */
  release(): void {
    spareBlocks.giveBack(this.block)
    if (this.piece.length > USUAL_PIECE) sparePieces.giveBack(this.piece)
  }

  /** The piece as a view, good until `next`. Views are kept by length: one made for each of millions of pieces would be garbage at once. */
  get view(): Uint8Array {
    const { piece, length, views } = this
    if (length >= MOST_VIEWS) return piece.subarray(0, length)
    return (views[length] ??= piece.subarray(0, length))
  }

  /** Goes to the block at this offset of the file, for looking up single pieces. */
  goTo(offset: number): void {
    this.nextOffset = offset
    this.hasJumped = true
    this.readBlock()
  }

  /** Where the block behind the one at `offset` begins. */
  blockAfter(offset: number): number {
    const header = Buffer.allocUnsafe(BLOCK_HEADER_BYTES)
    this.run.read(header, BLOCK_HEADER_BYTES, offset)
    return offset + BLOCK_HEADER_BYTES + header.readUInt32LE(0)
  }

  /** Goes to the next block, whose records are then read by `next`. False: there are no more. */
  nextBlock(): boolean {
    const end = this.segment.offset + this.segment.bytes
    if (this.nextOffset === end) {
      if (this.hasJumped) return false
      const { records, checksum } = this.segment
      if (this.recordsRead !== records) throw this.run.damaged(end, `${this.recordsRead} records in a segment of ${records}`)
      this.run.check(end, this.checksum, checksum)
      return false
    }
    this.readBlock()
    this.recordsRead += this.left
    this.checksum = crc32(this.block.subarray(8, 12), this.checksum)
    return true
  }

  private readBlock(): void {
    const { run, segment } = this
    const offset = (this.blockOffset = this.nextOffset)
    const room = segment.offset + segment.bytes - offset - BLOCK_HEADER_BYTES
    if (room <= 0) throw run.damaged(offset, 'a block that is cut off')
    run.read(this.block, BLOCK_HEADER_BYTES, offset)
    const bytes = this.block.readUInt32LE(0)
    const records = this.block.readUInt32LE(4)
    const checksum = this.block.readUInt32LE(8)
    if (bytes > room || bytes > segment.largestBlock || records === 0 || records > bytes)
      throw run.damaged(offset, `a block of ${bytes} bytes and ${records} records`)
    if (BLOCK_HEADER_BYTES + bytes > this.block.length) this.growBlock()
    run.read(this.block.subarray(BLOCK_HEADER_BYTES), bytes, offset + BLOCK_HEADER_BYTES)
    run.check(
      offset,
      crc32(this.block.subarray(BLOCK_HEADER_BYTES, BLOCK_HEADER_BYTES + bytes), crc32(this.block.subarray(0, 8))),
      checksum,
    )
    this.at = BLOCK_HEADER_BYTES
    this.end = BLOCK_HEADER_BYTES + bytes
    this.left = records
    this.length = 0
    this.nextOffset = offset + BLOCK_HEADER_BYTES + bytes
  }

  private number(): number {
    const { block } = this
    let byte = block[this.at++]
    if (byte < 0x80) return byte
    let value = byte & 0x7f
    for (let factor = 0x80; byte >= 0x80; factor *= 0x80) {
      if (this.at >= this.end) throw this.run.damaged(this.blockOffset, 'a number that is cut off')
      byte = block[this.at++]
      value += (byte & 0x7f) * factor
    }
    return value
  }

  /** For the largest block at once: what has grown again and again would be in memory until it is collected. */
  private growBlock(): void {
    const grown = spareBlocks.take(BLOCK_HEADER_BYTES + this.segment.largestBlock)
    this.block.copy(grown, 0, 0, BLOCK_HEADER_BYTES)
    spareBlocks.giveBack(this.block)
    this.block = grown
  }

  private growPiece(length: number, kept: number): void {
    const most = length > BLOCK_BYTES ? this.segment.largestBlock : Math.min(2 * this.piece.length, BLOCK_BYTES)
    const grown = sparePieces.take(Math.max(length, most))
    grown.set(this.piece.subarray(0, kept))
    if (this.piece.length > USUAL_PIECE) sparePieces.giveBack(this.piece)
    this.piece = grown
    this.views.length = 0
  }
}
