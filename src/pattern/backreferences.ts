import { PretokError } from '../errors.ts'
import { members, of, size, type CodePointSet } from '../unicode/codePointSet.ts'
import { closeOverCase } from '../unicode/properties.ts'
import type { BackreferenceNode, GroupNode, Node, SequenceNode } from './ast.ts'
import { children } from './nodes.ts'

const MAX_EXPANDED_MEMBERS = 64

const hasBackreference = (node: Node, index?: number): boolean =>
  (node.type === 'backreference' && (index === undefined || node.index === index)) ||
  children(node).some((child) => hasBackreference(child, index))

const substitute = (node: Node, replaced: (node: Node) => Node | undefined): Node => {
  const replacement = replaced(node)
  if (replacement !== undefined) return replacement
  const inside = (child: Node) => substitute(child, replaced)
  switch (node.type) {
    case 'sequence':
      return { ...node, parts: node.parts.map(inside) }
    case 'alternation':
      return { ...node, branches: node.branches.map(inside) }
    case 'repeat':
    case 'group':
    case 'atomic':
    case 'look':
      return { ...node, body: inside(node.body) }
    default:
      return node
  }
}

/**
 * `(X)\1*` with a small set X is an alternation over its members: `aa*|bb*|…`. That removes the back-references that real patterns have;
 * others are refused. Where case does not count, a member is followed by itself in any case.
 */
export const expandBackreferences = (root: Node, text: string): Node => {
  const error = (reference: BackreferenceNode, why: string): PretokError =>
    new PretokError('pattern', `pattern: back-reference ${reference.text} (not supported: ${why}) at ${reference.at} in ${JSON.stringify(text)}`)
  /** Oniguruma compares as many bytes as the group took: whether a case of another length matches depends on what follows. */
  const casesOf = (member: number, reference: BackreferenceNode): CodePointSet => {
    const cases = closeOverCase(of(member))
    if (new Set(members(cases).map((one) => Buffer.byteLength(String.fromCodePoint(one)))).size > 1)
      throw error(reference, `${JSON.stringify(String.fromCodePoint(member))} has a case of another length in UTF-8`)
    return cases
  }
  /** Only from the group to the last reference: what is before must not be tried anew for each member, or the first member would win. */
  const expandSequence = (node: SequenceNode): SequenceNode => {
    const { parts } = node
    const start = parts.findIndex(
      (part, i) => part.type === 'group' && parts.slice(i + 1).some((later) => hasBackreference(later, part.index)),
    )
    const group = parts[start] as GroupNode | undefined
    if (group === undefined || group.body.type !== 'set' || size(group.body.set) > MAX_EXPANDED_MEMBERS) return node
    const end = parts.findLastIndex((part) => hasBackreference(part, group.index)) + 1
    const branches = members(group.body.set).map((member) => {
      const one: Node = { type: 'set', set: of(member) }
      return substitute({ type: 'sequence', parts: parts.slice(start, end) }, (part) => {
        if (part === group) return one
        if (part.type !== 'backreference' || part.index !== group.index) return undefined
        return part.ignoreCase ? { type: 'set', set: casesOf(member, part) } : one
      })
    })
    return { type: 'sequence', parts: [...parts.slice(0, start), { type: 'alternation', branches }, ...parts.slice(end)] }
  }
  const expanded = hasBackreference(root)
    ? substitute(root, (node) => (node.type === 'sequence' && expandSequence(node) !== node ? expandSequence(node) : undefined))
    : root
  const left = firstBackreference(expanded)
  if (left !== undefined) throw error(left, 'its group is no small class beside it')
  return expanded
}

const firstBackreference = (node: Node): BackreferenceNode | undefined => {
  if (node.type === 'backreference') return node
  for (const child of children(node)) {
    const found = firstBackreference(child)
    if (found !== undefined) return found
  }
  return undefined
}
