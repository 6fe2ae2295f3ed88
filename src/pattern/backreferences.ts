import type { PretokError } from '../errors.ts'
import { members, of, size, type CodePointSet } from '../unicode/codePointSet.ts'
import { closeOverCase } from '../unicode/properties.ts'
import type { BackreferenceNode, GroupNode, Node, SequenceNode } from './ast.ts'
import { children } from './nodes.ts'
import { patternError } from './patternError.ts'

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
    patternError(`back-reference ${reference.text} (not supported: ${why})`, text, reference.at)
  /** Oniguruma compares as many bytes as the group took: whether a case of another length matches depends on what follows. */
  const casesOf = (member: number, reference: BackreferenceNode): CodePointSet => {
    const cases = closeOverCase(of(member))
    if (new Set(members(cases).map((one) => Buffer.byteLength(String.fromCodePoint(one)))).size > 1)
      throw error(reference, `${JSON.stringify(String.fromCodePoint(member))} has a case of another length in UTF-8`)
    return cases
  }
  const branchOf = (parts: readonly Node[], group: GroupNode, member: number): Node => {
    const one: Node = { type: 'set', set: of(member) }
    return substitute({ type: 'sequence', parts }, (part) => {
      if (part === group) return one
      if (part.type !== 'backreference' || part.index !== group.index) return undefined
      return part.ignoreCase ? { type: 'set', set: casesOf(member, part) } : one
    })
  }
  /** @param most how many branches there may be for a group, and the groups inside of those */
  const expand = (node: Node, most: number): Node => substitute(node, (part) => (part.type === 'sequence' ? expandSequence(part, most) : undefined))
  /**
   * The first group that is referred to, up to the last reference to it: what stands before it must not be tried anew for each member, or the
   * first member would win. Groups in between, with all that refers to them, are in its branches.
   */
  const expandSequence = ({ parts }: SequenceNode, most: number): Node | undefined => {
    const start = parts.findIndex((part, i) => part.type === 'group' && lastReference(parts, i) > i)
    const group = parts[start] as GroupNode | undefined
    const set = group?.body.type === 'set' ? group.body.set : undefined
    if (group === undefined || set === undefined || size(set) > most) return undefined
    let end = start
    for (let i = start; i <= end; i++) end = Math.max(end, lastReference(parts, i))
    const inside = parts.slice(start, end + 1)
    const branches = members(set).map((member) => expand(branchOf(inside, group, member), Math.floor(most / size(set))))
    const others = (from: number, to?: number): Node => expand({ type: 'sequence', parts: parts.slice(from, to) }, most)
    return { type: 'sequence', parts: [others(0, start), { type: 'alternation', branches }, others(end + 1)] }
  }
  const expanded = hasBackreference(root) ? expand(root, MAX_EXPANDED_MEMBERS) : root
  const left = firstBackreference(expanded)
  if (left !== undefined) throw error(left, 'its group is no small class beside it')
  return expanded
}

/** The last part that refers to the group which is part `at`, or `at`. */
const lastReference = (parts: readonly Node[], at: number): number => {
  const group = parts[at]
  return group.type !== 'group' ? at : Math.max(at, parts.findLastIndex((part) => hasBackreference(part, group.index)))
}

const firstBackreference = (node: Node): BackreferenceNode | undefined => {
  if (node.type === 'backreference') return node
  for (const child of children(node)) {
    const found = firstBackreference(child)
    if (found !== undefined) return found
  }
  return undefined
}
