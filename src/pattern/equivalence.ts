import type { Partition } from './classes.ts'
import type { CompiledStage } from './compile.ts'
import * as layout from './layout.ts'
import type { Machine } from './minimize.ts'

/*
 * Do two compiled patterns cut every text alike? Their texts may differ ("\s+(?!\S)|\s+" and "\s+(?!\S)|\s"), and so may their machines: one
 * may be certain of a cut earlier than the other. So both are run side by side on all texts at once. A configuration is
 *
 *   the state of each, what each holds in its slots, and the cuts that one of them has made and the other has not made yet
 *
 * with positions by their order only. There are finitely many: a cut that the other does not hold in a slot can never be made up for.
 */

/** A machine at work. Positions are numbers that grow; the lowest bit says that a gap ends there. */
interface Half {
  state: number
  slots: readonly number[]
}

interface Configuration {
  halves: readonly [Half, Half]
  /** Which of them is ahead, and by which cuts. */
  leader: number
  ahead: readonly number[]
}

const MAX_CONFIGURATIONS = 20_000
/** In slots that are not read again. */
const DEAD = -1

/**
 * Whether two stages give the same pieces, and drop the same text, for every text. False also where that cannot be told: for machines with
 * marks (transducer.ts), those that look far ahead (lookahead.ts), and very large ones.
 */
export const sameAutomaton = (a: CompiledStage, b: CompiledStage): boolean => {
  const machines = [a.machine, b.machine] as const
  if (machines.some(hasMarks) || a.backward !== undefined || b.backward !== undefined) return false
  const live = machines.map(findLiveSlots)
  const classes = pairClasses(a.partition, b.partition)
  const end = [a.partition.count, b.partition.count]
  const met = new Map<string, Configuration>()
  /** Adds what comes behind a code point; false if the machines have cut differently. */
  const goOn = (from: Configuration): boolean =>
    classes.every((column) => {
      const after = stepBoth(machines, live, from, column)
      if (after !== undefined) met.set(keyOf(after), after)
      return after !== undefined && met.size <= MAX_CONFIGURATIONS
    })
  const start: Half = { state: 0, slots: [] }
  // where the text is empty, nothing is cut: the end is not looked at
  if (!goOn({ halves: [start, start], leader: 0, ahead: [] })) return false
  for (const configuration of met.values())
    if (stepBoth(machines, live, configuration, end)?.ahead.length !== 0 || !goOn(configuration)) return false
  return true
}

const keyOf = ({ halves, leader, ahead }: Configuration): string =>
  `${halves.map(({ state, slots }) => `${state}:${slots.join()}`).join(' ')} ${leader} ${ahead.join()}`

const hasMarks = ({ actions }: Machine): boolean => actions.some(([, , back, marks]) => back !== layout.NO_MARK || marks > 0)

/** Every pair of classes that some code point is in. */
const pairClasses = (a: Partition, b: Partition): (readonly [number, number])[] => {
  const pairs = new Map<number, readonly [number, number]>()
  for (let i = 0, k = 0; i < a.starts.length && k < b.starts.length;) {
    pairs.set(a.classes[i] * b.count + b.classes[k], [a.classes[i], b.classes[k]])
    const [nextA, nextB] = [a.starts[i + 1] ?? Infinity, b.starts[k + 1] ?? Infinity]
    if (nextA <= nextB) i++
    if (nextB <= nextA) k++
  }
  return [...pairs.values()]
}

/** What both do, reading one code point; undefined if they have cut differently. */
const stepBoth = (
  machines: readonly Machine[],
  live: readonly Uint32Array[],
  { halves, leader, ahead }: Configuration,
  column: readonly number[],
): Configuration | undefined => {
  const now = 2 * (1 + Math.max(-1, ...[...halves.flatMap(({ slots }) => slots), ...ahead].map((cut) => cut >> 1)))
  const stepped = halves.map((half, i) => step(machines[i], live[i], half, column[i], now))
  const cuts = stepped.map((one, i) => (i === leader ? [...ahead, ...one.cuts] : one.cuts))
  const common = Math.min(cuts[0].length, cuts[1].length)
  for (let i = 0; i < common; i++) if (cuts[0][i] !== cuts[1][i]) return undefined
  const newLeader = cuts[0].length > common ? 0 : 1
  const newAhead = cuts[newLeader].slice(common)
  if (newAhead.some((cut) => !stepped[1 - newLeader].slots.includes(cut))) return undefined
  return inOrder([stepped[0], stepped[1]], newLeader, newAhead)
}

const step = (machine: Machine, live: Uint32Array, { state, slots }: Half, symbol: number, now: number): Half & { cuts: number[] } => {
  const { sources, leaving } = effectOf(machine, state, symbol)
  const next = machine.next[state][symbol]
  const after = sources.map((source) =>
    source === layout.SOURCE_NOW ? now : source === layout.SOURCE_NOW_GAP ? now + 1 : (slots[source] ?? DEAD),
  )
  const kept = after.slice(leaving).map((cut, slot) => (((live[next] >>> slot) & 1) === 1 ? cut : DEAD))
  return { state: next, slots: kept.slice(0, kept.findLastIndex((cut) => cut !== DEAD) + 1), cuts: after.slice(0, leaving) }
}

/** Where each slot comes from and how many leave, as an action says it; a plain entry is the action that stores one position. */
const effectOf = ({ outputs, actions }: Machine, state: number, symbol: number): { sources: readonly number[]; leaving: number } => {
  const entry = outputs[state][symbol]
  if ((entry & layout.ENTRY_ACTION) !== 0) {
    const [count, leaving, , , ...parts] = actions[(entry >>> layout.ENTRY_ACTION_SHIFT) & layout.ENTRY_ACTION_MASK]
    return { sources: parts.slice(0, count), leaving }
  }
  const stored = (entry >>> layout.ENTRY_SLOT_SHIFT) & layout.ENTRY_FIVE_BITS
  const sources = Array.from({ length: layout.MAX_SLOTS }, (_, slot) => slot)
  if (stored < layout.MAX_SLOTS) sources[stored] = (entry & layout.ENTRY_GAP) === 0 ? layout.SOURCE_NOW : layout.SOURCE_NOW_GAP
  return { sources, leaving: (entry >>> layout.ENTRY_CERTAIN_SHIFT) & layout.ENTRY_FIVE_BITS }
}

/** For each state, bit s: slot s may leave as a cut before anything else is put there. Found by going round until nothing changes. */
const findLiveSlots = (machine: Machine): Uint32Array => {
  const live = new Uint32Array(machine.next.length)
  const before = (state: number, symbol: number): number => {
    const { sources, leaving } = effectOf(machine, state, symbol)
    const after = live[machine.next[state][symbol]]
    const isRead = (slot: number) => slot < leaving || ((after >>> (slot - leaving)) & 1) === 1
    return sources.reduce((bits, source, slot) => (source < layout.MAX_SLOTS && isRead(slot) ? bits | (1 << source) : bits), 0)
  }
  for (let isChanged = true; isChanged;) {
    isChanged = false
    for (let state = live.length - 1; state >= 0; state--) {
      const slots = machine.next[state].reduce((bits, _, symbol) => (bits | before(state, symbol)) >>> 0, live[state])
      if (slots !== live[state]) isChanged = true
      live[state] = slots
    }
  }
  return live
}

/** The same configuration with positions 0, 1, 2, … */
const inOrder = (halves: readonly [Half, Half], leader: number, ahead: readonly number[]): Configuration => {
  const cuts = [...halves.flatMap(({ slots }) => slots), ...ahead].filter((cut) => cut !== DEAD)
  const positions = [...new Set(cuts.map((cut) => cut >> 1))].sort((a, b) => a - b)
  const rename = (cut: number): number => (cut === DEAD ? DEAD : 2 * positions.indexOf(cut >> 1) + (cut & 1))
  const renamed = ({ state, slots }: Half): Half => ({ state, slots: slots.map(rename) })
  return { halves: [renamed(halves[0]), renamed(halves[1])], leader: ahead.length === 0 ? 0 : leader, ahead: ahead.map(rename) }
}
