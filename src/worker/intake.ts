import { createSections } from '../added/sections.ts'
import { canBeMarked, createDocumentsMarker, createTokenMarker, DOCUMENT_END, type Marks } from '../added/tokenMarker.ts'
import type { TextCounter, TokenText } from '../count/counter.ts'
import { NO_NORMALIZATION } from '../normalize/normalization.ts'
import { isOneText, type ChunkJob } from './chunkJob.ts'
import type { DocumentCount } from './documentCount.ts'

/** A way of text to the counter. On it added tokens are found, what stands between them is normalized, and documents and bytes are noted. */
export interface Intake {
  /** Memory for text, so many bytes or fewer: `push` does not copy it. It is there until the next call. */
  room?: ((bytes: number) => Buffer) | undefined
  /** Takes text: whole code points of valid UTF-8. */
  push(text: Buffer): void
  /** The text ends: what waited for more is taken. The document does not end by that. */
  endText(): void
  /** Takes whole documents, valid UTF-8, one behind the other; `ends`: where each ends. */
  pushDocuments(text: Buffer, ends: Uint32Array): void
  /** Notes how often tokens were met, as far as that was not noted on the way. To be called once, behind all text. */
  noteCounts(): void
}

/** The way that costs the least of those that do all there is to do. */
export const chooseIntake = (job: ChunkJob, documents: DocumentCount): Intake => {
  const { added, normalization, counter, tokenText } = job
  const isMarked = normalization === NO_NORMALIZATION && canBeMarked(added)
  // text of records that can be marked is marked many at a time; other text is one, however many documents it holds
  if (tokenText !== undefined && (isOneText(job) || !isMarked)) return createKernelIntake(job, tokenText, documents)
  const countDocuments = isMarked ? counter.documents : undefined
  return countDocuments === undefined ? createSectionsIntake(job, documents) : createMarksIntake(job, countDocuments, documents)
}

/** The kernel finds the tokens, and normalizes. */
const createKernelIntake = (job: ChunkJob, tokenText: TokenText, documents: DocumentCount): Intake => {
  const { added, counter, tally } = job
  const push = (text: Buffer): void => documents.noteTokens(tokenText.push(text))
  const endText = (): void => documents.noteTokens(tokenText.end())
  return {
    room: tokenText.room,
    push,
    endText,
    pushDocuments(text, ends) {
      if (tokenText.documents === undefined) pushEach(text, ends, push, endText, counter, documents)
      else documents.noteTokens(tokenText.documents(text, ends))
    },
    noteCounts() {
      const places = placesOfTokens(job)
      tokenText.takeCounts().forEach((count, token) => {
        const place = places[token]
        if (place !== undefined) tally.specialTokens[place] += count
        else if (count > 0) counter.add!(added.raw.bytes[token], count)
      })
    },
  }
}

/** Text that is not normalized: tokens, and where documents end, are all there is to find in it. */
const createMarksIntake = (job: ChunkJob, countDocuments: NonNullable<TextCounter['documents']>, documents: DocumentCount): Intake => {
  const { added, counter, tally } = job
  const places = placesOfTokens(job)
  const takeMark = (mark: number, bytes: number): void => {
    if (mark === DOCUMENT_END) return documents.noteEnd()
    const place = places[mark]
    if (place !== undefined) return documents.noteSpecial(place, bytes)
    documents.noteText()
    counter.add!(added.raw.bytes[mark], 1)
  }
  const takeMarked = (text: Buffer, { starts, ends, tokens, count }: Marks): void => {
    tally.normalized -= text.length
    let from = 0
    for (let i = 0; i < count; i++) {
      if (starts[i] > from) documents.noteText()
      from = ends[i]
      takeMark(tokens[i], from - starts[i])
    }
    if (text.length > from) documents.noteText()
    countDocuments(text, starts, ends, count)
  }
  const marker = createTokenMarker(added.raw, takeMarked)
  const markDocuments = createDocumentsMarker(added.raw, takeMarked)
  return {
    push(text) {
      tally.normalized += text.length
      marker.push(text)
    },
    endText: marker.end,
    pushDocuments(text, ends) {
      tally.normalized += text.length
      markDocuments(text, ends)
    },
    noteCounts: () => {},
  }
}

/** Text is cut at added tokens, and each section between them is normalized: does all there may be to do. */
const createSectionsIntake = (job: ChunkJob, documents: DocumentCount): Intake => {
  const { added, specialTokens, normalization, options, counter, tally } = job
  /** What normalization makes of text, and what added tokens share, comes out as a difference. */
  const noteText = (text: Buffer): void => {
    documents.noteText()
    tally.normalized -= text.length
  }
  const sections = createSections(
    added,
    normalization.start,
    {
      text(text) {
        noteText(text)
        counter.text(text)
      },
      piece(text) {
        noteText(text)
        counter.piece(text)
      },
      special(token, text) {
        counter.endDocument()
        tally.normalized -= text.length
        documents.noteSpecial(specialTokens.get(token.content)!, text.length)
      },
    },
    options.maxPieceBytes,
  )
  const push = (text: Buffer): void => {
    tally.normalized += text.length
    sections.push(text)
  }
  return {
    push,
    endText: sections.end,
    pushDocuments: (text, ends) => pushEach(text, ends, push, sections.end, counter, documents),
    noteCounts: () => {},
  }
}

/** The place of each raw token in the tally; undefined for those that are pieces. */
const placesOfTokens = ({ added, specialTokens }: ChunkJob): (number | undefined)[] =>
  added.raw.tokens.map(({ content }) => specialTokens.get(content))

/** Documents one by one, where they cannot be taken together. */
const pushEach = (
  text: Buffer,
  ends: Uint32Array,
  push: (text: Buffer) => void,
  endText: () => void,
  counter: TextCounter,
  documents: DocumentCount,
): void => {
  let from = 0
  for (const end of ends) {
    push(text.subarray(from, end))
    endText()
    counter.endDocument()
    documents.noteEnd()
    from = end
  }
}
