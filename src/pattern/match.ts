import { PretokError } from '../errors.ts'
import type { CodePointSet } from '../unicode/codePointSet.ts'
import type { Alphabet } from './alphabet.ts'
import { createAnswers } from './answers.ts'
import type { LookNode, Node } from './ast.ts'
import { maxLength } from './nodes.ts'

/** No match begins at the position. */
export const NO_MATCH = -1
/** Finding out took a look at what follows the text's end (only for open text). */
export const UNDECIDED = -2

/**
 * Where the match that begins exactly at text[at] ends, or NO_MATCH, or UNDECIDED.
 *
 * @param text spelled in the pattern's alphabet
 * @param isOpen whether the text may go on after its end
 * @param searchStart where the search for this match began (`\G`)
 */
export type Matcher = (text: string, at: number, isOpen: boolean, searchStart?: number) => number

/** Matches a node at a position and then what follows it; the end of the whole match, or one of the negative answers. */
type Step = (at: number, next: Next) => number
type Next = (at: number) => number

const identity: Next = (at) => at

/**
 * The definition of matching, straight from the tree: leftmost-first, every construct tries its ways in order of preference. Slower than a
 * RegExp, but a run of a class takes no memory, however long it is: V8's RegExps give up at some millions of characters.
 */
export const createMatcher = (root: Node, alphabet: Alphabet): Matcher => {
  let text = ''
  let isOpen = false
  let searchStart = 0

  /** One letter out of a set: the position after it. */
  const oneOf = (set: CodePointSet): ((at: number) => number) => {
    const isMember = new Uint8Array(alphabet.size)
    for (const letter of alphabet.classesOf(set)) isMember[letter] = 1
    return (at) => (at >= text.length ? (isOpen ? UNDECIDED : NO_MATCH) : isMember[text.charCodeAt(at)] === 1 ? at + 1 : NO_MATCH)
  }

  const compile = (node: Node): Step => {
    switch (node.type) {
      case 'set': {
        const one = oneOf(node.set)
        return (at, next) => {
          const end = one(at)
          return end < 0 ? end : next(end)
        }
      }
      case 'sequence':
        return node.parts.map(compile).reduceRight<Step>(
          (rest, part) => (at, next) => part(at, (end) => rest(end, next)),
          (at, next) => next(at),
        )
      case 'alternation': {
        const branches = node.branches.map(compile)
        return (at, next) => {
          for (const branch of branches) {
            const end = branch(at, next)
            if (end !== NO_MATCH) return end
          }
          return NO_MATCH
        }
      }
      case 'group':
        return compile(node.body)
      case 'repeat':
        return node.body.type === 'set' && node.greedy
          ? run(node.body.set, node.min, node.max)
          : loop(compile(node.body), node.min, node.max, node.greedy)
      case 'atomic': {
        const body = compile(node.body)
        return (at, next) => {
          const end = body(at, identity)
          return end < 0 ? end : next(end)
        }
      }
      case 'look':
        return node.ahead ? lookAhead(node) : lookBehind(compile(node.body), node.negative, maxLength(node.body))
      case 'textBorder':
        if (node.border === 'start') return (at, next) => (at === 0 ? next(at) : NO_MATCH)
        return (at, next) => (at < text.length ? NO_MATCH : isOpen ? UNDECIDED : next(at))
      case 'searchStart':
        return (at, next) => (at === searchStart ? next(at) : NO_MATCH)
      case 'backreference':
        throw new Error('the parser expands back-references')
    }
  }

  /** A greedy run of a class: forward as far as it goes, then back one by one. */
  const run = (set: CodePointSet, min: number, max: number): Step => {
    const one = oneOf(set)
    return (at, next) => {
      let count = 0
      let end = at
      while (count < max) {
        const further = one(end)
        if (further === UNDECIDED) return UNDECIDED
        if (further === NO_MATCH) break
        end = further
        count++
      }
      for (; count >= min; count--) {
        const result = next(end)
        if (result !== NO_MATCH) return result
        end--
      }
      return NO_MATCH
    }
  }

  /** What has failed at a place fails there again: it is remembered, or else repetitions in repetitions would take exponential time. */
  const onceFailed = (tryAt: (place: number) => number): ((place: number) => number) => {
    let failed: Set<number> | undefined
    return (place) => {
      if (failed?.has(place)) return NO_MATCH
      const result = tryAt(place)
      if (result === NO_MATCH) (failed ??= new Set()).add(place)
      return result
    }
  }

  const loop =
    (body: Step, min: number, max: number, greedy: boolean): Step =>
    (start, next) => {
      const places = text.length + 1
      const leave = onceFailed(next)
      // a number for the place and for how often the body has matched, as far as that matters
      const turn = (count: number, at: number): number => again((max === Infinity ? Math.min(count, min) : count) * places + at)
      const again = onceFailed((key) => {
        const at = key % places
        const count = (key - at) / places
        const more = (): number =>
          // a turn that takes nothing is the last one
          count >= max ? NO_MATCH : body(at, (end) => (end === at && count >= min ? leave(end) : turn(count + 1, end)))
        if (count < min) return more()
        const first = greedy ? more() : leave(at)
        return first !== NO_MATCH ? first : greedy ? leave(at) : more()
      })
      return turn(0, start)
    }

  const lookAhead = ({ body, negative }: LookNode): Step => {
    const answer = maxLength(body) === Infinity ? createAnswers(body, alphabet) : undefined
    if (answer !== undefined)
      return (at, next) => {
        const holds = answer(text, at, isOpen)
        return holds === undefined ? UNDECIDED : holds !== negative ? next(at) : NO_MATCH
      }
    const tried = compile(body)
    return (at, next) => {
      const end = tried(at, identity)
      if (end === UNDECIDED) return UNDECIDED
      return (end === NO_MATCH) === negative ? next(at) : NO_MATCH
    }
  }

  /** Whether there is a place, at most `reach` code points back, from which the body matches exactly up to here. */
  const lookBehind =
    (body: Step, negative: boolean, reach: number): Step =>
    (at, next) => {
      const upToHere: Next = (end) => (end === at ? end : NO_MATCH)
      const wasOpen = isOpen
      isOpen = false // what follows has no say in it
      let isFound = body(at, upToHere) === at
      for (let start = at - 1; !isFound && start >= Math.max(0, at - reach); start--) isFound = body(start, upToHere) === at
      isOpen = wasOpen
      return isFound !== negative ? next(at) : NO_MATCH
    }

  const match = compile(root)
  return (subject, at, mayGoOn, begun = at) => {
    text = subject
    isOpen = mayGoOn
    searchStart = begun
    try {
      return match(at, identity)
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      // a repeated group takes stack for each of its turns
      const what = `a match may be longer than the reference engine can try (${subject.length - at} characters are there)`
      throw new PretokError('limit', `pattern: ${what}: use the automaton, if it can do the pattern`)
    } finally {
      text = ''
    }
  }
}
