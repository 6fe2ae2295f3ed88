import type { Instruction, Nfa } from './nfa.ts'
import { createNumbering } from './numbering.ts'

/*
 * Threads of a program: instructions at which the simulation stands, in order of preference. A step of the simulation is in two halves:
 * threads go on to instructions that take a code point, as far as the checks let them (`close`), and then those are left that take the
 * code point which is read (`advance`).
 */

/** Lists of threads. They are written anew for each step, in one array, so that a step makes no garbage. */
export interface ThreadLists {
  items: Int32Array
  /** List k is items[ends[k - 1]] up to items[ends[k]]; the first begins at 0. */
  ends: Int32Array
  count: number
}

export interface Threads {
  createLists(): ThreadLists
  /** For each class (and, last, the border of the segment) the first one that the checks behind cannot tell from it. */
  behindContextOf: readonly number[]
  /** Lists of classes, and the border, that the checks ahead cannot tell apart. */
  aheadContexts: readonly (readonly number[])[]
  /**
   * Adds a list to `reached`: the instructions that take a code point and that the threads get to without one, in order of preference, up
   * to the first match. Leaves out those that are in a list before. Returns whether there is a match. The threads are items[from, to).
   */
  close(items: ArrayLike<number>, from: number, to: number, behind: number, ahead: number, reached: ThreadLists): boolean
  /**
   * Adds a list to `after`: the threads of list k behind the code point, without those that are in a list before. Adds no list, and returns
   * false, if there are none.
   */
  advance(reached: ThreadLists, k: number, symbol: number, after: ThreadLists): boolean
  /** Empties lists. */
  clear(lists: ThreadLists): void
  /** Takes back all lists but the first `count`. */
  takeBack(lists: ThreadLists, count: number): void
  /**
   * Puts those classes together that lead from lists [from, to) to the same threads, and to the same context behind. The border stays
   * alone.
   */
  group(reached: ThreadLists, from: number, to: number, symbols: readonly number[]): readonly (readonly number[])[]
}

export const createThreads = ({ program, sets, symbols: border }: Nfa): Threads => {
  const columns = border + 1
  const setOf = new Int32Array(program.length).fill(-1)
  const nextOf = new Int32Array(program.length).fill(-1)
  program.forEach((instruction, at) => {
    if (instruction.op !== 'take') return
    setOf[at] = instruction.set
    nextOf[at] = instruction.next
  })
  // 1: a symbol is in a set; those of one set behind those of another
  const isIn = new Uint8Array(sets.length * columns)
  sets.forEach((set, number) => isIn.set(set, number * columns))
  const behindContextOf = contextsOf(program, false, border)
  const aheadContextOf = contextsOf(program, true, border)
  const follow = createFollower(program)
  /** What single instructions reach, by instruction, context behind and context ahead. */
  const known = new Map<number, Reached>()
  const usedSets = new Int32Array(Math.ceil(sets.length / 32))
  const usedLists = createNumbering()
  const groupsBySets: Map<readonly number[], number[][]>[] = []
  const groupBySets = createGrouping(sets, behindContextOf)
  // in which round an instruction was added to lists (`clear` begins a round), and a set met (`group` does)
  const added = new Uint32Array(program.length)
  let round = 0

  return {
    createLists: () => ({ items: new Int32Array(program.length), ends: new Int32Array(program.length + 1), count: 0 }),
    behindContextOf,
    aheadContexts: groupBy(
      aheadContextOf.map((_, symbol) => symbol),
      (symbol) => aheadContextOf[symbol],
    ),
    clear(lists) {
      lists.count = 0
      round++
    },
    takeBack(lists, count) {
      for (let i = startOf(lists, count); i < endOf(lists); i++) added[lists.items[i]] = 0
      lists.count = count
    },
    close(items, from, to, behind, ahead, reached) {
      const context = (behind * columns + aheadContextOf[ahead]) * program.length
      let end = endOf(reached)
      let isMatch = false
      for (let i = from; i < to && !isMatch; i++) {
        if (setOf[items[i]] !== -1) {
          // most threads are at such an instruction already
          if (added[items[i]] === round) continue
          added[items[i]] = round
          reached.items[end++] = items[i]
          continue
        }
        let one = known.get(context + items[i])
        if (one === undefined) known.set(context + items[i], (one = follow(items[i], behind, ahead)))
        for (let k = 0; k < one.takes.length; k++) {
          const take = one.takes[k]
          if (added[take] === round) continue
          added[take] = round
          reached.items[end++] = take
        }
        isMatch = one.isMatch
      }
      reached.ends[reached.count++] = end
      return isMatch
    },
    advance(reached, k, symbol, after) {
      const first = endOf(after)
      let end = first
      const { items } = reached
      const last = reached.ends[k]
      for (let i = startOf(reached, k); i < last; i++) {
        const next = nextOf[items[i]]
        if (isIn[setOf[items[i]] * columns + symbol] !== 1 || added[next] === round) continue
        added[next] = round
        after.items[end++] = next
      }
      if (end === first) return false
      after.ends[after.count++] = end
      return true
    },
    group(reached, from, to, symbols) {
      if (symbols.length === 1) return [symbols]
      usedSets.fill(0)
      const last = startOf(reached, to)
      for (let i = startOf(reached, from); i < last; i++) {
        const set = setOf[reached.items[i]]
        usedSets[set >> 5] |= 1 << (set & 31)
      }
      const groups = (groupsBySets[usedLists.numberOf(usedSets)] ??= new Map())
      let found = groups.get(symbols)
      if (found === undefined) groups.set(symbols, (found = groupBySets(symbols, usedSets)))
      return found
    },
  }
}

const startOf = ({ ends }: ThreadLists, k: number): number => (k === 0 ? 0 : ends[k - 1])
const endOf = (lists: ThreadLists): number => startOf(lists, lists.count)

/**
 * Makes a function that puts symbols together that are in the same ones of some sets (bit k of all words: set k is one of them), and have the same
 * context behind. The border stays alone.
 */
const createGrouping = (
  sets: readonly Uint8Array[],
  behindContextOf: readonly number[],
): ((symbols: readonly number[], used: Int32Array) => number[][]) => {
  const border = behindContextOf.length - 1
  const words = Math.ceil(sets.length / 32)
  // for each symbol, bit k of its words: it is in set k
  const setsOf = new Int32Array(behindContextOf.length * words)
  sets.forEach((set, k) => {
    for (let symbol = 0; symbol < border; symbol++) setsOf[symbol * words + (k >> 5)] |= set[symbol] << (k & 31)
  })
  const key = new Int32Array(1 + words)
  const keys = createNumbering()
  return (symbols, used) => {
    const groups: number[][] = []
    const groupOfKey: (number[] | undefined)[] = []
    for (let i = 0; i < symbols.length; i++) {
      const symbol = symbols[i]
      key[0] = symbol === border ? -1 : behindContextOf[symbol]
      for (let word = 0; word < words; word++) key[1 + word] = setsOf[symbol * words + word] & used[word]
      const number = keys.numberOf(key)
      const group = groupOfKey[number]
      if (group === undefined) groups.push((groupOfKey[number] = [symbol]))
      else group.push(symbol)
    }
    return groups
  }
}

/** For each class, and the border: the first one that the checks of one direction cannot tell from it. */
const contextsOf = (program: readonly Instruction[], ahead: boolean, border: number): number[] => {
  const tables = program.flatMap((instruction) => {
    if (instruction.op === 'check') return instruction.ahead === ahead ? [instruction.accepts] : []
    if (instruction.op === 'look') return ahead ? instruction.accepts : [instruction.rowOf]
    return []
  })
  const names = Array.from({ length: border + 1 }, (_, symbol) => tables.map((table) => table[symbol]).join())
  return names.map((name) => names.indexOf(name))
}

interface Reached {
  takes: readonly number[]
  isMatch: boolean
}

/** Follows one thread, depth first, so that the order of preference is kept. */
const createFollower = (program: readonly Instruction[]): ((thread: number, behind: number, ahead: number) => Reached) => {
  const visited = new Uint32Array(program.length)
  let visit = 0
  return (thread, behind, ahead) => {
    visit++
    const takes: number[] = []
    const stack = [thread]
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
        case 'look':
          if (instruction.accepts[instruction.rowOf[behind]][ahead] === 1) stack.push(instruction.next)
          break
        case 'match':
          return { takes, isMatch: true }
      }
    }
    return { takes, isMatch: false }
  }
}

const groupBy = (symbols: readonly number[], keyOf: (symbol: number) => number): number[][] => {
  const groups = new Map<number, number[]>()
  for (const symbol of symbols) {
    const key = keyOf(symbol)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [symbol])
    else group.push(symbol)
  }
  return [...groups.values()]
}
