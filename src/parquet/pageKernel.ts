import { loadWasm, MAX_PAGES, PAGE_BYTES, reserveMemory } from '../loadWasm.ts'

/** What parquet.wasm exports (src/kernel/parquet.ts has the descriptions). Addresses above 2 GiB come as negative numbers. */
interface PageExports {
  start(): void
  firstFree(): number
  unsnap(from: number, end: number, to: number, length: number): number
  takeValues(at: number, end: number, count: number, text: number, textEnd: number, ends: number): number
}

/** Texts one behind the other, good until the next are taken. */
export interface Texts {
  text: Buffer
  ends: Uint32Array
}

/** Does for one column what JavaScript would be slow at. */
export interface PageKernel {
  /** Decompresses a page of Snappy. It is good until the next one. Throws an Error if it is damaged. */
  unsnap(data: Uint8Array, length: number): Buffer
  /** Copies a page to where values are taken from. It is good until the next one. */
  keep(page: Uint8Array): Buffer
  /**
   * The texts of values that stand behind their lengths in page[at, …), some of the next `count`; none if the next one is longer than what is
   * taken at a time, or than the page, or begins inside a code point.
   */
  takeValues(page: Buffer, at: number, count: number): Texts
}

/** Bytes behind input and output that may be touched. */
const PADDING = 64
/** What is taken at a time. */
const MAX_VALUES = 8192
const MAX_TEXT = 2 ** 19

/** Kernels that are not at work: each has a page in its memory. */
const idle: PageKernel[] = []

/** To be given back by `releasePageKernel`. */
export const takePageKernel = (): PageKernel => idle.pop() ?? createPageKernel()

export const releasePageKernel = (kernel: PageKernel): void => void idle.push(kernel)

const createPageKernel = (): PageKernel => {
  const memory = reserveMemory(1, MAX_PAGES)
  const exports = new WebAssembly.Instance(loadWasm('parquet'), { env: { memory } }).exports as unknown as PageExports
  exports.start()
  const endsAt = exports.firstFree()
  const textAt = endsAt + 4 * MAX_VALUES
  const windowAt = textAt + MAX_TEXT + PADDING
  const pageAt = windowAt + MAX_TEXT + PADDING
  let bytes = Buffer.alloc(0)

  const reserve = (end: number): void => {
    const pages = Math.ceil(end / PAGE_BYTES) - memory.buffer.byteLength / PAGE_BYTES
    try {
      if (pages > 0) memory.grow(pages)
    } catch (error) {
      throw new Error('there is no memory for a page as long as one of it', { cause: error })
    }
    if (bytes.buffer !== memory.buffer) bytes = Buffer.from(memory.buffer)
  }
  reserve(pageAt)

  return {
    unsnap(data, length) {
      const inputAt = pageAt + length + PADDING
      const end = inputAt + data.length
      reserve(end + PADDING)
      bytes.set(data, inputAt)
      if (exports.unsnap(inputAt, end, pageAt, length) === 0) throw new Error('corrupt Snappy block')
      return bytes.subarray(pageAt, pageAt + length)
    },
    keep(page) {
      reserve(pageAt + page.length + PADDING)
      bytes.set(page, pageAt)
      return bytes.subarray(pageAt, pageAt + page.length)
    },
    takeValues(page, at, count) {
      const isHere = page.buffer === memory.buffer
      const window = isHere ? page.length - at : page.copy(bytes, windowAt, at, at + MAX_TEXT)
      const from = isHere ? page.byteOffset + at : windowAt
      const values = exports.takeValues(from, from + window, Math.min(count, MAX_VALUES), textAt, textAt + MAX_TEXT, endsAt)
      const ends = new Uint32Array(memory.buffer, endsAt, values)
      return { text: bytes.subarray(textAt, textAt + (values === 0 ? 0 : ends[values - 1])), ends }
    },
  }
}
