import type { Partition } from './classes.ts'
import { SOURCE_NOW } from './layout.ts'
import { hasMarks, type Automaton } from './machine.ts'
import { CODE_POINTS } from '../unicode/codePointSet.ts'
import { firstByteOf } from '../unicode/utf8.ts'
import { arcOf, moveOf, stepsOf } from './steps.ts'
import { classesOfBytes, type Unit } from './unit.ts'

/** Which bytes a stage has nothing to do with, as layout.ts says. */
export interface Idle {
  /** By byte. */
  isIdle: readonly boolean[]
  /** The state that the machine is in after such bytes. */
  state: number
}

/** Finds the state in which the machine may stay for the most of ASCII; undefined if there is none. */
export const findIdle = ({ machine, partition, backward, unit }: Automaton): Idle | undefined => {
  if (hasMarks(machine)) return undefined
  const symbolsOf = Array.from({ length: partition.count }, (_, name) =>
    backward === undefined ? [name] : [...new Set(backward.symbols.map((row) => row[name]))],
  )
  const idleWhere = (state: number, staysIn: (symbol: number) => boolean): Idle => ({
    state,
    isIdle: byBytes(partition, unit, (name) => symbolsOf[name].every(staysIn)),
  })
  const { next } = machine
  const characters = new Uint8Array(partition.count) // of ASCII, by class
  for (const name of classesOfAscii(partition, unit)) characters[name]++
  // what the steps do is asked only where they lead to one state: that is rare
  const candidates = [...new Set(next[0])].filter((state) => {
    const staysIn = (symbol: number): boolean => next[0][symbol] === state && next[state][symbol] === state
    return symbolsOf.reduce((sum, symbols, name) => (symbols.every(staysIn) ? sum + characters[name] : sum), 0) >= MANY_CHARACTERS
  })
  if (candidates.length === 0) return undefined
  const all = stepsOf(machine)
  const leavesWhole = (state: number): boolean => {
    const { sources, leaving } = moveOf(all, arcOf(all, state, all.columns - 1))
    return leaving === 1 && sources[0] === SOURCE_NOW
  }
  const staysIn = (from: number, symbol: number, state: number): boolean => {
    const { sources, leaving } = moveOf(all, arcOf(all, from, symbol))
    return next[from][symbol] === state && leaving === 0 && sources.length === 0
  }
  return candidates
    .filter(leavesWhole)
    .map((state) => idleWhere(state, (symbol) => staysIn(0, symbol, state) && staysIn(state, symbol, state)))
    .filter((one) => countOf(one) >= MANY_CHARACTERS)
    .sort((a, b) => countOf(b) - countOf(a))[0]
}

const countOf = ({ isIdle }: Idle): number => isIdle.filter((idle, byte) => idle && byte < 0x80).length

const classesOfAscii = (partition: Partition, unit: Unit): Uint16Array => {
  if (unit === 'bytes') return classesOfBytes(partition).subarray(0, 0x80)
  const { starts, classes } = partition
  const names = new Uint16Array(0x80)
  for (let i = 0; i < starts.length && starts[i] < 0x80; i++) names.fill(classes[i], starts[i])
  return names
}

/** With fewer, hardly any text is idle, and looking for it is in vain. */
const MANY_CHARACTERS = 64

/** A property of classes, by byte: a first byte has it if all code points that begin with it do; continuation bytes always have it. */
const byBytes = (partition: Partition, unit: Unit, holds: (name: number) => boolean): boolean[] => {
  const held = Array.from({ length: partition.count }, (_, name) => holds(name))
  if (unit === 'bytes') return Array.from(classesOfBytes(partition), (name) => held[name])
  const { starts, classes } = partition
  const isIdle = Array.from({ length: 256 }, () => true)
  classes.forEach((name, i) => {
    if (held[name]) return
    const last = (starts[i + 1] ?? CODE_POINTS) - 1
    for (let codePoint = starts[i]; codePoint <= Math.min(last, 0x7f); codePoint++) isIdle[codePoint] = false
    if (last >= 0x80) isIdle.fill(false, firstByteOf(Math.max(0x80, starts[i])), firstByteOf(last) + 1)
  })
  return isIdle
}
