import type { Pattern } from './ast.ts'
import { partitionBySets, type Partition } from './classes.ts'
import { buildLookahead, type Lookahead } from './lookahead.ts'
import { holdsSearchStart } from './nodes.ts'
import { Builder, reachableOnly, type Draft } from './program.ts'
import { simplifyRightGroups } from './rightGroups.ts'

/** An instruction (program.ts) over symbols. */
export type Instruction =
  /** `set` is an index into `sets`. */
  | { op: 'take'; set: number; next: number }
  | { op: 'split'; first: number; second: number }
  /** `accepts` has one byte per symbol and a last one for the border of the segment. */
  | { op: 'check'; ahead: boolean; accepts: Uint8Array; next: number }
  /** Like `check`, but by both sides: a thread passes if accepts[rowOf[symbol behind]][symbol ahead] is 1. */
  | { op: 'look'; rowOf: Uint8Array; accepts: readonly Uint8Array[]; next: number }
  | { op: 'match' }

/**
 * A program over symbols. A symbol is a class of code points, and, if the pattern looks ahead further than one code point, what such looks
 * find where the code point begins.
 */
export interface Nfa {
  program: readonly Instruction[]
  /** Where an attempt begins. */
  start: number
  /** Where an attempt begins at the very place where its search began: only there does `\G` hold. */
  searchStart: number
  /** One byte per symbol: 1 for its members. */
  sets: readonly Uint8Array[]
  /** Number of symbols; the border of the segment, which has this number, is not counted. */
  symbols: number
  partition: Partition
  /** Undefined if symbols are classes. */
  lookahead: Lookahead | undefined
}

/**
 * Turns a parsed pattern into a program over the classes of its code points.
 *
 * @throws PretokError 'pattern' that names the construct that a finite automaton cannot do.
 */
export const buildNfa = ({ root: asWritten, text }: Pattern): Nfa => {
  const root = simplifyRightGroups(asWritten)
  const builder = new Builder(text)
  const start = builder.buildAll(root, false)
  const searchStart = holdsSearchStart(root) ? builder.buildAll(root, true) : start
  const { drafts, newNumber } = reachableOnly(builder.program, [start, searchStart])
  const used = [...new Set(drafts.flatMap((draft) => ('set' in draft ? draft.set : [])))]
  const { partition, members } = partitionBySets(used.map((number) => builder.sets[number]))
  const numbered = drafts.map((draft) => ('set' in draft ? { ...draft, set: used.indexOf(draft.set) } : draft))
  const looks = [...new Set(numbered.flatMap((draft) => (draft.op === 'look' ? draft.start : [])))]
  const lookahead = looks.length > 0 ? buildLookahead(numbered, looks, members, partition.count, text) : undefined
  const classOf = lookahead?.classOf ?? Array.from({ length: partition.count }, (_, name) => name)
  const sets = lookahead === undefined ? members : members.map((set) => Uint8Array.from(classOf, (name) => set[name]))
  return {
    // bodies of look-aheads are still in it, and nothing leads to them
    program: numbered.map((draft) => withSymbols(draft, sets, lookahead)),
    start: newNumber[start],
    searchStart: newNumber[searchStart],
    sets,
    symbols: classOf.length,
    partition,
    lookahead,
  }
}

const withSymbols = (draft: Draft, sets: readonly Uint8Array[], lookahead: Lookahead | undefined): Instruction => {
  if (draft.op === 'check')
    return { op: 'check', ahead: draft.ahead, accepts: Uint8Array.of(...sets[draft.set], draft.atBorder ? 1 : 0), next: draft.next }
  if (draft.op === 'look') return { op: 'look', ...lookahead!.find(draft.start, draft.negative), next: draft.next }
  return draft
}
