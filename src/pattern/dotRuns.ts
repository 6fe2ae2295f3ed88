import { EVERYTHING } from '../unicode/codePointSet.ts'
import type { Node } from './ast.ts'
import { maxLength } from './nodes.ts'

/*
 * Where a pattern begins with `.*` or `.+`, Oniguruma need not try it at each place: what fails at the start of a line fails in all of it. So it
 * goes on at the next line (with (?m), gives up), and overlooks that an assertion may stand before the dot which is true further on only
 * (regexec.c, onig_search: ANCR_ANYCHAR_INF; regcomp.c, optimize_nodes). Of `\b.+b` it does not find "a b" in " a b". Whether it does so depends
 * on which other shortcuts it has found.
 */

/** What a part of a pattern begins with: a run of dots, something else, or nothing that takes text. */
interface Start {
  kind: 'run' | 'other' | 'nothing'
  /** Whether an assertion stands there that may be true further on only. */
  isAsserted: boolean
}

const OTHER: Start = { kind: 'other', isAsserted: false }
const RUN: Start = { kind: 'run', isAsserted: false }
const nothing = (isAsserted: boolean): Start => ({ kind: 'nothing', isAsserted })

/**
 * Whether Oniguruma may overlook matches of a pattern that begins with a run of dots.
 *
 * @param dots of the sets, those that are written as a dot
 * @param lineStarts those nodes that are `^`
 */
export const mayBeOverlooked = (root: Node, dots: ReadonlySet<Node>, lineStarts: ReadonlySet<Node>): boolean => {
  const startOf = (node: Node): Start => {
    switch (node.type) {
      case 'set':
      case 'backreference':
        return OTHER
      case 'sequence':
        return startOfSequence(node.parts)
      case 'alternation':
        // to lines, ^ is what they are tried at; with (?m) it may be true further on
        return lineStarts.has(node) ? nothing(holdsTextDot) : startOfAll(node.branches.map(startOf))
      case 'repeat':
        if (node.max === 0) return nothing(false)
        if (isRunOfDots(node)) return RUN
        return node.min > 0 || maxLength(node) === 0 ? startOf(node.body) : OTHER
      case 'group':
      case 'atomic':
        return startOf(node.body)
      case 'look':
        return nothing(true)
      case 'textBorder':
        return nothing(node.border === 'end')
      case 'searchStart':
        return nothing(false)
    }
  }

  const startOfSequence = (parts: readonly Node[]): Start => {
    let isAsserted = false
    for (const part of parts) {
      const start = startOf(part)
      isAsserted ||= start.isAsserted
      if (start.kind !== 'nothing') return { kind: start.kind, isAsserted }
    }
    return nothing(isAsserted)
  }

  const startOfAll = (starts: readonly Start[]): Start => {
    const { kind } = starts[0]
    return starts.every((start) => start.kind === kind) ? { kind, isAsserted: starts.some((start) => start.isAsserted) } : OTHER
  }

  /** Repetitions of a repeated dot are one repetition to Oniguruma. */
  const isRunOfDots = (node: Node): boolean => {
    let isEndless = false
    let inner = node
    for (; inner.type === 'repeat'; inner = inner.body) {
      if (!inner.greedy) return false
      isEndless ||= inner.max === Infinity
    }
    return dots.has(inner) && isEndless
  }

  const holdsTextDot = [...dots].some((dot) => dot.type === 'set' && dot.set === EVERYTHING)
  const { kind, isAsserted } = startOf(root)
  return kind === 'run' && isAsserted
}
