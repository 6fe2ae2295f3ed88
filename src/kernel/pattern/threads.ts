import { CHECK_AHEAD, CHECK_BEHIND, MATCH, SPLIT, TAKE } from '../../pattern/programLayout'
import { fill, Growing, Ints, ints } from './ints'
import { Numbering } from './numbering'

/*
 * Threads of a program: instructions at which the simulation (transducer.ts) stands, in order of preference. A step of the simulation is in two
 * halves: threads go on to instructions that take a code point, as far as the checks let them (`close`), and then those are left that take the
 * code point which is read (`advance`).
 */

/** Lists of threads. They are written anew for each step. */
@unmanaged
export class ThreadLists {
  items: Ints
  /** List k is items[ends[k - 1]] up to items[ends[k]]; the first begins at 0. */
  ends: Ints
  count: i32

  static create(): ThreadLists {
    const lists = changetype<ThreadLists>(ints(<i32>(offsetof<ThreadLists>() >> 2)))
    lists.items = ints(size)
    lists.ends = ints(size + 1)
    return lists
  }

  @inline startOf(k: i32): i32 {
    return k == 0 ? 0 : this.ends[k - 1]
  }
}

let size: i32 = 0 // of the program
let columns: i32 = 0 // symbols, and the border of the segment
let program: Ints = changetype<Ints>(0)
let tables: Ints = changetype<Ints>(0)
/** For each symbol (and, last, the border) the first one that the checks behind cannot tell from it. */
export let behindContextOf: Ints = changetype<Ints>(0)
/** For each symbol, bit k of its words: it is in set k. */
let setsOf: Ints = changetype<Ints>(0)
let words: i32 = 0

// in which round an instruction was added to lists (`clear` begins a round), and in which search it was met (`beginSearch`)
let added: Ints = changetype<Ints>(0)
let round: i32 = 0
let visited: Ints = changetype<Ints>(0)
let search: i32 = 0
let stack: Ints = changetype<Ints>(0)

export function openThreads(
  theProgram: Ints,
  instructionCount: i32,
  theTables: Ints,
  theColumns: i32,
  contexts: Ints,
  sets: Ints,
  setWords: i32,
): void {
  program = theProgram
  size = instructionCount
  tables = theTables
  columns = theColumns
  behindContextOf = contexts
  setsOf = sets
  words = setWords
  added = ints(size)
  round = 0
  visited = ints(size)
  search = 0
  stack = ints(2 * size + 2)
  openGroups()
}

export function clear(lists: ThreadLists): void {
  lists.count = 0
  round++
}

/** Takes back all lists but the first `count`. */
export function takeBack(lists: ThreadLists, count: i32): void {
  const end = lists.startOf(lists.count)
  for (let i = lists.startOf(count); i < end; i++) added[lists.items[i]] = 0
  lists.count = count
}

/**
 * `added` keeps an instruction out of a second list for the whole step: what a level above has, the levels below do not need. `visited` only keeps one
 * search from going in circles. The new attempt has a search of its own, since it must know whether it matches the empty string even where a
 * level has been at the same instructions.
 */
export function beginSearch(): void {
  search++
}

/**
 * Adds a list to `reached`: the instructions that take a code point and that the threads items[from, to) get to without one, in order of preference,
 * up to the first match. Leaves out those that are in a list before. Returns whether there is a match.
 */
export function close(items: Ints, from: i32, to: i32, behind: i32, ahead: i32, reached: ThreadLists): bool {
  let end = reached.startOf(reached.count)
  let isMatch = false
  for (let i = from; i < to && !isMatch; i++) {
    // depth first, so that the order of preference is kept
    let depth = 1
    stack[0] = items[i]
    while (depth > 0) {
      const at = stack[--depth]
      if (visited[at] == search) continue
      visited[at] = search
      const place = at << 2
      const kind = program[place]
      if (kind == TAKE) {
        if (added[at] == round) continue
        added[at] = round
        reached.items[end++] = at
      } else if (kind == SPLIT) {
        stack[depth++] = program[place + 2]
        stack[depth++] = program[place + 1]
      } else if (kind == MATCH) {
        isMatch = true
        break
      } else if (passes(kind, program[place + 2], behind, ahead)) stack[depth++] = program[place + 1]
    }
  }
  reached.ends[reached.count++] = end
  return isMatch
}

function passes(kind: i32, table: i32, behind: i32, ahead: i32): bool {
  if (kind == CHECK_BEHIND) return tables[table + behind] == 1
  if (kind == CHECK_AHEAD) return tables[table + ahead] == 1
  return tables[table + columns * (1 + tables[table + behind]) + ahead] == 1
}

/**
 * Adds a list to `after`: where the threads of list k stand when the code point has been read, without those in an earlier list. Adds no list, and returns
 * false, if there are none.
 */
export function advance(reached: ThreadLists, k: i32, symbol: i32, after: ThreadLists): bool {
  const first = after.startOf(after.count)
  let end = first
  const last = reached.ends[k]
  const sets = symbol * words
  for (let i = reached.startOf(k); i < last; i++) {
    const place = reached.items[i] << 2
    const set = program[place + 1]
    const next = program[place + 2]
    if (((setsOf[sets + (set >> 5)] >> (set & 31)) & 1) == 0 || added[next] == round) continue
    added[next] = round
    after.items[end++] = next
  }
  if (end == first) return false
  after.ends[after.count++] = end
  return true
}

/*
 * Lists of symbols have numbers. Those of a list that are in the same ones of some sets, and have the same context before them, are a group: another
 * list. The border stays alone.
 */
export let symbolLists: Numbering = changetype<Numbering>(0)
let questions: Numbering = changetype<Numbering>(0) // the number of a list, then the sets
let answers: Growing = changetype<Growing>(0) // where the groups are in `groups`, one more; 0: not known yet
/** Of lists, how many groups there are, and then their numbers. */
export let groups: Growing = changetype<Growing>(0)
let question: Ints = changetype<Ints>(0)
let keys: Numbering = changetype<Numbering>(0)
let key: Ints = changetype<Ints>(0)
let groupOfKey: Growing = changetype<Growing>(0) // where it is in `groups`
let nextAlike: Ints = changetype<Ints>(0)
let lastAlike: Ints = changetype<Ints>(0)
let members: Ints = changetype<Ints>(0)

function openGroups(): void {
  symbolLists = Numbering.create()
  questions = Numbering.create()
  answers = Growing.create()
  groups = Growing.create()
  question = ints(1 + words)
  keys = Numbering.create()
  key = ints(1 + words)
  groupOfKey = Growing.create()
  nextAlike = ints(columns)
  lastAlike = ints(columns + 1)
  members = ints(columns)
}

/** Where the groups of a list are in `groups`, by the sets that lists [from, to) ask about. */
export function group(reached: ThreadLists, from: i32, to: i32, list: i32): i32 {
  fill(question, 0, 1 + words)
  question[0] = list
  const last = reached.startOf(to)
  for (let i = reached.startOf(from); i < last; i++) {
    const set = program[(reached.items[i] << 2) + 1]
    question[1 + (set >> 5)] = question[1 + (set >> 5)] | (1 << (set & 31))
  }
  const number = questions.numberOf(question, 1 + words)
  answers.reach(number + 1)
  if (answers.items[number] == 0) {
    answers.items[number] = groups.length + 1
    makeGroups(list)
  }
  return answers.items[number] - 1
}

function makeGroups(list: i32): void {
  const border = columns - 1
  const start = symbolLists.starts[list]
  const length = symbolLists.length(list)
  const at = groups.length
  groups.push(0)
  // each group is linked first: of its first symbol, `groups` has the index in the list
  for (let i = 0; i < length; i++) {
    const symbol = symbolLists.pool[start + i]
    key[0] = symbol == border ? -1 : behindContextOf[symbol]
    for (let word = 0; word < words; word++) key[1 + word] = setsOf[symbol * words + word] & question[1 + word]
    const number = keys.numberOf(key, 1 + words)
    groupOfKey.reach(number + 1)
    if (groupOfKey.items[number] <= at) {
      groupOfKey.items[number] = groups.length
      groups.push(i)
    } else nextAlike[lastAlike[groupOfKey.items[number] - at]] = i
    lastAlike[groupOfKey.items[number] - at] = i
    nextAlike[i] = -1
  }
  const count = groups.length - at - 1
  groups.items[at] = count
  for (let k = 1; k <= count; k++) {
    let size = 0
    for (let i = groups.items[at + k]; i >= 0; i = nextAlike[i]) members[size++] = symbolLists.pool[start + i]
    groups.items[at + k] = symbolLists.numberOf(members, size)
  }
}
