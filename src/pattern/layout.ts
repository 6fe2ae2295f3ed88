/*
 * The packed tables of one split stage: what the compiler (`pack.ts`) writes and the kernel (`src/kernel`) and the checks that run tables
 * in JavaScript (`src/split/tables.ts`) read. This file is all they share. It holds plain integers only, because AssemblyScript compiles
 * it too.
 *
 * All numbers are little-endian u32 unless said otherwise; all offsets are in bytes from the start of the tables.
 *
 *   header    HEADER_WORDS words, named below
 *   ascii     128 bytes: the class of each ASCII code point; where bytes are read one by one, 256: the class of each byte
 *   pages     u16 for each 64 code points: which block holds their classes
 *   blocks    64 bytes each: classes of 64 code points in a row
 *   rows      one row per state: one entry per symbol, and a last one for the end of the segment. State 0 is the start of a segment.
 *             Symbols are classes, unless there is a backward machine (lookahead.ts), which is to be run first to find them.
 *   actions   ACTION_BYTES each, for steps that do more; one byte each:
 *             [number of slots, of which leave, mark to go back to or NO_MARK, number of marks,
 *              source of slot 0, source of slot 1, …, source of mark 0, source of mark 1, …]
 *   backward  one row per state of the backward machine, one entry per class. State 0 is the end of a segment. Bits 0–7 are the symbol of
 *             the code point, bits 8–31 the offset of the next state's row from the first one
 *   resets    for each class the offset of the row that it leads to from every state, or NO_RESET
 *   idle      of most stages, IDLE_BYTES: which bytes they have nothing to do with, see below
 *   roles     of families only: see HEADER_ROLES
 *   decided   one byte per state: the position up to which no cut can come any more besides those that are certain (DECIDED_…), so that the next
 *             stage may read that far (kernel/cuts.ts), and whether the text from the last cut up to there is in no piece. In `abc|a`: in a gap it is
 *             DECIDED_HERE, after "ab" DECIDED_LAST_CUT, for position 1 may still become a cut
 *
 * An entry says what reading one code point does. Positions are byte offsets; a cut is a position, with bit 31 (DROPPED_BIT) set if the text
 * that ends there is in no piece. Slots are cuts that are not certain yet; `kernel/pattern/transducer.ts` tells why there are any, and what marks are.
 *
 *   bit 0        the position is stored with DROPPED_BIT
 *   bit 1        0: put the position before the code point into slot `bits 2–6`, then let the first `bits 7–11` slots leave as cuts
 *                1: do the action numbered `bits 2–11`
 *   bits 12–31   offset of the next state's row from the first row
 */

export const LAYOUT_MAGIC = 0x544b5450 // 'PTKT'
export const LAYOUT_VERSION = 4

export const HEADER_MAGIC = 0
export const HEADER_VERSION = 1
/** Size of the tables in bytes, header included. */
export const HEADER_BYTES = 2
export const HEADER_STATES = 3
/** Number of symbols, the end of the segment not counted. */
export const HEADER_SYMBOLS = 4
export const HEADER_ROW_BYTES = 5
export const HEADER_ASCII = 6
export const HEADER_PAGES = 7
export const HEADER_BLOCKS = 8
export const HEADER_ROWS = 9
export const HEADER_ACTIONS = 10
export const HEADER_DECIDED = 11
/** Number of classes of code points. */
export const HEADER_CLASSES = 12
/** The family that the pattern belongs to (FAMILY_…), 0 if to none, … */
export const HEADER_FAMILY = 13
/** … and then the roles: 256 bytes, one for each first byte (ROLE_MIXED: it depends on the rest), then one for each class. */
export const HEADER_ROLES = 14
/** 0: there is no backward machine. */
export const HEADER_BACKWARD = 15
export const HEADER_RESETS = 16
/** 1 if each byte of the text is a character of its own; there are no pages and blocks then. */
export const HEADER_READS_BYTES = 17
/** 0: no byte is idle. */
export const HEADER_IDLE = 18
export const HEADER_WORDS = 20

/** A family is a form of pattern that the kernel knows by heart (kernel/windows.ts). */
export const FAMILY_MASK = 7
export const FAMILY_GPT2 = 1
export const FAMILY_CL100K = 2
export const FAMILY_O200K = 3
/** Cut between groups of characters (local.ts). */
export const FAMILY_LOCAL = 4
/** Runs of some characters, with a space in front of them (headed.ts). */
export const FAMILY_HEADED = 5
/** How many digits make a group, in two bits. */
export const FAMILY_DIGITS_SHIFT = 3
/** Contractions are recognized. */
export const FAMILY_CONTRACTIONS = 32
/** White space at the end of the text is one piece. */
export const FAMILY_BLANK_END = 64
/** Of cl100k's: newlines after others belong to them. */
export const FAMILY_TAILS = 128
/** Of cl100k's: marks are letters. */
export const FAMILY_MARKS = 256
/** Of o200k's: runs of Han are apart. */
export const FAMILY_HAN = 512
/** Of cl100k's: marks belong to the letters before them. */
export const FAMILY_MARKS_BEHIND = 1024

/** What a character is to a family. */
export const ROLE_OTHER = 0
/** A letter; in families with cases, a small one. */
export const ROLE_LETTER = 1
export const ROLE_DIGIT = 2
/** White space, but neither space nor newline. */
export const ROLE_WHITE = 3
/** A capital or title letter. */
export const ROLE_UPPER = 4
/** A letter without case. */
export const ROLE_UNCASED = 5
export const ROLE_MARK = 6
/** Of a first byte: the characters differ in their roles. */
export const ROLE_MIXED = 7
/** Of a character: a letter of Han, where these are apart. (No first byte need have it.) */
export const ROLE_HAN = 7
// in the family that cuts between groups, a role is the number of a group, with these
export const ROLE_GROUP = 7
/** There is a cut in front of each, whatever is there. */
export const ROLE_ISOLATED = 8
/** Characters are in no piece. */
export const ROLE_DROPPED = 16

/**
 * A byte is idle if a segment of nothing but such bytes is left whole. After any number of them the machine is in one state, with no open cut.
 * The others are a set (byteSet.ts); after it is the number of the state.
 */
export const IDLE_BYTES = 36
export const IDLE_STATE = 32

export const BLOCK_BITS = 6

export const ENTRY_DROPPED = 1
export const ENTRY_ACTION = 2
export const ENTRY_SLOT_SHIFT = 2
export const ENTRY_LEAVING_SHIFT = 7
export const ENTRY_FIVE_BITS = 31
export const ENTRY_ACTION_SHIFT = 2
export const ENTRY_ACTION_MASK = 1023
export const ENTRY_NEXT_SHIFT = 12

export const BACKWARD_SYMBOL_MASK = 255
export const BACKWARD_NEXT_SHIFT = 8
export const NO_RESET = 0xffffffff

/** How many slots a state has at most. Slot number MAX_SLOTS is never read: steps that store nothing store there. */
export const MAX_SLOTS = 31

export const ACTION_BYTES = 64
/** In an action: the position before the code point … */
export const SOURCE_NOW = 254
/** … and the same with DROPPED_BIT. */
export const SOURCE_NOW_DROPPED = 255

/** In an action: the list of cuts is not cut back. */
export const NO_MARK = 255
/** In an action: a new mark, made after (value - SOURCE_NEW_MARK) of the listed slots, those that leave included. Below: an old mark. */
export const SOURCE_NEW_MARK = 128

/** In `decided`: up to the last certain cut, … */
export const DECIDED_LAST_CUT = 126
/** … all that was read, or else the number of the slot that holds the position; … */
export const DECIDED_HERE = 127
/** … and this bit, if the text from the last cut up to there is in no piece. */
export const DECIDED_DROPPED = 128

/** In a cut: the text that ends here is in no piece. Positions are below 2^31. */
export const DROPPED_BIT = 0x80000000
