import type { PretokError } from '../errors.ts'
import { areDisjoint, complement, EMPTY, union, type CodePointSet } from '../unicode/codePointSet.ts'
import type { LookNode, Node, RepeatNode } from './ast.ts'
import { conditionOf, type Condition } from './conditions.ts'
import { maxLength, minLength } from './nodes.ts'
import { createNumbering } from './numbering.ts'
import { patternError } from './patternError.ts'

/*
 * The pattern as a program of small instructions (Thompson's construction, as in Pike's virtual machine): a thread stands at an
 * instruction; `split` makes two threads, the first preferred; `check` lets a thread pass or ends it, by the code point behind or ahead;
 * so does `look`, by a program of its own that must, or must not, match from here on (lookahead.ts).
 *
 * `abc|a`, what cannot be reached left out:   0  match
 *                                             1  take c, then 0
 *                                             2  take b, then 1
 *                                             3  split: 2, else 0
 *                                     start:  4  take a, then 3        (the branches share their a)
 *
 * What does not fit is refused here, by name and offset:
 * - look-behinds of more than one code point, and look-aheads of more than one inside a look-ahead
 * - atomic groups other than those that a check can express: `X*+` is `X*(?!X)`
 */

/** An instruction whose sets have not been made classes of yet: `set` is a number that the builder gave. */
export type Draft =
  | { op: 'take'; set: number; next: number }
  | { op: 'split'; first: number; second: number }
  | { op: 'check'; ahead: boolean; set: number; atBorder: boolean; next: number }
  | { op: 'look'; start: number; negative: boolean; next: number }
  | { op: 'match' }

export type Take = Draft & { op: 'take' }

const MAX_INSTRUCTIONS = 20_000
/** The instruction that every program has first. */
const MATCH = 0

export class Builder {
  readonly program: Draft[] = [{ op: 'match' }]
  readonly sets: CodePointSet[] = []
  private readonly text: string
  private readonly setNumbers = new Map<CodePointSet, number>()
  /** Numbers of sets by their length and first code point. */
  private readonly setsByForm = new Map<number, number[]>()
  private readonly known = createNumbering()
  /** The instruction of each number of `known`. */
  private readonly shared: number[] = []
  private isSearchStart = false
  private isLookingAhead = false

  constructor(text: string) {
    this.text = text
  }

  /** Adds the program of a whole pattern; returns where it begins. */
  buildAll(root: Node, isSearchStart: boolean): number {
    this.isSearchStart = isSearchStart
    return this.build(root, MATCH)
  }

  /** Adds the program of a look-ahead's body; returns where it begins. */
  buildAhead(body: Node): number {
    this.isLookingAhead = true
    const start = this.build(body, MATCH)
    this.isLookingAhead = false
    return start
  }

  private error(what: string, at?: number): PretokError {
    return patternError(what, this.text, at)
  }

  private add(instruction: Draft): number {
    if (this.program.length >= MAX_INSTRUCTIONS) throw this.error(`more than ${MAX_INSTRUCTIONS} instructions`)
    return this.program.push(instruction) - 1
  }

  /** The same instruction twice is one: `\s{8}x|\s{4}x` share their ends, and so do the threads that get there. */
  private share(instruction: Draft): number {
    return (this.shared[this.known.numberOf(keyOf(instruction))] ??= this.add(instruction))
  }

  private numberOf(set: CodePointSet): number {
    const known = this.setNumbers.get(set)
    if (known !== undefined) return known
    const form = set.length * 0x110000 + (set[0] ?? 0)
    let alike = this.setsByForm.get(form)
    if (alike === undefined) this.setsByForm.set(form, (alike = []))
    let number = alike.find((other) => this.sets[other].every((border, i) => border === set[i]))
    if (number === undefined) alike.push((number = this.sets.push(set) - 1))
    this.setNumbers.set(set, number)
    return number
  }

  private take(set: CodePointSet, next: number): number {
    return this.share({ op: 'take', set: this.numberOf(set), next })
  }

  /** Adds instructions that match a node and go on at `next`; returns where they begin. */
  build(node: Node, next: number): number {
    switch (node.type) {
      case 'set':
        return this.take(node.set, next)
      case 'sequence':
        return node.parts.reduceRight((after, part) => this.build(part, after), next)
      case 'alternation':
        return this.choice(node.branches.map((branch) => this.build(branch, next)))
      case 'group':
        return this.build(node.body, next)
      case 'repeat':
        return this.repeat(node, next)
      case 'atomic':
        return this.atomic(node.body, next, next)
      case 'look':
        return this.look(node, next)
      case 'searchStart':
        return this.isSearchStart ? next : this.take(EMPTY, next)
      case 'textBorder':
        return this.check(node.border === 'end', { set: [], atBorder: true }, next)
      case 'backreference':
        throw new Error('the parser expands back-references')
    }
  }

  /**
   * Alternatives that begin with the same set share that instruction (`ab|ad` is `a[bd]`), and so do those that go on alike (`b|d` is `[bd]`): fewer
   * threads, and fewer classes of code points.
   */
  private choice(starts: readonly number[]): number {
    const byBegin = this.join(starts, (a, b) => a.set === b.set)
    const begun = byBegin.map(([first, ...others]) => {
      const take = this.program[first]
      if (others.length === 0 || take.op !== 'take') return first
      return this.share({ op: 'take', set: take.set, next: this.choice([first, ...others].map((at) => this.nextOf(at))) })
    })
    const byNext = this.join(begun, (a, b) => a.next === b.next)
    const ways = byNext.map((group) =>
      group.length === 1 ? group[0] : this.take(union(...group.map((at) => this.setOf(at))), this.nextOf(group[0])),
    )
    return ways.reduceRight((second, first) => this.share({ op: 'split', first, second }))
  }

  /**
   * Groups of instructions that take a code point and are alike. One may move up in the order of preference past others that take none of
   * its code points: `ab|c|ad` is `a[bd]|c`, but `ab|[ac]x|ad` stays as it is.
   */
  private join(starts: readonly number[], isAlike: (a: Take, b: Take) => boolean): number[][] {
    const groups: number[][] = []
    for (const start of starts) {
      const found = this.findAlike(groups, start, isAlike)
      if (found === undefined) groups.push([start])
      else found.push(start)
    }
    return groups
  }

  private findAlike(groups: readonly number[][], start: number, isAlike: (a: Take, b: Take) => boolean): number[] | undefined {
    const take = this.program[start]
    if (take.op !== 'take') return undefined
    for (const group of [...groups].reverse()) {
      const other = this.program[group[0]]
      if (other.op !== 'take') return undefined
      if (isAlike(other, take)) return group
      if (!group.every((at) => areDisjoint(this.setOf(at), this.sets[take.set]))) return undefined
    }
    return undefined
  }

  private nextOf(at: number): number {
    return (this.program[at] as Take).next
  }

  private setOf(at: number): CodePointSet {
    return this.sets[(this.program[at] as Take).set]
  }

  private check(ahead: boolean, { set, atBorder }: Condition, next: number): number {
    return this.share({ op: 'check', ahead, set: this.numberOf(set), atBorder, next })
  }

  private repeat({ body, min, max, greedy }: RepeatNode, next: number): number {
    const prefer = (again: number, stop: number) =>
      this.share(greedy ? { op: 'split', first: again, second: stop } : { op: 'split', first: stop, second: again })
    let after = next
    if (max === Infinity) {
      // a loop: the split is made first and filled in when its body is there
      const loop = this.add({ op: 'split', first: next, second: next })
      const again = this.buildTurn(body, next, loop)
      this.program[loop] = greedy ? { op: 'split', first: again, second: next } : { op: 'split', first: next, second: again }
      // a body that takes something is in the loop already
      return min === 0 || minLength(body) === 0 ? this.times(body, min, loop) : this.times(body, min - 1, again)
    }
    for (let i = min; i < max; i++) after = prefer(this.buildTurn(body, next, after), next)
    return this.times(body, min, after)
  }

  /**
   * One more turn of a repetition that may end here. A turn that takes nothing is the last one (as in Oniguruma): the program goes on at
   * `ifEmpty`, otherwise at `ifTaken`. `(?:a?b?)*` and what follows it, N:
   *
   *   L   split: T, else N
   *   T   split: (take a, then B1), else B0
   *   B0  split: (take b, then L), else N     nothing has been taken in this turn: it is the last
   *   B1  split: (take b, then L), else L
   */
  private buildTurn(node: Node, ifEmpty: number, ifTaken: number): number {
    if (minLength(node) > 0) return this.build(node, ifTaken)
    if (maxLength(node) === 0) return this.build(node, ifEmpty)
    switch (node.type) {
      case 'sequence':
        return node.parts.reduceRight(
          ([empty, taken], part) => [this.buildTurn(part, empty, taken), this.build(part, taken)] as const,
          [ifEmpty, ifTaken] as const,
        )[0]
      case 'alternation':
        return this.choice(node.branches.map((branch) => this.buildTurn(branch, ifEmpty, ifTaken)))
      case 'group':
        return this.buildTurn(node.body, ifEmpty, ifTaken)
      case 'repeat':
        return this.repeatTurn(node, ifEmpty, ifTaken)
      case 'atomic':
        return this.atomic(node.body, ifEmpty, ifTaken)
      default:
        throw new Error(`a ${node.type} takes either something or nothing`)
    }
  }

  private repeatTurn({ body, min, max, greedy }: RepeatNode, ifEmpty: number, ifTaken: number): number {
    const wanted = Array.from({ length: min }, () => body)
    const more: RepeatNode = { type: 'repeat', body, min: 0, max: max - min, greedy }
    if (min > 0) return this.buildTurn({ type: 'sequence', parts: [...wanted, more] }, ifEmpty, ifTaken)
    const again = this.buildTurn(body, ifEmpty, this.build({ ...more, max: max - 1 }, ifTaken))
    return this.share(greedy ? { op: 'split', first: again, second: ifEmpty } : { op: 'split', first: ifEmpty, second: again })
  }

  private times(body: Node, count: number, next: number): number {
    for (let i = 0; i < count; i++) next = this.build(body, next)
    return next
  }

  /**
   * A run `X{n,m}` of one set that is never shortened stops at m, or before a code point that is not in X. The program goes on at `ifEmpty`
   * after a run of no length.
   */
  private atomic(body: Node, ifEmpty: number, next: number): number {
    const inner = body.type === 'group' ? body.body : body
    if (inner.type !== 'repeat') {
      if (isDeterministic(inner)) return this.build(inner, next)
      throw this.error('atomic group or possessive quantifier over more than one class')
    }
    const { body: repeated, min, max, greedy } = inner
    if (min === max && isDeterministic(repeated)) return this.build(inner, next)
    if (repeated.type !== 'set') throw this.error('atomic group or possessive quantifier over more than one class')
    if (!greedy) return min === 0 ? ifEmpty : this.times(repeated, min, next)
    const end: Condition = { set: complement(repeated.set), atBorder: true }
    if (min === 0 && ifEmpty !== next) {
      const some = this.atomic({ ...inner, min: 1 }, next, next)
      return this.share({ op: 'split', first: some, second: this.check(true, end, ifEmpty) })
    }
    const stop = this.check(true, end, next)
    if (max === Infinity) return this.repeat(inner, stop)
    let after = next
    for (let i = min; i < max; i++) after = this.share({ op: 'split', first: this.build(repeated, after), second: stop })
    return this.times(repeated, min, after)
  }

  private look(node: LookNode, next: number): number {
    const condition = conditionOf(node)
    if (condition !== undefined) return this.check(node.ahead, condition, next)
    if (!node.ahead) throw this.error('look-behind of more than one code point', node.at)
    if (this.isLookingAhead) throw this.error('look-ahead of more than one code point inside a look-ahead', node.at)
    return this.share({ op: 'look', start: this.buildAhead(node.body), negative: node.negative, next })
  }
}

/** Equal instructions have equal keys. */
const keyOf = (draft: Draft): Int32Array => {
  switch (draft.op) {
    case 'take':
      return Int32Array.of(draft.set, draft.next)
    case 'split':
      return Int32Array.of(SPLIT, draft.first, draft.second)
    case 'check':
      return Int32Array.of(CHECK, draft.set, draft.next, 2 * Number(draft.ahead) + Number(draft.atBorder))
    case 'look':
      return Int32Array.of(LOOK, draft.start, draft.next, Number(draft.negative))
    case 'match':
      return new Int32Array()
  }
}
const SPLIT = -1
const CHECK = -2
const LOOK = -3

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

/** The instructions that can be reached, in ascending order. */
export const reachable = (program: readonly Draft[], starts: readonly number[]): number[] => {
  const isMet = new Uint8Array(program.length)
  const waiting = [...starts]
  const met: number[] = []
  for (let at; (at = waiting.pop()) !== undefined;) {
    if (isMet[at] === 1) continue
    isMet[at] = 1
    met.push(at)
    waiting.push(...successors(program[at]))
  }
  return met.sort((a, b) => a - b)
}

/** The same as a program of their own, and the new numbers of all. */
export const reachableOnly = (program: readonly Draft[], starts: readonly number[]): { drafts: Draft[]; newNumber: number[] } => {
  const kept = reachable(program, starts)
  const newNumber = program.map(() => UNREACHED)
  kept.forEach((at, number) => (newNumber[at] = number))
  const drafts = kept.map((at): Draft => {
    const draft = program[at]
    if (draft.op === 'match') return draft
    if (draft.op === 'split') return { op: 'split', first: newNumber[draft.first], second: newNumber[draft.second] }
    if (draft.op === 'look') return { ...draft, start: newNumber[draft.start], next: newNumber[draft.next] }
    return { ...draft, next: newNumber[draft.next] }
  })
  return { drafts, newNumber }
}

const UNREACHED = -1

export const successors = (draft: Draft): number[] => {
  switch (draft.op) {
    case 'match':
      return []
    case 'split':
      return [draft.first, draft.second]
    case 'look':
      return [draft.start, draft.next]
    default:
      return [draft.next]
  }
}
