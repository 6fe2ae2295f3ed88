import { PretokError } from '../errors.ts'
import * as layout from '../pattern/layout.ts'

/*
 * The packed tables (pattern/layout.ts), run in JavaScript: slow and small, for checks and for looking at what a machine does. The kernel
 * (kernel/pass.ts) is the fast one.
 */

/** A machine at work: its state and its slots. Positions may be anything that can be compared; bit 31 marks the end of a dropped gap. */
export interface Run {
  /** Offset of the state's row. */
  row: number
  slots: number[]
  /** The cuts that have become certain. */
  cuts: number[]
}

export interface Tables {
  states: number
  rowBytes: number
  /** The class that stands for the end of the segment. */
  end: number
  classOf(codePoint: number): number
  /** Reads a code point of class `symbol` that begins at `position` (or ends the segment there). */
  step(run: Run, symbol: number, position: number): void
  /** Bit s: the value of slot s matters in this state. */
  liveSlots(row: number): number
}

/** @throws PretokError 'format' for bytes that are no packed tables of this version. */
export const openTables = (bytes: Uint8Array): Tables => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const word = (index: number): number => view.getUint32(4 * index, true)
  if (bytes.length < 4 * layout.HEADER_WORDS || word(layout.HEADER_MAGIC) !== layout.LAYOUT_MAGIC) throw new PretokError('format', 'split tables: not packed tables')
  if (word(layout.HEADER_VERSION) !== layout.LAYOUT_VERSION)
    throw new PretokError('format', `split tables: version ${word(layout.HEADER_VERSION)}, expected ${layout.LAYOUT_VERSION}`)
  if (word(layout.HEADER_BYTES) !== bytes.length) throw new PretokError('format', `split tables: ${bytes.length} bytes, expected ${word(layout.HEADER_BYTES)}`)
  const states = word(layout.HEADER_STATES)
  const rowBytes = word(layout.HEADER_ROW_BYTES)
  const end = word(layout.HEADER_CLASSES)
  const entryAt = (row: number, symbol: number): number => view.getUint32(word(layout.HEADER_ROWS) + row + 4 * symbol, true)

  const classOf = (codePoint: number): number => {
    const block = view.getUint16(word(layout.HEADER_PAGES) + 2 * (codePoint >> layout.BLOCK_BITS), true)
    return bytes[word(layout.HEADER_BLOCKS) + (block << layout.BLOCK_BITS) + (codePoint & ((1 << layout.BLOCK_BITS) - 1))]
  }

  /** What an entry does to the slots: for each slot afterwards its source, those that leave first. `undefined`: as it was. */
  const sourcesOf = (entry: number): { sources: number[] | undefined; stored: number; certain: number } => {
    if ((entry & layout.ENTRY_ACTION) === 0)
      return { sources: undefined, stored: (entry >>> layout.ENTRY_SLOT_SHIFT) & layout.ENTRY_FIVE_BITS, certain: (entry >>> layout.ENTRY_CERTAIN_SHIFT) & layout.ENTRY_FIVE_BITS }
    const at = word(layout.HEADER_ACTIONS) + layout.ACTION_BYTES * ((entry >>> layout.ENTRY_ACTION_SHIFT) & layout.ENTRY_ACTION_MASK)
    return { sources: [...bytes.subarray(at + 2, at + 2 + bytes[at])], stored: -1, certain: bytes[at + 1] }
  }

  const step = (run: Run, symbol: number, position: number): void => {
    const entry = entryAt(run.row, symbol)
    const { sources, stored, certain } = sourcesOf(entry)
    const old = [...run.slots]
    if (sources === undefined) run.slots[stored] = (entry & layout.ENTRY_GAP) === 0 ? position : withGap(position)
    else sources.forEach((source, slot) => (run.slots[slot] = source === layout.SOURCE_NOW ? position : source === layout.SOURCE_NOW_GAP ? withGap(position) : old[source]))
    run.cuts.push(...run.slots.splice(0, certain))
    run.row = entry >>> layout.ENTRY_NEXT_SHIFT
  }

  /** A slot is live if it can leave as a cut before anything else is put there. Found by going round until nothing changes. */
  const findLiveSlots = (): Uint32Array => {
    const live = new Uint32Array(states)
    for (let isChanged = true; isChanged; ) {
      isChanged = false
      for (let state = 0; state < states; state++) {
        let slots = live[state]
        for (let symbol = 0; symbol <= end; symbol++) slots |= liveBefore(entryAt(state * rowBytes, symbol), live)
        if (slots === live[state]) continue
        live[state] = slots
        isChanged = true
      }
    }
    return live
  }

  const liveBefore = (entry: number, live: Uint32Array): number => {
    const { sources, stored, certain } = sourcesOf(entry)
    const after = live[(entry >>> layout.ENTRY_NEXT_SHIFT) / rowBytes]
    let slots = 0
    for (let slot = 0; slot < layout.MAX_SLOTS; slot++) {
      if (slot >= certain && ((after >>> (slot - certain)) & 1) === 0) continue
      const source = sources === undefined ? slot : sources[slot]
      if (slot !== stored && source !== undefined && source < layout.MAX_SLOTS) slots |= 1 << source
    }
    return slots >>> 0
  }

  let live: Uint32Array | undefined
  return { states, rowBytes, end, classOf, step, liveSlots: (row) => (live ??= findLiveSlots())[row / rowBytes] }
}

const withGap = (position: number): number => (position | layout.GAP_BIT) >>> 0
