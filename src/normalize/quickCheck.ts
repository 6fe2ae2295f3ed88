import { isAscii } from 'node:buffer'
import { BLOCK, blocksBeginningWith, valueAt, type CodePointTable, type QuickCheckClasses } from './codePointTable.ts'
import { KeptText } from './keptText.ts'
import { SLICE, slices, startNormalizeKernel, type NormalizeExports } from './kernel.ts'
import type { Emit, TextStage } from './textStage.ts'
import { codePointAt, codePointBefore } from '../unicode/utf8.ts'

// Classes; numbers below LEADING are those of marks in canonical order.
/** Nothing before it has to do with it, and it stays. */
export const SETTLED = 0
/** The same, but it may combine with what comes. */
export const LEADING = 0x40
/** Added to the number of a mark, or 0: it may combine with a LEADING one before it. */
export const MAYBE = 0x80
/** The number of a mark. */
export const ORDER = 0x3f
/** It may be changed, or change what is before it. */
export const UNSURE = 0xff
/** Of the ASCII characters that texts to be replaced are made of: UNSURE behind another one of these, else SETTLED. */
export const LITERAL = 0xfe

export const isSettled = (class_: number): boolean => class_ === SETTLED || class_ === LEADING

/** Prepares classes for the kernel. */
export const packClasses = (table: CodePointTable<Uint8Array>): QuickCheckClasses => {
  const below0x800 = Uint8Array.from({ length: 0x800 }, (_, codePoint) => valueAt(table, codePoint))
  const isBlockSettled = Uint8Array.from({ length: table.blocks.length / BLOCK }, (_, block) =>
    table.blocks.subarray(block * BLOCK, (block + 1) * BLOCK).every(isSettled) ? 1 : 0,
  )
  const areSettled = (byte: number): boolean => {
    if (byte < 0x80) return isSettled(below0x800[byte])
    const [start, end] = blocksBeginningWith(byte)
    return end <= table.pages.length && table.pages.subarray(start, end).every((block) => isBlockSettled[block] === 1)
  }
  const settledByLow = new Uint8Array(16).fill(0xff)
  // a group of several high halves is settled only where all of them are
  for (let byte = 0; byte < 0x100; byte++)
    if (!isContinuation(byte) && !areSettled(byte)) settledByLow[byte & 0x0f] &= ~GROUPS[byte >> 4]
  return { table, below0x800, settledByLow, groupByHigh: GROUPS, isAsciiSettled: below0x800.subarray(0, 0x80).every(isSettled) }
}

/** What the kernel must be given, in the order of `useClasses`. */
export const classTables = ({ table, below0x800, settledByLow, groupByHigh }: QuickCheckClasses): readonly NodeJS.TypedArray[] => [
  table.pages,
  table.blocks,
  below0x800,
  settledByLow,
  groupByHigh,
]

export const useClasses = (
  { setClasses }: Pick<NormalizeExports, 'setClasses'>,
  [pages, blocks, below0x800, settledByLow, groupByHigh]: readonly number[],
): void => setClasses(pages, blocks, below0x800, settledByLow, groupByHigh)

/** Groups of high halves of bytes: control characters; what else is in ASCII, in three, for ` and the last of those; continuations; three of first bytes. */
const GROUPS = Uint8Array.from([1, 1, 2, 2, 2, 2, 4, 8, 16, 16, 16, 16, 32, 64, 128, 128])

const isContinuation = (byte: number): boolean => byte >= 0x80 && byte < 0xc0

/** Stretches that are longer, in bytes, are cut inside. */
const LONG = 2 ** 16

/** The last code point in front of which a text can be cut; 0 if there is none. */
const lastBoundary = (text: Buffer, isBoundary: (codePoint: number) => boolean): number => {
  for (let at = text.length; at > 0;) {
    at = codePointBefore(text, at)
    if (isBoundary(codePointAt(text, at))) return at
  }
  return 0
}

/**
 * A stage that lets text through, in `pass`, as it is where a quick check of its characters finds that it can stay, and rewrites only what
 * is around the others. It keeps the text behind the last place where it can be cut, since that may change with what comes next.
 *
 * Takes time in proportion to the text, however long a stretch cannot be cut, if `rewrite` does.
 *
 * @param rewrite rewrites a stretch of text; what is on both sides of it has nothing to do with it
 * @param pass takes the text that is to stay
 * @param isBoundary whether what is before a code point has nothing to do with it and what follows, though it may be changed itself. Long stretches are cut
 * in front of those.
 */
export const createQuickCheckStage = (
  classes: QuickCheckClasses,
  rewrite: (text: Buffer) => Buffer,
  emit: Emit,
  pass: Emit = emit,
  isBoundary?: (codePoint: number) => boolean,
): TextStage => {
  const { isAsciiSettled } = classes
  const { exports, bytes, tables, room } = startNormalizeKernel(classTables(classes), SLICE)
  useClasses(exports, tables)
  const kept = new KeptText('characters in a row that all have to do with each other')
  let shortenAt = LONG

  /** Of a long stretch, most is done with as soon as it can be. */
  const shorten = (): void => {
    if (isBoundary === undefined || kept.length < shortenAt) return
    const text = kept.take()
    const at = lastBoundary(text, isBoundary)
    if (at > 0) emit(rewrite(text.subarray(0, at)))
    kept.add(text.subarray(at))
    shortenAt = Math.max(LONG, 2 * kept.length) // where there is none, it is looked for seldom
  }

  const flush = (): void => {
    if (kept.length === 0) return
    const text = kept.take()
    if (exports.isUnsure.value === 0) pass(text)
    else emit(rewrite(text))
  }

  const isAllAscii = (text: Buffer): boolean => isAsciiSettled && exports.previous.value !== UNSURE && text.length > 0 && isAscii(text)

  /** ASCII can be cut everywhere, and stays. */
  const pushAscii = (text: Buffer): void => {
    flush()
    exports.startAt(room)
    if (text.length > 1) pass(text.subarray(0, -1))
    kept.add(text.subarray(-1))
  }

  const pushSlice = (text: Buffer): void => {
    if (isAllAscii(text)) return pushAscii(text)
    bytes.set(text, room)
    const end = room + text.length
    const from = (start: number, stop = end): Buffer => text.subarray(start - room, stop - room)
    let at = room
    if (kept.length > 0) {
      at = exports.readToCut(room, end)
      kept.add(from(room, at))
      if (at === end) return shorten()
      flush()
    }
    for (;;) {
      exports.startAt(at)
      const unsure = exports.readSure(at, end)
      const cut = exports.cut.value
      if (cut > at) pass(from(at, cut))
      if (unsure === end) return kept.add(from(cut))
      const calm = exports.readUnsure(unsure, end)
      const stop = calm === 0 ? exports.cut.value : calm
      if (stop > cut) emit(rewrite(from(cut, stop)))
      if (calm === 0) return kept.add(from(stop))
      at = calm
    }
  }

  return {
    push(text) {
      if (isAllAscii(text)) pushAscii(text)
      else for (const slice of slices(text)) pushSlice(slice)
    },
    end() {
      flush()
      exports.startAt(room)
    },
  }
}
