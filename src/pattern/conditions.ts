import { complement, EVERYTHING, union, type CodePointSet } from '../unicode/codePointSet.ts'
import type { LookNode, Node } from './ast.ts'

/** What a code point, or the border of the segment, must be like for a look-around to hold. */
export interface Condition {
  set: CodePointSet
  atBorder: boolean
}

/** The condition that a look-around is, if one code point decides it. */
export const conditionOf = ({ ahead, negative, body }: LookNode): Condition | undefined => {
  const condition = ahead ? firstOf(body) : lastOf(body)
  return condition === undefined || !negative ? condition : { set: complement(condition.set), atBorder: !condition.atBorder }
}

/** What must stand ahead for a look-ahead to hold, if one code point decides that: what may be empty at the body's end does not matter. */
const firstOf = (node: Node): Condition | undefined => {
  switch (node.type) {
    case 'set':
      return { set: node.set, atBorder: false }
    case 'textBorder':
      return node.border === 'end' ? { set: [], atBorder: true } : undefined
    case 'sequence': {
      const parts = node.parts.slice(0, node.parts.findLastIndex((part) => !isEmptyAtWill(part)) + 1)
      return parts.length === 0 ? { set: EVERYTHING, atBorder: true } : parts.length === 1 ? firstOf(parts[0]) : undefined
    }
    case 'alternation':
      return either(node.branches.map(firstOf))
    case 'group':
      return firstOf(node.body)
    case 'look':
      return node.ahead ? conditionOf(node) : undefined
    case 'repeat':
      return node.min === 0 ? { set: EVERYTHING, atBorder: true } : node.min === 1 ? firstOf(node.body) : undefined
    default:
      return undefined
  }
}

/** Whether a node may match the empty text wherever it is tried. */
const isEmptyAtWill = (node: Node): boolean => node.type === 'repeat' && node.min === 0

const lastOf = (node: Node): Condition | undefined => {
  if (node.type === 'group') return lastOf(node.body)
  if (node.type === 'alternation') return either(node.branches.map(lastOf))
  if (node.type === 'textBorder' && node.border === 'start') return { set: [], atBorder: true }
  if (node.type === 'sequence' && node.parts.length === 1) return lastOf(node.parts[0])
  return node.type === 'set' ? { set: node.set, atBorder: false } : undefined
}

const either = (conditions: readonly (Condition | undefined)[]): Condition | undefined =>
  conditions.reduce((a, b) => a && b && { set: union(a.set, b.set), atBorder: a.atBorder || b.atBorder })
