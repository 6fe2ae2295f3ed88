import { isUtf8 } from 'node:buffer'
import type { AddedTokens } from '../added/addedTokens.ts'
import { createSections } from '../added/sections.ts'
import { canBeMarked, createDocumentsMarker, createTokenMarker, DOCUMENT_END, type Marks } from '../added/tokenMarker.ts'
import type { FoundTokens, TextCounter, TokenText } from '../count/counter.ts'
import type { RecordSink } from '../format/records.ts'
import type { WorkerOptions } from '../messages.ts'
import type { TextStage } from '../normalize/textStage.ts'
import { NO_NORMALIZATION, type Normalization } from '../normalize/normalization.ts'
import { readRecords } from '../read/readRecords.ts'
import { createUtf8Cleaner } from '../read/utf8Cleaner.ts'
import { emptyTally } from '../receipt/tally.ts'
import { keepFirst, MAX_INVALID_RANGES, MAX_SKIPPED_RECORDS, type ByPlace } from '../receipt/listed.ts'
import { createSampler } from '../select/sample.ts'
import { selectDocuments, separatorsIn, type SelectedDocuments } from '../select/selectDocuments.ts'
import type { Chunk, InvalidRange, SkippedRecord, Source, Tally } from '../types.ts'
import { BadRecord, InvalidUtf8, isPieceTooLong, shiftOf, withPlace } from './places.ts'

export interface ChunkJob {
  chunk: Chunk
  source: Source
  added: AddedTokens
  /** The place of each special token in the tally. */
  specialTokens: ReadonlyMap<string, number>
  normalization: Normalization
  options: WorkerOptions
  counter: TextCounter
  /** The same counter for text in which it finds the special tokens, if it can and if these are all that there is to do. */
  tokenText: TokenText | undefined
  tally: Tally
  invalid: InvalidRange[]
  skippedRecords: SkippedRecord[]
  byPlace: ByPlace
  /** For the place of an error, the chunk may be counted once more, by another counter. Undefined: that is done here, document by document. */
  again: { startCounter(): Promise<TextCounter>; onBlock(): void } | undefined
}

/** The way of the text: bytes → valid UTF-8 → documents → sections of normalized text → pieces, counted. `onBlock` is called after each block. */
export const countChunk = async (job: ChunkJob, onBlock: () => void): Promise<void> => {
  const { chunk, source, added, specialTokens, normalization, options, counter, tokenText, tally, invalid, skippedRecords, byPlace, again } = job
  /** Of this chunk. */
  const own = { invalid: [] as InvalidRange[], skipped: [] as SkippedRecord[] }
  let hasText = false
  // a chunk of text that does not begin the source begins at a special token, or inside a document that was counted where it began
  let isNew = chunk.start === 0
  const noteDocument = (): void => {
    if (hasText && isNew) tally.documents++
    hasText = false
    isNew = true
  }
  const endDocument = (): void => {
    counter.endDocument()
    noteDocument()
  }
  /** Text on its way to the counter: what normalization makes of it, and what added tokens share, comes out as a difference. */
  const takeText = (text: Buffer, take: (text: Buffer) => void): void => {
    hasText = true
    tally.normalized -= text.length
    take(text)
  }
  const takeToken = (token: number, place: number | undefined, bytes: number): void => {
    if (place === undefined) {
      hasText = true
      return counter.add!(added.raw.bytes[token], 1)
    }
    noteDocument()
    tally.special += bytes
    tally.specialTokens[place]++
  }
  /** The place of each token in the tally; undefined for pieces. */
  const placeOf = added.raw.tokens.map(({ content }) => specialTokens.get(content))
  /** Tokens, and where documents end, are all there is to find in a text. */
  const takeDocuments = (text: Buffer, { starts, ends, tokens, count }: Marks): void => {
    tally.normalized -= text.length
    let from = 0
    for (let i = 0; i < count; i++) {
      const token = tokens[i]
      hasText ||= starts[i] > from
      from = ends[i]
      if (token === DOCUMENT_END) noteDocument()
      else takeToken(token, placeOf[token], from - starts[i])
    }
    hasText ||= text.length > from
    counter.documents!(text, starts, ends, count)
  }
  const startSections = (): TextStage =>
    createSections(
      added,
      normalization.start,
      {
        text: (text) => takeText(text, counter.text),
        piece: (text) => takeText(text, counter.piece),
        special(token, text) {
          endDocument()
          tally.normalized -= text.length
          tally.special += text.length
          tally.specialTokens[specialTokens.get(token.content)!]++
        },
      },
      options.maxPieceBytes,
    )
  const takesDocuments = counter.documents !== undefined && canBeMarked(added) && normalization === NO_NORMALIZATION
  const startInput = (): TextStage => (takesDocuments ? createTokenMarker(added.raw, takeDocuments) : startSections())
  let started: TextStage | undefined // when there is text that the kernel does not take as it is
  const input: TextStage = { push: (text) => (started ??= startInput()).push(text), end: () => started?.end() }
  const push = (text: Buffer): void => {
    if (whole !== undefined) return noteTokens(whole.push(text))
    tally.normalized += text.length
    input.push(text)
  }
  // text of records that needs no normalizing is marked many at a time; other text is one, however many documents it holds
  const isOne = source.format === 'text' && options.documentPer === 'file'
  const whole = isOne || normalization !== NO_NORMALIZATION || !canBeMarked(added) ? tokenText : undefined
  const noteTokens = ({ count, bytes, isTextBefore, apart, isTextBehind, normalized }: FoundTokens): void => {
    hasText ||= isTextBefore
    tally.normalized += normalized
    tally.special += bytes
    if (count === 0) return
    noteDocument()
    tally.documents += apart
    hasText = isTextBehind
  }
  const endInput = (): void => {
    if (whole === undefined) return input.end()
    noteTokens(whole.end())
  }
  const noteCounts = (): void => {
    whole?.takeCounts().forEach((count, token) => {
      const place = placeOf[token]
      if (place !== undefined) tally.specialTokens[place] += count
      else if (count > 0) counter.add!(added.raw.bytes[token], count)
    })
  }
  const markDocuments = takesDocuments ? createDocumentsMarker(added.raw, takeDocuments) : undefined
  /** Whole documents, valid UTF-8. */
  const pushDocuments = (text: Buffer, ends: Uint32Array): void => {
    if (whole?.documents !== undefined) return noteTokens(whole.documents(text, ends))
    if (markDocuments !== undefined) {
      tally.normalized += text.length
      return markDocuments(text, ends)
    }
    let from = 0
    for (const end of ends) {
      push(text.subarray(from, end))
      endInput()
      endDocument()
      from = end
    }
  }
  let place = chunk.start
  let documentAt = chunk.start
  const hasRows = source.format === 'parquet' // places are numbers of rows there
  const cleaner = createUtf8Cleaner(options.errors, (start, end, bytes, at) => {
    if (options.errors === 'strict') throw new InvalidUtf8(hasRows ? place : start, bytes.subarray(at, at + end - start))
    tally.invalidSequences++
    tally[options.errors === 'replace' ? 'replaced' : 'ignored'] += end - start
    if (own.invalid.length < MAX_INVALID_RANGES)
      own.invalid.push(hasRows ? { path: source.path, start: place, end: place + 1 } : { path: source.path, start, end })
  })
  const endText = (): void => {
    push(cleaner.end())
    endInput()
  }
  const noteSkipped = (start: number, end: number, reason: string, at: number): void => {
    if (options.onError === 'fail') throw new BadRecord(at, reason)
    if (own.skipped.length < MAX_SKIPPED_RECORDS) own.skipped.push({ path: source.path, start, end, reason })
  }
  const sink: RecordSink = {
    startDocument(at) {
      isNew = true
      place = documentAt = at
    },
    text(bytes, at) {
      place = hasRows ? at : at + bytes.length
      push(cleaner.push(bytes, at))
    },
    invalid(start, end, bytes) {
      push(cleaner.end())
      push(cleaner.invalid(start, end, bytes))
    },
    endText() {
      endText()
      counter.endDocument()
    },
    endDocument() {
      endText()
      endDocument()
      if (again === undefined) counter.flush()
    },
    room: isOne ? whole?.room : undefined,
    documents({ text, ends, end }) {
      if (again === undefined || !isUtf8(text)) return false // what is wrong has places then
      isNew = true
      place = hasRows ? end - 1 : end
      pushDocuments(text, ends)
      return true
    },
    format: (bytes) => void (tally.format += bytes),
    badRecord(start, end, reason, at) {
      noteSkipped(start, end, reason, at)
      tally.skippedRecords++
      tally.skippedBytes += end - start
    },
    badRows(start, end, reason) {
      noteSkipped(start, end, reason, start)
      tally.skippedRecords += end - start
    },
    skip: (bytes) => void (tally.skippedBytes += bytes),
  }
  const selected = choose(source, chunk, options, specialTokens, sink, (bytes) => (tally.filtered += bytes))
  let left = chunk.end - chunk.start
  let read = 0
  try {
    for await (const { stored, plain } of readRecords(source, chunk, options, selected?.sink ?? sink)) {
      left -= stored
      read += plain
      tally.stored += stored
      tally.read += plain
      onBlock()
      if (selected?.isDone) break
    }
    if (selected?.isDone) {
      selected.sink.endDocument()
      tally.read += selected.told - read // what is behind the limit was not wanted
      tally.stored += left
    }
    noteCounts()
    counter.flush() // so that whatever is wrong with this chunk comes out here
    const noted = [...own.invalid, ...own.skipped]
    if (noted.length > 0) {
      const shift = await shiftOf(source, chunk)
      for (const range of noted) {
        range.start += shift
        range.end += shift
      }
      keepFirst(invalid, own.invalid, byPlace, MAX_INVALID_RANGES)
      keepFirst(skippedRecords, own.skipped, byPlace, MAX_SKIPPED_RECORDS)
    }
  } catch (error) {
    if (again !== undefined && !isOne && isPieceTooLong(error)) await findLongPiece(job, again)
    const pieceAt = source.format === 'text' ? Math.max(0, place - counter.pending) : documentAt
    throw await withPlace(error, source, chunk, pieceAt, () => shiftOf(source, chunk))
  }
}

/**
 * Many documents are counted at a time: which of them holds a piece that is too long is known when they are counted one by one. Throws the
 * error with its place.
 */
const findLongPiece = async (job: ChunkJob, { startCounter, onBlock }: NonNullable<ChunkJob['again']>): Promise<void> => {
  const tally = emptyTally(job.specialTokens.size)
  const counter = await startCounter()
  await countChunk({ ...job, counter, tokenText: undefined, tally, invalid: [], skippedRecords: [], again: undefined }, onBlock)
}

/** What chooses documents, if that is wanted. */
const choose = (
  source: Source,
  { until }: Chunk,
  { sample, documentPer }: WorkerOptions,
  specialTokens: ReadonlyMap<string, number>,
  sink: RecordSink,
  onFiltered: (bytes: number) => void,
): SelectedDocuments | undefined => {
  if (sample === undefined && until === undefined) return undefined
  return selectDocuments(sink, {
    isWanted: sample === undefined ? () => true : createSampler(sample, source),
    until,
    separators: separatorsIn(source, documentPer, [...specialTokens.keys()]),
    onFiltered,
  })
}
