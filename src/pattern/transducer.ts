import { PretokError } from '../errors.ts'
import type { Treatment } from './behavior.ts'
import { MAX_SLOTS, SOURCE_NEW_MARK } from './layout.ts'
import type { Nfa } from './nfa.ts'
import { createNumbering, type Numbering } from './numbering.ts'
import { createThreads } from './threads.ts'

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
 * Where neighbours are joined (behavior.ts), a cut is made when it is known what stands on both sides of it:
 *
 *   gap and match    a level that matches makes no cut where it began
 *   match and gap    a match makes no cut where it ends; every level notes where it began, as if in a gap
 *   match and match  a level behind a match does not rest on the cut in front of it: should it match, that cut goes
 *
 * One step of the machine is then: a new list of slots, each an old slot or the position now, of which the first few are certain and leave
 * for the list of cuts. Nearly always that is "put the position into slot s, let the first a slots go": what the packed tables hold in one
 * word.
 *
 * A step is made in two halves: what it does to the levels that are there, and to the attempt that begins at this place. Most symbols are alike
 * to the levels, and only the attempt tells them apart, so the first half is made once for all of those. Where no level goes on, the attempt is
 * alone, and the state that it leads to is the same wherever that happens: it has all threads that it could have, since a level that has one of
 * them would go on.
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

/** What a step does, besides going to the next state. */
export interface Effect {
  /** The slots after the step, those that leave first. */
  slots: readonly SlotSource[]
  /** How many leave: they are cuts. */
  leaving: number
  /** The mark to which the list of cuts is cut back first, or NONE. */
  back: number
  /** The marks after the step: old marks, or SOURCE_NEW_MARK and behind how many of `slots` a new one is. */
  marks: readonly number[]
  /** Nothing is cut back, and the marks are those of before. */
  keepsMarks: boolean
}

export const NONE = -1

/**
 * Up to where no cut can come any more, besides those that have left: the last of these, all that was read, or the position in a slot. Then
 * the text from the last cut up to there is in one piece, or, if `isDropped`, in none.
 */
export type Decided = 'last cut' | { upTo: 'here' | number; isDropped: boolean }

export interface Transducer {
  /** How many steps each state has: one for each symbol, and the last for the end of the segment. */
  columns: number
  /** Where the steps lead, those of one state behind those of another (refine.ts). State 0 is the start of a segment. */
  next: Int32Array
  /** The same for what they do: indices of `effects`. */
  outputs: Int32Array
  effects: Effect[]
  decided: Decided[]
  /** How many marks there are in each state. */
  marks: number[]
  /** Whether the pattern may match the empty string somewhere. */
  matchesEmpty: boolean
}

/** History of a level that rests on all cuts up to its mark. Far levels come first. */
const FAR = -1
const NEAR_SLOTS = 6
const MAX_STATES = 4_000
const MAX_WORK = 200_000

/*
 * A state is a list of integers, so that states are told apart quickly:
 *   flags, what the checks behind need to know of the last code point, tail, number of levels,
 *   for each level: history, IN_GAP and HAS_MATCH, where its threads end; then the threads of all levels
 */
const FLAGS = 0
const BEHIND = 1
const TAIL = 2
const LEVELS = 3
const HEADER = 4
const LEVEL = 3

const IS_START = 1
/** An attempt that begins here is where the search for it began (`\G`), though not behind a match: an empty match was stepped over. */
const IS_SEARCH_START = 2

/** The level began in a gap, or its start is noted as if it had. */
const IN_GAP = 1
/** The level has a match. Noted only where matches are dropped. */
const HAS_MATCH = 2

const historyOf = (state: Int32Array, level: number): number => state[HEADER + LEVEL * level]
const flagsOf = (state: Int32Array, level: number): number => state[HEADER + LEVEL * level + 1]
const isInGap = (state: Int32Array, level: number): boolean => (flagsOf(state, level) & IN_GAP) !== 0
/** Where the threads of a level end in the state's list, and those of the next begin; of level -1: where the first begin. */
const threadsEnd = (state: Int32Array, level: number): number =>
  HEADER + LEVEL * state[LEVELS] + (level < 0 ? 0 : state[HEADER + LEVEL * level + 2])
const farLevels = (state: Int32Array): number => {
  let count = 0
  while (count < state[LEVELS] && historyOf(state, count) === FAR) count++
  return count
}

/** @throws PretokError 'pattern' if the machine would be too large, or would need more slots than there are. */
export const buildTransducer = (nfa: Nfa, treatment: Treatment, text: string): Transducer => {
  const { drops, joins } = treatment
  const refuse = (what: string) => new PretokError('pattern', `pattern: ${what} in ${JSON.stringify(text)}`)
  const threads = createThreads(nfa)
  const { behindContextOf } = threads
  const end = nfa.symbols
  const columns = end + 1
  const hasSearchStart = nfa.searchStart !== nfa.start
  const states = createNumbering()
  const effects = createNumbering()
  const largest = nfa.program.length + 1
  // written anew by every step, so that it makes no garbage
  const reached = threads.createLists()
  const isMatch = new Uint8Array(largest)
  const begin = new Int32Array(1)
  const after = threads.createLists()
  const alive = {
    count: 0,
    history: new Int32Array(largest),
    flags: new Uint8Array(largest),
    start: new Int32Array(largest),
    mark: new Int32Array(largest),
  }
  // of each level that is alive, when some have been made far
  const history = new Int32Array(largest)
  const mark = new Int32Array(largest)
  const chain = new Int32Array(MAX_SLOTS + 8)
  const list = new Int32Array(HEADER + (LEVEL + 1) * largest + MAX_SLOTS)
  const state = new Int32Array(list.length) // the one whose steps are made
  let work = 0
  let matchesEmpty = false

  /** How far each level gets without reading, down to the first that matches; last, an attempt that begins here. */
  const reach = (symbol: number): void => {
    threads.clear(reached)
    let isSearchStart = state[FLAGS] !== 0
    for (let level = 0; level < state[LEVELS]; level++) {
      const isOne = threads.close(state, threadsEnd(state, level - 1), threadsEnd(state, level), state[BEHIND], symbol, reached)
      isMatch[level] = isOne ? 1 : 0
      if (isMatch[level] === 0) continue
      isSearchStart = true
      break
    }
    const fresh = reached.count
    beginsSearch = isSearchStart
    begin[0] = isSearchStart ? nfa.searchStart : nfa.start
    isMatch[fresh] = threads.close(begin, 0, 1, state[BEHIND], symbol, reached) ? 1 : 0
    work += reached.ends[fresh]
  }

  // what the second half of a step comes to
  let effect = 0
  let to = 0
  // what the first half finds out for it
  let cuts = 0 // how many are in the chain
  let back = NONE
  let isMatchHere = false
  // what an attempt that was alone did last, behind this first half
  let formAlone = NONE
  let lastAlone = 0
  let beginsSearch = false
  // where an attempt that is alone goes, by all that it depends on; one more, and whether it has threads in the lowest bit
  const alone = new Map<number, number>()

  /** Reads a code point, after `reach`: what it does to the levels that are there. */
  const stepLevels = (symbol: number): void => {
    threads.clear(after)
    alive.count = 0
    cuts = state[TAIL]
    for (let slot = 0; slot < cuts; slot++) chain[slot] = slot
    let gapSlot = cuts
    back = NONE
    isMatchHere = false
    formAlone = NONE
    const fresh = reached.count - 1
    for (let level = 0; level < fresh; level++) {
      const before = historyOf(state, level)
      const inGap = isInGap(state, level)
      const start = inGap ? gapSlot++ : NOW
      if (isMatch[level] === 0) advanceLevel(level, symbol, before, flagsOf(state, level), start)
      else {
        if (before === FAR) back = level
        cuts = Math.max(0, before)
        if (inGap && joins !== 'gap and match') chain[cuts++] = start
        advanceLevel(level, symbol, cuts, drops === 'matches' ? HAS_MATCH : 0, NOW)
        if (joins !== 'match and gap') chain[cuts++] = NOW
        isMatchHere = true
      }
    }
  }

  /** Reads it, after `stepLevels`, by the attempt that begins here; the levels are left as they are. */
  const stepFresh = (symbol: number): void => {
    const levels = alive.count
    let length = cuts
    if (symbol === end) {
      if (!isMatchHere) chain[length++] = NOW_ENDS_GAP
      else if (joins === 'match and gap') chain[length++] = NOW
      alive.count = 0
      effect = effectOf(length, length)
      to = 0
      alive.count = levels
      return
    }
    const fresh = reached.count - 1
    const inGap = !isMatchHere && (state[FLAGS] & IS_START) === 0
    let rest = isMatchHere && joins === 'match and match' ? length - 1 : length // how many cuts it rests on
    let notesStart = inGap || (isMatchHere && joins === 'match and gap')
    if (isMatch[fresh] === 1) matchesEmpty = true
    if (isMatch[fresh] === 1 && inGap) {
      chain[length++] = NOW_ENDS_GAP
      // this cut stays if the level gets a longer match, unless that is then joined to the gap
      if (joins !== 'gap and match') {
        rest = length
        notesStart = false
      }
    }
    const flags = notesStart ? IN_GAP : 0
    const place = ((symbol * columns + state[BEHIND]) * 2 + (beginsSearch ? 1 : 0)) * 8 + 4 * flags + length - rest
    const known = levels === 0 ? alone.get(place) : undefined
    if (known !== undefined) {
      to = known >> 1
      effect = effectAlone(length, rest, flags, known & 1)
      return
    }
    advanceLevel(fresh, symbol, rest, flags, NOW_ENDS_GAP)
    const leaving = letGo(length)
    effect = effectOf(length, leaving)
    const searchFlags = hasSearchStart && isMatch[fresh] === 1 ? IS_SEARCH_START : 0
    to = stateOf(searchFlags, behindContextOf[symbol], length - leaving, leaving)
    if (levels === 0) alone.set(place, 2 * to + alive.count)
    alive.count = levels
    threads.takeBack(after, levels)
  }

  /** What a step does that leaves an attempt alone, or, if `count` is 0, none: mostly the same as for the symbol before. */
  const effectAlone = (length: number, rest: number, flags: number, count: number): number => {
    const form = ((length - cuts) * 2 + flags) * 2 + count
    if (form === formAlone) return lastAlone
    formAlone = form
    if (count === 1) addLevel(rest, flags, NOW_ENDS_GAP, NONE)
    lastAlone = effectOf(length, letGo(length))
    alive.count = 0
    return lastAlone
  }

  /** `rest`: on how many cuts it rests, or FAR. */
  const advanceLevel = (level: number, symbol: number, rest: number, flags: number, start: SlotSource): void => {
    if (threads.advance(reached, level, symbol, after)) addLevel(rest, flags, start, rest === FAR ? level : NONE)
  }

  const addLevel = (rest: number, flags: number, start: SlotSource, oldMark: number): void => {
    const added = alive.count++
    alive.history[added] = rest
    alive.flags[added] = flags
    alive.start[added] = start
    alive.mark[added] = oldMark
  }

  /** Makes levels far while too many cuts are open, of `length`. Returns how many leave: those that all near levels rest on. */
  const letGo = (length: number): number => {
    const { count } = alive
    let open = 0
    for (let level = 0; level < count; level++) {
      history[level] = alive.history[level]
      mark[level] = alive.mark[level]
      open += alive.flags[level] & IN_GAP
    }
    let near = 0
    while (near < count && history[near] === FAR) near++
    let leaving = near < count ? history[near] : length
    while (length - leaving + open > NEAR_SLOTS && near < count) {
      mark[near] = SOURCE_NEW_MARK + leaving
      history[near] = FAR
      leaving = ++near < count ? history[near] : length
    }
    return leaving
  }

  /** The number of an effect: its list is leaving, back, whether marks are kept, number of slots, slots, marks. */
  const effectOf = (cutCount: number, leaving: number): number => {
    let length = 4
    for (let i = 0; i < cutCount; i++) list[length++] = chain[i]
    for (let level = 0; level < alive.count; level++) if ((alive.flags[level] & IN_GAP) !== 0) list[length++] = alive.start[level]
    const slots = length - 4
    if (slots > MAX_SLOTS) throw refuse(`more than ${MAX_SLOTS} cuts may be undecided at once`)
    let marks = 0
    let keepsMarks = back === NONE
    for (let level = 0; level < alive.count; level++) {
      if (mark[level] === NONE) continue
      if (mark[level] !== marks) keepsMarks = false
      list[length++] = mark[level]
      marks++
    }
    if (marks !== farLevels(state)) keepsMarks = false
    list[0] = leaving
    list[1] = back
    list[2] = keepsMarks ? 1 : 0
    list[3] = slots
    return effects.numberOf(list, length)
  }

  /** The number of the state that the levels in `alive` and `after` make up. */
  const stateOf = (flags: number, behind: number, tail: number, leaving: number): number => {
    list[FLAGS] = flags
    list[BEHIND] = behind
    list[TAIL] = tail
    list[LEVELS] = alive.count
    let length = HEADER
    for (let level = 0; level < alive.count; level++) {
      list[length++] = history[level] === FAR ? FAR : history[level] - leaving
      list[length++] = alive.flags[level]
      list[length++] = after.ends[level]
    }
    const all = alive.count === 0 ? 0 : after.ends[alive.count - 1]
    for (let i = 0; i < all; i++) list[length++] = after.items[i]
    const number = states.numberOf(list, length)
    if (number === MAX_STATES) throw refuse(`more than ${MAX_STATES} states`)
    return number
  }

  stateOf(IS_START, behindContextOf[end], 0, 0)
  let next = new Int32Array(64 * columns)
  let outputs = new Int32Array(64 * columns)
  const decided: Decided[] = []
  const marks: number[] = []
  // of the state's steps
  const targets = new Int32Array(columns)
  const done = new Int32Array(columns)
  /** Makes the steps of symbols that the checks ahead cannot tell apart. */
  const stepAll = (symbols: readonly number[]): void => {
    reach(symbols[0])
    const fresh = reached.count - 1
    const groups = threads.group(reached, 0, fresh, symbols)
    for (let i = 0; i < groups.length; i++) {
      const alikeToLevels = groups[i]
      stepLevels(alikeToLevels[0])
      const parts = threads.group(reached, fresh, fresh + 1, alikeToLevels)
      for (let k = 0; k < parts.length; k++) {
        const alike = parts[k]
        stepFresh(alike[0])
        for (let m = 0; m < alike.length; m++) {
          targets[alike[m]] = to
          done[alike[m]] = effect
        }
      }
    }
  }
  for (let number = 0; number < states.count; number++) {
    states.read(number, state)
    decided.push(decidedIn(state, treatment))
    marks.push(farLevels(state))
    threads.aheadContexts.forEach(stepAll)
    if (number * columns === next.length) {
      next = enlarged(next)
      outputs = enlarged(outputs)
    }
    next.set(targets, number * columns)
    outputs.set(done, number * columns)
    if (work > MAX_WORK) throw refuse('its automaton takes too long to build')
  }
  const size = states.count * columns
  return {
    columns,
    next: next.subarray(0, size),
    outputs: outputs.subarray(0, size),
    effects: readEffects(effects, list),
    decided,
    marks,
    matchesEmpty,
  }
}

const enlarged = (list: Int32Array): Int32Array<ArrayBuffer> => {
  const larger = new Int32Array(2 * list.length)
  larger.set(list)
  return larger
}

const readEffects = (effects: Numbering, list: Int32Array): Effect[] =>
  Array.from({ length: effects.count }, (_, number) => {
    const all = [...list.subarray(0, effects.read(number, list))]
    const [leaving, back, keepsMarks, slots] = all
    return { leaving, back, keepsMarks: keepsMarks === 1, slots: all.slice(4, 4 + slots), marks: all.slice(4 + slots) }
  })

const decidedIn = (state: Int32Array, { drops, joins }: Treatment): Decided => {
  if (state[FLAGS] === IS_START || farLevels(state) > 0) return 'last cut'
  if (joins !== 'nothing') return { upTo: firstCutToCome(state), isDropped: false }
  const levels = state[LEVELS]
  const isDropped = drops !== 'nothing'
  if (drops === 'matches') return levels > 0 && (flagsOf(state, 0) & HAS_MATCH) !== 0 ? { upTo: 0, isDropped } : 'last cut'
  // no attempt is under way: every code point read was part of a gap
  if (levels === 0) return state[TAIL] === 0 ? { upTo: 'here', isDropped } : 'last cut'
  return isInGap(state, 0) ? { upTo: state[TAIL], isDropped } : 'last cut'
}

/** Where the first level began whose start is noted, or the first cut in the chain, whichever is earlier. */
const firstCutToCome = (state: Int32Array): 'here' | number => {
  const tail = state[TAIL]
  let noted = 0
  while (noted < state[LEVELS] && !isInGap(state, noted)) noted++
  if (noted < state[LEVELS] && historyOf(state, noted) === 0) return tail
  if (tail > 0) return 0
  return noted < state[LEVELS] ? tail : 'here'
}
