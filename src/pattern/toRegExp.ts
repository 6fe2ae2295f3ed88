import { PretokError } from '../errors.ts'
import type { CodePointSet } from '../unicode/codePointSet.ts'
import type { Alphabet } from './alphabet.ts'
import type { Node } from './ast.ts'

/** The reference tier's form of a pattern: two sticky RegExps over text that is spelled in the pattern's alphabet. */
export interface PatternRegExps {
  /** For text whose end is the end of the document. */
  closed: RegExp
  /**
   * For text that may go on. It matches exactly as `closed` would, however the text goes on, unless finding that match took a look at what
   * follows the text's end: then, and only then, its match ends at the text's end.
   */
  open: RegExp
}

/**
 * Writes a parsed pattern as JavaScript RegExps over letters of its alphabet. So nothing depends on the host's Unicode, `\s`, or case
 * folding, and the syntax used is the small common one: classes, groups, quantifiers, look-arounds. Patterns with `\G` cannot be written so.
 *
 * How `open` knows: every construct that can look at the text's end first succeeds there, and then everything after it succeeds too. So
 * a search that touches the end stops with a match up to the end; a search that never touches the end does not notice a difference.
 * - a set `X` becomes `(?:X|$)`; a run `X{n,m}` becomes `(?:X{n,m}|X{0,n-1}$)`: greedy runs stay as fast as they were
 * - a look-ahead that can reach the end takes the rest of the text: `(?:(?=Y$)[^]*|(?=Y))`
 * - a construct that a search reaches only before the text's end needs nothing: hence `mayBeAtEnd`
 */
export const toRegExps = (root: Node, alphabet: Alphabet): PatternRegExps => ({
  closed: compileRegExp(new Writer(alphabet, false).write(root, false), 'y'),
  open: compileRegExp(new Writer(alphabet, true).write(root, false), 'y'),
})

/**
 * @throws PretokError 'pattern' if V8 cannot compile it, which it otherwise says only when the RegExp is used: interpreted the first time, machine code
 * the second
 */
export const compileRegExp = (source: string, flags: string): RegExp => {
  try {
    const regexp = new RegExp(source, flags)
    for (let time = 0; time < 2; time++) regexp.test('')
    regexp.lastIndex = 0
    return regexp
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new PretokError('pattern', `pattern: it is too long (as a RegExp of ${source.length} characters: ${error.message.slice(error.message.lastIndexOf(':') + 2)})`)
  }
}

// without the flag m these are the borders of the text, not of lines
const AT_START = '^'
const AT_END = '$'
const REST = '[^]*'

class Writer {
  private readonly alphabet: Alphabet
  private readonly open: boolean
  private readonly names: { used: number }

  constructor(alphabet: Alphabet, open: boolean, names = { used: 0 }) {
    this.alphabet = alphabet
    this.open = open
    this.names = names
  }

  /** The source for a node; it matches at the text's end too if the text may go on and the node `mayBeAtEnd`. */
  write(node: Node, mayBeAtEnd: boolean): string {
    const orEnd = (source: string) => (this.open && mayBeAtEnd ? `(?:${source}|${AT_END})` : source)
    switch (node.type) {
      case 'set':
        return orEnd(this.class(node.set))
      case 'sequence':
        return node.parts.map((part, i) => this.write(part, mayBeAtEnd || i > 0)).join('')
      case 'alternation':
        return `(?:${node.branches.map((branch) => this.write(branch, mayBeAtEnd)).join('|')})`
      case 'group':
        return `(?:${this.write(node.body, mayBeAtEnd)})`
      case 'repeat':
        return this.repeat(node, mayBeAtEnd)
      case 'atomic': {
        const name = `atomic${++this.names.used}`
        return `(?=(?<${name}>${this.write(node.body, mayBeAtEnd)}))\\k<${name}>`
      }
      case 'look':
        return this.look(node, orEnd)
      case 'textBorder':
        return node.border === 'start' ? orEnd(AT_START) : AT_END
      case 'searchStart':
        throw new PretokError('pattern', `pattern: no RegExp has \\G, at ${node.at}`)
      case 'backreference':
        throw new Error('the parser expands back-references')
    }
  }

  private repeat({ body, min, max, greedy }: Node & { type: 'repeat' }, mayBeAtEnd: boolean): string {
    const lazy = greedy ? '' : '?'
    const times = (low: number, high: number) => `{${low},${high === Infinity ? '' : high}}`
    if (body.type !== 'set') return `(?:${this.write(body, mayBeAtEnd || max > 1)})${times(min, max)}${lazy}`
    const one = this.class(body.set)
    const run = `${one}${times(min, max)}${lazy}`
    if (!this.open || min === 0 || (min === 1 && !mayBeAtEnd)) return run
    return min === 1 ? `(?:${run}|${AT_END})` : `(?:${run}|${one}${times(0, min - 1)}${AT_END})`
  }

  private look({ ahead, negative, body }: Node & { type: 'look' }, orEnd: (source: string) => string): string {
    const closed = new Writer(this.alphabet, false, this.names)
    const plain = `(?${ahead ? '' : '<'}${negative ? '!' : '='}${closed.write(body, false)})`
    if (!this.open) return plain
    if (!ahead) return orEnd(plain)
    if (body.type === 'set') return `(?:${AT_END}|${plain})`
    return `(?:(?=${this.write(body, true)}${AT_END})${REST}|${plain})`
  }

  private class(set: CodePointSet): string {
    return `[${this.alphabet.classesOf(set).map(escape).join('')}]`
  }
}

const escape = (letter: number): string => `\\u${letter.toString(16).padStart(4, '0')}`
