import { areDisjoint, complement, difference, isEmpty, type CodePointSet } from '../unicode/codePointSet.ts'
import type { Node, RepeatNode, SequenceNode } from './ast.ts'
import { conditionOf } from './conditions.ts'
import { maxLength } from './nodes.ts'

/*
 * Digits in groups that are counted from the right, `\d{1,3}(?=(?:\d{3})*(?!\d))`: each match takes the digits that are left over when the rest
 * of the run is cut into threes: 1|234|567. The machine would have to try from each of three places at once, since it does not know that the first one
 * comes to a match; with groups of 510, as AFMoE has them, that is too much. But places where such a look-ahead holds are whole groups apart:
 *
 *   X{1,m}(?=(?:X{m})*T) at the end of a pattern, where T cannot hold before an X, is X+?(?=(?:X{m})*T).
 *
 * For if the look-ahead holds at a place in a run of X, those from there to the run's end are a multiple of m, since T can hold only at the
 * end; and then it holds m places before, too, if these are X. So of m places in a row it holds at one, or at none in the whole run: the first
 * one, which `+?` finds, is the only one that `{1,m}` can find. (If more of the pattern came after it, `+?` could go on to the next.) And attempts
 * by `X+?`, wherever they began, are all at one instruction.
 *
 * If T holds wherever no X follows, there is a match wherever there is an X, and of the alternatives after it those that begin with an X are
 * never tried.
 */

/** The tree of a whole pattern with such groups written so. The same text is matched. */
export const simplifyRightGroups = (node: Node): Node => {
  if (node.type === 'group') return { ...node, body: simplifyRightGroups(node.body) }
  if (node.type === 'alternation') {
    const { branches } = node
    const tried = branches.filter((branch, i) => !branches.slice(0, i).some((earlier) => isTriedInVain(branch, earlier)))
    return { ...node, branches: tried.map(simplifyRightGroups) }
  }
  if (node.type !== 'sequence' || groupIn(node) === undefined) return node
  const [repeat, look] = node.parts.slice(-2) as [RepeatNode, Node]
  return { type: 'sequence', parts: [...node.parts.slice(0, -2), { ...repeat, max: Infinity, greedy: false }, look] }
}

interface RightGroup {
  set: CodePointSet
  /** It matches wherever there is an X. */
  isCertain: boolean
}

/** The group that a sequence ends with, if it does. */
const groupIn = ({ parts }: SequenceNode): RightGroup | undefined => {
  if (parts.length < 2) return undefined
  const [repeat, look] = parts.slice(-2)
  if (repeat.type !== 'repeat' || repeat.body.type !== 'set' || repeat.min !== 1 || !repeat.greedy) return undefined
  if (look.type !== 'look' || !look.ahead || look.negative) return undefined
  const { set } = repeat.body
  const body = withoutParentheses(look.body)
  if (body.type !== 'sequence') return undefined
  const [groups, ...tail] = body.parts
  if (groups?.type !== 'repeat' || groups.max !== Infinity || !isGroup(groups.body, set, repeat.max)) return undefined
  const end = conditionOf({ ...look, body: { type: 'sequence', parts: tail } })
  if (end === undefined || !areDisjoint(end.set, set)) return undefined
  return { set, isCertain: groups.min === 0 && end.atBorder && isSubset(complement(set), end.set) }
}

/** X{m}. That it may be atomic makes no difference: it takes one text only. */
const isGroup = (node: Node, set: CodePointSet, size: number): boolean => {
  const group = withoutParentheses(node)
  return group.type === 'repeat' && group.min === size && group.max === size && group.body.type === 'set' && isSame(group.body.set, set)
}

const withoutParentheses = (node: Node): Node => (node.type === 'group' || node.type === 'atomic' ? withoutParentheses(node.body) : node)

/** Whether an alternative can begin only where an earlier one matches. */
const isTriedInVain = (branch: Node, earlier: Node): boolean => {
  if (earlier.type !== 'sequence' || earlier.parts.length !== 2) return false
  const group = groupIn(earlier)
  const first = firstTaken(branch)
  return group !== undefined && group.isCertain && first !== undefined && isSubset(first, group.set)
}

/** The set that the first code point which a node takes is of; undefined if it may take none, or if that is not easily told. */
const firstTaken = (node: Node): CodePointSet | undefined => {
  if (node.type === 'set') return node.set
  if (node.type === 'group' || node.type === 'atomic' || (node.type === 'repeat' && node.min > 0)) return firstTaken(node.body)
  const taking = node.type === 'sequence' ? node.parts.find((part) => maxLength(part) > 0) : undefined
  return taking === undefined ? undefined : firstTaken(taking)
}

const isSubset = (some: CodePointSet, all: CodePointSet): boolean => isEmpty(difference(some, all))
const isSame = (a: CodePointSet, b: CodePointSet): boolean => isSubset(a, b) && isSubset(b, a)
