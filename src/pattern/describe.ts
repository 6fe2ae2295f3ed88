import { members, size, type CodePointSet } from '../unicode/codePointSet.ts'
import { classMembers } from './classes.ts'
import { treatmentOf, type Treatment } from './behavior.ts'
import type { CompiledStage } from './compile.ts'
import type { BackwardMachine } from './lookahead.ts'
import {
  ENTRY_ACTION,
  ENTRY_ACTION_MASK,
  ENTRY_ACTION_SHIFT,
  ENTRY_LEAVING_SHIFT,
  ENTRY_FIVE_BITS,
  ENTRY_SLOT_SHIFT,
  MAX_SLOTS,
  NO_MARK,
  SOURCE_NEW_MARK,
  SOURCE_NOW,
  SOURCE_NOW_DROPPED,
} from './layout.ts'

/*
 * A compiled stage as a page that a person can read, and as a graph.
 *
 * A step is written as the next state and what it does:
 *   5      nothing          5|     a cut here                         5|1   an earlier cut is certain now
 *   5?     maybe a cut here (slot 0), if what follows does not say otherwise
 *   5?1    the same, put into slot 1                                  5?1|1 both
 *   5#2    action 2: slots and marks are moved about
 */

const LEGEND = [
  'A step is the next state and what it does:  5| cuts before this character · 5? may cut there, what follows decides · 5|1 makes a cut certain that was',
  'open (5|2: two) · 5?1 puts a cut that may come into slot 1 · 5#2 does action 2 · . is the start state',
]

/** A page on a stage: its classes, its states and the size of its tables. Tables of more than `maxStates` states are left out. */
export const describeStage = (compiled: CompiledStage, maxStates = 200): string => {
  const { stage, unit, partition, backward, machine, tables } = compiled
  const names = classNames(partition.count)
  const lines = [
    `pattern   ${stage.pattern.replace(/[^\P{C}]|[^\P{Z} ]/gu, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)}`,
    `          ${stage.dialect}; ${describeTreatment(treatmentOf(stage))}`,
    ...(unit === 'bytes' ? ['          it reads bytes, each as the character of the byte alphabet that stands for it'] : []),
    '',
    `classes   ${partition.count}: what the pattern can tell apart`,
    ...names.map((name, i) => `  ${name.padEnd(4)}${describeSet(classMembers(partition, i))}`),
    ...(backward === undefined ? [] : describeBackward(backward, names, symbolNames(compiled), maxStates)),
    '',
    `states    ${machine.next.length}, state 0 is the start of a segment`,
  ]
  if (machine.next.length <= maxStates) lines.push(...stateTable(compiled, symbolNames(compiled)), '', ...LEGEND)
  if (machine.actions.length > 0)
    lines.push(
      '',
      `actions   ${machine.actions.length}`,
      ...machine.actions.slice(0, 40).map((action, i) => `  #${i}  ${describeAction(action)}`),
    )
  lines.push(
    '',
    `tables    ${tables.length} bytes: ${4 * machine.next.length * machine.next[0].length} for the states, the rest to look up classes of code points`,
  )
  return `${lines.join('\n')}\n`
}

const describeTreatment = ({ drops, joins }: Treatment): string => {
  if (drops === 'gaps') return 'text that it does not match is in no piece'
  if (drops === 'matches') return 'what it matches is in no piece'
  switch (joins) {
    case 'nothing':
      return 'text that it does not match is a piece of its own'
    case 'gap and match':
      return 'what it matches is in one piece with the text before it'
    case 'match and gap':
      return 'what it matches is in one piece with the text after it'
    case 'match and match':
      return 'matches side by side are one piece, and so is the text between'
  }
}

/** The same machine as a graph in the language of Graphviz. */
export const toDot = (compiled: CompiledStage): string => {
  const names = [...symbolNames(compiled), 'end']
  const lines = ['digraph pretok {', '  rankdir=LR; node [shape=circle];']
  compiled.machine.next.forEach((row, state) => {
    const edges = new Map<string, string[]>()
    row.forEach((to, symbol) => {
      const edge = `  ${state} -> ${to} [label="%${stepSuffix(compiled.machine.outputs[state][symbol])}"];`
      edges.set(edge, [...(edges.get(edge) ?? []), names[symbol]])
    })
    for (const [edge, symbols] of edges) lines.push(edge.replace('%', `${symbols.join(' ')} `))
  })
  return `${[...lines, '}'].join('\n')}\n`
}

/** A, B, …, Z, AA, AB, …: not to be taken for letters of the pattern. */
const classNames = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => (i < 26 ? '' : String.fromCharCode(64 + Math.floor(i / 26))) + String.fromCharCode(65 + (i % 26)))

/** Symbols are named as their classes are, with a number where a class has several. */
const symbolNames = ({ partition, backward, machine }: CompiledStage): string[] => {
  const names = classNames(partition.count)
  if (backward === undefined) return names
  return Array.from({ length: machine.next[0].length - 1 }, (_, symbol) => {
    const classes = names.filter((_unused, name) => backward.symbols.some((row) => row[name] === symbol))
    return `${classes.join('')}${symbol + 1}`
  })
}

const describeBackward = (
  { next, symbols }: BackwardMachine,
  classes: readonly string[],
  names: readonly string[],
  maxStates: number,
): string[] => {
  const lines = [
    '',
    `looking ahead   ${next.length} states, read from the end of a segment (state 0) to its start: next state, and symbol of the code point`,
  ]
  if (next.length > maxStates) return lines
  const rows = next.map((row, state) => [String(state), ...Array.from(row, (to, name) => `${to} ${names[symbols[state][name]]}`)])
  const widths = ['', ...classes].map((name, column) => Math.max(name.length, ...rows.map((row) => row[column].length)))
  return [
    ...lines,
    ...[['', ...classes], ...rows].map(
      (row) =>
        `  ${row
          .map((cell, column) => cell.padEnd(widths[column]))
          .join('  ')
          .trimEnd()}`,
    ),
  ]
}

const MANY = 24

const describeSet = (set: CodePointSet): string => {
  const total = size(set)
  const ascii = members(set.slice(0, set.findLastIndex((at, i) => i % 2 === 0 && at < 128) + 2)).filter((c) => c < 128)
  const shown = total <= MANY ? members(set) : ascii
  const rest = total - shown.length
  return [
    asRanges(shown),
    rest === 0 ? '' : `${rest.toLocaleString('en-US')} code points from ${codePointName(firstAbove(set, shown.at(-1) ?? -1))}`,
  ]
    .filter((part) => part !== '')
    .join('  and ')
}

const firstAbove = (set: CodePointSet, above: number): number => {
  for (let i = 0; i < set.length; i += 2) if (set[i + 1] > above + 1) return Math.max(set[i], above + 1)
  return -1
}

const asRanges = (codePoints: readonly number[]): string => {
  const parts: string[] = []
  for (let i = 0; i < codePoints.length;) {
    let last = i
    while (codePoints[last + 1] === codePoints[last] + 1) last++
    parts.push(
      last - i < 2
        ? codePoints
            .slice(i, last + 1)
            .map(codePointName)
            .join(' ')
        : `${codePointName(codePoints[i])}–${codePointName(codePoints[last])}`,
    )
    i = last + 1
  }
  return parts.join(' ')
}

const codePointName = (codePoint: number): string => {
  const isPrintable = codePoint > 0x20 && codePoint < 0x7f
  return isPrintable ? String.fromCodePoint(codePoint) : `U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}`
}

const stepSuffix = (output: number): string => {
  if ((output & ENTRY_ACTION) !== 0) return `#${(output >>> ENTRY_ACTION_SHIFT) & ENTRY_ACTION_MASK}`
  const slot = (output >>> ENTRY_SLOT_SHIFT) & ENTRY_FIVE_BITS
  const leaving = (output >>> ENTRY_LEAVING_SHIFT) & ENTRY_FIVE_BITS
  if (slot === 0 && leaving === 1) return '|'
  return (slot === MAX_SLOTS ? '' : `?${slot === 0 ? '' : slot}`) + (leaving === 0 ? '' : `|${leaving}`)
}

const stateTable = ({ machine }: CompiledStage, names: readonly string[]): string[] => {
  const head = ['', ...names, 'end']
  const rows = machine.next.map((row, state) => [
    String(state),
    ...Array.from(row, (to, symbol) => `${to === 0 ? '.' : to}${stepSuffix(machine.outputs[state][symbol])}`),
  ])
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column].length)))
  return [head, ...rows].map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column])).join('  ')}`.trimEnd())
}

const describeAction = ([slotCount, leaving, back, markCount, ...sources]: readonly number[]): string => {
  const slot = (source: number): string => (source === SOURCE_NOW || source === SOURCE_NOW_DROPPED ? 'here' : `slot ${source}`)
  const mark = (source: number): string => (source < SOURCE_NEW_MARK ? `mark ${source}` : `a new mark after ${source - SOURCE_NEW_MARK}`)
  const parts = [
    back === NO_MARK ? '' : `back to mark ${back}`,
    `slots ← ${sources.slice(0, slotCount).map(slot).join(', ') || 'none'}`,
    leaving === 0 ? '' : `${leaving} leave`,
    markCount === 0 ? '' : `marks ← ${sources.slice(slotCount).map(mark).join(', ')}`,
  ]
  return parts.filter((part) => part !== '').join('; ')
}
