import { loadWasm } from '../loadWasm.ts'

/* The order by count of a table that is small, by WebAssembly (kernel/merge.ts), which is fast from the first call on. */

interface OrderExports {
  freeMemory(): number
  orderByCount(counts: number, entries: number, order: number, spare: number): number
}

const PAGE = 65536
const ENTRY_BYTES = 8 + 4 + 4
/** Of larger tables most of the time is spent in code that has been compiled. */
export const MOST_ENTRIES = 2 ** 20

/** The numbers of the entries, the highest count first; entries with equal counts stay as they stand. */
export const orderSmall = (counts: Float64Array): Uint32Array => {
  const pages = 2 + Math.ceil((ENTRY_BYTES * counts.length) / PAGE)
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages })
  const exports = new WebAssembly.Instance(loadWasm('merge'), { env: { memory } }).exports as unknown as OrderExports
  const at = exports.freeMemory()
  const order = at + 8 * counts.length
  new Float64Array(memory.buffer, at).set(counts)
  const sorted = exports.orderByCount(at, counts.length, order, order + 4 * counts.length)
  return new Uint32Array(memory.buffer, sorted, counts.length).slice()
}
