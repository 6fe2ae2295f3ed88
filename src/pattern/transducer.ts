import type { Dropped, Joined, Treatment } from './behavior.ts'
import { openKernel, put, take, type PatternKernel } from './kernel.ts'
import { MAX_SLOTS } from './layout.ts'
import type { Instruction, Nfa } from './nfa.ts'
import { patternError } from './patternError.ts'
import * as programLayout from './programLayout.ts'

/*
 * From a pattern's program to a machine that reads text once and says where it is cut. How that is done, and why it is right, is told where it
 * is done: kernel/pattern/transducer.ts. Here the program is written down for it, as lists of integers.
 */

/** Where the value of a slot after a step comes from: a slot before the step, NOW or NOW_ENDS_GAP (programLayout.ts). */
export type SlotSource = number

/** What a step does, besides going to the next state. */
export interface Effect {
  /** All that the slots hold after the step has stored its own. The first `leaving` become cuts, the one after those is slot 0 of the next state. */
  slots: readonly SlotSource[]
  /** How many leave: they are cuts. */
  leaving: number
  /** The mark to which the list of cuts is cut back first, or NONE. */
  back: number
  /** For each mark after the step: the number of an old one, or SOURCE_NEW_MARK + k for one made after the first k of `slots` have left. */
  marks: readonly number[]
  /** Nothing is cut back, and the marks are those of before. */
  keepsMarks: boolean
}

export interface Transducer {
  /** How many steps each state has: one for each symbol, and the last for the end of the segment. */
  columns: number
  /** Where the steps lead: that of symbol s in state q to next[q * columns + s]. State 0 is the start of a segment. */
  next: Int32Array
  /** The same for what they do: indices of `effects`. */
  outputs: Int32Array
  effects: readonly Effect[]
  /** For each state up to where no cut can come any more, as in the packed tables (layout.ts). */
  decided: Int32Array
  /** How many marks there are in each state. */
  marks: Int32Array
  /** Whether the pattern may match the empty string somewhere before the end of a segment. */
  matchesEmpty: boolean
}

// as the kernel knows them
const DROPS: Readonly<Record<Dropped, number>> = {
  nothing: programLayout.DROPS_NOTHING,
  gaps: programLayout.DROPS_GAPS,
  matches: programLayout.DROPS_MATCHES,
}
const JOINS: Readonly<Record<Joined, number>> = {
  nothing: programLayout.JOINS_NOTHING,
  'gap and match': programLayout.JOINS_GAP_AND_MATCH,
  'match and gap': programLayout.JOINS_MATCH_AND_GAP,
  'match and match': programLayout.JOINS_MATCHES,
}

/** Why the kernel has made no machine, by its number. */
const REFUSALS: Readonly<Record<number, string>> = {
  [programLayout.TOO_MANY_STATES]: `more than ${programLayout.MAX_STATES} states`,
  [programLayout.TOO_MUCH_WORK]: 'its automaton takes too long to build',
  [programLayout.TOO_MANY_SLOTS]: `more than ${MAX_SLOTS} cuts may be undecided at once`,
}

/** @throws PretokError 'pattern' if the machine would be too large, or would need more slots than there are. */
export const buildTransducer = (nfa: Nfa, { drops, joins }: Treatment, text: string): Transducer => {
  const { program, sets, start, searchStart, symbols: border } = nfa
  const columns = border + 1
  const kernel = openKernel()
  const { instructions, tables } = writeProgram(program)
  const ahead = groupsOf(contextsOf(program, true, border))
  const words = Math.ceil(sets.length / 32)
  let states: number
  try {
    states = kernel.buildTransducer(
      put(instructions),
      program.length,
      start,
      searchStart,
      put(tables),
      columns,
      put(contextsOf(program, false, border)),
      put(ahead.flatMap((group) => [group.length, ...group])),
      ahead.length,
      put(bitsOf(sets, columns, words)),
      words,
      DROPS[drops],
      JOINS[joins],
    )
  } catch (error) {
    const refusal = REFUSALS[kernel.refusal()]
    if (refusal === undefined) throw error
    throw patternError(refusal, text)
  }
  return {
    columns,
    next: take(kernel.transducerNext(), states * columns),
    outputs: take(kernel.transducerOutputs(), states * columns),
    effects: readEffects(kernel),
    decided: take(kernel.transducerDecided(), states),
    marks: take(kernel.transducerMarks(), states),
    matchesEmpty: kernel.matchesEmpty() !== 0,
  }
}

/** The program as kernel/pattern/threads.ts reads it. */
const writeProgram = (program: readonly Instruction[]): { instructions: Int32Array; tables: number[] } => {
  const instructions = new Int32Array(4 * program.length)
  const tables: number[] = []
  const add = (table: ArrayLike<number>): void => {
    for (let i = 0; i < table.length; i++) tables.push(table[i])
  }
  for (let at = 0, i = 0; at < program.length; at++, i += 4) {
    const instruction = program[at]
    switch (instruction.op) {
      case 'match':
        instructions[i] = programLayout.MATCH
        break
      case 'take':
        instructions[i] = programLayout.TAKE
        instructions[i + 1] = instruction.set
        instructions[i + 2] = instruction.next
        break
      case 'split':
        instructions[i] = programLayout.SPLIT
        instructions[i + 1] = instruction.first
        instructions[i + 2] = instruction.second
        break
      case 'check':
        instructions[i] = instruction.ahead ? programLayout.CHECK_AHEAD : programLayout.CHECK_BEHIND
        instructions[i + 1] = instruction.next
        instructions[i + 2] = tables.length
        add(instruction.accepts)
        break
      case 'look':
        instructions[i] = programLayout.LOOK
        instructions[i + 1] = instruction.next
        instructions[i + 2] = tables.length
        add(instruction.rowOf)
        instruction.accepts.forEach(add)
        break
    }
  }
  return { instructions, tables }
}

/** For each symbol, bit k of its words: it is in set k. */
const bitsOf = (sets: readonly Uint8Array[], columns: number, words: number): Int32Array => {
  const bits = new Int32Array(columns * words)
  sets.forEach((set, k) => {
    for (let symbol = 0; symbol < columns - 1; symbol++) bits[symbol * words + (k >> 5)] |= set[symbol] << (k & 31)
  })
  return bits
}

/** For each symbol, and the border: the first one that the checks of one direction cannot tell from it. */
const contextsOf = (program: readonly Instruction[], ahead: boolean, border: number): number[] => {
  const tables = program.flatMap((instruction) => {
    if (instruction.op === 'check') return instruction.ahead === ahead ? [instruction.accepts] : []
    if (instruction.op === 'look') return ahead ? instruction.accepts : [instruction.rowOf]
    return []
  })
  const names = Array.from({ length: border + 1 }, (_, symbol) => tables.map((table) => table[symbol]).join())
  return names.map((name) => names.indexOf(name))
}

/** Those that are named alike. */
const groupsOf = (names: readonly number[]): number[][] => {
  const groups = new Map<number, number[]>()
  names.forEach((name, symbol) => {
    const group = groups.get(name)
    if (group === undefined) groups.set(name, [symbol])
    else group.push(symbol)
  })
  return [...groups.values()]
}

const readEffects = (kernel: PatternKernel): Effect[] => {
  const count = kernel.effectCount()
  const starts = take(kernel.effectStarts(), count + 1)
  const items = Array.from(take(kernel.effectItems(), starts[count]))
  return Array.from({ length: count }, (_, number) => {
    const [leaving, back, keepsMarks, slots, ...all] = items.slice(starts[number], starts[number + 1])
    return { leaving, back, keepsMarks: keepsMarks === 1, slots: all.slice(0, slots), marks: all.slice(slots) }
  })
}
