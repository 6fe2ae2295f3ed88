import { DROPPED_BIT } from '../../src/pattern/layout.ts'
import { startKernel } from '../../src/split/kernel.ts'

/** A piece of a text, or text that is in no piece: bytes from the end of the one before (or 0) to `end`. */
export interface Cut {
  end: number
  isDropped: boolean
}

/**
 * The kernel for single texts: cuts documents (valid UTF-8, one behind the other, ending at `ends`) by the packed tables of the stages. It
 * gets the text in feeds of about `feed` bytes. The bulk of a corpus goes through `createKernelCounter` instead, where no list of cuts is
 * ever made.
 */
export const createKernelSplitter = (
  stages: readonly Uint8Array[],
): ((documents: Uint8Array, ends?: readonly number[], feed?: number) => Cut[]) => {
  const kernel = startKernel(stages, { textBytes: 1 << 16, maxEnds: MAX_ENDS })
  return (documents, ends = [documents.length], feed = documents.length) => {
    const { exports } = kernel
    if (ends.length > MAX_ENDS) throw new Error(`more than ${MAX_ENDS} documents at once`)
    const cuts: Cut[] = []
    let moved = -kernel.check(exports.makeRoom(exports.counted.value, 0)) // where the kernel's text begins
    for (let at = 0, end; at < documents.length; at = end) {
      end = wholeCodePoints(documents, at + feed)
      const length = kernel.check(exports.makeRoom(at - moved, end - at))
      moved = at - length
      kernel.check(exports.startCollecting())
      kernel.bytes.set(documents.subarray(at, end), (exports.text.value >>> 0) + length)
      const endsHere = ends.filter((position) => position > at && position <= end)
      kernel.words.set(
        endsHere.map((position) => position - moved),
        (exports.ends.value >>> 0) >>> 2,
      )
      kernel.check(exports.advance(end - moved, endsHere.length))
      for (const cut of kernel.words.subarray((exports.list.value >>> 0) >>> 2, (exports.listEnd.value >>> 0) >>> 2))
        cuts.push({ end: moved + (cut & ~DROPPED_BIT), isDropped: cut >= DROPPED_BIT })
    }
    return cuts
  }
}

const wholeCodePoints = (bytes: Uint8Array, end: number): number => {
  while (end < bytes.length && (bytes[end] & 0xc0) === 0x80) end++
  return Math.min(end, bytes.length)
}

const MAX_ENDS = 4096
