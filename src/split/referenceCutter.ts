import { PretokError } from '../errors.ts'
import type { Phase } from './phases.ts'
import type { StartCutter } from './pieceSink.ts'
import { createPhaseSplitter } from './splitPhases.ts'

/** In bytes; a string of more characters cannot be. */
const MAX_SECTION = 2 ** 29

/**
 * The reference tier: all of a section at once.
 *
 * @throws PretokError 'pattern' for a regex outside the supported subset; its cutters throw 'limit' for a section above 512 MiB, and 'pattern'
 * where a regex matches the empty string and its engine does not allow that
 */
export const createReferenceCutter = (phases: readonly Phase[], maxSection = MAX_SECTION): StartCutter => {
  const split = createPhaseSplitter(phases)
  return (sink) => {
    let parts: Buffer[] = []
    let length = 0
    let isFirst = true
    return {
      push(text) {
        length += text.length
        if (length > maxSection) throw sectionTooLong(maxSection)
        parts.push(Buffer.from(text))
      },
      end(isNextFirst) {
        if (length > 0)
          split(Buffer.concat(parts), 0, length, isFirst, (text, start, end, isPiece) => {
            if (isPiece) sink.piece(text, start, end)
          })
        parts = []
        length = 0
        isFirst = isNextFirst
      },
    }
  }
}

const sectionTooLong = (limit: number): PretokError =>
  new PretokError(
    'limit',
    `splitting: more than ${limit} bytes of text without a special token in it, and the reference tier cuts text as a whole; ` +
      'split parts of it, or count it (pretokenize, pretok count), which reads texts of any length block by block',
  )
