import { classOf } from './classes.ts'
import { cutsOf, sameAutomaton } from './equivalence.ts'
import { ENTRY_LEAVING_SHIFT, ENTRY_DROPPED, ROLE_DROPPED, ROLE_GROUP, ROLE_ISOLATED } from './layout.ts'
import { hasMarks, type Automaton, type Machine } from './machine.ts'

/*
 * Patterns whose cuts depend on nothing but the two characters beside them: they cut wherever one kind of character follows another, such as `\w+|[^\w\s]+` and what BERT does: characters are in groups, and
 *
 *   there is a cut between characters of two groups, and none inside a run of characters of one group;
 *   but some characters are isolated: there is a cut in front of each of them, whatever is there;
 *   and a group may be dropped: its characters are in no piece.
 *
 * The kernel cuts such text without a machine (kernel/windows.ts).
 */

/** Numbers are three bits, and no group has number 7: ROLE_MIXED. */
const MAX_GROUPS = 7
/** Such a machine has a state for each group and one for the start, and those that drop text may have a few more. */
const MAX_STATES = 32

/** What a machine does with two characters, one after another, by their classes. */
interface Pairs {
  isCut(first: number, second: number): boolean
  isDropped(name: number): boolean
}

/** For each class its group's number, with ROLE_ISOLATED and ROLE_DROPPED; undefined if the pattern cuts in another way. */
export const findGroups = (automaton: Automaton): Uint8Array | undefined => {
  const { machine, partition, backward, unit } = automaton
  if (unit !== 'code points' || backward !== undefined || machine.next.length > MAX_STATES || hasMarks(machine)) return undefined
  const pairs = pairsOf(automaton)
  if (!isPlausible(automaton, pairs)) return undefined
  const roles = groupByPairs(partition.count, classOf(partition, LETTER), pairs)
  return roles !== undefined && sameAutomaton(automaton, { ...automaton, machine: machineOf(roles) }) ? roles : undefined
}

const LETTER = 0x61

export const pairsOf = (automaton: Automaton): Pairs => {
  const cuts = cutsOf(automaton)
  return {
    isCut: (first, second) => cuts([first, second]).some((cut) => cut >> 1 === 1),
    isDropped: (name) => ((cuts([name]).at(-1) ?? 0) & 1) === 1,
  }
}

/** In most patterns a space belongs to the word after it, but two spaces belong together. A few characters show that. */
const isPlausible = ({ partition }: Automaton, { isCut }: Pairs): boolean => {
  const classes = [...new Set([...'a .1\n'].map((character) => classOf(partition, character.codePointAt(0)!)))]
  const isIsolated = (name: number): boolean => isCut(name, name)
  return classes.every((a) => classes.every((b) => isCut(a, b) === isCut(b, a) || isIsolated(a) || isIsolated(b)))
}

/** Puts classes after which the same others are cut off into groups; undefined if there are too many. */
const groupByPairs = (count: number, letter: number, { isCut, isDropped }: Pairs): Uint8Array | undefined => {
  const all = Array.from({ length: count }, (_, name) => name)
  const keys = all.map((name) => `${all.map((second) => (isCut(name, second) ? 1 : 0)).join('')}${isDropped(name) ? 1 : 0}`)
  // letters get the number of which the kernel knows the first bytes
  const [first = '', ...others] = [...new Set(keys)].filter((key) => key !== keys[letter])
  const groups = [first, keys[letter], ...others]
  if (groups.length > MAX_GROUPS) return undefined
  return Uint8Array.from(
    all,
    (name) => groups.indexOf(keys[name]) | (isCut(name, name) ? ROLE_ISOLATED : 0) | (isDropped(name) ? ROLE_DROPPED : 0),
  )
}

/** The machine that cuts by groups: a state for the start, and one for each role that the last character may have had. */
const machineOf = (roles: Uint8Array): Machine => {
  const states = [...new Set(roles)]
  const next = Int32Array.of(...Array.from(roles, (role) => 1 + states.indexOf(role)), 0)
  const cut = 1 << ENTRY_LEAVING_SHIFT
  const outputs = states.map((before) => {
    const entry = (before & ROLE_DROPPED) === 0 ? cut : cut | ENTRY_DROPPED
    const isCut = (role: number): boolean => (role & ROLE_ISOLATED) !== 0 || ((role ^ before) & ROLE_GROUP) !== 0
    return Int32Array.of(...Array.from(roles, (role) => (isCut(role) ? entry : 0)), entry)
  })
  return { next: [next, ...states.map(() => next)], outputs: [next.map(() => 0), ...outputs], actions: [], decided: [], newSymbol: [] }
}
