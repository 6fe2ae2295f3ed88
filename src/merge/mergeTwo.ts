import { newArrangedTable } from '../sort/arrangedTable.ts'
import { comparePieces } from '../sort/sortPieces.ts'
import { tableBytes, type CountedPieces, type PlacedTable, type TableMemory } from '../sort/tableMemory.ts'

/** Entries of a table that are in the memory of the sum at a time, and their bytes. */
const PART = 4096
const PART_BYTES = 2 ** 16

/**
 * The sum of two tables whose pieces are in the order of their bytes; it is arranged where it is. WebAssembly adds them up (kernel/merge.ts), part by
 * part: so neither is copied as a whole.
 *
 *   while there are entries of both: add up parts of them, until one part ends; the next part of that table
 *   what is longer than a part is put down here, by itself
 *   then all that is left of one of them
 */
export const mergeTwo = (a: CountedPieces, b: CountedPieces): PlacedTable => {
  const sum = newArrangedTable(a.starts[a.size] + b.starts[b.size], a.size + b.size, 2 * tableBytes(PART_BYTES, PART))
  const { exports } = sum.memory
  exports.goOnWith(0, 0)
  const [one, other] = [new Parts(a, sum.memory), new Parts(b, sum.memory)]
  while (one.hasMore && other.hasMore) {
    one.fill()
    other.fill()
    if (one.isLong || other.isLong) putFirst(one, other, sum)
    else {
      exports.mergeSome(...one.left, ...other.left, ...sum.addresses)
      one.pass(exports.takenA.value)
      other.pass(exports.takenB.value)
    }
  }
  for (const parts of [one, other])
    while (parts.hasMore) {
      parts.fill()
      if (parts.isLong) put(parts, parts.count, sum)
      else exports.putSome(...parts.left, ...sum.addresses)
      parts.pass(parts.isLong ? 1 : parts.left[3])
    }
  return sum.firstOf(exports.size.value)
}

/** A table of which some entries at a time are in the memory of the sum. */
class Parts {
  readonly table: CountedPieces
  /** The first entry that has not been passed. */
  next = 0
  private readonly part: PlacedTable
  /** The entries [from, to) are in memory. */
  private from = 0
  private to = 0

  constructor(table: CountedPieces, memory: TableMemory) {
    this.table = table
    this.part = memory.newTable(PART_BYTES, PART)
  }

  get hasMore(): boolean {
    return this.next < this.table.size
  }

  /** Has the next entry in memory, if there is room for it. */
  fill(): void {
    if (this.next < this.to) return
    const { next, part } = this
    const { arena, starts, counts, size } = this.table
    let to = Math.min(size, next + PART)
    while (starts[to] - starts[next] > PART_BYTES) to = next + ((to - next) >>> 1)
    part.arena.set(arena.subarray(starts[next], starts[to]))
    part.starts.set(starts.subarray(next, to + 1))
    part.counts.set(counts.subarray(next, to))
    this.from = next
    this.to = to
  }

  /** Whether there is no room for the next entry. */
  get isLong(): boolean {
    return this.next === this.to
  }

  /** Where the entries in memory are that have not been passed: arena, starts, counts; and how many. */
  get left(): [arena: number, starts: number, counts: number, size: number] {
    const [arena, starts, counts] = this.part.addresses
    const passed = this.next - this.from
    return [arena - this.table.starts[this.from], starts + 4 * passed, counts + 8 * passed, this.to - this.next]
  }

  pass(entries: number): void {
    this.next += entries
    this.to = Math.max(this.to, this.next)
  }

  get count(): number {
    return this.table.counts[this.next]
  }

  get start(): number {
    return this.table.starts[this.next]
  }

  get end(): number {
    return this.table.starts[this.next + 1]
  }
}

/** Puts the first of the next entries of both behind the sum, or the two, if their pieces are equal. */
const putFirst = (one: Parts, other: Parts, sum: PlacedTable): void => {
  const order = comparePieces(one.table.arena, one.start, one.end, other.table.arena, other.start, other.end)
  put(order <= 0 ? one : other, (order <= 0 ? one.count : 0) + (order >= 0 ? other.count : 0), sum)
  if (order <= 0) one.pass(1)
  if (order >= 0) other.pass(1)
}

/** Puts the next piece behind the sum. */
const put = ({ table, start, end }: Parts, count: number, { memory: { exports }, arena, starts, counts }: PlacedTable): void => {
  const [size, bytes] = [exports.size.value, exports.end.value >>> 0]
  arena.set(table.arena.subarray(start, end), bytes)
  counts[size] = count
  starts[size + 1] = bytes + end - start
  exports.goOnWith(size + 1, bytes + end - start)
}
