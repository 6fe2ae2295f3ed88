import { PretokError } from '../errors.ts'
import { MAX_SLOTS } from './layout.ts'
import type { Instruction, Nfa } from './nfa.ts'

/*
 * From a pattern's program to a machine that reads text once and says where it is cut.
 *
 * The tokenizer's loop is: try the pattern here; if it matches, cut at both ends and go on behind the match; if not, this code point is
 * part of a gap; go on behind it. A match is often not decided when its end is read: in "a  b", whether GPT-2's `\s+(?!\S)` ends before
 * the second space depends on the "b". So the machine runs all futures that are still possible at once, as an ordered list of LEVELS:
 *
 *   level 1   an attempt at the pattern that began at the last cut that is certain
 *   level 2   what would follow if level 1 got no further match: an attempt that began at the end of level 1's best match so far,
 *             or one code point on (a gap) if it has none
 *   level 3   likewise for level 2 …
 *
 * Each level holds its threads (instructions of the program) in the pattern's order of preference. When a level matches, its threads of
 * lower preference end, its match replaces the one before, and the levels below, which told the story without this match, are dropped; a
 * new level begins here. When a level has no threads left, its best match is final, and the level below takes its place.
 *
 * This is the simulation of `(?:PATTERN|gap)*` by ordered threads, and it is finite for every pattern: a thread that a level above has too
 * is left out below, because if it leads to a match it does so for the level above, and the level below is dropped then. (The same
 * thought makes the work linear: no text is ever read twice.) See also Grathwohl, Henglein and Rasmussen, "Optimally streaming greedy
 * regular expression parsing" (2014).
 *
 * What the levels would cut is kept in SLOTS: positions that are not certain yet. The cuts of level k+1 are those of level k and more, so
 * one list serves all:
 *
 *   slots  0 … tail-1   the cuts that the lowest level rests on; level k rests on the first `history` of them
 *   then                for each level that began in a gap: where it began (the end of the gap, should the level match)
 *
 * One step of the machine is then: a new list of slots, each an old slot or the position now, of which the first few are certain and leave
 * for the list of cuts. Nearly always that is "put the position into slot s, let the first a slots go": what the packed tables hold in one
 * word.
 *
 * Some patterns can leave any number of cuts open: `a+b|a` in "aaaa…". When there are more than NEAR_SLOTS, level 1 becomes FAR: a MARK
 * notes how long the list of cuts is, the slots that only this level is waiting for leave as if they were certain, and should the level
 * match after all, the list is cut back to its mark. Cuts behind the first mark are not certain.
 */

/** Where the value of a slot after a step comes from: a slot before the step, or one of these. */
export type SlotSource = number
/** The position before the code point that the step reads. */
export const NOW: SlotSource = -1
/** The same, as the end of a gap. */
export const NOW_ENDS_GAP: SlotSource = -2

export interface Step {
  next: number
  /** The slots after the step, those that leave first. */
  slots: readonly SlotSource[]
  /** How many leave: they are cuts. */
  leaving: number
  /** The mark to which the list of cuts is cut back first, if any. */
  back: number | undefined
  /** The marks after the step: an old mark, or a new one behind the first so many of `slots`. */
  marks: readonly MarkSource[]
}

export type MarkSource = { old: number } | { behind: number }

/** Up to where no cut can come any more, besides those that have left: */
export type Decided = 'last cut' | 'here' | { slot: number }

export interface Transducer {
  /** By state, then by class; the last column is the end of the segment. State 0 is the start of a segment. */
  steps: Step[][]
  decided: Decided[]
  /** How many marks there are in each state. */
  marks: number[]
  /** Whether the pattern may match the empty string somewhere. */
  matchesEmpty: boolean
}

interface Level {
  threads: readonly number[]
  /** How many slots the level rests on; FAR: all cuts up to its mark. Far levels come first. */
  history: number
  inGap: boolean
}

interface State {
  isStart: boolean
  /** What the checks behind need to know of the last code point. */
  behind: number
  levels: readonly Level[]
  tail: number
}

const FAR = -1
const NEAR_SLOTS = 6
const MAX_STATES = 8_000
const MAX_WORK = 4_000_000

/** @throws PretokError 'pattern' if the machine would be too large, or would need more slots than there are. */
export const buildTransducer = (nfa: Nfa, text: string): Transducer => {
  const refuse = (what: string) => new PretokError('pattern', `pattern: ${what} in ${JSON.stringify(text)}: use the reference engine`)
  const { behindContextOf, aheadContextOf, closure } = createClosure(nfa)
  const advance = createAdvance(nfa.program)
  const end = nfa.partition.count
  const states: State[] = []
  const numbers = new Map<string, number>()
  let work = 0
  let matchesEmpty = false

  const numberOf = (state: State): number => {
    const key = stateKey(state)
    const known = numbers.get(key)
    if (known !== undefined) return known
    if (states.length === MAX_STATES) throw refuse(`more than ${MAX_STATES} states`)
    numbers.set(key, states.length)
    return states.push(state) - 1
  }

  /** How far each level gets without reading, down to the first that matches; last, an attempt that begins here. */
  const reach = (state: State, symbol: number): Reached[] => {
    const reached: Reached[] = []
    for (const { threads } of state.levels) {
      reached.push(closure(threads, state.behind, symbol))
      work += threads.length + reached.at(-1)!.takes.length
      if (reached.at(-1)!.isMatch) break
    }
    return [...reached, closure([nfa.start], state.behind, symbol)]
  }

  const step = (state: State, symbol: number, reached: readonly Reached[]): Step => {
    advance.restart()
    const levels: (Level & { start: SlotSource; mark: MarkSource | undefined })[] = []
    let chain: SlotSource[] = Array.from({ length: state.tail }, (_, slot) => slot)
    let back: number | undefined
    let gapSlot = state.tail
    let isMatched = false
    for (const [rank, { takes, isMatch }] of reached.slice(0, -1).entries()) {
      const { history, inGap } = state.levels[rank]
      const start = inGap ? gapSlot++ : NOW
      const after = advance.threads(takes, symbol)
      if (!isMatch) levels.push({ threads: after, history, inGap, start, mark: history === FAR ? { old: rank } : undefined })
      else {
        if (history === FAR) back = rank
        chain = chain.slice(0, Math.max(0, history))
        if (inGap) chain.push(start)
        levels.push({ threads: after, history: chain.length, inGap: false, start: NOW, mark: undefined })
        chain.push(NOW)
        isMatched = true
      }
    }
    if (symbol === end) {
      const slots = isMatched ? chain : [...chain, NOW_ENDS_GAP]
      return { next: 0, slots, leaving: slots.length, back, marks: [] }
    }

    // the attempt that begins here
    const fresh = reached.at(-1)!
    const threads = advance.threads(fresh.takes, symbol)
    let inGap = !isMatched && !state.isStart
    if (fresh.isMatch) {
      matchesEmpty = true
      if (inGap) chain.push(NOW_ENDS_GAP)
      inGap = false
    }
    levels.push({ threads, history: chain.length, inGap, start: NOW_ENDS_GAP, mark: undefined })

    const alive = levels.filter((level) => level.threads.length > 0)
    const near = alive.filter((level) => level.history !== FAR)
    const starts = alive.filter((level) => level.inGap).map((level) => level.start)
    let leaving = near[0]?.history ?? chain.length
    while (chain.length - leaving + starts.length > NEAR_SLOTS && near.length > 0) {
      near[0].mark = { behind: leaving }
      near.shift()!.history = FAR
      leaving = near[0]?.history ?? chain.length
    }
    const slots = [...chain, ...starts]
    if (slots.length > MAX_SLOTS) throw refuse(`more than ${MAX_SLOTS} cuts may be undecided at once`)
    const next = numberOf({
      isStart: false,
      behind: behindContextOf[symbol],
      levels: alive.map(({ threads, history, inGap }) => ({ threads, history: history === FAR ? FAR : history - leaving, inGap })),
      tail: chain.length - leaving,
    })
    return { next, slots, leaving, back, marks: alive.flatMap(({ mark }) => mark ?? []) }
  }

  numberOf({ isStart: true, behind: behindContextOf[end], levels: [], tail: 0 })
  const steps: Step[][] = []
  for (let i = 0; i < states.length; i++) {
    const reached = new Map<number, Reached[]>() // by what the checks ahead can tell of the class
    steps.push(
      aheadContextOf.map((context, symbol) => {
        if (!reached.has(context)) reached.set(context, reach(states[i], symbol))
        return step(states[i], symbol, reached.get(context)!)
      }),
    )
    if (work > MAX_WORK) throw refuse('its automaton takes too long to build')
  }
  return {
    steps,
    decided: states.map(decidedIn),
    marks: states.map(({ levels }) => levels.filter(({ history }) => history === FAR).length),
    matchesEmpty,
  }
}

const stateKey = ({ isStart, behind, levels, tail }: State): string =>
  `${isStart ? 1 : 0} ${behind} ${tail} ${levels.map(({ threads, history, inGap }) => `${history}${inGap ? 'g' : 'm'}${threads.join()}`).join(' ')}`

const decidedIn = ({ isStart, levels, tail }: State): Decided => {
  if (isStart || levels[0]?.history === FAR) return 'last cut'
  // no attempt is under way: every code point read was part of a gap
  if (levels.length === 0) return tail === 0 ? 'here' : 'last cut'
  return levels[0].inGap ? { slot: tail } : 'last cut'
}

/** The instructions that take a code point and that threads get to without one, in order of preference, up to the first match. */
interface Reached {
  takes: readonly number[]
  isMatch: boolean
}

/** `threads` gives the threads after reading a code point, without those that it gave before; `restart` begins anew. */
const createAdvance = (program: readonly Instruction[]) => {
  const takenIn = new Uint32Array(program.length)
  let round = 0
  return {
    restart: (): void => void round++,
    threads(takes: readonly number[], symbol: number): number[] {
      const threads: number[] = []
      for (const at of takes) {
        const instruction = program[at] as Instruction & { op: 'take' }
        if (instruction.members[symbol] !== 1 || takenIn[instruction.next] === round) continue
        takenIn[instruction.next] = round
        threads.push(instruction.next)
      }
      return threads
    },
  }
}

/**
 * `closure` follows threads to the instructions that take a code point. `behindContextOf` and `aheadContextOf` number the classes (and,
 * last, the border of the segment) by what the checks can tell of them.
 */
const createClosure = ({ program, partition }: Nfa) => {
  const contextsOf = (isAhead: boolean): number[] => {
    const checks = program.filter((instruction) => instruction.op === 'check' && instruction.ahead === isAhead) as (Instruction & {
      op: 'check'
    })[]
    const names = Array.from({ length: partition.count + 1 }, (_, symbol) => checks.map((check) => check.accepts[symbol]).join(''))
    return names.map((name) => names.indexOf(name))
  }
  const visited = new Uint32Array(program.length)
  let visit = 0

  const closure = (threads: readonly number[], behind: number, ahead: number): Reached => {
    visit++
    const takes: number[] = []
    const stack = [...threads].reverse()
    for (let at; (at = stack.pop()) !== undefined;) {
      if (visited[at] === visit) continue
      visited[at] = visit
      const instruction = program[at]
      switch (instruction.op) {
        case 'take':
          takes.push(at)
          break
        case 'split':
          stack.push(instruction.second, instruction.first)
          break
        case 'check':
          if (instruction.accepts[instruction.ahead ? ahead : behind] === 1) stack.push(instruction.next)
          break
        case 'match':
          return { takes, isMatch: true }
      }
    }
    return { takes, isMatch: false }
  }
  return { behindContextOf: contextsOf(false), aheadContextOf: contextsOf(true), closure }
}
