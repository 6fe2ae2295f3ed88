import { GAP_BIT } from '../../src/pattern/layout.ts'
import { startKernel } from '../../src/split/kernel.ts'

/** A piece of a text, or text that is in no piece: bytes from the end of the one before (or 0) to `end`. */
export interface Cut {
  end: number
  isDropped: boolean
}

/**
 * The automaton tier for single texts: cuts documents (valid UTF-8, one behind the other, ending at `ends`) by the packed tables of the
 * stages. The bulk of a corpus goes through `createKernelCounter` instead, where no list of cuts is ever made.
 */
export const createKernelSplitter = (stages: readonly Uint8Array[]): ((documents: Uint8Array, ends?: readonly number[]) => Cut[]) => {
  const kernel = startKernel(stages, { textBytes: 1 << 16, maxEnds: MAX_ENDS })
  let room = 0
  let cuts = 0
  return (documents, ends = [documents.length]) => {
    const { exports } = kernel
    if (documents.length === 0) return []
    if (ends.length > MAX_ENDS) throw new Error(`more than ${MAX_ENDS} documents at once`)
    if (documents.length > room) {
      room = Math.max(documents.length, 1 << 12)
      cuts = kernel.allocate(4 * room)
    }
    kernel.check(exports.makeRoom(exports.counted.value, documents.length))
    exports.startCollecting(cuts)
    kernel.bytes.set(documents, exports.text.value >>> 0)
    kernel.words.set(ends, (exports.ends.value >>> 0) >>> 2)
    kernel.check(exports.advance(documents.length, ends.length))
    return Array.from(kernel.words.subarray(cuts >>> 2, (exports.sink.value >>> 0) >>> 2), (cut) => ({
      end: (cut & ~GAP_BIT) >>> 0,
      isDropped: cut >= GAP_BIT,
    }))
  }
}

const MAX_ENDS = 4096
