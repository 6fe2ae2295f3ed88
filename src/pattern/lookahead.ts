import { createNumbering } from './numbering.ts'
import { patternError } from './patternError.ts'
import { reachable, successors, type Draft, type Take } from './program.ts'
import { minimize, type Row } from './minimize.ts'

/*
 * Look-aheads of more than one code point. Whether one holds at a place depends on the text from there on, which may be any length, so it
 * cannot be known by a machine that reads forward. It can by one that reads backward: its state at a position is the set of
 * instructions in the bodies of the look-aheads from which the text that follows matches. So text is read twice, first backward, to find a symbol
 * for each code point (its class, and which look-aheads hold where it begins), then forward, by a machine over these symbols.
 *
 * A body may begin by looking behind, as `\b` does. What is behind is not known yet when text is read backward; so a symbol says what holds
 * for each context that may be behind, and the forward machine, which knows it, chooses.
 *
 * Example: `a(?=bc)`. The body is 2: take b, then 1; 1: take c, then 0; 0: match.
 *
 *   state 0 {}    state 1 {1}: a c is ahead    state 2 {2}: "bc" is ahead
 *
 * Reading backward, c leads to state 1 from everywhere, b leads from 1 to 2 and from others to 0, all else to 0. The symbols are the classes (other, a,
 * b, c) and b*: a b at which "bc" begins. "abcab" is a b* c a b, and the look-ahead holds in front of b* only. (`simplifyLookahead` then joins states 0
 * and 2, from which the same happens.)
 */

export interface Lookahead {
  states: number
  classes: number
  /** The state one code point further to the front: that of state q by class c is next[q * classes + c]. State 0 is the end of the segment. */
  next: Int32Array
  /** The same for the symbol of the code point. */
  symbols: Int32Array
  /** The class of each symbol. */
  classOf: readonly number[]
  /** Where the look-ahead whose body begins at an instruction holds: see the instruction `look` (nfa.ts). */
  find(start: number, negative: boolean): { rowOf: Uint8Array; accepts: Uint8Array[] }
}

const MAX_STATES = 2_000

/**
 * The backward machine for the look-aheads whose bodies begin at `starts`.
 *
 * @throws PretokError 'pattern' if it would have too many states.
 */
export const buildLookahead = (
  program: readonly Draft[],
  starts: readonly number[],
  sets: readonly Uint8Array[],
  classes: number,
  text: string,
): Lookahead => {
  const body = reachable(program, starts)
  const accepts = (at: number, symbol: number): boolean => {
    const check = program[at] as Draft & { op: 'check' }
    return symbol === classes ? check.atBorder : sets[check.set][symbol] === 1
  }
  const contextOf = (ahead: boolean): number[] =>
    contexts(
      body.filter((at) => isCheck(program[at], ahead)),
      classes,
      accepts,
    )
  const behindOf = contextOf(false)
  const aheadOf = contextOf(true)
  const behinds = [...new Set(behindOf)]
  /** For each class, and the border: which of the contexts it is. */
  const rowOf = behindOf.map((behind) => behinds.indexOf(behind))

  // a state is a list: what is ahead, as far as the checks can tell, then the instructions that can take the code point ahead and then match
  const states = createNumbering()
  const list = new Int32Array(body.length + 1)
  const matcher = createBodyMatcher(program, body, accepts)
  const before = new Int32Array(list.length)
  /** The state one code point further to the front, which is of a class. */
  const stateBefore = (takes: readonly number[], name: number): number => {
    let length = 0
    before[length++] = aheadOf[name]
    for (let i = 0; i < takes.length; i++) if (sets[matcher.setOf[takes[i]]][name] === 1) before[length++] = takes[i]
    return states.numberOf(before, length)
  }

  before[0] = aheadOf[classes]
  states.numberOf(before, 1)
  const steps: number[] = []
  /** Which look-aheads hold in each state, for each context behind: the number of a list. */
  const findings: number[] = []
  const findingLists = createNumbering()
  const finding = new Int32Array(starts.length * behinds.length)
  for (let state = 0; state < states.count; state++) {
    if (states.count > MAX_STATES) throw patternError(`look-aheads of more than ${MAX_STATES} states`, text)
    const length = states.read(state, list)
    const takes: number[][] = []
    for (let row = 0; row < behinds.length; row++) {
      matcher.match(list, length, behinds[row])
      for (let i = 0; i < starts.length; i++) finding[i * behinds.length + row] = matcher.isMatching(starts[i]) ? 1 : 0
      takes.push(matcher.findTaking())
    }
    findings.push(findingLists.numberOf(finding))
    for (let name = 0; name < classes; name++) steps.push(stateBefore(takes[rowOf[name]], name))
  }

  const next = new Int32Array(steps)
  const { symbols, classOf, findingOf } = nameSymbols(next, classes, findings, findingLists.count)
  const bits = Array.from({ length: findingLists.count }, (_, number) => (findingLists.read(number, finding), finding.slice()))
  const bitsOf = [...findingOf, findings[0]].map((number) => bits[number]) // of each symbol, and of the end
  return {
    states: states.count,
    classes,
    next,
    symbols,
    classOf,
    find(start, negative) {
      const first = starts.indexOf(start) * behinds.length
      return {
        rowOf: Uint8Array.from([...classOf, classes], (name) => rowOf[name]),
        accepts: behinds.map((_, row) => Uint8Array.from(bitsOf, (held) => (negative ? 1 - held[first + row] : held[first + row]))),
      }
    },
  }
}

/** Tells from which instructions of the bodies the text ahead matches. */
const createBodyMatcher = (program: readonly Draft[], body: readonly number[], accepts: (at: number, symbol: number) => boolean) => {
  const ends = body.filter((at) => program[at].op === 'match')
  const taking = body.filter((at) => program[at].op === 'take')
  const takingBefore = predecessors(program, taking)
  const passingBefore = predecessors(
    program,
    body.filter((at) => program[at].op !== 'take'),
  )
  const setOf = new Int32Array(program.length)
  for (const at of taking) setOf[at] = (program[at] as Take).set
  const met = new Int32Array(program.length)
  let round = 0
  const matching: number[] = []
  const meet = (at: number): void => {
    if (met[at] === round) return
    met[at] = round
    matching.push(at)
  }
  return {
    /** Of each instruction that takes a code point: the set that it must be in. */
    setOf,
    /** Finds them for the state that is the first `length` items of a list, and a context behind. */
    match(list: Int32Array, length: number, behind: number): void {
      round++
      matching.length = 0
      for (let i = 0; i < ends.length; i++) meet(ends[i])
      for (let i = 1; i < length; i++) meet(list[i])
      for (let i = 0; i < matching.length; i++) {
        const passing = passingBefore[matching[i]]
        for (let k = 0; k < passing.length; k++) {
          const draft = program[passing[k]]
          if (draft.op === 'split' || (draft.op === 'check' && accepts(passing[k], draft.ahead ? list[0] : behind))) meet(passing[k])
        }
      }
    },
    isMatching: (at: number): boolean => met[at] === round,
    /** The instructions that take a code point and then match, in ascending order. */
    findTaking(): number[] {
      const found: number[] = []
      for (let i = 0; i < matching.length; i++) found.push(...takingBefore[matching[i]])
      return found.length > 1 ? found.sort((a, b) => a - b) : found
    },
  }
}

/** A symbol for each class, and what is found where a code point of it begins, that come together; in the order in which the steps have them. */
const nameSymbols = (next: Int32Array, classes: number, findings: readonly number[], findingCount: number) => {
  const symbolOf = new Int32Array(classes * findingCount).fill(-1)
  const classOf: number[] = []
  const findingOf: number[] = []
  const symbols = next.map((to, at) => {
    const name = at % classes
    const key = name * findingCount + findings[to]
    if (symbolOf[key] < 0) {
      symbolOf[key] = classOf.push(name) - 1
      findingOf.push(findings[to])
    }
    return symbolOf[key]
  })
  return { symbols, classOf, findingOf }
}

const isCheck = (draft: Draft, ahead: boolean): boolean => draft.op === 'check' && draft.ahead === ahead

/** For each instruction, those of a program's part that lead to it. */
const predecessors = (program: readonly Draft[], part: readonly number[]): number[][] => {
  const before: number[][] = program.map(() => [])
  for (const from of part) for (const to of successors(program[from])) before[to].push(from)
  return before
}

/** For each class, and the border: the first one that the checks cannot tell from it. */
const contexts = (checks: readonly number[], classes: number, accepts: (at: number, symbol: number) => boolean): number[] => {
  const names = Array.from({ length: classes + 1 }, (_, symbol) => checks.map((at) => (accepts(at, symbol) ? 1 : 0)).join(''))
  return names.map((name) => names.indexOf(name))
}

/** A backward machine as small as possible: over joined classes, and with symbols as the forward machine has joined them. */
export interface BackwardMachine {
  /** By state, then by class. State 0 is the end of the segment. */
  next: readonly Row[]
  symbols: readonly Row[]
}

/** `newSymbol`: the new name of each symbol. Returns also the new class of each old one. */
export const simplifyLookahead = (
  { states, classes, next, symbols }: Lookahead,
  newSymbol: readonly number[],
): { backward: BackwardMachine; newClass: number[] } => {
  const smallest = minimize({
    columns: classes,
    next,
    outputs: symbols.map((symbol) => newSymbol[symbol]),
    labels: new Int32Array(states),
    apart: 0,
  })
  return { backward: { next: smallest.next, symbols: smallest.outputs }, newClass: smallest.newSymbol }
}
