/*
 * What the compiler's two halves say to each other: programs and machines as lists of integers, which transducer.ts, steps.ts and beside.ts write down
 * and src/kernel/pattern reads, and the other way round. Plain integers only, because AssemblyScript compiles this file, too; layout.ts is the same for
 * the tables that come out.
 */

/**
 * An instruction is four integers, its kind and
 *   TAKE    the set of what it takes, the next instruction
 *   SPLIT   the instruction that is preferred, the other one
 *   CHECK   the next instruction, where its table begins: a thread passes if 1 is there for the symbol behind (or ahead)
 *   LOOK    the next instruction, where its table begins; and before it there is the row of it for each symbol behind
 */
export const MATCH = 0
export const TAKE = 1
export const SPLIT = 2
export const CHECK_BEHIND = 3
export const CHECK_AHEAD = 4
export const LOOK = 5

// what a split drops, and which neighbours it joins (behavior.ts)
export const DROPS_NOTHING = 0
export const DROPS_GAPS = 1
export const DROPS_MATCHES = 2
export const JOINS_NOTHING = 0
export const JOINS_GAP_AND_MATCH = 1
export const JOINS_MATCH_AND_GAP = 2
export const JOINS_MATCHES = 3

// why there is no machine; 0: there is one
export const TOO_MANY_STATES = 1
export const TOO_MUCH_WORK = 2
export const TOO_MANY_SLOTS = 3
export const MAX_STATES = 4000

/*
 * What a step does is a list. In a program's machine, an effect (transducer.ts):
 *
 *   how many slots leave; the mark to go back to, or NONE; 1 if the marks are those of before; number of slots; sources of the slots; sources of the marks
 *
 * In one that is composed of two, a move (steps.ts), which knows of no marks:
 *
 *   how many slots leave; sources of the slots
 *
 * The source of a slot is a slot before the step, or, in effects, NOW or NOW_ENDS_GAP: what these mean for pieces depends on what the split drops, and
 * machine.ts settles it. In moves that is settled, as in the tables: SOURCE_NOW or SOURCE_NOW_DROPPED (layout.ts), or DEAD.
 */
/** The position before the code point that the step reads. */
export const NOW = -1
/** The same, as the end of a gap. */
export const NOW_ENDS_GAP = -2
/** Of slots that are not read again: anything. */
export const DEAD = -1
/** No mark. */
export const NONE = -1

// of text from the last cut on: it may be in a piece, in none, or, both bits, either
export const KEPT = 1
export const DROPPED = 2
