import { PretokError } from '../errors.ts'
import * as layout from '../pattern/layout.ts'

/*
 * The packed tables (pattern/layout.ts), run in JavaScript: slow and small, for checks and for looking at what a machine does. The kernel
 * (kernel/read.ts) is the fast one.
 */

/** A machine at work: its state and its slots. Positions may be anything that can be compared; bit 31 (DROPPED_BIT) is set where what ends there is in no piece. */
export interface Run {
  /** Offset of the state's row. */
  row: number
  slots: number[]
  cuts: number[]
  /** How many of the cuts there were when each mark was made; those behind the first mark are not certain. */
  marks: number[]
}

export interface Tables {
  states: number
  rowBytes: number
  /** The symbol that stands for the end of the segment. */
  end: number
  /** Whether each byte of the text is a character of its own, and not each code point. */
  readsBytes: boolean
  /** The class of a code point, or of a byte. */
  classOf(character: number): number
  /** The kernel knows the pattern by heart (kernel/windows.ts), and runs the machine only where it must. */
  hasFamily: boolean
  /** Symbols are not classes: what follows a code point has a say in its symbol. */
  looksAhead: boolean
  /** The symbols of code points by their classes, up to where they are known; of all, if the segment ends behind them. */
  symbolsOf(classes: readonly number[], isSegmentEnd: boolean): readonly number[]
  /** Whether the symbols of what is before a code point of this class do not depend on what comes behind it. */
  isReset(name: number): boolean
  /** The row of the state behind a step. */
  nextRow(row: number, symbol: number): number
  /** Reads a code point that begins at `position` (or ends the segment there). */
  step(run: Run, symbol: number, position: number): void
  /** Bit s: the value of slot s matters in this state. */
  liveSlots(row: number): number
  /** How many marks there are in this state. */
  markCount(row: number): number
}

/** @throws PretokError 'format' for bytes that are no packed tables of this version. */
export const openTables = (bytes: Uint8Array): Tables => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const word = (index: number): number => view.getUint32(4 * index, true)
  if (bytes.length < 4 * layout.HEADER_WORDS || word(layout.HEADER_MAGIC) !== layout.LAYOUT_MAGIC)
    throw new PretokError('format', 'split tables: not packed tables')
  if (word(layout.HEADER_VERSION) !== layout.LAYOUT_VERSION)
    throw new PretokError('format', `split tables: version ${word(layout.HEADER_VERSION)}, expected ${layout.LAYOUT_VERSION}`)
  if (word(layout.HEADER_BYTES) !== bytes.length)
    throw new PretokError('format', `split tables: ${bytes.length} bytes, expected ${word(layout.HEADER_BYTES)}`)
  const states = word(layout.HEADER_STATES)
  const rowBytes = word(layout.HEADER_ROW_BYTES)
  const end = word(layout.HEADER_SYMBOLS)
  const looksAhead = word(layout.HEADER_BACKWARD) !== 0
  const hasFamily = word(layout.HEADER_FAMILY) !== 0
  const entryAt = (row: number, symbol: number): number => view.getUint32(word(layout.HEADER_ROWS) + row + 4 * symbol, true)

  const readsBytes = word(layout.HEADER_READS_BYTES) === 1

  const classOf = (codePoint: number): number => {
    if (readsBytes) return bytes[word(layout.HEADER_ASCII) + codePoint]
    const block = view.getUint16(word(layout.HEADER_PAGES) + 2 * (codePoint >> layout.BLOCK_BITS), true)
    return bytes[word(layout.HEADER_BLOCKS) + (block << layout.BLOCK_BITS) + (codePoint & ((1 << layout.BLOCK_BITS) - 1))]
  }

  const resetOf = (name: number): number => view.getUint32(word(layout.HEADER_RESETS) + 4 * name, true)
  const isReset = (name: number): boolean => !looksAhead || resetOf(name) !== layout.NO_RESET

  const symbolsOf = (classes: readonly number[], isSegmentEnd: boolean): readonly number[] => {
    if (!looksAhead) return classes
    const known = isSegmentEnd ? classes.length : Math.max(0, classes.findLastIndex(isReset))
    const symbols = Array.from({ length: known }, () => 0)
    let row = isSegmentEnd || known === 0 ? 0 : resetOf(classes[known])
    for (let i = known - 1; i >= 0; i--) {
      const entry = view.getUint32(word(layout.HEADER_BACKWARD) + row + 4 * classes[i], true)
      symbols[i] = entry & layout.BACKWARD_SYMBOL_MASK
      row = entry >>> layout.BACKWARD_NEXT_SHIFT
    }
    return symbols
  }

  /** What entries do, by their low bits; there are few different ones. */
  const effects: Effect[] = []
  const effectOf = (entry: number): Effect => (effects[entry & EFFECT_MASK] ??= readEffect(entry))

  const readEffect = (entry: number): Effect => {
    if ((entry & layout.ENTRY_ACTION) === 0)
      return {
        leaving: (entry >>> layout.ENTRY_LEAVING_SHIFT) & layout.ENTRY_FIVE_BITS,
        stored: (entry >>> layout.ENTRY_SLOT_SHIFT) & layout.ENTRY_FIVE_BITS,
        isDropped: (entry & layout.ENTRY_DROPPED) !== 0,
      }
    const at = word(layout.HEADER_ACTIONS) + layout.ACTION_BYTES * ((entry >>> layout.ENTRY_ACTION_SHIFT) & layout.ENTRY_ACTION_MASK)
    const [slots, leaving, back, marks] = bytes.subarray(at, at + 4)
    return {
      leaving,
      sources: bytes.subarray(at + 4, at + 4 + slots),
      back,
      marks: bytes.subarray(at + 4 + slots, at + 4 + slots + marks),
    }
  }

  const nextRow = (row: number, symbol: number): number => entryAt(row, symbol) >>> layout.ENTRY_NEXT_SHIFT

  const step = (run: Run, symbol: number, position: number): void => {
    const entry = entryAt(run.row, symbol)
    const effect = effectOf(entry)
    if ('stored' in effect) run.slots[effect.stored] = effect.isDropped ? asDropped(position) : position
    else moveSlots(run, effect, position)
    if (effect.leaving > 0) run.cuts.push(...run.slots.splice(0, effect.leaving))
    run.row = entry >>> layout.ENTRY_NEXT_SHIFT
  }

  /** Marks change by actions only; all ways to a state lead to the same number of them. */
  const findMarkCounts = (): Map<number, number> => {
    const counts = new Map([[0, 0]])
    for (const [row, count] of counts)
      for (let symbol = 0; symbol < end; symbol++) {
        const to = nextRow(row, symbol)
        if (counts.has(to)) continue
        const effect = effectOf(entryAt(row, symbol))
        counts.set(to, 'marks' in effect ? effect.marks.length : count)
      }
    return counts
  }

  /** A slot is live if it can leave as a cut before anything else is put there. Found by going round until nothing changes. */
  const findLiveSlots = (): Uint32Array => {
    const live = new Uint32Array(states)
    for (let isChanged = true; isChanged;) {
      isChanged = false
      // backward: most steps lead to later states
      for (let state = states - 1; state >= 0; state--) {
        let slots = live[state]
        for (let symbol = 0; symbol <= end; symbol++) {
          const entry = entryAt(state * rowBytes, symbol)
          slots |= liveBefore(effectOf(entry), live[(entry >>> layout.ENTRY_NEXT_SHIFT) / rowBytes])
        }
        if (slots === (live[state] | 0)) continue
        live[state] = slots
        isChanged = true
      }
    }
    return live
  }

  let live: Uint32Array | undefined
  let marks: Map<number, number> | undefined
  return {
    states,
    rowBytes,
    end,
    readsBytes,
    classOf,
    hasFamily,
    looksAhead,
    symbolsOf,
    isReset,
    nextRow,
    step,
    liveSlots: (row) => (live ??= findLiveSlots())[row / rowBytes],
    markCount: (row) => (marks ??= findMarkCounts()).get(row)!,
  }
}

/** What an entry does, besides leading to a state. */
type Effect = Store | Action

/** The position is put into a slot. */
interface Store {
  leaving: number
  stored: number
  isDropped: boolean
}

/** The parts of an action, as in layout.ts. */
interface Action {
  leaving: number
  sources: Uint8Array
  back: number
  marks: Uint8Array
}

const EFFECT_MASK = (1 << layout.ENTRY_NEXT_SHIFT) - 1

const moveSlots = (run: Run, { sources, back, marks }: Action, position: number): void => {
  if (back !== layout.NO_MARK) run.cuts.length = run.marks[back]
  run.marks = Array.from(marks, (source) =>
    source < layout.SOURCE_NEW_MARK ? run.marks[source] : run.cuts.length + source - layout.SOURCE_NEW_MARK,
  )
  const old = [...run.slots]
  sources.forEach(
    (source, slot) =>
      (run.slots[slot] = source === layout.SOURCE_NOW ? position : source === layout.SOURCE_NOW_DROPPED ? asDropped(position) : old[source]),
  )
}

/** The slots that matter before a step, from those that do behind it. */
const liveBefore = (effect: Effect, after: number): number => {
  const { leaving } = effect
  const read = (after << leaving) | ((1 << leaving) - 1)
  if ('stored' in effect) return read & ~(1 << effect.stored) & ALL_SLOTS
  let slots = 0
  effect.sources.forEach((source, slot) => {
    if (((read >>> slot) & 1) === 1 && source < layout.MAX_SLOTS) slots |= 1 << source
  })
  return slots
}

const ALL_SLOTS = (1 << layout.MAX_SLOTS) - 1

const asDropped = (position: number): number => (position | layout.DROPPED_BIT) >>> 0
