import type { CodePointSet } from '../unicode/codePointSet.ts'
import type { Node, SetNode } from './ast.ts'

/* Parts of a pattern's tree: making them, and questions about them. */

export const sequence = (...parts: Node[]): Node => (parts.length === 1 ? parts[0] : { type: 'sequence', parts })
export const alternation = (...branches: Node[]): Node => (branches.length === 1 ? branches[0] : { type: 'alternation', branches })
export const set = (members: CodePointSet): SetNode => ({ type: 'set', set: members })

/** Whether it is several single code points, one after another. */
export const isString = (node: Node): boolean => node.type === 'sequence' && node.parts.length > 1 && node.parts.every(({ type }) => type === 'set')

/** The nodes right below a node. */
export const children = (node: Node): readonly Node[] => {
  switch (node.type) {
    case 'sequence':
      return node.parts
    case 'alternation':
      return node.branches
    case 'repeat':
    case 'group':
    case 'atomic':
    case 'look':
      return [node.body]
    default:
      return []
  }
}

/** The longest text that a node can take, in code points; look-arounds take none. */
export const maxLength = (node: Node): number => {
  switch (node.type) {
    case 'set':
      return 1
    case 'sequence':
      return node.parts.reduce((sum, part) => sum + maxLength(part), 0)
    case 'alternation':
      return Math.max(...node.branches.map(maxLength))
    case 'repeat':
      return maxLength(node.body) === 0 || node.max === 0 ? 0 : maxLength(node.body) * node.max
    case 'group':
    case 'atomic':
      return maxLength(node.body)
    case 'look':
    case 'textBorder':
    case 'searchStart':
      return 0
    case 'backreference':
      return Infinity
  }
}

/** The shortest text that a node can take, in code points. */
export const minLength = (node: Node): number => {
  switch (node.type) {
    case 'set':
    case 'backreference':
      return 1 // the groups that are referred to are single classes
    case 'sequence':
      return node.parts.reduce((sum, part) => sum + minLength(part), 0)
    case 'alternation':
      return Math.min(...node.branches.map(minLength))
    case 'repeat':
      return minLength(node.body) * node.min
    case 'group':
    case 'atomic':
      return minLength(node.body)
    default:
      return 0
  }
}

/** How far behind a match's start the pattern can look, in code points. */
export const maxLookBehind = (node: Node): number =>
  Math.max(
    node.type === 'look' && !node.ahead ? maxLength(node.body) : 0,
    node.type === 'textBorder' ? 1 : 0,
    ...children(node).map(maxLookBehind),
  )

/**
 * Whether a pattern can be written as a RegExp and mean the same there, in time that is linear in the text: RegExps have no \G, repeat what may be empty
 * otherwise, try an unbounded look-ahead anew at each position of a long run, and go backwards through a look-behind, where it matters what an atomic group
 * takes first.
 */
export const isForRegExps = (root: Node): boolean =>
  ![holdsSearchStart, holdsRepeatOfNothing, holdsUnboundedLookAhead, holdsAtomicLookBehind].some((holds) => holds(root))

const holdsAtomicLookBehind = (node: Node): boolean =>
  node.type === 'look' && !node.ahead ? holdsAtomic(node) : children(node).some(holdsAtomicLookBehind)

const holdsAtomic = (node: Node): boolean => node.type === 'atomic' || children(node).some(holdsAtomic)

export const holdsSearchStart = (node: Node): boolean => node.type === 'searchStart' || children(node).some(holdsSearchStart)

export const holdsUnboundedLookAhead = (node: Node): boolean =>
  (node.type === 'look' && node.ahead && maxLength(node.body) === Infinity) || children(node).some(holdsUnboundedLookAhead)

/** A turn that takes nothing ends such a repetition, with success; in a RegExp it is as if it failed. */
const holdsRepeatOfNothing = (node: Node): boolean =>
  (node.type === 'repeat' && node.min !== node.max && minLength(node.body) === 0) || children(node).some(holdsRepeatOfNothing)

export const holdsLookOrBackreference = (node: Node, lookToo: boolean): boolean =>
  (lookToo && node.type === 'look') ||
  node.type === 'backreference' ||
  children(node).some((child) => holdsLookOrBackreference(child, lookToo))
