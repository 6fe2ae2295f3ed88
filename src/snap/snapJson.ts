import { loadWasm, MAX_PAGES, PAGE_BYTES, reserveMemory } from '../loadWasm.ts'
import type { Chunk } from '../types.ts'
import type { ReadAt } from './snapChunks.ts'

/** What jsonCuts.wasm exports (src/kernel/jsonCuts.ts has the descriptions). */
interface CutExports {
  firstFree(): number
  begin(): void
  findJsonCut(at: number, end: number, from: number): number
}

const WINDOW = 2 ** 20
/** Bytes behind a window that may be touched. */
const PADDING = 64

/**
 * Moves the borders between the chunks of a JSON file to between rows: to the comma behind a row of an array, or behind a value at the top
 * level. A border without one before the next border is given up. What a string hides cannot be told without what comes before it, so the
 * file is read once for this, in windows.
 *
 * If each chunk is read without an error, as the parser (format/json.ts) reads such a chunk, then so is the whole, and all rows are the same:
 * from the known beginning on, what was read without an error has the strings and brackets that the walk through them has seen, so that the
 * next chunk begins in the state in which this one ends.
 */
export const snapJson = async (chunks: readonly Chunk[], readAt: ReadAt): Promise<Chunk[]> => {
  const memory = reserveMemory(1, MAX_PAGES)
  const exports = new WebAssembly.Instance(loadWasm('jsonCuts'), { env: { memory } }).exports as unknown as CutExports
  const windowAt = exports.firstFree()
  memory.grow(Math.ceil((windowAt + WINDOW + PADDING) / PAGE_BYTES))
  const buffer = Buffer.from(memory.buffer, windowAt, WINDOW)
  exports.begin()

  const borders = chunks.slice(1).map(({ start }) => start)
  const cuts: number[] = []
  let next = 0 // border to find a cut for
  const last = chunks.at(-1)!.end
  for (let at = chunks[0].start; at < last && next < borders.length;) {
    const window = await readAt(at, Math.min(WINDOW, last - at), buffer)
    if (window.length === 0) break // the file has become shorter; whoever reads it next finds out
    const end = windowAt + window.length
    for (let from = windowAt, cut = 1; cut !== 0 && next < borders.length; from = cut) {
      cut = exports.findJsonCut(from, end, windowAt + Math.max(0, borders[next] - at))
      if (cut === 0) break
      const place = at + cut - windowAt
      cuts.push(place)
      while (next < borders.length && borders[next] <= place) next++
    }
    at += window.length
  }
  return [0, ...cuts].map((start, i) => ({ ...chunks[0], start: i === 0 ? chunks[0].start : start, end: cuts[i] ?? last }))
}
