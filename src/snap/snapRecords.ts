import { CARRIAGE_RETURN, LINE_FEED } from '../format/bytes.ts'
import type { Chunk } from '../types.ts'
import { moveBorders } from './moveBorders.ts'
import type { ReadAt } from './snapChunks.ts'

/** The first position at or after `from` in a window at which a record begins for certain, or -1. All before `from` is only to look at. */
export type FindRecordStart = (window: Buffer, from: number) => number

const WINDOW = 64 * 1024
const LARGEST_WINDOW = 4 * 1024 * 1024
/** How many bytes before and behind a position tell whether a record begins there. */
const MARGIN = 4

/** Moves the borders between the chunks of one source to where records begin. A border without one before the next border is given up. */
export const snapRecords = (chunks: readonly Chunk[], readAt: ReadAt, findStart: FindRecordStart): Promise<Chunk[]> =>
  moveBorders(chunks, (from, to) => findRecord(from, to, readAt, findStart))

/** A position in [from, to) at which a record begins. */
const findRecord = async (from: number, to: number, readAt: ReadAt, findStart: FindRecordStart): Promise<number | undefined> => {
  let window = WINDOW
  for (let at = from; at < to; at += window, window = Math.min(2 * window, LARGEST_WINDOW)) {
    const before = Math.min(MARGIN, at)
    const length = Math.min(window, to - at)
    const found = findStart(await readAt(at - before, before + length + MARGIN), before)
    if (found !== -1 && found - before < length) return at + found - before
  }
  return undefined
}

/** Lines that end at \n or \r\n. */
export const findLineStart: FindRecordStart = (window, from) => {
  const feed = window.indexOf(LINE_FEED, Math.max(0, from - 1))
  return feed === -1 || feed + 1 >= window.length ? -1 : feed + 1
}

/** Text behind one or more empty lines. */
export const findParagraphStart: FindRecordStart = (window, from) => {
  for (let at = findLineStart(window, from); at !== -1; at = findLineStart(window, at + 1)) {
    const last = window[at - 2] === CARRIAGE_RETURN ? at - 3 : at - 2
    const isBreak = window[at] === LINE_FEED || window[at] === CARRIAGE_RETURN // what follows a \r may not be in the window
    if (!isBreak && window[last] === LINE_FEED) return at
  }
  return -1
}
