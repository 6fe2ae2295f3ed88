import { PretokError, totalTooHigh } from '../errors.ts'
import { cursorsInOrder } from '../merge/mergeCursors.ts'
import type { MergedPartition, MergedPartitions } from '../merge/mergePartition.ts'
import { comparePieces } from '../sort/sortPieces.ts'
import { partitionOf } from '../spill/partition.ts'
import { BLOCK_BYTES, sumSegments, type Segment } from '../spill/runFormat.ts'
import { cursorBytes, RunCursor, RunFile } from '../spill/runReader.ts'
import { writeRun, type RunWriter } from '../spill/runWriter.ts'
import type { PieceCount } from '../types.ts'

/**
 * Distinct pieces and their counts in files, for results that are larger than memory: for each partition a run sorted by bytes, in which
 * single pieces are looked up, and runs that together have its order.
 */
export class FileTable {
  readonly size: number
  readonly total: number
  readonly textBytes: number
  private readonly partitions: readonly MergedPartition[]
  private readonly orderPaths: readonly string[]
  private readonly lookups = new Map<number, Lookup>()
  /** Memory that these take, in bytes. */
  private lookupBytes = 0
  private readonly remove: () => void
  private isClosed = false

  /**
   * Throws 'limit' when the counts are more than 2^53 together.
   *
   * @param remove removes the files
   */
  constructor({ partitions, orderPaths }: MergedPartitions, remove: () => void) {
    const { records, total, textBytes } = sumSegments(partitions.map(({ segment }) => segment))
    if (total > Number.MAX_SAFE_INTEGER) throw totalTooHigh()
    this.size = records
    this.total = total
    this.textBytes = textBytes
    this.partitions = partitions
    this.orderPaths = orderPaths
    this.remove = remove
  }

  get(piece: Uint8Array): number | undefined {
    this.throwIfClosed()
    const partition = partitionOf(piece)
    return (this.lookups.get(partition) ?? this.open(partition)).get(piece)
  }

  /** The most frequent first, equal counts in the order of bytes. */
  *rows(): Generator<PieceCount> {
    yield* this.read(this.orderPaths)
  }

  /** Leaves pieces out of the files, one after another. What is left; this table is closed with that. */
  filter(keeps: (row: PieceCount) => boolean): FileTable {
    const rewrite = (path: string): Segment => {
      const fill = (run: RunWriter): void => {
        for (const row of this.read([path])) if (keeps(row)) run.add(0, row.piece, 0, row.piece.length, row.count)
      }
      return writeRun(path, fill, { segments: 1 })[0]
    }
    this.closeLookups()
    const { orderPaths } = this
    orderPaths.forEach(rewrite)
    const partitions = this.partitions.map(({ path }): MergedPartition => ({ path, segment: rewrite(path) }))
    this.isClosed = true
    return new FileTable({ partitions, orderPaths: [...orderPaths] }, this.remove)
  }

  /** Removes the files. Nothing can be read afterwards. */
  close(): void {
    if (this.isClosed) return
    this.isClosed = true
    this.closeLookups()
    this.remove()
  }

  private open(partition: number): Lookup {
    const { path, segment } = this.partitions[partition]
    const bytes = cursorBytes(segment)
    if (this.lookupBytes + bytes > MOST_LOOKUP_BYTES) this.closeLookups()
    const lookup = new Lookup(path)
    this.lookups.set(partition, lookup)
    this.lookupBytes += bytes
    return lookup
  }

  private closeLookups(): void {
    for (const lookup of this.lookups.values()) lookup.close()
    this.lookups.clear()
    this.lookupBytes = 0
  }

  private throwIfClosed(): void {
    if (this.isClosed) throw new PretokError('usage', 'counts: they were closed, and with that their files are gone')
  }

  private *read(paths: readonly string[]): Generator<PieceCount> {
    this.throwIfClosed()
    const files: RunFile[] = []
    const cursors: RunCursor[] = []
    try {
      for (const path of paths) files.push(new RunFile(path, 1))
      for (const run of files) if (run.segments[0].records > 0) cursors.push(new RunCursor(run, run.segments[0]))
      for (const { view, count } of cursorsInOrder(cursors)) yield { piece: view, count }
    } finally {
      for (const file of files) file.close()
      for (const cursor of cursors) cursor.release()
    }
  }
}

/** Partitions in which pieces are looked up stay open, unless their pieces are large. */
const MOST_LOOKUP_BYTES = 2 ** 25
/** So many places of a partition are remembered at most; between two of them blocks are read one after the other. */
const MOST_PLACES = 4096
const PLACE_BYTES = 32

/** Looks single pieces up in a run of one segment. */
class Lookup {
  private readonly run: RunFile
  private readonly cursor: RunCursor
  /** First pieces of some blocks, cut to PLACE_BYTES, and where the blocks are. */
  private readonly places: { piece: Uint8Array; offset: number }[] = []

  constructor(path: string) {
    this.run = new RunFile(path, 1)
    const [segment] = this.run.segments
    this.cursor = new RunCursor(this.run, segment)
    try {
      this.findPlaces(segment)
    } catch (error) {
      this.close()
      throw error
    }
  }

  private findPlaces(segment: Segment): void {
    const { cursor, places } = this
    const stride = Math.ceil(segment.bytes / BLOCK_BYTES / MOST_PLACES)
    for (let block = 0, offset = segment.offset; offset < segment.offset + segment.bytes; block++) {
      if (block % stride === 0) {
        cursor.goTo(offset)
        cursor.next()
        places.push({ piece: cursor.piece.slice(0, Math.min(PLACE_BYTES, cursor.length)), offset })
      }
      offset = cursor.blockAfter(offset)
    }
  }

  get(piece: Uint8Array): number | undefined {
    const { cursor, places } = this
    if (places.length === 0) return undefined
    // the last place that is certainly not behind the piece: a first piece that was cut may be behind it although what is left is not
    let low = 0
    for (let high = places.length; high - low > 1;) {
      const middle = (low + high) >> 1
      if (compareStart(places[middle].piece, piece) < 0) low = middle
      else high = middle
    }
    cursor.goTo(places[low].offset)
    while (cursor.next()) {
      const order = comparePieces(cursor.piece, 0, cursor.length, piece, 0, piece.length)
      if (order === 0) return cursor.count
      if (order > 0) return undefined
    }
    return undefined
  }

  close(): void {
    this.run.close()
  }
}

/** Compares a piece that may have been cut with as much of another one. */
const compareStart = (cut: Uint8Array, piece: Uint8Array): number =>
  comparePieces(cut, 0, cut.length, piece, 0, cut.length < PLACE_BYTES ? piece.length : Math.min(PLACE_BYTES, piece.length))
