import { writeBytes, writeShortString, type Cursor } from './cursor.ts'
import type { Frame } from './frame.ts'
import { below, createRandom, drawRank, oneIn, type Random } from './random.ts'
import { createSlotState, type SlotState } from './slots.ts'
import { MAX_TEXT_BYTES, writeText, type Texts } from './texts.ts'
import type { Voice } from './voice.ts'

export interface ComposeOptions {
  /** Exact size of the corpus. */
  bytes: number
  /** What the stream of random numbers is named after. */
  seed: readonly (string | number)[]
  frame: Frame
  /** Size of a document, half of it to one and a half times; the voice's usual size if undefined. */
  documentBytes: number | undefined
  /** Chooses the voice of the next document. */
  pickVoice: (random: Random) => Voice
}

/** Writes a corpus block by block. */
export interface Composer {
  /** Documents begun so far. */
  readonly documents: number
  readonly done: boolean
  /** Fills a cursor from its beginning with about `blockBytes`, at least one byte and at most `slackBytes` more. */
  fill: (cursor: Cursor, blockBytes: number) => void
}

/** What a cursor needs beyond the size of a block. */
export const slackBytes = ({ maxBytes }: Frame): number => 2 * MAX_TEXT_BYTES + 2 * maxBytes

/** Where writing stands within a document. */
type Phase = 'between' | 'opening' | 'body' | 'ended'

const NAME_OCTAVES = 8

const drawName = (random: Random, { rareNameOctaves }: Voice): number =>
  drawRank(random, oneIn(random, 16) ? rareNameOctaves : Math.min(NAME_OCTAVES, rareNameOctaves))

/** Bytes of the character, or of the JSON escape, that begins at `at`. A pair of surrogate escapes is one character. */
const characterBytes = (bytes: Uint8Array, at: number, escaped: boolean): number => {
  const first = bytes[at]
  if (escaped && first === 0x5c) {
    if (bytes[at + 1] !== 0x75) return 2
    const isHighSurrogate = (bytes[at + 2] | 0x20) === 0x64 && /[89abAB]/.test(String.fromCharCode(bytes[at + 3]))
    return isHighSurrogate ? 12 : 6
  }
  return first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
}

/** The last border between characters at or before `limit`, going from one at `start`. */
const lastWholeCharacter = (bytes: Uint8Array, start: number, limit: number, escaped: boolean): number => {
  let at = start
  for (;;) {
    const next = at + characterBytes(bytes, at, escaped)
    if (next > limit) return at
    at = next
  }
}

/**
 * Documents one after the other, each a voice's opening, texts of its body until the document has its size, and an ending. A document
 * ends only where the shortest other one has room behind it; else it goes on to the end of the corpus and is cut there: so separators
 * and rows are always whole, and the size is exact.
 */
export const createComposer = ({ bytes, seed, frame, documentBytes, pickVoice }: ComposeOptions): Composer => {
  const random = createRandom('compose', ...seed)
  let voice: Voice
  let slots: SlotState | undefined
  let phase: Phase = 'between'
  let documents = 0
  let flushed = 0 // bytes of the blocks before this one
  let bodyStart = 0
  let bodyBytes = 0
  let close: Uint8Array
  let end: Uint8Array

  const openDocument = (cursor: Cursor): SlotState => {
    voice = pickVoice(random)
    frame.open(cursor, documents)
    bodyStart = flushed + cursor.at
    const size = documentBytes ?? voice.documentBytes
    bodyBytes = Math.floor(size / 2) + below(random, size)
    close = frame.between(voice, documents)
    end = frame.end(voice, documents, bytes - bodyStart)
    slots ??= createSlotState(random, voice.names, voice.tail)
    slots.names = voice.names
    slots.tail = voice.tail
    slots.name = drawName(random, voice)
    slots.friend = drawName(random, voice)
    if (slots.friend === slots.name) slots.friend++
    documents++
    phase = 'opening'
    return slots
  }

  const writeOne = (cursor: Cursor, state: SlotState, texts: Texts): void => {
    const start = cursor.at
    if (phase !== 'opening') writeShortString(cursor, voice.joints, below(random, voice.joints.lengths.length))
    writeText(cursor, state, texts, below(random, texts.count))
    if (phase === 'opening') phase = 'body'
    if (flushed + cursor.at + end.length >= bytes) finish(cursor, start)
  }

  /** Writes one text, or what stands between two documents. */
  const step = (cursor: Cursor): void => {
    const state = phase === 'between' || slots === undefined ? openDocument(cursor) : slots
    if (phase === 'opening' && voice.openings.count > 0) return writeOne(cursor, state, voice.openings)
    const position = flushed + cursor.at
    const mayEnd = phase !== 'opening' && position - bodyStart >= bodyBytes && position + close.length + frame.leastBytes <= bytes
    if (!mayEnd) return writeOne(cursor, state, voice.bodies)
    if (phase === 'ended' || voice.endings.count === 0) {
      writeBytes(cursor, close)
      phase = 'between'
    } else {
      phase = 'ended'
      writeOne(cursor, state, voice.endings)
    }
  }

  /** Cuts the last text, which began at `start`, where the corpus has to end. */
  const finish = (cursor: Cursor, start: number): void => {
    const limit = bytes - flushed - end.length
    if (cursor.at > limit) {
      const cut = lastWholeCharacter(cursor.bytes, start, limit, frame.escaped)
      cursor.bytes.fill(0x20, cut, limit)
    }
    cursor.at = limit
    writeBytes(cursor, end)
  }

  /** A corpus too small for a single document: one blank line. */
  const writeBlank = (cursor: Cursor): void => {
    cursor.bytes.fill(0x20, 0, bytes)
    if (bytes > 0) cursor.bytes[bytes - 1] = 0x0a
    cursor.at = bytes
  }

  let done = false
  const fill = (cursor: Cursor, blockBytes: number): void => {
    cursor.at = 0
    if (bytes < frame.leastBytes) writeBlank(cursor)
    while (flushed + cursor.at < bytes && cursor.at < blockBytes) step(cursor)
    flushed += cursor.at
    done = flushed === bytes
  }
  return {
    get documents() {
      return documents
    },
    get done() {
      return done
    },
    fill,
  }
}
