import { loadWasm, PAGE_BYTES, reserveMemory } from '../loadWasm.ts'
import { codePointStart } from '../unicode/utf8.ts'

/** What normalize.wasm exports (src/kernel/normalize.ts lists where they are described). */
export interface NormalizeExports {
  setClasses(pages: number, blocks: number, below0x800: number, settledByLow: number, groupByHigh: number): void
  startAt(at: number): void
  readToCut(at: number, end: number): number
  readSure(at: number, end: number): number
  readUnsure(at: number, end: number): number
  setMap(
    pages: number,
    blocks: number,
    starts: number,
    templates: number,
    ascii: number,
    stayingLeads: number,
    flags: number,
    largest: number,
    runBytes: number,
    runByte: number,
  ): void
  startText(): void
  setInRun(value: 0 | 1): void
  isInRun: WebAssembly.Global<'i32'>
  readUnchanged(at: number, end: number): number
  rewrite(at: number, end: number, out: number, outEnd: number): number
  base: WebAssembly.Global<'i32'>
  previous: WebAssembly.Global<'i32'>
  cut: WebAssembly.Global<'i32'>
  isUnsure: WebAssembly.Global<'i32'>
  written: WebAssembly.Global<'i32'>
}

/** A kernel with a memory of its own, which does not grow. */
export interface NormalizeKernel {
  exports: NormalizeExports
  bytes: Buffer
  /** Where the tables are, in the order in which they were given. */
  tables: readonly number[]
  /** Where the free room begins. */
  room: number
}

const ALIGN = 64
/** Behind the room: what is loaded of it as a whole may reach so far. */
const PADDING = 64

/** Starts a kernel whose memory holds some tables and `roomBytes` of free room. */
export const startNormalizeKernel = (tables: readonly NodeJS.TypedArray[], roomBytes: number): NormalizeKernel => {
  const tableBytes = tables.reduce((sum, { byteLength }) => sum + byteLength + ALIGN, 0)
  const pages = 1 + Math.ceil((tableBytes + roomBytes + PADDING) / PAGE_BYTES) // one for what the module has itself
  const memory = reserveMemory(pages, pages)
  const exports = new WebAssembly.Instance(loadWasm('normalize'), { env: { memory } }).exports as unknown as NormalizeExports
  const bytes = Buffer.from(memory.buffer)
  let at = exports.base.value
  const addresses = tables.map(({ buffer, byteOffset, byteLength }) => {
    const address = at
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), address)
    at = Math.ceil((address + byteLength) / ALIGN) * ALIGN
    return address
  })
  return { exports, bytes, tables: addresses, room: at }
}

/** Text goes to the kernel in slices, which stay in the cache. */
export const SLICE = 1 << 14

/** The text in slices of whole code points. */
export const slices = function* (text: Buffer): Generator<Buffer> {
  if (text.length <= SLICE) {
    if (text.length > 0) yield text
    return
  }
  for (let start = 0, end; start < text.length; start = end) {
    end = start + SLICE < text.length ? codePointStart(text, start + SLICE, start) : text.length
    yield text.subarray(start, end)
  }
}
