import { isUtf8 } from 'node:buffer'
import { findTokens, isCertainTokenStart, type SpecialTokens } from '../special/specialTokens.ts'
import type { Chunk } from '../types.ts'

/** Reads bytes [position, position + length) of one source; fewer only at its end. */
export type ReadAt = (position: number, length: number) => Promise<Buffer>

const FIRST_WINDOW = 64 * 1024
const LARGEST_WINDOW = 4 * 1024 * 1024

/**
 * Moves the borders between the chunks of one source to the next special token, so that no chunk begins inside a document. A cut in front
 * of a special token changes nothing: a document ends there anyway.
 *
 * A border for which no token is found before the next border is given up: its two chunks become one. So all searches together read a
 * source at most once, and where a source has no special tokens it stays one chunk.
 *
 * @param chunks consecutive chunks that cover the source, as planned
 */
export const snapChunks = async (chunks: readonly Chunk[], special: SpecialTokens, readAt: ReadAt): Promise<Chunk[]> => {
  const snapped: Chunk[] = []
  for (const chunk of chunks) {
    const isFirst = snapped.length === 0
    const start = isFirst ? chunk.start : await findCut(chunk.start, chunk.end, special, readAt)
    if (start === undefined) snapped.at(-1)!.end = chunk.end
    else {
      if (!isFirst) snapped.at(-1)!.end = start
      snapped.push({ ...chunk, start })
    }
  }
  return snapped
}

/** The first position in [from, to) where a special token is certain to begin. Reads in windows that overlap by what a token may need. */
const findCut = async (from: number, to: number, special: SpecialTokens, readAt: ReadAt): Promise<number | undefined> => {
  if (special.maxLength === 0) return undefined
  const margin = 2 * special.maxLength + 4
  let window = FIRST_WINDOW
  for (let at = from; at < to; at += window, window = Math.min(2 * window, LARGEST_WINDOW)) {
    const size = Math.min(window, to - at)
    const windowStart = Math.max(0, at - margin - 4)
    const text = await readAt(windowStart, at - windowStart + size + margin)
    const limit = at + size - windowStart
    for (const { start } of findTokens(special, text, at - windowStart)) {
      if (start >= limit) break
      if (isCertainTokenStart(special, text, start) && isCleanAround(text, start, margin)) return windowStart + start
    }
  }
  return undefined
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
