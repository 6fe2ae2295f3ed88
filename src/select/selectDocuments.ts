import { createTokenCutter } from '../added/tokenCutter.ts'
import { createSpecialTokens, type TokenSet } from '../added/tokenSet.ts'
import { NONE, UNDECIDED } from '../added/tokenTrie.ts'
import type { DocumentPer, RecordSink } from '../format/records.ts'
import type { Source } from '../types.ts'

export interface SelectedDocuments {
  /** Takes what a parser tells. */
  sink: RecordSink
  /** Whether a document was met that is behind the last one wanted: nothing from there on is passed on or counted. */
  readonly isDone: boolean
  /** Bytes of plain data up to there. */
  readonly told: number
}

export interface Choice {
  /** Whether the document that begins at a place is wanted. */
  isWanted(place: number): boolean
  /** No document from this place on is wanted. */
  until?: number | undefined
  separators?: Separators | undefined
  /** Is told of text that was left out. */
  onFiltered(bytes: number): void
  /** Is told of each document with text that was taken, when it ends. */
  onTaken?(place: number, bytes: number): void
}

/** What ends documents in text that is not cut into records. */
export interface Separators {
  set: TokenSet
  /** Those with which text may end that is the beginning of one, in whole or in part: with 'baa' that is 'a' (behind a 'b') and 'ab'. */
  goOn: ReadonlySet<number>
}

export const createSeparators = (specialTokens: readonly string[]): Separators => {
  const set = createSpecialTokens(specialTokens)
  return { set, goOn: separatorsThatGoOn(set) }
}

/** Gives a function that tells what ends documents in a source: special tokens in text, nothing where records do it. There may be thousands of both. */
export const separatorsFor = (documentPer: DocumentPer, specialTokens: readonly string[]): ((source: Source) => Separators | undefined) => {
  let made: Separators | undefined
  return ({ format }) => (format === 'text' && documentPer === 'file' ? (made ??= createSeparators(specialTokens)) : undefined)
}

const separatorsThatGoOn = ({ bytes, trie }: TokenSet): Set<number> => {
  const found = new Set<number>()
  bytes.forEach((separator, number) => {
    for (let at = 0; at < separator.length; at++) {
      // its end, from here on, is the beginning of one
      if (trie.longestAt(separator, at, false) === UNDECIDED) found.add(number)
      // what ends inside this one; shorter ones that stand here, too, are beginnings of the longest
      const inside = trie.longestAt(separator, at, true, separator.length - 1)
      if (inside !== NONE) found.add(inside)
    }
  })
  return found
}

/**
 * Passes on the documents that are wanted. A document is a record or, in text, what stands between separators, as the bytes are in the
 * file: so its place does not depend on how the work is shared out.
 */
export const selectDocuments = (
  sink: RecordSink,
  { isWanted, until = Infinity, separators, onFiltered, onTaken }: Choice,
): SelectedDocuments => {
  let isTaken = true
  let isDone = false
  let told = 0
  let place = 0
  let taken = 0 // bytes of the current document
  const begin = (at: number): void => {
    isDone ||= at >= until
    isTaken = !isDone && isWanted(at)
    place = at
  }
  const end = (): void => {
    if (taken > 0) onTaken?.(place, taken)
    taken = 0
  }
  /** Notes that there are so many bytes of text. */
  const count = (bytes: number): void => {
    if (isDone) return
    told += bytes
    if (isTaken) taken += bytes
    else onFiltered(bytes)
  }
  const pass = (bytes: Buffer, at: number): void => {
    count(bytes.length)
    if (isTaken) sink.text(bytes, at)
  }

  let position = 0 // in the text, of what the cutter gives next
  let isInside = false
  let last: number | undefined // the separator that was passed on last, if no text was since
  const cutter =
    separators === undefined
      ? undefined
      : createTokenCutter(separators.set, {
          text(bytes) {
            if (!isInside) begin(position)
            isInside = true
            if (isTaken) last = undefined
            pass(bytes, position)
            position += bytes.length
          },
          token(number, bytes) {
            // what stood between two separators was left out: no other one may come out of these
            if (isInside && last !== undefined && separators.goOn.has(last)) sink.endText()
            last = number
            isInside = false
            end()
            if (!isDone) {
              told += bytes.length
              sink.text(bytes, position)
            }
            position += bytes.length
          },
        })
  let hasBegun = false
  const text = (bytes: Buffer, at: number): void => {
    if (cutter === undefined) return pass(bytes, at)
    if (!hasBegun) position = at
    hasBegun = true
    cutter.push(bytes)
  }
  return {
    sink: {
      startDocument(at) {
        begin(at)
        if (isTaken) sink.startDocument(at)
      },
      text,
      invalid(start, stop, bytes) {
        count(stop - start)
        if (isTaken) sink.invalid(start, stop, bytes)
      },
      endText() {
        if (isTaken) sink.endText()
      },
      endDocument() {
        cutter?.end()
        end()
        if (isTaken || cutter !== undefined) sink.endDocument()
      },
      format(bytes) {
        if (isDone) return
        told += bytes
        sink.format(bytes)
      },
      badRecord(start, stop, reason, at) {
        isDone ||= start >= until
        if (isDone) return
        told += stop - start
        sink.badRecord(start, stop, reason, at)
      },
      badRows(start, stop, reason) {
        isDone ||= start >= until
        if (!isDone) sink.badRows(start, stop, reason)
      },
      skip(bytes) {
        if (isDone) return
        told += bytes
        sink.skip(bytes)
      },
    },
    get isDone() {
      return isDone
    },
    get told() {
      return told
    },
  }
}
