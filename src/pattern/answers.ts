import { PretokError } from '../errors.ts'
import type { Alphabet } from './alphabet.ts'
import type { Node } from './ast.ts'
import { classOf, partitionBySets } from './classes.ts'
import { buildLookahead } from './lookahead.ts'
import { Builder, reachableOnly } from './program.ts'

/**
 * Where a look-ahead of unbounded length holds in a text, for the reference tier: true, false, or undefined if what follows the text's end
 * has a say in it (only for open text, and sometimes more often than need be).
 *
 * To try its body at each position would take time that grows with the square of the text's length (a long run of digits before
 * `(?=(?:\d{3})*\b)`), so all positions are answered at once, from the text's end to its start.
 */
export type Answers = (text: string, at: number, isOpen: boolean) => boolean | undefined

/** Undefined for bodies that the backward machine cannot do. */
export const createAnswers = (body: Node, alphabet: Alphabet): Answers | undefined => {
  try {
    return buildAnswers(body, alphabet)
  } catch (error) {
    if (error instanceof PretokError) return undefined
    throw error
  }
}

const buildAnswers = (body: Node, alphabet: Alphabet): Answers => {
  const builder = new Builder('')
  const begin = builder.buildAhead(body)
  const { drafts, newNumber } = reachableOnly(builder.program, [begin])
  const start = newNumber[begin]
  const { partition, members } = partitionBySets(builder.sets)
  const { states, classes, next, symbols, classOf: names, find } = buildLookahead(drafts, [start], members, partition.count, '')
  const { rowOf, accepts } = find(start, false)
  const border = names.length
  const classOfLetter = alphabet.examples.map((codePoint) => classOf(partition, codePoint))
  const resets = Array.from(next.subarray(0, classes), (to, name) => {
    for (let state = 1; state < states; state++) if (next[state * classes + name] !== to) return undefined
    return to
  })

  let read = new Uint16Array(0)
  let known = 0 // symbols of the text before this place are in `read`
  let last: { text: string; isOpen: boolean } = { text: '', isOpen: true }
  const readBackward = (text: string, isOpen: boolean): void => {
    if (read.length < text.length) read = new Uint16Array(2 * text.length)
    let state: number | undefined = isOpen ? undefined : 0
    known = isOpen ? 0 : text.length
    for (let i = text.length - 1; i >= 0; i--) {
      const name = classOfLetter[text.charCodeAt(i)]
      if (state === undefined) {
        state = resets[name]
        if (state !== undefined) known = i
        continue
      }
      read[i] = symbols[state * classes + name]
      state = next[state * classes + name]
    }
    last = { text, isOpen }
  }

  return (text, at, isOpen) => {
    if (text !== last.text || isOpen !== last.isOpen) readBackward(text, isOpen)
    if (at >= known && (isOpen || at < text.length)) return undefined
    const behind = at === 0 ? border : read[at - 1]
    return accepts[rowOf[behind]][at === text.length ? border : read[at]] === 1
  }
}
