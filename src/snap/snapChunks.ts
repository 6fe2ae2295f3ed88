import { isUtf8 } from 'node:buffer'
import type { AddedTokens } from '../added/addedTokens.ts'
import type { Chunk } from '../types.ts'
import { codePointStart, nextCodePoint } from '../unicode/utf8.ts'
import { moveBorders } from './moveBorders.ts'
import { textBetween, tokenCuts } from './tokenCuts.ts'

/** Reads bytes [position, position + length) of one source; fewer only at its end. They may be put into a buffer that has room for them. */
export type ReadAt = (position: number, length: number, into?: Buffer) => Promise<Buffer>

/**
 * An offset in a window of valid UTF-8 at which text can be cut whatever stands around the window, or -1. The window holds no part of a
 * special token.
 */
export type FindSafeCut = (window: Buffer) => number

const FIRST_WINDOW = 16 * 1024
const LARGEST_WINDOW = 4 * 1024 * 1024
/** With chunks smaller than this, one read serves several borders. */
const FINE_CHUNKS = 256 * 1024
const READ_AHEAD = 1024 * 1024
/** A safe cut is found within a few bytes or not at all: in a run of one kind of characters, or for a pattern without safe cuts. */
const SAFE_CUT_WINDOW = 2048
/** Searches for safe cuts that found none, one behind the other, after which there is only one for so many bytes: each takes as long as counting some of them. */
const MOST_FAILURES = 8
const BYTES_A_FAILURE = 8 * 1024 * 1024

/**
 * Moves the borders between the chunks of one source to places where a cut changes nothing: in front of an added token, for the text is cut
 * there anyway; or, where there is none in reach, at a place that `findSafeCut` knows to be safe. Without `findSafeCut`, borders are put in
 * front of special tokens only.
 *
 * A border for which no such place is found before the next border is given up: its two chunks become one. So all searches together read
 * a source at most once.
 *
 * @param chunks consecutive chunks that cover the source, as planned
 */
export const snapChunks = async (
  chunks: readonly Chunk[],
  tokens: AddedTokens,
  readAt: ReadAt,
  findSafeCut?: FindSafeCut,
): Promise<Chunk[]> => {
  const isFine = chunks.length > 1 && chunks[0].end - chunks[0].start < FINE_CHUNKS
  const read = isFine ? readingAhead(readAt) : readAt
  const room = Buffer.allocUnsafeSlow(2 * FIRST_WINDOW)
  const find = findSafeCut && withPatience(findSafeCut)
  return moveBorders(chunks, (from, to) => findTextCut(from, to, tokens, read, find, room))
}

/** A search that is told the window's position in the source. */
type FindSafeCutAt = (window: Buffer, position: number) => number

/** Where no safe cut was found many times, it is seldom looked for, until one is found. */
const withPatience = (find: FindSafeCut): FindSafeCutAt => {
  let failures = 0 // in windows
  let lastFound = 0
  return (window, position) => {
    if (failures >= MOST_FAILURES + (position - lastFound) / BYTES_A_FAILURE) return -1
    const cut = find(window)
    if (cut === -1) failures += window.length / SAFE_CUT_WINDOW
    else {
      failures = 0
      lastFound = position
    }
    return cut
  }
}

/** Neighbouring borders are looked for in the same bytes. */
const readingAhead = (readAt: ReadAt): ReadAt => {
  let start = 0
  let bytes: Buffer = Buffer.alloc(0)
  return async (position, length) => {
    const end = start + bytes.length
    if (position < start || position + length > end) {
      // what is there already is kept, so that nothing is read twice
      const kept = position >= start && position < end ? bytes.subarray(position - start) : bytes.subarray(0, 0)
      bytes = Buffer.concat([kept, await readAt(position + kept.length, Math.max(length - kept.length, READ_AHEAD))])
      start = position
    }
    return bytes.subarray(position - start, position - start + length)
  }
}

/** A position in [from, to) where a cut is safe. Reads in windows that overlap by what a token may need, to `room` if there is enough of it. */
const findTextCut = async (
  from: number,
  to: number,
  tokens: AddedTokens,
  readAt: ReadAt,
  findSafeCut: FindSafeCutAt | undefined,
  room: Buffer,
): Promise<number | undefined> => {
  const { maxLength } = tokens.all
  if (maxLength === 0 && findSafeCut === undefined) return undefined
  const margin = 2 * maxLength + 4
  let window = FIRST_WINDOW
  for (let at = from; at < to; at += window, window = Math.min(2 * window, LARGEST_WINDOW)) {
    const size = Math.min(window, to - at)
    const windowStart = Math.max(0, at - margin - 4)
    const length = at - windowStart + size + margin
    const text = await readAt(windowStart, length, length <= room.length ? room : undefined)
    const start = at - windowStart
    for (const cut of tokenCuts(tokens, text, start, start + size, findSafeCut !== undefined))
      if (isCleanAround(text, cut, margin)) return windowStart + cut
    const find = findSafeCut && ((window: Buffer) => findSafeCut(window, at))
    const safe = find === undefined ? -1 : safeCutIn(text, start, start + size, margin, tokens, find)
    if (safe !== -1) return windowStart + safe
  }
  return undefined
}

/** A safe cut between the tokens in text[start, end). */
const safeCutIn = (text: Buffer, start: number, end: number, margin: number, tokens: AddedTokens, findSafeCut: FindSafeCut): number => {
  let looked = 0
  const first = nextCodePoint(text, start, end)
  const last = Math.min(codePointStart(text, end, first), text.length)
  for (const [from, to] of textBetween(tokens, text, first, last)) {
    const cut = safeCutBetween(text, from, Math.min(to, from + SAFE_CUT_WINDOW), findSafeCut)
    if (cut !== -1 && isCleanAround(text, cut, margin)) return cut
    looked += to - from
    if (looked >= SAFE_CUT_WINDOW) break
  }
  return -1
}

const safeCutBetween = (text: Buffer, from: number, to: number, findSafeCut: FindSafeCut): number => {
  const end = codePointStart(text, to, from)
  if (end <= from) return -1
  const window = text.subarray(from, end)
  const cut = isUtf8(window) ? findSafeCut(window) : -1
  return cut === -1 ? -1 : from + cut
}

/**
 * Whether the text around a position is valid UTF-8. Where it is not, the error policy changes it, and could even put a token together
 * that reaches across the position; such places are passed over.
 */
const isCleanAround = (text: Buffer, position: number, margin: number): boolean => {
  let start = Math.max(0, position - margin)
  let end = Math.min(text.length, position + margin)
  for (let i = 0; i < 3 && start < position && start > 0 && (text[start] & 0xc0) === 0x80; i++) start++
  while (end > position && end < text.length && (text[end] & 0xc0) === 0x80) end--
  return isUtf8(text.subarray(start, end))
}
