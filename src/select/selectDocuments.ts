import type { AddedTokens } from '../added/addedTokens.ts'
import { createTokenCutter } from '../added/tokenCutter.ts'
import { createSpecialTokens, type TokenSet } from '../added/tokenSet.ts'
import { NONE, UNDECIDED, type TokenTrie } from '../added/tokenTrie.ts'
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
  /**
   * Those with which text may end that is the beginning of one, or of another token, in whole or in part: with 'baa' that is 'a' (behind a 'b') and 'ab'.
   * All of them where a token looks at what is beside it.
   */
  goOn: ReadonlySet<number>
}

/** @param added the tokens that are looked for in what is passed on; default: the same ones, without any flags */
export const createSeparators = (specialTokens: readonly string[], added?: AddedTokens): Separators => {
  const set = createSpecialTokens(specialTokens)
  return { set, goOn: added !== undefined && lookBeside(added) ? new Set(set.tokens.keys()) : separatorsThatGoOn(set, added?.all ?? set.trie) }
}

/** Gives a function that tells what ends documents in a source: special tokens in text, nothing where records do it. There may be thousands of both. */
export const separatorsFor = (
  documentPer: DocumentPer,
  specialTokens: readonly string[],
  added?: AddedTokens,
): ((source: Source) => Separators | undefined) => {
  let made: Separators | undefined
  return ({ format }) => (format === 'text' && documentPer === 'file' ? (made ??= createSeparators(specialTokens, added)) : undefined)
}

/** Whether a token's neighbours can change what it takes, or, by normalization, whether it is there. */
const lookBeside = ({ raw, normalized }: AddedTokens): boolean =>
  normalized.tokens.length > 0 || raw.lstrip || raw.rstrip || raw.singleWord

const separatorsThatGoOn = ({ bytes, trie }: TokenSet, all: TokenTrie): Set<number> => {
  const found = new Set<number>()
  bytes.forEach((separator, number) => {
    for (let at = 0; at < separator.length; at++) {
      // its end, from here on, is the beginning of a token
      if (all.longestAt(separator, at, false) === UNDECIDED) found.add(number)
      // what ends inside this one; shorter ones that stand here, too, are beginnings of the longest
      const inside = trie.longestAt(separator, at, true, separator.length - 1)
      if (inside !== NONE) found.add(inside)
    }
  })
  return found
}

/** The document that is the current one, whether it is wanted, and how much has been told. */
const createCurrent = (sink: RecordSink, { isWanted, until = Infinity, onFiltered, onTaken }: Choice) => {
  let isTaken = true
  let isDone = false
  let told = 0
  let place = 0
  let taken = 0 // bytes of the document
  /** Notes that a record begins at a place: all is done where that is behind the last one wanted. */
  const reach = (at: number): void => {
    isDone ||= at >= until
  }
  /** Notes that there are so many bytes; false: they are behind what is wanted. */
  const tell = (bytes: number): boolean => {
    if (!isDone) told += bytes
    return !isDone
  }
  /** The same for bytes of text, which are left out with their document. */
  const tellText = (bytes: number): void => {
    if (!tell(bytes)) return
    if (isTaken) taken += bytes
    else onFiltered(bytes)
  }
  return {
    get isTaken() {
      return isTaken
    },
    get isDone() {
      return isDone
    },
    get told() {
      return told
    },
    reach,
    tell,
    tellText,
    begin(at: number): void {
      reach(at)
      isTaken = !isDone && isWanted(at)
      place = at
    },
    end(): void {
      if (taken > 0) onTaken?.(place, taken)
      taken = 0
    },
    text(bytes: Buffer, at: number): void {
      tellText(bytes.length)
      if (isTaken) sink.text(bytes, at)
    },
  }
}

type Current = ReturnType<typeof createCurrent>

/** Takes text that is not cut into records: its documents are what stands between separators, which are passed on in any case. */
const createSeparatedText = ({ set, goOn }: Separators, current: Current, sink: RecordSink) => {
  let position: number | undefined // in the text, of what the cutter gives next
  let isInside = false
  let last: number | undefined // the separator that was passed on last, if no text was since
  const advance = (bytes: Buffer): number => {
    const at = position!
    position = at + bytes.length
    return at
  }
  const cutter = createTokenCutter(set, {
    text(bytes) {
      const at = advance(bytes)
      if (!isInside) current.begin(at)
      isInside = true
      if (current.isTaken) last = undefined
      current.text(bytes, at)
    },
    token(number, bytes) {
      const at = advance(bytes)
      // what stood between two separators was left out: no other one may come out of these
      if (isInside && last !== undefined && goOn.has(last)) sink.endText()
      last = number
      isInside = false
      current.end()
      if (current.tell(bytes.length)) sink.text(bytes, at)
    },
  })
  return {
    push(bytes: Buffer, at: number): void {
      position ??= at
      cutter.push(bytes)
    },
    end: cutter.end,
  }
}

/**
 * Passes on the documents that are wanted. A document is a record or, in text, what stands between separators, as the bytes are in the
 * file: so its place does not depend on how the work is shared out.
 */
export const selectDocuments = (sink: RecordSink, choice: Choice): SelectedDocuments => {
  const current = createCurrent(sink, choice)
  const separated = choice.separators && createSeparatedText(choice.separators, current, sink)
  return {
    sink: {
      startDocument(at) {
        current.begin(at)
        if (current.isTaken) sink.startDocument(at)
      },
      text: separated?.push ?? current.text,
      invalid(start, stop, bytes) {
        current.tellText(stop - start)
        if (current.isTaken) sink.invalid(start, stop, bytes)
      },
      endText() {
        if (current.isTaken) sink.endText()
      },
      endDocument() {
        separated?.end()
        current.end()
        if (current.isTaken || separated !== undefined) sink.endDocument()
      },
      format(bytes) {
        if (current.tell(bytes)) sink.format(bytes)
      },
      badRecord(start, stop, reason, at) {
        current.reach(start)
        if (current.tell(stop - start)) sink.badRecord(start, stop, reason, at)
      },
      badRows(start, stop, reason) {
        current.reach(start)
        if (!current.isDone) sink.badRows(start, stop, reason)
      },
      skip(bytes) {
        if (current.tell(bytes)) sink.skip(bytes)
      },
    },
    get isDone() {
      return current.isDone
    },
    get told() {
      return current.told
    },
  }
}
