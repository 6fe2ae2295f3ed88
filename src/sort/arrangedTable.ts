import { MOST_MEMORY, newTable, PlacedTable, tableBytes, TableMemory, type CountedPieces } from './tableMemory.ts'

/*
 * Tables from the highest count to the lowest. It is WebAssembly that orders them (kernel/merge.ts): short runs do it once, and JavaScript is slow the
 * first time; and of large tables it takes half as long.
 */

/** Entries that are taken from a table at a time, and their bytes. */
const PART = 1024
const PART_BYTES = 2 ** 15

/** For the order, and as much again while it is made. */
const orderBytes = (entries: number): number => 8 * entries + 64
/** For what is done with a table, beside itself. */
const workBytes = (entries: number): number => orderBytes(entries) + tableBytes(PART_BYTES, PART)

/** What an arranged table takes, in bytes. */
export const arrangedBytes = (pieceBytes: number, entries: number): number => tableBytes(pieceBytes, entries) + workBytes(entries)

/** More cannot be arranged in memory. */
export const canBeArranged = (pieceBytes: number, entries: number): boolean => arrangedBytes(pieceBytes, entries) <= MOST_MEMORY - SPARE

/** Left for what others may need beside a table. */
const SPARE = 2 ** 20

/** A table that is arranged where it is. @param spare bytes for others in the same memory, at most `SPARE` */
export const newArrangedTable = (pieceBytes: number, size: number, spare = 0): PlacedTable =>
  new TableMemory(arrangedBytes(pieceBytes, size) + spare).newTable(pieceBytes, size)

/** The sums of a table: past 2^53 they are not exact, but no less than that. */
export interface Sums {
  /** All counts together. */
  total: number
  /** The bytes of all pieces: length × count. */
  textBytes: number
}

export class ArrangedTable {
  readonly table: PlacedTable
  readonly sums: Sums
  /** The address of the order, when it is there. */
  private orderAddress: number | undefined
  private part: PlacedTable | undefined

  /** A copy of the table if it is not in such a memory; of `newArrangedTable`, which has room for one order. */
  constructor(table: CountedPieces) {
    this.table = table instanceof PlacedTable ? table : new TableMemory(arrangedBytes(table.starts[table.size], table.size)).put(table)
    const { exports } = this.table.memory
    exports.sumTable(this.table.addresses[1], this.table.addresses[2], table.size)
    this.sums = { total: exports.countSum.value, textBytes: exports.byteSum.value }
  }

  /** The numbers of the entries, the highest count first; entries with equal counts stay as they stand. */
  get order(): Uint32Array {
    const { memory, addresses, size } = this.table
    if (this.orderAddress === undefined) {
      this.orderAddress = memory.take(4 * size)
      memory.exports.orderByCount(addresses[2], size, this.orderAddress, memory.take(4 * size))
    }
    return new Uint32Array(memory.buffer, this.orderAddress, size)
  }

  /** The same pieces in that order, some at a time. Each is good until the next. */
  *byCount(): Generator<CountedPieces> {
    const { table, order } = this
    const { memory, addresses, size } = table
    const part = (this.part ??= memory.newTable(PART_BYTES, PART))
    const own = newTable(PART_BYTES, PART) // for several may walk through the same table
    for (let next = 0; next < size;) {
      const [arena, ...others] = part.addresses
      const taken = memory.exports.takeInOrder(...addresses, order.byteOffset, next, Math.min(size, next + PART), arena, PART_BYTES, ...others)
      if (taken === 0) yield entryOf(table, order[next])
      else {
        own.arena.set(part.arena.subarray(0, part.starts[taken]))
        own.starts.set(part.starts)
        own.counts.set(part.counts)
        yield { ...own, size: taken }
      }
      next += Math.max(1, taken)
    }
  }
}

/** A table of one entry of this one. */
const entryOf = ({ arena, starts, counts }: CountedPieces, entry: number): CountedPieces => {
  const piece = arena.subarray(starts[entry], starts[entry + 1])
  return { arena: piece, starts: Uint32Array.of(0, piece.length), counts: counts.subarray(entry, entry + 1), size: 1 }
}
