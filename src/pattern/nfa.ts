import { PretokError } from '../errors.ts'
import { complement, EVERYTHING, union, type CodePointSet } from '../unicode/codePointSet.ts'
import { partitionBySets, type Partition } from './classes.ts'
import { maxLength } from './parse.ts'
import type { LookNode, Node, Pattern, RepeatNode } from './ast.ts'

/*
 * The pattern as a program of small instructions (Thompson's construction, as in Pike's virtual machine): a thread stands at an
 * instruction; `split` makes two threads, the first preferred; `check` lets a thread pass or ends it, by the code point behind or ahead.
 *
 * Everything that does not fit is refused here, by name and offset:
 * - look-arounds that need more than one code point
 * - atomic groups other than those that a check can express: `X*+` is `X*(?!X)`
 */

export type Instruction =
  | { op: 'take'; members: Uint8Array; next: number }
  | { op: 'split'; first: number; second: number }
  /** `accepts` has one byte per class and a last one for the border of the segment. */
  | { op: 'check'; ahead: boolean; accepts: Uint8Array; next: number }
  | { op: 'match' }

export interface Nfa {
  program: readonly Instruction[]
  start: number
  partition: Partition
}

const MAX_INSTRUCTIONS = 20_000

/** What a code point, or the border of the segment, must be like for a look-around to hold. */
interface Condition {
  set: CodePointSet
  atBorder: boolean
}

/** An instruction whose sets have not been made classes of yet. */
type Draft = { op: 'take'; set: CodePointSet; next: number } | ({ op: 'check'; ahead: boolean; next: number } & Condition) | Instruction

/**
 * Turns a parsed pattern into a program over the classes of its code points.
 *
 * @throws PretokError 'pattern' that names the construct that a finite automaton with one code point of context cannot do.
 */
export const buildNfa = ({ root, text }: Pattern): Nfa => {
  const drafts: Draft[] = [{ op: 'match' }]
  const start = new Builder(drafts, text).build(root, 0)
  const sets = new Map<string, CodePointSet>()
  const keyOf = new Map<CodePointSet, string>()
  const keep = (set: CodePointSet) => {
    if (keyOf.has(set)) return
    const key = set.join()
    keyOf.set(set, key)
    sets.set(key, set)
  }
  for (const draft of drafts) if ('set' in draft) keep(draft.set)
  const { partition, members } = partitionBySets([...sets.values()])
  const membersByKey = new Map([...sets.keys()].map((key, i) => [key, members[i]]))
  const classesOf = (set: CodePointSet) => membersByKey.get(keyOf.get(set)!)!
  const program = drafts.map((draft): Instruction => {
    if (!('set' in draft)) return draft
    if (draft.op === 'take') return { op: 'take', members: classesOf(draft.set), next: draft.next }
    return { op: 'check', ahead: draft.ahead, accepts: Uint8Array.of(...classesOf(draft.set), draft.atBorder ? 1 : 0), next: draft.next }
  })
  return { program, start, partition }
}

class Builder {
  private readonly program: Draft[]
  private readonly text: string

  constructor(program: Draft[], text: string) {
    this.program = program
    this.text = text
  }

  private error(what: string, at?: number): PretokError {
    return new PretokError(
      'pattern',
      `pattern: ${what}${at === undefined ? '' : ` at ${at}`} in ${JSON.stringify(this.text)}: use the reference engine`,
    )
  }

  private add(instruction: Draft): number {
    if (this.program.length >= MAX_INSTRUCTIONS) throw this.error(`more than ${MAX_INSTRUCTIONS} instructions`)
    return this.program.push(instruction) - 1
  }

  /** Adds instructions that match a node and go on at `next`; returns where they begin. */
  build(node: Node, next: number): number {
    switch (node.type) {
      case 'set':
        return this.add({ op: 'take', set: node.set, next })
      case 'sequence':
        return node.parts.reduceRight((after, part) => this.build(part, after), next)
      case 'alternation':
        return this.choice(node.branches.map((branch) => this.build(branch, next)))
      case 'group':
        return this.build(node.body, next)
      case 'repeat':
        return this.repeat(node, next)
      case 'atomic':
        return this.atomic(node.body, next)
      case 'look':
        return this.look(node, next)
      case 'textBorder':
        return this.check(node.border === 'end', { set: [], atBorder: true }, next)
      case 'backreference':
        throw new Error('the parser expands back-references')
    }
  }

  private choice(starts: readonly number[]): number {
    return starts.reduceRight((second, first) => this.add({ op: 'split', first, second }))
  }

  private check(ahead: boolean, condition: Condition, next: number): number {
    return this.add({ op: 'check', ahead, ...condition, next })
  }

  private repeat({ body, min, max, greedy }: RepeatNode, next: number): number {
    const prefer = (again: number, stop: number) =>
      this.add(greedy ? { op: 'split', first: again, second: stop } : { op: 'split', first: stop, second: again })
    let after = next
    if (max === Infinity) {
      // a loop: the split is made first and filled in when its body is there
      const loop = this.add({ op: 'split', first: next, second: next })
      const again = this.build(body, loop)
      this.program[loop] = greedy ? { op: 'split', first: again, second: next } : { op: 'split', first: next, second: again }
      if (min === 0) return loop
      after = again
      return this.times(body, min - 1, after)
    }
    for (let i = min; i < max; i++) after = prefer(this.build(body, after), next)
    return this.times(body, min, after)
  }

  private times(body: Node, count: number, next: number): number {
    for (let i = 0; i < count; i++) next = this.build(body, next)
    return next
  }

  /** A run `X{n,m}` of one set that is never shortened stops at m, or before a code point that is not in X. */
  private atomic(body: Node, next: number): number {
    const inner = body.type === 'group' ? body.body : body
    if (inner.type !== 'repeat') {
      if (isDeterministic(inner)) return this.build(inner, next)
      throw this.error('atomic group or possessive quantifier over more than one class')
    }
    const { body: repeated, min, max, greedy } = inner
    if (min === max && isDeterministic(repeated)) return this.build(inner, next)
    if (repeated.type !== 'set') throw this.error('atomic group or possessive quantifier over more than one class')
    if (!greedy) return this.times(repeated, min, next)
    const stop = this.check(true, { set: complement(repeated.set), atBorder: true }, next)
    if (max === Infinity) return this.repeat({ ...inner, type: 'repeat' }, stop)
    let after = next
    for (let i = min; i < max; i++) after = this.add({ op: 'split', first: this.build(repeated, after), second: stop })
    return this.times(repeated, min, after)
  }

  private look(node: LookNode, next: number): number {
    const condition = conditionOf(node)
    if (condition === undefined) throw this.error(`look-${node.ahead ? 'ahead' : 'behind'} of more than one code point`, node.at)
    return this.check(node.ahead, condition, next)
  }
}

/** Whether a node can match a given text in one way only. */
const isDeterministic = (node: Node): boolean => {
  switch (node.type) {
    case 'set':
    case 'look':
    case 'textBorder':
      return true
    case 'sequence':
      return node.parts.every(isDeterministic)
    case 'group':
    case 'atomic':
      return isDeterministic(node.body)
    case 'repeat':
      return node.min === node.max && isDeterministic(node.body)
    default:
      return false
  }
}

const conditionOf = ({ ahead, negative, body }: LookNode): Condition | undefined => {
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
  return node.type === 'set' && maxLength(node) === 1 ? { set: node.set, atBorder: false } : undefined
}

const either = (conditions: readonly (Condition | undefined)[]): Condition | undefined =>
  conditions.reduce((a, b) => a && b && { set: union(a.set, b.set), atBorder: a.atBorder || b.atBorder })
