import { PretokError } from '../errors.ts'
import type { Dialect } from './ast.ts'
import { treatmentOf, type SplitBehavior } from './behavior.ts'
import { renameClasses, type Partition } from './classes.ts'
import { simplifyLookahead, type BackwardMachine } from './lookahead.ts'
import { minimize, type Machine } from './minimize.ts'
import { buildNfa } from './nfa.ts'
import { withTables } from './pack.ts'
import { parsePattern } from './parse.ts'
import type { Unit } from './unit.ts'
import { buildTransducer } from './transducer.ts'

/*
 * The way of a pattern through this room, which is also the order in which to read it:
 *
 *   parse.ts        regex text → tree (ast.ts, nodes.ts); what depends on dialect, flags and Unicode is settled here (reader.ts: sets of
 *                   characters; flags.ts, assertions.ts, foldedLetters.ts, backreferences.ts;
 *                   dotRuns.ts: what is refused since Oniguruma takes a shortcut that is none)
 *   program.ts      tree → program of small instructions, for threads; conditions.ts has the look-arounds of one code point, rightGroups.ts
 *                   what is rewritten before
 *   nfa.ts          the program over classes of code points (classes.ts) instead of sets
 *   lookahead.ts    look-aheads of any length, by reading backward first; then symbols take the place of classes
 *   transducer.ts   program → machine that reads text once and says where it is cut (behavior.ts says what is cut)
 *   minimize.ts     the same with as few states and symbols as possible (refine.ts)
 *   fuse.ts         machines of stages one behind the other → one machine, where that is small (beside.ts, steps.ts)
 *   pack.ts         machine → tables, as layout.ts describes them, for the kernel (idle.ts: which text it may skip)
 *
 * Of these, transducer.ts, refine.ts and beside.ts write down for WebAssembly what they are given, and read what it has made (kernel.ts): the
 * algorithms are in src/kernel/pattern, in files of the same names, and to be read there.
 *
 * The reference tier goes another way from the tree: toRegExp.ts and match.ts (answers.ts), over the letters of alphabet.ts. describe.ts shows a
 * compiled stage to people, equivalence.ts compares two, families.ts knows those that the kernel has code of its own for.
 */

/** What is compiled: a stage of a pipeline (`SplitStage` of types.ts, which this room does not know). */
export interface PatternStage {
  pattern: string
  dialect: Dialect
  behavior: SplitBehavior
  invert: boolean
  refusesEmptyMatches: boolean
}

/** The tables that the kernel runs for one or more stages, and what they were made from, for people who want to look at it. */
export interface Compiled {
  unit: Unit
  partition: Partition
  /** What finds the machine's symbols, if the pattern looks ahead further than one code point; otherwise symbols are classes. */
  backward: BackwardMachine | undefined
  machine: Machine
  /** As layout.ts describes; written when they are first asked for. */
  readonly tables: Uint8Array
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
    throw new PretokError(
      'pattern',
      `pattern: it can match the empty string, which its engine does not allow, in ${JSON.stringify(stage.pattern)}`,
    )
  const machine = minimize(transducer, treatment.drops)
  const { backward, newClass } =
    nfa.lookahead === undefined ? { backward: undefined, newClass: machine.newSymbol } : simplifyLookahead(nfa.lookahead, machine.newSymbol)
  const partition = renameClasses(nfa.partition, newClass)
  return Object.assign(withTables({ unit, partition, backward, machine, text: stage.pattern }), { stage })
}
