import { classOf, pairClasses } from './classes.ts'
import { SOURCE_NOW, SOURCE_NOW_DROPPED } from './layout.ts'
import { hasMarks, type Automaton } from './machine.ts'
import { DEAD } from './programLayout.ts'
import { arcOf, moveOf, stepsOf, type Steps } from './steps.ts'

/*
 * Do two compiled patterns cut every text alike? Their texts may differ ("\s+(?!\S)|\s+" and "\s+(?!\S)|\s"), and so may their machines: one
 * may be certain of a cut earlier than the other. So both are run side by side on all texts at once. A configuration is
 *
 *   the state of each, what each holds in its slots, and the cuts that one of them has made and the other has not made yet
 *
 * with positions by their order only. There are finitely many: a cut that the other does not hold in a slot can never be made up for.
 */

/** A machine at work. Positions are numbers that grow; the lowest bit says that what ends there is in no piece. */
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

/**
 * Whether two stages give the same pieces, and drop the same text, for every text. False also where that cannot be told: for machines with
 * marks (kernel/pattern/transducer.ts), those that look far ahead (lookahead.ts), and very large ones.
 */
export const sameAutomaton = (a: Automaton, b: Automaton): boolean => {
  if (hasMarks(a.machine) || hasMarks(b.machine) || a.backward !== undefined || b.backward !== undefined) return false
  const machines = [stepsOf(a.machine), stepsOf(b.machine)]
  const classes = pairClasses(a.partition, b.partition).pairs
  const end = [a.partition.count, b.partition.count] as const
  const met = new Map<string, Configuration>()
  /** Adds what comes after a code point; false if the machines have cut differently. */
  const goOn = (from: Configuration): boolean =>
    classes.every((column) => {
      const after = stepBoth(machines, from, column)
      if (after !== undefined) met.set(keyOf(after), after)
      return after !== undefined && met.size <= MAX_CONFIGURATIONS
    })
  const start: Half = { state: 0, slots: [] }
  // where the text is empty, nothing is cut: the end is not looked at
  if (!goOn({ halves: [start, start], leader: 0, ahead: [] })) return false
  for (const configuration of met.values())
    if (stepBoth(machines, configuration, end)?.ahead.length !== 0 || !goOn(configuration)) return false
  return true
}

/** The pieces of a small text, for a first look at what a machine does. Not for those that `sameAutomaton` has no answer for. */
export const piecesOf = (automaton: Automaton, text: string): string[] => {
  const characters = [...text]
  const cuts = cutsOf(automaton)(characters.map((character) => classOf(automaton.partition, character.codePointAt(0)!)))
  return cuts.map((cut, i) => characters.slice(i === 0 ? 0 : cuts[i - 1] >> 1, cut >> 1).join(''))
}

/** A function that cuts a segment of characters of these classes: twice the position of each cut, and 1 more if what ends there is in no piece. */
export const cutsOf = ({ machine, partition }: Automaton): ((classes: readonly number[]) => number[]) => {
  const steps = stepsOf(machine)
  return (classes) => {
    const cuts: number[] = []
    let half: Half = { state: 0, slots: [] }
    ;[...classes, partition.count].forEach((symbol, at) => {
      const stepped = step(steps, half, symbol, 2 * at)
      cuts.push(...stepped.cuts)
      half = stepped
    })
    return cuts
  }
}

const keyOf = ({ halves, leader, ahead }: Configuration): string =>
  `${halves.map(({ state, slots }) => `${state}:${slots.join()}`).join(' ')} ${leader} ${ahead.join()}`

/** What both do, reading one code point; undefined if they have cut differently. */
const stepBoth = (
  machines: readonly Steps[],
  { halves, leader, ahead }: Configuration,
  column: readonly [number, number],
): Configuration | undefined => {
  const now = 2 * (1 + Math.max(-1, ...[...halves.flatMap(({ slots }) => slots), ...ahead].map((cut) => cut >> 1)))
  const stepped = halves.map((half, i) => step(machines[i], half, column[i], now))
  const cuts = stepped.map((one, i) => (i === leader ? [...ahead, ...one.cuts] : one.cuts))
  const common = Math.min(cuts[0].length, cuts[1].length)
  for (let i = 0; i < common; i++) if (cuts[0][i] !== cuts[1][i]) return undefined
  const newLeader = cuts[0].length > common ? 0 : 1
  const newAhead = cuts[newLeader].slice(common)
  if (newAhead.some((cut) => !stepped[1 - newLeader].slots.includes(cut))) return undefined
  return inOrder([stepped[0], stepped[1]], newLeader, newAhead)
}

const step = (machine: Steps, { state, slots }: Half, symbol: number, now: number): Half & { cuts: number[] } => {
  const arc = arcOf(machine, state, symbol)
  const { sources, leaving } = moveOf(machine, arc)
  const after = sources.map((source) =>
    source === SOURCE_NOW ? now : source === SOURCE_NOW_DROPPED ? now + 1 : source === DEAD ? DEAD : (slots[source] ?? DEAD),
  )
  return { state: machine.next[arc], slots: after.slice(leaving), cuts: after.slice(0, leaving) }
}

/** The same configuration with positions 0, 1, 2, … */
const inOrder = (halves: readonly [Half, Half], leader: number, ahead: readonly number[]): Configuration => {
  const cuts = [...halves.flatMap(({ slots }) => slots), ...ahead].filter((cut) => cut !== DEAD)
  const positions = [...new Set(cuts.map((cut) => cut >> 1))].sort((a, b) => a - b)
  const rename = (cut: number): number => (cut === DEAD ? DEAD : 2 * positions.indexOf(cut >> 1) + (cut & 1))
  const renamed = ({ state, slots }: Half): Half => ({ state, slots: slots.map(rename) })
  return { halves: [renamed(halves[0]), renamed(halves[1])], leader: ahead.length === 0 ? 0 : leader, ahead: ahead.map(rename) }
}
