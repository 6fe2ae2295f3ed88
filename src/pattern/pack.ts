import type { PretokError } from '../errors.ts'
import { CODE_POINTS } from '../unicode/codePointSet.ts'
import { packByteSet } from './byteSet.ts'
import type { Partition } from './classes.ts'
import { findIdle, type Idle } from './idle.ts'
import * as layout from './layout.ts'
import type { BackwardMachine } from './lookahead.ts'
import type { Automaton, Machine } from './machine.ts'
import type { Row } from './minimize.ts'
import { createNumbering } from './numbering.ts'
import { patternError } from './patternError.ts'
import { classesOfBytes } from './unit.ts'

/** One or more stages as the tables that the kernel runs, and what these were made from: fuse.ts, withFamily.ts and equivalence.ts go on from that. */
export interface Compiled extends Automaton {
  /** As layout.ts describes; written when they are first asked for: stages that become part of a larger machine need none. */
  readonly tables: Uint8Array
}

/**
 * Adds the tables.
 *
 * @param text the pattern, for messages
 * @throws PretokError 'pattern', at once, for what the tables have no room for
 */
export const withTables = (automaton: Automaton, text: string): Compiled => {
  checkRoom(automaton, text)
  let tables: Uint8Array | undefined
  return {
    ...automaton,
    get tables() {
      return (tables ??= packTables(automaton))
    },
  }
}

const bytesOfRow = ({ next }: Machine): number => 4 * next[0].length

const checkRoom = ({ machine, partition, backward, unit }: Automaton, text: string): void => {
  const { next, actions } = machine
  const refuse = (what: string): PretokError => patternError(what, text)
  if (unit === 'bytes' && backward !== undefined) throw refuse('a look-ahead of more than one code point after a byte map')
  const rowsBytes = bytesOfRow(machine) * next.length
  if (next[0].length > 256 || partition.count > 255) throw refuse('more than 255 classes of code points')
  if (rowsBytes >= 2 ** (32 - layout.ENTRY_NEXT_SHIFT)) throw refuse(`tables of ${rowsBytes} bytes`)
  if (actions.length > layout.ENTRY_ACTION_MASK) throw refuse(`more than ${layout.ENTRY_ACTION_MASK} kinds of steps`)
  if (actions.some((action) => action.length > layout.ACTION_BYTES)) throw refuse('a step of too many parts')
}

/** Writes a machine and its classes as the packed tables that layout.ts describes. */
const packTables = ({ machine, partition, backward, unit }: Automaton): Uint8Array => {
  const { next, outputs, actions, decided } = machine
  const symbols = next[0].length - 1
  const rowBytes = bytesOfRow(machine)
  const { ascii, pages, blocks } = unit === 'bytes' ? mapBytes(partition) : mapCodePoints(partition)

  const parts: [word: number, bytes: Uint8Array][] = [
    [layout.HEADER_ASCII, ascii],
    [layout.HEADER_PAGES, new Uint8Array(pages.buffer)],
    [layout.HEADER_BLOCKS, blocks],
    [layout.HEADER_ROWS, packRows(next, outputs, layout.ENTRY_NEXT_SHIFT)],
    [layout.HEADER_ACTIONS, packActions(actions)],
    [layout.HEADER_DECIDED, Uint8Array.from(decided)],
  ]
  if (backward !== undefined)
    parts.push(
      [layout.HEADER_BACKWARD, packRows(backward.next, backward.symbols, layout.BACKWARD_NEXT_SHIFT)],
      [layout.HEADER_RESETS, packResets(backward)],
    )
  const idle = findIdle({ machine, partition, backward, unit })
  if (idle !== undefined) parts.push([layout.HEADER_IDLE, packIdle(idle)])
  const header = new Uint32Array(layout.HEADER_WORDS)
  let size = header.byteLength
  for (const [word, bytes] of parts) {
    header[word] = size
    size += align(bytes.length)
  }
  header[layout.HEADER_MAGIC] = layout.LAYOUT_MAGIC
  header[layout.HEADER_VERSION] = layout.LAYOUT_VERSION
  header[layout.HEADER_BYTES] = size
  header[layout.HEADER_STATES] = next.length
  header[layout.HEADER_SYMBOLS] = symbols
  header[layout.HEADER_CLASSES] = partition.count
  header[layout.HEADER_ROW_BYTES] = rowBytes
  header[layout.HEADER_READS_BYTES] = unit === 'bytes' ? 1 : 0
  const tables = new Uint8Array(size)
  tables.set(new Uint8Array(header.buffer))
  for (const [word, bytes] of parts) tables.set(bytes, header[word])
  return tables
}

const align = (bytes: number): number => (bytes + 15) & ~15

/** Rows of entries: where the next state's row begins, and, in the bits below, what is done. */
const packRows = (next: readonly Row[], outputs: readonly Row[], nextShift: number): Uint8Array => {
  const columns = next[0].length
  const rowBytes = 4 * columns
  const entries = new Uint32Array(next.length * columns)
  for (let state = 0, i = 0; state < next.length; state++) {
    const row = next[state]
    const outputRow = outputs[state]
    for (let symbol = 0; symbol < columns; symbol++, i++) entries[i] = ((row[symbol] * rowBytes) << nextShift) | outputRow[symbol]
  }
  return new Uint8Array(entries.buffer)
}

const packResets = ({ next }: BackwardMachine): Uint8Array => {
  const resets = Array.from(next[0], (to, name) => (next.every((row) => row[name] === to) ? 4 * next[0].length * to : layout.NO_RESET))
  return new Uint8Array(Uint32Array.from(resets).buffer)
}

const packIdle = ({ isIdle, state }: Idle): Uint8Array => {
  const packed = new Uint8Array(layout.IDLE_BYTES)
  packed.set(packByteSet([...isIdle.keys()].filter((byte) => !isIdle[byte])))
  new DataView(packed.buffer).setUint32(layout.IDLE_STATE, state, true)
  return packed
}

const packActions = (actions: readonly number[][]): Uint8Array => {
  const packed = new Uint8Array(layout.ACTION_BYTES * actions.length)
  actions.forEach((action, number) => packed.set(action, layout.ACTION_BYTES * number))
  return packed
}

interface ClassMap {
  ascii: Uint8Array
  pages: Uint16Array
  blocks: Uint8Array
}

const mapBytes = (partition: Partition): ClassMap => ({
  ascii: Uint8Array.from(classesOfBytes(partition)),
  pages: new Uint16Array(),
  blocks: new Uint8Array(),
})

/** The class of every code point: ASCII directly, all others by a two-stage table. Equal blocks are stored once. */
const mapCodePoints = ({ starts, classes }: Partition): ClassMap => {
  const size = 1 << layout.BLOCK_BITS
  const pages = new Uint16Array(CODE_POINTS / size)
  const numbers = createNumbering()
  const block = new Uint8Array(size)
  const words = new Int32Array(block.buffer)
  for (let range = 0; range < starts.length; range++) {
    const end = range + 1 < starts.length ? starts[range + 1] : CODE_POINTS
    const name = classes[range]
    let at = starts[range]
    // the rest of a page that other ranges began, …
    const offset = at & (size - 1)
    if (offset !== 0) {
      const rest = Math.min(end - at, size - offset)
      block.fill(name, offset, offset + rest)
      at += rest
      if (offset + rest === size) pages[at / size - 1] = numbers.numberOf(words)
    }
    // … pages of this range alone, …
    const lastWhole = end >> layout.BLOCK_BITS
    if (at < lastWhole * size) {
      block.fill(name)
      pages.fill(numbers.numberOf(words), at / size, lastWhole)
      at = lastWhole * size
    }
    // … and the beginning of a page that others will end
    if (at < end) block.fill(name, 0, end - at)
  }
  const blocks = new Int32Array(numbers.count * words.length)
  for (let number = 0; number < numbers.count; number++) numbers.read(number, blocks.subarray(number * words.length))
  const bytes = new Uint8Array(blocks.buffer)
  const blockOf = (page: number): Uint8Array => bytes.subarray(pages[page] * size, (pages[page] + 1) * size)
  return { ascii: Buffer.concat([blockOf(0), blockOf(1)]), pages, blocks: bytes }
}
