import { BOM, LINE_FEED, QUOTE } from '../format/bytes.ts'
import { BAD, KINDS, kindsOfBytes, NEXT, QUOTED, ROW, STATES } from '../format/csvStates.ts'
import type { Chunk } from '../types.ts'
import { moveBorders } from './moveBorders.ts'
import type { ReadAt } from './snapChunks.ts'

/*
 * Where rows of CSV begin depends on all quotes before, back to the beginning of the file. But whoever reads a stretch of text in all states
 * in which a reader could come to it, at once, mostly finds that after a row or two all of these have become one: from there on it is known
 * where rows begin, whatever came before. Where the states stay apart (in a stretch without any quotes, say) the text before is read, too,
 * from the last place at which the state is known; that is little more than to look for quotes.
 */

/** The state that follows, for sets of states, as bits: NEXT_SETS[set × KINDS + kind of byte]. */
const NEXT_SETS = Uint8Array.from({ length: 2 ** STATES * KINDS }, (_, i) => {
  const [set, kind] = [Math.floor(i / KINDS), i % KINDS]
  return NEXT.reduce((sum, next, state) => (set & (1 << state) ? sum | (1 << next[kind]) : sum), 0)
})
const ALL_STATES = 2 ** STATES - 1

const WINDOW = 2 ** 14
const LARGEST_WINDOW = 2 ** 20
/** If the states are still apart behind so many bytes, the text before is read. */
const REACH = 2 ** 16

/**
 * Moves the borders between the chunks of a CSV file to where rows begin. A border without one before the next border is given up.
 *
 * @param delimiter a byte
 */
export const snapCsv = async (chunks: readonly Chunk[], delimiter: number, readAt: ReadAt): Promise<Chunk[]> => {
  const start = (await readAt(0, BOM.length)).equals(BOM) ? BOM.length : 0
  const kinds = kindsOfBytes(delimiter)
  const reader = createStateReader(start, kinds, readAt)
  return moveBorders(chunks, (from, to) => reader.findRow(Math.max(start, from), to))
}

const createStateReader = (start: number, kinds: Uint8Array, readAt: ReadAt) => {
  let known = start // the state is known in front of this byte
  let state = ROW

  /** Reads on in all states of a set; the place behind the byte after which a row begins for certain, or undefined before `to`. */
  const findFrom = async (from: number, to: number, set: number): Promise<{ row: number | undefined; set: number }> => {
    let window = WINDOW
    for (let at = from; at < to; at += window, window = Math.min(2 * window, LARGEST_WINDOW)) {
      const bytes = await readAt(at, Math.min(window, to - at))
      for (let i = 0; i < bytes.length; i++) {
        if (set === 1 << ROW) return { row: at + i, set }
        set = NEXT_SETS[set * KINDS + kinds[bytes[i]]]
      }
    }
    return { row: undefined, set }
  }

  const rowAt = (place: number): number => {
    known = place
    state = ROW
    return place
  }

  let buffer: Buffer | undefined
  /** Reads up to a place from where the state is known. */
  const readOnTo = async (place: number): Promise<void> => {
    while (known < place) {
      buffer ??= Buffer.allocUnsafeSlow(LARGEST_WINDOW)
      const bytes = await readAt(known, Math.min(LARGEST_WINDOW, place - known), buffer)
      if (bytes.length === 0) return // the file has become shorter; whoever reads it next finds out
      state = stateBehind(state, bytes, kinds)
      known += bytes.length
    }
  }

  return {
    /** The first place in [from, to) at which a row begins for certain. */
    async findRow(from: number, to: number): Promise<number | undefined> {
      if (from >= to) return undefined // all of it lies in the byte-order mark
      const reach = Math.min(to, from + REACH)
      const tried = await findFrom(from, reach, ALL_STATES)
      if (tried.row !== undefined) return rowAt(tried.row)
      const isOne = (tried.set & (tried.set - 1)) === 0
      if (!isOne) await readOnTo(from)
      const { row, set } = await (isOne ? findFrom(reach, to, tried.set) : findFrom(from, to, 1 << state))
      if (row !== undefined) return rowAt(row)
      known = to
      state = 31 - Math.clz32(set)
      return undefined
    },
  }
}

/** The state behind some bytes, by leaps from quote to quote. */
const stateBehind = (state: number, bytes: Buffer, kinds: Uint8Array): number => {
  let quote = -1 // no other one between the last place and this
  for (let at = 0; at < bytes.length;) {
    if (state === QUOTED || state === BAD) {
      const found = bytes.indexOf(state === QUOTED ? QUOTE : LINE_FEED, at)
      if (found === -1) return state
      at = found
    } else if (state < QUOTED) {
      if (quote < at) quote = bytes.indexOf(QUOTE, at)
      const stop = quote === -1 ? bytes.length : quote
      // without a quote between, the last byte alone tells the state
      if (stop > at) state = NEXT[state][kinds[bytes[stop - 1]]]
      if (quote === -1) return state
      at = stop
    }
    state = NEXT[state][kinds[bytes[at++]]]
  }
  return state
}
