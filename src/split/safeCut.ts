import { DROPPED_BIT, MAX_SLOTS } from '../pattern/layout.ts'
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
    const work = { left: MOST_STEPS }
    for (let start = 0; start < window.length && work.left > 0;) {
      const stretch = readStretch(machine, window, start)
      const found = findInStretch(machine, stretch, work)
      if (found !== -1) return found
      start = stretch.end + 1
    }
    return -1
  }
}

/** Steps of the machine for a window: some ten milliseconds. In ordinary text a cut is proven after hundreds, where there are many states after 50,000. */
const MOST_STEPS = 2 ** 17

interface Work {
  /** Steps that may still be made. */
  left: number
}

/** Code points of valid UTF-8, one after the other. */
interface Stretch {
  positions: number[]
  classes: number[]
  /** What the machine reads; there are fewer where it has to know what follows. */
  symbols: readonly number[]
  end: number
  /** Cuts before which a document that ends there would be cut otherwise. */
  refuted: Set<number>
}

const readStretch = (machine: Tables, window: Uint8Array, start: number): Stretch => {
  const positions: number[] = []
  const classes: number[] = []
  let at = start
  for (let length; at < window.length && (length = codePointLength(window, at)) > 0; at += length) {
    positions.push(at)
    classes.push(machine.classOf(decodeAt(window, at, length)))
  }
  return { positions, classes, symbols: machine.symbolsOf(classes, false), end: at, refuted: new Set() }
}

const findInStretch = (machine: Tables, stretch: Stretch, work: Work): number => {
  let bundles = startAnywhere(machine)
  for (const [i, symbol] of stretch.symbols.entries()) {
    if ((work.left -= bundles.length) < 0) return -1
    bundles = stepAll(machine, bundles, symbol, stretch.positions[i])
    if (bundles.length > 1) continue
    const found = provenCut(machine, bundles[0], stretch, i + 1, work)
    if (found !== -1) return found
  }
  return -1
}

/**
 * Runs from several states that have become one: from now on they do the same. There are many states and few bundles: after some symbols, most often
 * one. (With marks, cuts from before could still be taken back; such runs stay apart.)
 */
interface Bundle {
  run: Run
  parts: Part[]
}

/** The run from a state: its cuts are these, and those of the bundle's run from number `from` on. */
interface Part {
  state: number
  before: readonly number[]
  from: number
}

const cutsOf = ({ before, from }: Part, { cuts }: Run): number[] => [...before, ...cuts.slice(from)]

/** Slots hold what was put there before the window: numbers that are no position in it. */
const UNKNOWN_SLOTS = Array.from({ length: MAX_SLOTS + 1 }, (_, slot) => -1 - slot)

/** A run that begins in a state. Its marks, if any, were made before the window: at 0 of the cuts in it. */
const startIn = (machine: Tables, row: number): Run => ({
  row,
  slots: [...UNKNOWN_SLOTS],
  cuts: [],
  marks: Array.from({ length: machine.markCount(row) }, () => 0),
})

const startAnywhere = (machine: Tables): Bundle[] =>
  Array.from({ length: machine.states }, (_, state) => ({
    run: startIn(machine, state * machine.rowBytes),
    parts: [{ state, before: [], from: 0 }],
  }))

const stepAll = (machine: Tables, bundles: readonly Bundle[], symbol: number, position: number): Bundle[] => {
  for (const { run } of bundles) machine.step(run, symbol, position)
  return bundles.length === 1 ? [...bundles] : joined(machine, bundles)
}

const joined = (machine: Tables, bundles: readonly Bundle[]): Bundle[] => {
  const known = new Map<string, Bundle>()
  const left: Bundle[] = []
  for (const bundle of bundles) {
    const { run } = bundle
    const key = run.marks.length > 0 ? '' : `${run.row} ${openCuts(machine, run).join()}`
    const same = key === '' ? undefined : known.get(key)
    if (same === undefined) {
      left.push(bundle)
      if (key !== '') known.set(key, bundle)
    } else
      for (const part of bundle.parts) same.parts.push({ state: part.state, before: cutsOf(part, run), from: same.run.cuts.length })
  }
  return left
}

/** What is in the slots that matter. */
const openCuts = (machine: Tables, { row, slots }: Run): number[] => {
  const open: number[] = []
  for (let slot = 0, live = machine.liveSlots(row); live !== 0 && slot < MAX_SLOTS; slot++, live >>>= 1) if ((live & 1) === 1) open.push(slots[slot])
  return open
}

const positionOf = (cut: number): number => (cut < 0 ? cut : (cut & ~DROPPED_BIT) >>> 0)

const RECENT_CUTS = 4

/** A cut of a run, and those behind it. */
const cutsFrom = (cut: number, part: Part, run: Run): number[] => {
  const cuts = cutsOf(part, run)
  return cuts.slice(cuts.lastIndexOf(cut))
}

const endsWith = (cuts: readonly number[], end: readonly number[]): boolean =>
  cuts.length >= end.length && end.every((cut, i) => cuts[cuts.length - end.length + i] === cut)

/** `read`: how many symbols of the stretch have been read; `bundle`: all runs. */
const provenCut = (machine: Tables, { run, parts }: Bundle, stretch: Stretch, read: number, work: Work): number => {
  const { positions, symbols } = stretch
  const open = openCuts(machine, run)
  if (run.marks.length > 0 || open.some((cut) => cut < 0)) return -1
  const together = parts.reduce((last, { from }) => Math.max(last, from), 0)
  for (const cut of cutsOf(parts[0], run).slice(-RECENT_CUTS)) {
    const at = positionOf(cut)
    const number = run.cuts.lastIndexOf(cut)
    // what all runs have made together is alike; before that, each has to be looked at
    if (number < together && !parts.every((part) => endsWith(cutsOf(part, run), cutsFrom(cut, parts[0], run)))) continue
    const index = positions.indexOf(at)
    // what is before a certain cut does not change any more, whatever has been read since
    if (index <= 0 || stretch.refuted.has(at)) continue
    // look-aheads from before the window must not reach as far as the cut
    if (!stretch.classes.slice(0, index).some(machine.isReset)) continue
    const fresh = startIn(machine, 0)
    for (let i = index; i < read; i++) machine.step(fresh, symbols[i], positions[i])
    const isSame = fresh.row === run.row && fresh.marks.length === 0 && openCuts(machine, fresh).join() === open.join()
    if (!isSame || fresh.cuts.join() !== cutsFrom(cut, parts[0], run).slice(1).join()) continue
    if (endsAlike(machine, { run, parts }, stretch, index, work)) return at
    stretch.refuted.add(at)
  }
  return -1
}

/** Whether runs that are told at a code point that the document ends there cut as those did that went on. */
const endsAlike = (machine: Tables, wentOn: Bundle, { positions, classes }: Stretch, index: number, work: Work): boolean => {
  let bundles = startAnywhere(machine)
  for (const [i, symbol] of machine.symbolsOf(classes.slice(0, index), true).entries()) {
    if ((work.left -= bundles.length) < 0) return false
    bundles = stepAll(machine, bundles, symbol, positions[i])
  }
  for (const { run } of bundles) machine.step(run, machine.end, positions[index])
  const cutsUp = wentOn.parts.toSorted((a, b) => a.state - b.state).map((part) => cutsOf(part, wentOn.run))
  return bundles.every(({ run, parts }) =>
    parts.every((part) => {
      const cuts = cutsOf(part, run)
      const went = cutsUp[part.state]
      return cuts.join() === went.slice(0, cuts.length).join() && positionOf(went[cuts.length - 1]) === positions[index]
    }),
  )
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
