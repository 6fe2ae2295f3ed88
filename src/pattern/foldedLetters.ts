import { members, size } from '../unicode/codePointSet.ts'
import { closeOverCase, foldedPair, longestFolding } from '../unicode/properties.ts'
import type { Node, SetNode } from './ast.ts'

/*
 * To Oniguruma, "ss" in (?i:…) is also one character, ß. It goes through a string of letters from the left, and where several are the full
 * case folding of characters, the most it can, it takes them or such a character: `(?i:office)` is o(?:ffi|ﬃ)ce, and never "oﬀice" (regcomp.c,
 * unravel_case_fold_string). A string is what is written one after another, also in (?:…) without alternatives.
 */

export interface FoldedLetters {
  /** Notes that a node is a letter as it is written, where case does not count. */
  addLetter(node: SetNode): void
  /** Notes that a string goes on neither before nor after a node. */
  closeString(node: Node): void
  /**
   * Parts one after another, strings of letters among them as Oniguruma takes them. `refuse` is called with two letters that would fold to one
   * character if they stood in one string, where we do not know whether Oniguruma puts them in one.
   */
  join(parts: readonly Node[], refuse: (letters: string) => void): Node
}

export const createFoldedLetters = (): FoldedLetters => {
  /** The letters of nodes that are nothing but a string. */
  const strings = new WeakMap<Node, readonly SetNode[]>()
  /** The first and the last letter of other nodes; they may be written otherwise by now. */
  const ends = new WeakMap<Node, readonly [first: Node, last: Node]>()
  const endsOf = (node: Node): readonly [first: Node, last: Node] => {
    const letters = strings.get(node)
    if (letters !== undefined) return [letters[0], letters.at(-1)!]
    if (node.type !== 'sequence' || node.parts.length === 0) return ends.get(node) ?? [node, node]
    return ends.get(node) ?? [endsOf(node.parts[0])[0], endsOf(node.parts.at(-1)!)[1]]
  }
  return {
    addLetter(node) {
      strings.set(node, [node])
    },
    closeString(node) {
      ends.set(node, endsOf(node))
      strings.delete(node)
    },
    join(parts, refuse) {
      const joined: Node[] = []
      let string: SetNode[] = []
      parts.forEach((part, i) => {
        const letters = strings.get(part)
        const goesOn = letters !== undefined && string.length > 0
        const pair = i === 0 || goesOn ? undefined : foldedPair(casesOf(endsOf(parts[i - 1])[1]), casesOf(endsOf(part)[0]))
        if (pair !== undefined) refuse(String.fromCodePoint(...pair))
        if (letters !== undefined) string.push(...letters)
        else {
          joined.push(...fold(string), part)
          string = []
        }
      })
      const isString = joined.length === 0 && string.length > 0
      joined.push(...fold(string))
      const node: Node = joined.length === 1 ? joined[0] : { type: 'sequence', parts: joined }
      if (isString) strings.set(node, string)
      else if (parts.length > 0) ends.set(node, [endsOf(parts[0])[0], endsOf(parts.at(-1)!)[1]])
      return node
    },
  }
}

/** No letter has more cases. */
const MOST_CASES = 4
/** What a node takes, if that may be one letter in all its cases. */
const casesOf = (node: Node): readonly number[] => (node.type === 'set' && size(node.set) <= MOST_CASES ? members(node.set) : [])

const fold = (letters: readonly SetNode[]): Node[] => {
  const sets = letters.map(({ set }) => set)
  const parts: Node[] = []
  for (let i = 0; i < letters.length;) {
    const folding = longestFolding(sets, i)
    if (folding === undefined) parts.push(letters[i++])
    else {
      const string: Node = { type: 'sequence', parts: letters.slice(i, i + folding.length) }
      parts.push({ type: 'alternation', branches: [string, { type: 'set', set: closeOverCase(folding.characters) }] })
      i += folding.length
    }
  }
  return parts
}
