import { cut, isUnsure, previous, readSure, readToCut, readUnsure, setClasses, startAt } from './quickCheck'
import { isInRun, readUnchanged, rewrite, setInRun, setMap, startText, written } from './rewrite'

/*
 * The kernel of the normalizers, a module of its own. It tells which text needs no normalizing, at the speed of reading it (quickCheck.ts), and
 * rewrites text character by character (rewrite.ts). The caller lays out the memory from `base` on: tables, text, and room for what comes out. Text is
 * valid UTF-8, whole code points. Tables have two stages: u16 numbers of blocks by code point / 64, and the blocks, 64 entries each.
 *
 * The kernel that splits and counts does the same to raw text (raw.ts), and composes what is only to be composed (compose.ts).
 */

/** Where the memory begins that the caller may use. */
export const base: usize = (__heap_base + 63) & ~63

// what is exported here is what JavaScript sees
export { setClasses, startAt, readToCut, readSure, readUnsure, previous, cut, isUnsure }
export { setMap, startText, setInRun, isInRun, readUnchanged, rewrite, written }
