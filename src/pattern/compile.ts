import type { Dialect } from './ast.ts'
import { treatmentOf, type SplitBehavior } from './behavior.ts'
import { renameClasses } from './classes.ts'
import { simplifyLookahead } from './lookahead.ts'
import { toMachine } from './machine.ts'
import { buildNfa } from './nfa.ts'
import { withTables, type Compiled } from './pack.ts'
import { parsePattern } from './parse.ts'
import { patternError } from './patternError.ts'
import { buildTransducer } from './transducer.ts'
import type { Unit } from './unit.ts'

/*
 * This room turns the regex of a split stage into tables. With them the kernel reads text once, a step for each code point, and knows where it is
 * cut. What becomes of `abc|a`, where matches and gaps are pieces:
 *
 *   regex    abc|a
 *   tree     alternation: the sequence of the sets {a}, {b}, {c}; the set {a}                                (parse.ts)
 *   program  start: take a, then split: take b, take c, match; else match                                    (program.ts)
 *   over classes instead of sets: a, b, c, and all other code points, which are 4 symbols                    (nfa.ts)
 *   machine  6 states; its whole table stands in kernel/pattern/transducer.ts                                (transducer.ts)
 *   tables   the machine with as few states and symbols as possible, one word for each state and symbol      (machine.ts, pack.ts)
 *   at work  state 0, and for each code point the word of its symbol: the next state, and what is done       (kernel/read.ts)
 *
 * Nearly all of this is as in any regex compiler. What is particular is the machine: it does not say whether text matches, but where the matches of
 * the whole text begin and end, one after another. Having read "ab", it cannot know yet whether there is a cut behind the a: in "abc" there is none, in
 * "abd" there is. So it keeps such a cut open, in a slot, until a later step makes it certain or drops it. Whoever understands slots (the header of
 * kernel/pattern/transducer.ts) has understood the room. To see the machine of a tokenizer: `pretok tokenizers --explain gpt2`.
 *
 * The order in which to read, which is also the way of a pattern through the room:
 *
 *   behavior.ts     what a split does with matches and with the gaps between them
 *   ast.ts          the tree of a pattern (nodes.ts: questions about it)
 *   parse.ts        regex text → tree; what depends on dialect, flags and Unicode is settled here. reader.ts first: sets of characters; then
 *                   flags.ts, assertions.ts, foldedLetters.ts, backreferences.ts; dotRuns.ts: patterns that are refused because Oniguruma
 *                   passes over places where they would match
 *   program.ts      tree → program of small instructions, for threads; conditions.ts has the look-arounds of one code point, rightGroups.ts
 *                   what is rewritten before
 *   nfa.ts          the program over classes of code points (classes.ts) instead of sets
 *   lookahead.ts    look-aheads of any length, by reading backward first; then symbols take the place of classes
 *   transducer.ts   program → machine that reads text once and says where it is cut. This file only hands it over: read kernel/pattern/transducer.ts;
 *                   describe.ts writes a machine down for people
 *   layout.ts       what the kernel reads: entries, actions, `decided`
 *   machine.ts      the machine with as few states and symbols as possible (minimize.ts), and what its steps do as entries and actions
 *   pack.ts         machine → tables, as layout.ts describes them (unit.ts: code points or bytes; idle.ts: which text the kernel may skip,
 *                   as byteSet.ts writes it)
 *
 * At first reading one can do without:
 *
 *   fuse.ts         machines of stages one after another → one machine, where that is small (beside.ts, steps.ts)
 *   families.ts     patterns that the kernel has code of its own for; withFamily.ts finds out which of them a stage is of, or another of which that is true
 *                   (local.ts, headed.ts); equivalence.ts tells whether two machines cut alike
 *   numbering.ts    numbers for lists of integers
 *   patternError.ts how errors show a pattern
 *   toRegExp.ts     the reference tier's way from the tree, with match.ts and answers.ts, over the letters of alphabet.ts
 *
 * Three of these files, transducer.ts, minimize.ts and beside.ts, hold no algorithm. They write lists of integers for WebAssembly and read what it has
 * made (kernel.ts has the calls, programLayout.ts the numbers). The algorithms are in src/kernel/pattern, which goes fast over all steps of a machine:
 *
 *   transducer.ts   threads.ts, then transducer.ts
 *   minimize.ts     minimize.ts, refine.ts
 *   beside.ts       positions.ts, beside.ts, compose.ts
 *
 * Words, each with one meaning:
 *
 *   stage      a split of a pipeline: a pattern, and what is done with its matches and gaps (behavior.ts)
 *   segment    the text that a stage reads: a document, or one piece of the stage before
 *   border     the start or end of a segment, as look-arounds see it: one more symbol, after all others
 *   gap        code points between two matches
 *   cut        a position between two pieces; open while what follows may still undo it, then certain
 *   class      code points that no set of the pattern tells apart, as a number
 *   symbol     what the machine reads: a class, or, with long look-aheads, a class and which of them hold there
 *   context    symbols, and the border, that the checks in one direction cannot tell apart
 *   thread     an instruction at which an attempt to match stands
 *   level      an attempt at the pattern that may still turn out to be the right one
 *   slot       holds an open cut; it leaves when its position becomes a certain cut
 *   mark       a length to which the list of certain cuts can be cut back; only patterns that may leave many cuts open need marks
 *   effect     what a step does besides going to the next state; packed: an entry, or an action where it does not fit into one
 */

/** What is compiled: a stage of a pipeline (`SplitStage` of types.ts, which this room does not know). */
export interface PatternStage {
  pattern: string
  dialect: Dialect
  behavior: SplitBehavior
  invert: boolean
  /** tiktoken stops at an empty match; Oniguruma cuts there. */
  refusesEmptyMatches: boolean
}

export interface CompiledStage extends Compiled {
  stage: PatternStage
}

/**
 * Compiles one stage of a pipeline: regex text → tree → program over classes → transducer → fewest states → tables.
 *
 * @throws PretokError 'pattern' for what is no regex, and for what a finite automaton cannot do; the message
 * names the construct and its offset.
 */
export const compileStage = (stage: PatternStage, unit: Unit = 'code points'): CompiledStage => {
  const treatment = treatmentOf(stage)
  const nfa = buildNfa(parsePattern(stage.pattern, stage.dialect))
  const transducer = buildTransducer(nfa, treatment, stage.pattern)
  if (transducer.matchesEmpty && stage.refusesEmptyMatches)
    throw patternError('it can match the empty string, at which tiktoken fails,', stage.pattern)
  const machine = toMachine(transducer, treatment.drops)
  const { backward, newClass } =
    nfa.lookahead === undefined ? { backward: undefined, newClass: machine.newSymbol } : simplifyLookahead(nfa.lookahead, machine.newSymbol)
  const partition = renameClasses(nfa.partition, newClass)
  // not a spread: that would write the tables at once
  return Object.assign(withTables({ unit, partition, backward, machine }, stage.pattern), { stage })
}
