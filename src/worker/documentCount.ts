import type { FoundTokens } from '../count/counter.ts'
import type { Tally } from '../types.ts'

/** Notes documents, and the special tokens that end them, in the order of the text. */
export interface DocumentCount {
  /** A document begins. */
  noteStart(): void
  /** The current document has text. */
  noteText(): void
  /** The current document ends; it counts if it has text. */
  noteEnd(): void
  /** A special token of so many bytes, which ends the document. `place`: its place in the tally. */
  noteSpecial(place: number, bytes: number): void
  /** The same for all that a stretch of text holds; how often each token was met is noted apart. */
  noteTokens(found: FoundTokens): void
}

/** @param isNew whether the text begins with a document; otherwise it begins at a special token, or inside a document that was counted where it began */
export const createDocumentCount = (tally: Tally, isNew: boolean): DocumentCount => {
  let hasText = false
  const noteEnd = (): void => {
    if (hasText && isNew) tally.documents++
    hasText = false
    isNew = true
  }
  return {
    noteStart() {
      isNew = true
    },
    noteText() {
      hasText = true
    },
    noteEnd,
    noteSpecial(place, bytes) {
      noteEnd()
      tally.special += bytes
      tally.specialTokens[place]++
    },
    noteTokens({ count, bytes, isTextBefore, apart, isTextBehind, normalized }) {
      hasText ||= isTextBefore
      tally.normalized += normalized
      tally.special += bytes
      if (count === 0) return
      noteEnd()
      tally.documents += apart
      hasText = isTextBehind
    },
  }
}
