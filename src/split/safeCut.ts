import { GAP_BIT, MAX_SLOTS } from '../pattern/layout.ts'
import { treatsFirstPiece, type Phase } from './phases.ts'
import { openTables, type Run, type Tables } from './tables.ts'

/*
 * Where can text be cut in two so that the parts, split each on its own, give the pieces of the whole, whatever came before? The machine
 * itself tells: run it over a window from every state at once. Position p is safe if, at some later position,
 *
 *   1. all runs have a certain cut at p,
 *   2. all runs, and a run that starts afresh at p, are in the same state with the same open cuts, and have cut alike behind p:
 *      text before p has no influence any more, and a document that begins at p is split as the text was
 *   3. each run, had the document ended at p, would have cut alike before p: text from p on has no influence on what is before, neither in
 *      the window nor, by a look-ahead that reaches into it, in front of it
 *
 * Stages after the first need no look: they start afresh at each cut of the first. Nothing here knows of spaces or newlines.
 */

/**
 * Whether the first cuts of a pipeline tell where text can be cut in two. Not if the text is rewritten before, or if it matters where a
 * document begins.
 */
export const hasSafeCuts = ([{ rewrites, splits }, ...later]: readonly Phase[]): boolean =>
  rewrites.length === 0 && splits.length > 0 && splits[0].unit === 'code points' && !treatsFirstPiece(later)

/**
 * Makes a function that finds the first safe cut it can prove in a window of text, as an offset in the window; -1 if there is none. The
 * window may begin inside a code point; bytes that are no valid UTF-8 are taken for text of which nothing is known.
 * `tables` are the first ones of the pipeline's (its first stage, or several as one), which read code points.
 */
export const createSafeCutFinder = (tables: Uint8Array): ((window: Uint8Array) => number) => {
  const machine = openTables(tables)
  return (window) => {
    for (let start = 0; start < window.length;) {
      const stretch = readStretch(machine, window, start)
      const found = findInStretch(machine, stretch)
      if (found !== -1) return found
      start = stretch.end + 1
    }
    return -1
  }
}

/** Code points of valid UTF-8, one after the other. */
interface Stretch {
  positions: number[]
  classes: number[]
  /** What the machine reads; there are fewer where it has to know what follows. */
  symbols: readonly number[]
  end: number
}

const readStretch = (machine: Tables, window: Uint8Array, start: number): Stretch => {
  const positions: number[] = []
  const classes: number[] = []
  let at = start
  for (let length; at < window.length && (length = codePointLength(window, at)) > 0; at += length) {
    positions.push(at)
    classes.push(machine.classOf(decodeAt(window, at, length)))
  }
  return { positions, classes, symbols: machine.symbolsOf(classes, false), end: at }
}

const findInStretch = (machine: Tables, stretch: Stretch): number => {
  const runs = startAnywhere(machine)
  for (const [i, symbol] of stretch.symbols.entries()) {
    for (const run of runs) machine.step(run, symbol, stretch.positions[i])
    const found = isSame(machine, runs) ? provenCut(machine, runs, stretch, i + 1) : -1
    if (found !== -1) return found
  }
  return -1
}

/** Slots hold what was put there before the window: numbers that are no position in it. */
const UNKNOWN_SLOTS = Array.from({ length: MAX_SLOTS + 1 }, (_, slot) => -1 - slot)

/** A run that begins in a state. Its marks, if any, were made before the window: at 0 of the cuts in it. */
const startIn = (machine: Tables, row: number): Run => ({
  row,
  slots: [...UNKNOWN_SLOTS],
  cuts: [],
  marks: Array.from({ length: machine.markCount(row) }, () => 0),
})

const startAnywhere = (machine: Tables): Run[] =>
  Array.from({ length: machine.states }, (_, state) => startIn(machine, state * machine.rowBytes))

const positionOf = (cut: number): number => (cut < 0 ? cut : (cut & ~GAP_BIT) >>> 0)

/** Whether all runs are in one state, all their cuts are certain, and they hold the same open cuts, all of them in the window. */
const isSame = (machine: Tables, [first, ...others]: readonly Run[]): boolean => {
  if (first.marks.length > 0 || others.some((run) => run.row !== first.row)) return false
  const live = machine.liveSlots(first.row)
  return first.slots.every(
    (cut, slot) => ((live >>> slot) & 1) === 0 || slot >= MAX_SLOTS || (cut >= 0 && others.every((run) => run.slots[slot] === cut)),
  )
}

const RECENT_CUTS = 4

/** `read`: how many symbols of the stretch the runs have read. */
const provenCut = (machine: Tables, runs: readonly Run[], stretch: Stretch, read: number): number => {
  const { positions, symbols } = stretch
  for (const cut of runs[0].cuts.slice(-RECENT_CUTS)) {
    const at = positionOf(cut)
    const index = positions.indexOf(at)
    if (index <= 0) continue
    const after = (run: Run): string => run.cuts.slice(run.cuts.findLastIndex((other) => positionOf(other) <= at) + 1).join()
    if (!runs.every((run) => run.cuts.some((other) => positionOf(other) === at) && after(run) === after(runs[0]))) continue
    // look-aheads from before the window must not reach as far as the cut
    if (!stretch.classes.slice(0, index).some(machine.isReset)) continue
    const fresh = startIn(machine, 0)
    for (let i = index; i < read; i++) machine.step(fresh, symbols[i], positions[i])
    if (!isSame(machine, [runs[0], fresh]) || fresh.cuts.join() !== after(runs[0])) continue
    const ending = machine.symbolsOf(stretch.classes.slice(0, index), true)
    if (startAnywhere(machine).every((run, state) => endsAlike(machine, run, runs[state], ending, positions))) return at
  }
  return -1
}

/** Whether a run that is told behind the symbols that the document ends there cuts as the run did that went on. */
const endsAlike = (machine: Tables, run: Run, wentOn: Run, symbols: readonly number[], positions: readonly number[]): boolean => {
  for (const [i, symbol] of symbols.entries()) machine.step(run, symbol, positions[i])
  const at = positions[symbols.length]
  machine.step(run, machine.end, at)
  return run.cuts.join() === wentOn.cuts.slice(0, run.cuts.length).join() && positionOf(wentOn.cuts[run.cuts.length - 1]) === at
}

/** Bytes of the code point that begins here; 0 if none does, -1 if it is not all there. */
const codePointLength = (bytes: Uint8Array, at: number): number => {
  const first = bytes[at]
  if (first < 0x80) return 1
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2
  if (first < 0xc2 || first > 0xf4) return 0
  for (let i = 1; i < length; i++) {
    if (at + i >= bytes.length) return -1
    if ((bytes[at + i] & 0xc0) !== 0x80) return 0
  }
  const second = bytes[at + 1]
  // overlong forms, surrogates, and what is above U+10FFFF (Unicode Standard, table 3-7)
  const isWellFormed =
    !(first === 0xe0 && second < 0xa0) &&
    !(first === 0xed && second >= 0xa0) &&
    !(first === 0xf0 && second < 0x90) &&
    !(first === 0xf4 && second >= 0x90)
  return isWellFormed ? length : 0
}

const decodeAt = (bytes: Uint8Array, at: number, length: number): number => {
  if (length === 1) return bytes[at]
  let codePoint = bytes[at] & (0xff >> (length + 1))
  for (let i = 1; i < length; i++) codePoint = (codePoint << 6) | (bytes[at + i] & 0x3f)
  return codePoint
}
