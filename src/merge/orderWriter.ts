import { sortPieces } from '../sort/sortPieces.ts'
import { writeRun, type RunWriter } from '../spill/runWriter.ts'

/*
 * The first half of an external sort into the order of a result: pieces come in the order of their bytes, are gathered until the memory is
 * full, sorted by count, and written as a run of one segment. The second half merges these runs (mergeCursors.ts).
 */

/** Memory for an entry beside its bytes: start, count, order, and a key while frequent ones are sorted. */
const ENTRY_BYTES = 4 + 8 + 4 + 8
/** More memory is not taken, however much there is: starts of pieces have 32 bits, and what does not fit is one run more. */
const MOST_BYTES = 2 ** 32
/** Counts below this are sorted by counting how often each occurs. They are nearly all there are. */
const SMALL = 256

export class OrderWriter {
  readonly arena: Uint8Array
  readonly starts: Uint32Array
  private readonly counts: Float64Array
  private readonly order: Uint32Array
  private size = 0
  private paths: string[] = []
  private pathOf: (run: number) => string = () => ''

  /** @param memoryBytes for the gathered pieces, at most; a piece that is larger than its third is a run of its own */
  constructor(memoryBytes: number) {
    const bytes = Math.min(memoryBytes, MOST_BYTES)
    this.arena = new Uint8Array(Math.floor(bytes / 3))
    const entries = Math.max(1, Math.floor((bytes - this.arena.length) / ENTRY_BYTES))
    this.starts = new Uint32Array(entries + 1)
    this.counts = new Float64Array(entries)
    this.order = new Uint32Array(entries)
  }

  /** Begins anew, with the same memory. `pathOf` gives the name for the run of a number. */
  start(pathOf: (run: number) => string): void {
    this.pathOf = pathOf
    this.paths = []
    this.size = 0
  }

  /** Adds bytes[0, length). Each piece once, in the order of bytes. */
  add(bytes: Uint8Array, length: number, count: number): void {
    if (this.size === this.counts.length || this.starts[this.size] + length > this.arena.length) this.writeRun()
    if (length > this.arena.length) return this.write((run) => run.add(0, bytes, 0, length, count))
    const { arena } = this
    const start = this.starts[this.size]
    if (length > 64) arena.set(bytes.subarray(0, length), start)
    else for (let i = 0; i < length; i++) arena[start + i] = bytes[i]
    this.counts[this.size] = count
    this.starts[++this.size] = start + length
  }

  /** Writes what is left. The paths of all runs. */
  finish(): string[] {
    this.writeRun()
    return this.paths
  }

  private writeRun(): void {
    if (this.size === 0) return
    const { arena, starts, counts, size } = this
    const order = this.sort()
    this.write((run) => {
      for (let i = 0; i < size; i++) run.add(0, arena, starts[order[i]], starts[order[i] + 1], counts[order[i]])
    })
    this.size = 0
  }

  private write(fill: (run: RunWriter) => void): void {
    const path = this.pathOf(this.paths.length)
    writeRun(path, fill, { segments: 1 })
    this.paths.push(path)
  }

  /** The entries by count, descending. Entries with small counts keep the order in which they came. */
  private sort(): Uint32Array {
    const { counts, order, size } = this
    const places = new Uint32Array(SMALL + 1)
    for (let entry = 0; entry < size; entry++) places[SMALL - Math.min(counts[entry], SMALL) + 1]++
    const large = places[1]
    for (let i = 1; i <= SMALL; i++) places[i] += places[i - 1]
    for (let entry = 0; entry < size; entry++) order[places[SMALL - Math.min(counts[entry], SMALL)]++] = entry
    sortPieces(this, counts, order.subarray(0, large))
    return order
  }
}
