import { MAX_SLOTS, DECIDED_DROPPED, DECIDED_HERE, DECIDED_LAST_CUT, SOURCE_NEW_MARK } from '../../pattern/layout'
import {
  DROPS_MATCHES,
  DROPS_NOTHING,
  JOINS_GAP_AND_MATCH,
  JOINS_MATCH_AND_GAP,
  JOINS_MATCHES,
  JOINS_NOTHING,
  MAX_STATES,
  NONE,
  NOW,
  NOW_ENDS_GAP,
  TOO_MANY_SLOTS,
  TOO_MANY_STATES,
  TOO_MUCH_WORK,
} from '../../pattern/programLayout'
import { copy, enlarged, Growing, Ints, ints } from './ints'
import { Numbering } from './numbering'
import { advance, beginSearch, behindContextOf, clear, close, group, groups, symbolLists, takeBack, ThreadLists } from './threads'

/*
 * From a pattern's program to a machine that reads text once and says where it is cut.
 *
 * The tokenizer's loop is: try the pattern here; if it matches, cut at both ends and go on after the match; if not, this code point is
 * part of a gap; go on after it. A match is often not decided when its end is read: in "a  b", whether GPT-2's `\s+(?!\S)` ends before
 * the second space depends on the "b". So the machine runs all futures that are still possible at once, as an ordered list of LEVELS:
 *
 *   level 0   an attempt at the pattern that began at the last cut that is certain
 *   level 1   what would follow if level 0 got no further match: an attempt that began at the end of level 0's best match so far,
 *             or one code point on (a gap) if it has none
 *   level 2   likewise for level 1 …
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
 * What the levels would cut is kept in SLOTS: positions of OPEN CUTS, which are not certain yet. The cuts of level k+1 are those of level k
 * and more, so one list serves all:
 *
 *   first   the open cuts of the lowest level; level k rests on the first `restsOn` of them
 *   then    for each level that began in a gap: where it began (the end of the gap, should the level match)
 *
 * `restsOn` never falls from one near level to the next, so the first near level says how many slots may leave (`letGo`).
 *
 * Where neighbours are joined (behavior.ts), a cut is made when it is known what stands on both sides of it:
 *
 *   gap and match    a level that matches makes no cut where it began
 *   match and gap    a match makes no cut where it ends; every level notes where it began, as if in a gap
 *   match and match  a level that begins after a match does not rests on the cut between them: should it match, that cut goes
 *
 * One step of the machine is then: a new list of slots, each an old slot or the position now, of which the first few are certain and leave
 * for the list of cuts. Nearly always that is "put the position into slot s, let the first a slots go": what the packed tables hold in one
 * word.
 *
 * Example: `abc|a|b`, what is not matched is a piece (isolated):
 *
 *   read   levels after it                                                         slots   cuts that leave
 *   a      0: {at the split after a}                                               -       -
 *   b      0: {at c}, rests on 0 cuts; 1, which began at 1: {at the end of b},     1       -
 *          rests on 1 cut
 *   d      none: level 0 has no thread left, level 1 has matched; d is a gap       -       1, 2       a|b|d
 *   or c   0: {at the end of abc}; level 1 told the story without it: dropped      1, 2    -
 *   end    level 0 matches: its cuts replace both slots                            -       3          abc
 *
 * The whole machine of `abc|a`, as `describeStage` (src/pattern/describe.ts) writes it:
 *
 *        other   a      b      c      end
 *   0    1       2      1      1      .|       start
 *   1    1       3?     1      1      .|       in a gap
 *   2    1|      2|     4?     1|     .|       read a, begun at the last cut
 *   3    1?1|2   2?1|2  4?1|1  1?1|2  .?1|2    read a after a gap; slot 0: where the gap ends
 *   4    1|1     3?1|1  1|1    5      .?1|2    read ab; slot 0: the end of "a", should "abc" not come
 *   5    1|      2|     1|     1|     .|       read abc
 *
 * In "abd" the b puts position 1 into slot 0 (4?), and the d (1|1) makes it certain: a|bd.
 *
 * A step is made in two halves: what it does to the levels that are there, and to the attempt that begins at this place. Most symbols are alike
 * to the levels, and only the attempt tells them apart, so the first half is made once for all of those. Where no level goes on, the attempt is
 * alone, and the state that it leads to is the same wherever that happens: it has all threads that it could have, since a level that has one of
 * them would go on.
 *
 * Some patterns can leave any number of cuts open: `a+b|a` in "aaaa…". When there are more than NEAR_SLOTS, level 0 becomes FAR: a MARK
 * notes how long the list of cuts is, the slots that only this level is waiting for leave as if they were certain, and should the level
 * match after all, the list is cut back to its mark. Cuts after the first mark are not certain.
 */

/** What `restsOn` is of a level that rests on all cuts up to its mark. Far levels come first. */
const FAR: i32 = -1
const NEAR_SLOTS: i32 = 6
const MAX_WORK: i32 = 200_000

/*
 * A state is a list of integers, so that states are told apart quickly:
 *   flags, what the checks behind need to know of the last code point, number of open cuts, number of levels,
 *   for each level: `restsOn`, IN_GAP and HAS_MATCH, where its threads end; then the threads of all levels
 */
const FLAGS: i32 = 0
const BEHIND: i32 = 1
const OPEN_CUTS: i32 = 2
const LEVELS: i32 = 3
const HEADER: i32 = 4
const LEVEL: i32 = 3

const IS_START: i32 = 1
/** An attempt that begins here is where the search for it began (`\G`), though not after a match: an empty match was stepped over. */
const IS_SEARCH_START: i32 = 2

/** The level began in a gap, or its start is noted as if it had. */
const IN_GAP: i32 = 1
/** The level has a match. Noted only where matches are dropped. */
const HAS_MATCH: i32 = 2

let state: Ints = changetype<Ints>(0) // the one whose steps are made

@inline function restsOnOf(level: i32): i32 {
  return state[HEADER + LEVEL * level]
}
@inline function flagsOf(level: i32): i32 {
  return state[HEADER + LEVEL * level + 1]
}
/** Where the threads of a level end in the state's list, and those of the next begin; of level -1: where the first begin. */
@inline function threadsEnd(level: i32): i32 {
  return HEADER + LEVEL * state[LEVELS] + (level < 0 ? 0 : state[HEADER + LEVEL * level + 2])
}
function farLevels(): i32 {
  let count = 0
  while (count < state[LEVELS] && restsOnOf(count) == FAR) count++
  return count
}

// what is asked for
let drops: i32 = 0
let joins: i32 = 0
let start: i32 = 0
let searchStart: i32 = 0
let columns: i32 = 0
let end: i32 = 0 // the border of the segment, as a symbol

// what comes of it
/** Why there is no machine (TOO_…); 0: there is one. */
export let refusal: i32 = 0
export let states: Numbering = changetype<Numbering>(0)
/** What steps do, by number (programLayout.ts). */
export let effects: Numbering = changetype<Numbering>(0)
/** The step of symbol s in state q is at q * columns + s: where it leads, and what it does. */
export let next: Ints = changetype<Ints>(0)
export let outputs: Ints = changetype<Ints>(0)
/** For each state: see layout.ts. */
export let decided: Ints = changetype<Ints>(0)
/** For each state: how many marks there are. */
export let marks: Ints = changetype<Ints>(0)
export let matchesEmpty: bool = false

// written anew by every step
let reached: ThreadLists = changetype<ThreadLists>(0)
let isMatch: Ints = changetype<Ints>(0)
let begin: Ints = changetype<Ints>(0)
let after: ThreadLists = changetype<ThreadLists>(0)
// the levels after the step
let alive: i32 = 0
let aliveRestsOn: Ints = changetype<Ints>(0)
let aliveFlags: Ints = changetype<Ints>(0)
let aliveStart: Ints = changetype<Ints>(0)
let aliveMark: Ints = changetype<Ints>(0)
// of each of them, when some have been made far
let restsOn: Ints = changetype<Ints>(0)
let mark: Ints = changetype<Ints>(0)
let openCuts: Ints = changetype<Ints>(0)
let list: Ints = changetype<Ints>(0)
let work: i32 = 0

// what the second half of a step comes to
let effect: i32 = 0
let to: i32 = 0
// what the first half finds out for it
let cuts: i32 = 0 // how many are in `openCuts`
let back: i32 = NONE
let isMatchHere: bool = false
// the attempt that begins here: how many open cuts there are then, on how many of them it rests, and IN_GAP or 0
let newLength: i32 = 0
let newRests: i32 = 0
let newFlags: i32 = 0
let beginsSearch: bool = false
// the effect of the last attempt that was alone, after this first half
let formAlone: i32 = NONE
let lastAlone: i32 = 0
// where an attempt that is alone goes, by all that it depends on: twice the state, whether it has threads, and 1 more; 0: not known
let aloneKeys: Numbering = changetype<Numbering>(0)
let aloneKey: Ints = changetype<Ints>(0)
let alone: Growing = changetype<Growing>(0)

/**
 * Makes the machine of a program of which `openThreads` has been told. `contexts`: lists of symbols, and the border, that the checks ahead cannot
 * tell apart, one after another, each with its length before it.
 */
export function build(
  instructionCount: i32,
  theStart: i32,
  theSearchStart: i32,
  theColumns: i32,
  theDrops: i32,
  theJoins: i32,
  contexts: Ints,
  contextCount: i32,
): i32 {
  start = theStart
  searchStart = theSearchStart
  columns = theColumns
  end = columns - 1
  drops = theDrops
  joins = theJoins
  work = 0
  matchesEmpty = false
  refusal = 0
  openLists(instructionCount)
  let room = 64
  next = ints(room * columns)
  outputs = ints(room * columns)
  const aheadContexts = ints(contextCount)
  for (let i = 0, at = 0; i < contextCount; i++) {
    const length = contexts[at++]
    copy(list, 0, contexts, at, length)
    aheadContexts[i] = symbolLists.numberOf(list, length)
    at += length
  }
  alive = 0
  stateOf(IS_START, behindContextOf[end], 0, 0)
  for (let number = 0; number < states.count; number++) {
    copy(state, 0, states.pool, states.starts[number], states.length(number))
    decided[number] = decidedIn()
    marks[number] = farLevels()
    if (number == room) {
      next = enlarged(next, room * columns)
      outputs = enlarged(outputs, room * columns)
      room *= 2
    }
    for (let i = 0; i < contextCount; i++) stepAll(number * columns, aheadContexts[i])
    if (work > MAX_WORK) refuse(TOO_MUCH_WORK)
  }
  return states.count
}

/** Makes lists that are long enough for all that comes: a state has no more levels, and no more threads, than the program has instructions. */
function openLists(instructionCount: i32): void {
  states = Numbering.create()
  effects = Numbering.create()
  const largest = instructionCount + 1
  reached = ThreadLists.create()
  isMatch = ints(largest)
  begin = ints(1)
  after = ThreadLists.create()
  aliveRestsOn = ints(largest)
  aliveFlags = ints(largest)
  aliveStart = ints(largest)
  aliveMark = ints(largest)
  restsOn = ints(largest)
  mark = ints(largest)
  openCuts = ints(2 * MAX_SLOTS)
  const longest = HEADER + (LEVEL + 1) * largest + 2 * MAX_SLOTS
  list = ints(max(longest, columns))
  state = ints(longest)
  aloneKeys = Numbering.create()
  aloneKey = ints(5)
  alone = Growing.create()
  decided = ints(MAX_STATES)
  marks = ints(MAX_STATES)
}

function refuse(reason: i32): void {
  refusal = reason
  unreachable()
}

/** Makes the steps of symbols that the checks ahead cannot tell apart. */
function stepAll(row: i32, symbols: i32): void {
  reach(symbolLists.pool[symbolLists.starts[symbols]])
  const newest = reached.count - 1
  const alike = group(reached, 0, newest, symbols)
  const count = groups.items[alike]
  for (let i = 1; i <= count; i++) {
    const alikeToLevels = groups.items[alike + i]
    stepLevels(symbolLists.pool[symbolLists.starts[alikeToLevels]])
    const parts = group(reached, newest, newest + 1, alikeToLevels)
    const partCount = groups.items[parts]
    for (let k = 1; k <= partCount; k++) {
      const part = symbolLists.starts[groups.items[parts + k]]
      const partEnd = symbolLists.starts[groups.items[parts + k] + 1]
      stepNew(symbolLists.pool[part])
      for (let m = part; m < partEnd; m++) {
        next[row + symbolLists.pool[m]] = to
        outputs[row + symbolLists.pool[m]] = effect
      }
    }
  }
}

/** How far each level gets without reading, down to the first that matches; last, an attempt that begins here. */
function reach(symbol: i32): void {
  clear(reached)
  beginSearch()
  beginsSearch = state[FLAGS] != 0
  for (let level = 0; level < state[LEVELS]; level++) {
    const isOne = close(state, threadsEnd(level - 1), threadsEnd(level), state[BEHIND], symbol, reached)
    isMatch[level] = isOne ? 1 : 0
    if (!isOne) continue
    beginsSearch = true
    break
  }
  const newest = reached.count
  begin[0] = beginsSearch ? searchStart : start
  beginSearch()
  isMatch[newest] = close(begin, 0, 1, state[BEHIND], symbol, reached) ? 1 : 0
  work += reached.ends[newest]
}

/** Reads a code point, after `reach`: what it does to the levels that are there. */
function stepLevels(symbol: i32): void {
  clear(after)
  alive = 0
  cuts = state[OPEN_CUTS]
  for (let slot = 0; slot < cuts; slot++) openCuts[slot] = slot
  let gapSlot = cuts
  back = NONE
  isMatchHere = false
  formAlone = NONE
  const newest = reached.count - 1
  for (let level = 0; level < newest; level++) {
    const rests = restsOnOf(level)
    const inGap = (flagsOf(level) & IN_GAP) != 0
    const levelStart = inGap ? gapSlot++ : NOW
    if (isMatch[level] == 0) advanceLevel(level, symbol, rests, flagsOf(level), levelStart)
    else {
      if (rests == FAR) back = level
      cuts = max(0, rests)
      if (inGap && joins != JOINS_GAP_AND_MATCH) openCuts[cuts++] = levelStart
      advanceLevel(level, symbol, cuts, drops == DROPS_MATCHES ? HAS_MATCH : 0, NOW)
      if (joins != JOINS_MATCH_AND_GAP) openCuts[cuts++] = NOW
      isMatchHere = true
    }
  }
}

/** Reads it, after `stepLevels`, by the attempt that begins here; the levels are left as they are. */
function stepNew(symbol: i32): void {
  if (symbol == end) {
    endSegment()
    return
  }
  beginAttempt()
  const levels = alive
  let place = 0
  if (levels == 0) {
    aloneKey[0] = symbol
    aloneKey[1] = state[BEHIND]
    aloneKey[2] = beginsSearch ? 1 : 0
    aloneKey[3] = newFlags
    aloneKey[4] = newLength - newRests
    place = aloneKeys.numberOf(aloneKey, 5)
    alone.reach(place + 1)
    if (alone.items[place] != 0) {
      const known = alone.items[place] - 1
      to = known >> 1
      effect = effectAlone(known & 1)
      return
    }
  }
  const newest = reached.count - 1
  advanceLevel(newest, symbol, newRests, newFlags, NOW_ENDS_GAP)
  const leaving = letGo(newLength)
  effect = effectOf(newLength, leaving)
  const searchFlags = searchStart != start && isMatch[newest] == 1 ? IS_SEARCH_START : 0
  to = stateOf(searchFlags, behindContextOf[symbol], newLength - leaving, leaving)
  if (levels == 0) alone.items[place] = 2 * to + alive + 1
  alive = levels
  takeBack(after, levels)
}

/** The segment ends here, and with it whatever is open. */
function endSegment(): void {
  const levels = alive
  let length = cuts
  if (!isMatchHere) openCuts[length++] = NOW_ENDS_GAP
  else if (joins == JOINS_MATCH_AND_GAP) openCuts[length++] = NOW
  alive = 0
  effect = effectOf(length, length)
  to = 0
  alive = levels
}

/** What the attempt that begins here rests on. Where it matches the empty string, there is a cut, and it may go on. */
function beginAttempt(): void {
  const inGap = !isMatchHere && (state[FLAGS] & IS_START) == 0
  const matchesNothing = isMatch[reached.count - 1] == 1
  newLength = cuts
  newRests = isMatchHere && joins == JOINS_MATCHES ? cuts - 1 : cuts
  newFlags = inGap || (isMatchHere && joins == JOINS_MATCH_AND_GAP) ? IN_GAP : 0
  if (matchesNothing) matchesEmpty = true
  if (!matchesNothing || !inGap) return
  openCuts[newLength++] = NOW_ENDS_GAP
  // this cut stays if the level gets a longer match, unless that is then joined to the gap
  if (joins == JOINS_GAP_AND_MATCH) return
  newRests = newLength
  newFlags = 0
}

/** The effect where no old level goes on. `count`: whether the new attempt has threads (1) or not (0). Mostly the same as for the symbol before. */
function effectAlone(count: i32): i32 {
  const form = ((newLength - cuts) * 2 + newFlags) * 2 + count
  if (form == formAlone) return lastAlone
  formAlone = form
  if (count == 1) addLevel(newRests, newFlags, NOW_ENDS_GAP, NONE)
  lastAlone = effectOf(newLength, letGo(newLength))
  alive = 0
  return lastAlone
}

/** `rests`: on how many cuts it rests, or FAR. */
function advanceLevel(level: i32, symbol: i32, rests: i32, flags: i32, levelStart: i32): void {
  if (advance(reached, level, symbol, after)) addLevel(rests, flags, levelStart, rests == FAR ? level : NONE)
}

function addLevel(rests: i32, flags: i32, levelStart: i32, oldMark: i32): void {
  aliveRestsOn[alive] = rests
  aliveFlags[alive] = flags
  aliveStart[alive] = levelStart
  aliveMark[alive] = oldMark
  alive++
}

/** Makes levels far while too many cuts are open, of `length`. Returns how many leave: those that all near levels rest on. */
function letGo(length: i32): i32 {
  let open = 0
  for (let level = 0; level < alive; level++) {
    restsOn[level] = aliveRestsOn[level]
    mark[level] = aliveMark[level]
    open += aliveFlags[level] & IN_GAP
  }
  let near = 0
  while (near < alive && restsOn[near] == FAR) near++
  let leaving = near < alive ? restsOn[near] : length
  while (length - leaving + open > NEAR_SLOTS && near < alive) {
    mark[near] = SOURCE_NEW_MARK + leaving
    restsOn[near] = FAR
    leaving = ++near < alive ? restsOn[near] : length
  }
  return leaving
}

/** The number of an effect. */
function effectOf(cutCount: i32, leaving: i32): i32 {
  let length = 4
  for (let i = 0; i < cutCount; i++) list[length++] = openCuts[i]
  for (let level = 0; level < alive; level++) if ((aliveFlags[level] & IN_GAP) != 0) list[length++] = aliveStart[level]
  const slots = length - 4
  if (slots > MAX_SLOTS) refuse(TOO_MANY_SLOTS)
  let markCount = 0
  let keepsMarks = back == NONE
  for (let level = 0; level < alive; level++) {
    if (mark[level] == NONE) continue
    if (mark[level] != markCount) keepsMarks = false
    list[length++] = mark[level]
    markCount++
  }
  if (markCount != farLevels()) keepsMarks = false
  list[0] = leaving
  list[1] = back
  list[2] = keepsMarks ? 1 : 0
  list[3] = slots
  return effects.numberOf(list, length)
}

/** The number of the state that the levels that are alive and `after` make up. */
function stateOf(flags: i32, behind: i32, open: i32, leaving: i32): i32 {
  list[FLAGS] = flags
  list[BEHIND] = behind
  list[OPEN_CUTS] = open
  list[LEVELS] = alive
  let length = HEADER
  for (let level = 0; level < alive; level++) {
    list[length++] = restsOn[level] == FAR ? FAR : restsOn[level] - leaving
    list[length++] = aliveFlags[level]
    list[length++] = after.ends[level]
  }
  const threads = after.startOf(alive)
  copy(list, length, after.items, 0, threads)
  const number = states.numberOf(list, length + threads)
  if (number == MAX_STATES) refuse(TOO_MANY_STATES)
  return number
}

/** Up to where no cut can come any more, besides those that have left, as a byte of the tables. */
function decidedIn(): i32 {
  if (state[FLAGS] == IS_START || farLevels() > 0) return DECIDED_LAST_CUT
  if (joins != JOINS_NOTHING) return firstCutToCome()
  const levels = state[LEVELS]
  const dropped = drops != DROPS_NOTHING ? DECIDED_DROPPED : 0
  if (drops == DROPS_MATCHES) return levels > 0 && (flagsOf(0) & HAS_MATCH) != 0 ? dropped : DECIDED_LAST_CUT
  // no attempt is under way: every code point read was part of a gap
  if (levels == 0) return state[OPEN_CUTS] == 0 ? DECIDED_HERE | dropped : DECIDED_LAST_CUT
  return (flagsOf(0) & IN_GAP) != 0 ? state[OPEN_CUTS] | dropped : DECIDED_LAST_CUT
}

/** The slot of the first open cut, or of where the first level began whose start is noted, whichever is earlier. */
function firstCutToCome(): i32 {
  const open = state[OPEN_CUTS]
  let noted = 0
  while (noted < state[LEVELS] && (flagsOf(noted) & IN_GAP) == 0) noted++
  if (noted < state[LEVELS] && restsOnOf(noted) == 0) return open
  if (open > 0) return 0
  return noted < state[LEVELS] ? open : DECIDED_HERE
}
