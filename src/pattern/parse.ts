import { PretokError } from '../errors.ts'
import {
  closeOverCase,
  DIGIT,
  foldsToSeveral,
  property,
  WHITE_SPACE,
  wordOniguruma,
  wordOnigurumaInClass,
  wordRust,
} from '../unicode/properties.ts'
import {
  complement,
  EVERYTHING,
  fromRanges,
  has,
  intersection,
  isEmpty,
  of,
  size,
  union,
  type CodePointSet,
} from '../unicode/codePointSet.ts'
import type { Dialect, LookNode, Node, Pattern, SetNode } from './ast.ts'
import { expandBackreferences } from './backreferences.ts'
import { createFoldedLetters } from './foldedLetters.ts'
import { children, holdsLookOrBackreference, maxLength, minLength } from './nodes.ts'

/**
 * Parses the regex subset that real pre-tokenizers use.
 *
 * The same text means different things to the two reference engines; `dialect` says whose reading holds:
 * - `X{n,m}+` repeats the repetition in Oniguruma and is possessive in fancy-regex; `X{n}?` is optional in Oniguruma, lazy in fancy-regex
 * - `^` and `$` are line borders (only \n counts) in Oniguruma and text borders in fancy-regex
 * - `\w` outside a class has six more members in Oniguruma, and Join_Control in fancy-regex
 * - behind `\Z` there may be one last \n in Oniguruma, any number in fancy-regex
 * - `a(?i)b|c` is `a(?i:b|c)` in Oniguruma, `(?:a(?i:b)|(?i:c))` in fancy-regex
 * - in `(?i:…)` properties outside of classes take part in fancy-regex only, and `[^[^a]]` is `[aA]` there, nothing in Oniguruma
 * - `\pL` is a property in fancy-regex only
 * - "ss" in `(?i:…)` is also ß in Oniguruma (foldedLetters.ts)
 *
 * Throws a `PretokError` with code 'pattern' that names the construct and its offset.
 */
export const parsePattern = (text: string, dialect: Dialect): Pattern => {
  const parser = new Parser(text, dialect)
  return { text, dialect, root: expandBackreferences(parser.parse(), text) }
}

const NEWLINE = of(0x0a)
const NOT_NEWLINE = complement(NEWLINE)
const HEX_DIGIT = fromRanges([
  [0x30, 0x3a],
  [0x41, 0x47],
  [0x61, 0x67],
])
const CONTROL_ESCAPES: Readonly<Record<string, number>> = { n: 0x0a, r: 0x0d, t: 0x09, f: 0x0c, v: 0x0b, a: 0x07, e: 0x1b, 0: 0x00 }
const MAX_REPEAT = 100_000

const sequence = (...parts: Node[]): Node => (parts.length === 1 ? parts[0] : { type: 'sequence', parts })
const alternation = (...branches: Node[]): Node => (branches.length === 1 ? branches[0] : { type: 'alternation', branches })
const set = (members: CodePointSet): Node => ({ type: 'set', set: members })

class Parser {
  private readonly text: string
  private readonly dialect: Dialect
  private at = 0
  private ignoreCase = false
  private groups = 0
  private readonly letters = createFoldedLetters()
  private readonly knownClasses: { text: string; ignoreCase: boolean; set: CodePointSet }[] = []

  constructor(text: string, dialect: Dialect) {
    this.text = text
    this.dialect = dialect
  }

  parse(): Node {
    const root = this.alternatives()
    if (this.at < this.text.length) throw this.error('unmatched )', this.at)
    this.refuseLateSearchStart(root, true)
    return root
  }

  private error(what: string, at: number): PretokError {
    return new PretokError('pattern', `pattern: ${what} at ${at} in ${JSON.stringify(this.text)}`)
  }

  /** `isFirst`: nothing can have been taken before the node. */
  private refuseLateSearchStart(node: Node, isFirst: boolean): void {
    if (node.type === 'searchStart' && !isFirst) throw this.error('\\G elsewhere than at the start (not supported)', node.at)
    let isNext = isFirst && (node.type === 'sequence' || node.type === 'alternation' || node.type === 'group')
    for (const child of children(node)) {
      this.refuseLateSearchStart(child, isNext)
      if (node.type === 'sequence' && maxLength(child) > 0) isNext = false
    }
  }

  private peek(words: string): boolean {
    return this.text.startsWith(words, this.at)
  }

  private take(words: string): boolean {
    if (!this.peek(words)) return false
    this.at += words.length
    return true
  }

  /** The code point at the cursor; the cursor moves behind it. */
  private codePoint(): number {
    const codePoint = this.text.codePointAt(this.at)!
    if (codePoint >= 0xd800 && codePoint < 0xe000) throw this.error('lone surrogate', this.at)
    this.at += codePoint > 0xffff ? 2 : 1
    return codePoint
  }

  private alternatives(): Node {
    const ignoreCase = this.ignoreCase
    const branches = [this.branch()]
    while (this.take('|')) branches.push(this.branch())
    this.ignoreCase = ignoreCase // a flag set with (?i) ends with its group
    return alternation(...branches)
  }

  private branch(): Node {
    const parts: Node[] = []
    const start = this.at
    while (this.at < this.text.length && !this.peek('|') && !this.peek(')')) parts.push(this.quantified())
    if (!this.ignoreCase || this.dialect !== 'oniguruma') return sequence(...parts)
    return this.letters.join(parts, (letters) => {
      throw this.fullFoldingError(letters, start)
    })
  }

  private fullFoldingError(text: string, at: number): PretokError {
    return this.error(`"${text}" in (?i:…): Oniguruma's multi-character case folding is not supported here`, at)
  }

  /**
   * An atom with its quantifiers. What is repeated and may be empty is refused where engines do not agree with themselves: Oniguruma ends a
   * counted repetition at a turn that takes nothing, unless its program is so small that it is written out; fancy-regex has two engines
   * inside, of which one ends all repetitions there.
   */
  private quantified(): Node {
    const start = this.at
    let node = this.atom()
    for (;;) {
      const at = this.at
      const bounds = this.bounds()
      if (bounds === undefined) return node
      const [min, max, interval] = bounds
      if (min > max) throw this.error(`{${min},${max}}: the minimum is above the maximum`, at)
      if (node.type === 'look' || node.type === 'textBorder' || node.type === 'searchStart')
        throw this.error('quantifier after something that takes no text', at)
      if (start === at) throw this.error('quantifier without anything before it', at)
      const oniguruma = this.dialect === 'oniguruma'
      if (minLength(node) === 0 && max > 1 && (oniguruma ? min > 1 || max < Infinity : min !== max))
        throw this.error('repetition of something that may be empty (not supported)', start)
      if (this.peek('?')) {
        this.at++
        // Oniguruma: a fixed interval is greedy only, `X{n}?` is `(?:X{n})?`
        if (oniguruma && interval && min === max)
          node = { type: 'repeat', body: { type: 'repeat', body: node, min, max, greedy: true }, min: 0, max: 1, greedy: true }
        else node = { type: 'repeat', body: node, min, max, greedy: false }
      } else if (this.peek('+') && !(oniguruma && interval)) {
        this.at++
        node = { type: 'atomic', body: { type: 'repeat', body: node, min, max, greedy: true } }
      } else {
        node = { type: 'repeat', body: node, min, max, greedy: true }
        // Oniguruma stacks: `X{3}+` is `(?:X{3})+`, and so on for any further quantifier; fancy-regex refuses a second one
        if (!oniguruma) return node
      }
    }
  }

  /** `?`, `*`, `+` or an interval; `undefined` (and no move) if there is none. A `{` that starts no interval is a literal. */
  private bounds(): [min: number, max: number, interval: boolean] | undefined {
    if (this.take('?')) return [0, 1, false]
    if (this.take('*')) return [0, Infinity, false]
    if (this.take('+')) return [1, Infinity, false]
    const found = !this.peek('{') ? null : /^\{(\d*)(,?)(\d*)\}/.exec(this.text.slice(this.at, this.at + 32))
    if (found === null || (found[1] === '' && found[3] === '')) return undefined
    const [all, low, comma, high] = found
    const min = low === '' ? 0 : Number(low)
    const max = comma === '' ? min : high === '' ? Infinity : Number(high)
    if (min > MAX_REPEAT || (max > MAX_REPEAT && max !== Infinity)) throw this.error(`${all}: more than ${MAX_REPEAT} repetitions`, this.at)
    this.at += all.length
    return [min, max, true]
  }

  /** A character, or what a class lists, with its case variants if they count. */
  private cased(members: CodePointSet, at: number): CodePointSet {
    if (!this.ignoreCase) return members
    const closed = closeOverCase(members)
    const several = this.dialect === 'oniguruma' ? foldsToSeveral(closed) : undefined
    if (several !== undefined) throw this.fullFoldingError(String.fromCodePoint(several), at)
    return closed
  }

  private atom(): Node {
    const at = this.at
    if (this.take('(')) return this.group(at)
    if (this.take('[')) return set(this.class(at))
    if (this.take('.')) return set(NOT_NEWLINE)
    if (this.take('^')) return this.dialect === 'oniguruma' ? lineStart(at) : { type: 'textBorder', border: 'start' }
    if (this.take('$')) return this.dialect === 'oniguruma' ? lineEnd(at) : { type: 'textBorder', border: 'end' }
    if (this.take('\\')) return this.escapeOutsideClass(at)
    if (this.peek('*') || this.peek('+') || this.peek('?')) throw this.error('quantifier without anything before it', at)
    return this.letter(of(this.codePoint()), at)
  }

  /** A character that is written as itself, or as an escape. */
  private letter(character: CodePointSet, at: number): Node {
    const node: SetNode = { type: 'set', set: this.cased(character, at) }
    if (this.ignoreCase) this.letters.addLetter(node)
    return node
  }

  private group(at: number): Node {
    let wrap: (body: Node) => Node
    const look =
      (ahead: boolean, negative: boolean) =>
      (body: Node): Node => ({ type: 'look', ahead, negative, body, at })
    const outerIgnoreCase = this.ignoreCase
    if (this.take('?:')) wrap = (body) => body
    else if (this.take('?=')) wrap = look(true, false)
    else if (this.take('?!')) wrap = look(true, true)
    else if (this.take('?<=')) wrap = look(false, false)
    else if (this.take('?<!')) wrap = look(false, true)
    else if (this.take('?>')) wrap = (body) => ({ type: 'atomic', body })
    else if (this.peek('?')) {
      const flags = /^\?(-?)i(:|\))/.exec(this.text.slice(this.at, this.at + 4))
      const name = /^\?P?<[A-Za-z_]\w*>/.exec(this.text.slice(this.at))
      if (name !== null) throw this.error(`named group "(${name[0]}" (not supported; name it no more)`, at)
      if (flags === null) throw this.error(`"(${this.text.slice(this.at, this.at + 2)}" (not supported)`, at)
      this.at += flags[0].length
      this.ignoreCase = flags[1] === ''
      // a flag is a border between strings of letters, whether it changes anything or not
      wrap = (body) => {
        this.letters.closeString(body)
        return body
      }
      if (flags[2] === ')') return wrap(this.rest())
    } else {
      const index = ++this.groups
      wrap = (body) => ({ type: 'group', body, index })
    }
    const body = this.alternatives()
    if (!this.take(')')) throw this.error('unclosed group', at)
    this.ignoreCase = outerIgnoreCase
    const node = wrap(body)
    if (node.type === 'look' && !node.ahead && maxLength(node.body) === Infinity) throw this.error('look-behind of unbounded length', at)
    if (node.type === 'look' && holdsLookOrBackreference(node.body, !node.ahead))
      throw this.error('look-around or back-reference inside a look-around', at)
    return node
  }

  /** What stands behind a flag `(?i)`. To Oniguruma that is one group up to the end of the enclosing one: `a(?i)b|c` is `a(?i:b|c)`. */
  private rest(): Node {
    return this.dialect === 'oniguruma' ? this.alternatives() : sequence()
  }

  private escapeOutsideClass(at: number): Node {
    const next = this.text[this.at]
    const word = this.dialect === 'oniguruma' ? wordOniguruma : wordRust
    switch (next) {
      case 'w':
        this.at++
        return set(word())
      case 'W':
        this.at++
        return set(complement(word()))
      case 'b':
        if (this.dialect === 'fancy-regex' && this.peek('b{')) throw this.error('\\b{…} (not supported)', at)
        this.at++
        return wordBorder(word(), at)
      case 'B':
        this.at++
        return notWordBorder(word(), at)
      case 'A':
        this.at++
        return { type: 'textBorder', border: 'start' }
      case 'z':
        this.at++
        return { type: 'textBorder', border: 'end' }
      case 'Z':
        this.at++
        return this.dialect === 'oniguruma' ? textEndOrLastNewline(at) : textEndOrNewlines(at)
      case 'G':
        this.at++
        return { type: 'searchStart', at }
    }
    if (next >= '1' && next <= '9') {
      const digits = /^\d+/.exec(this.text.slice(this.at))![0]
      this.at += digits.length
      return { type: 'backreference', index: Number(digits), at }
    }
    const members = this.escapedSet(at, word)
    return size(members) === 1 ? this.letter(members, at) : set(members)
  }

  /**
   * What an escape that may stand inside or outside a class stands for; a character without its case variants. The cursor is behind the
   * backslash.
   */
  private escapedSet(at: number, word: () => CodePointSet): CodePointSet {
    if (this.at >= this.text.length) throw this.error('backslash at the end', at)
    const codePoint = this.codePoint()
    const letter = String.fromCodePoint(codePoint)
    switch (letter) {
      case 's':
        return WHITE_SPACE
      case 'S':
        return complement(WHITE_SPACE)
      case 'd':
        return DIGIT
      case 'D':
        return complement(DIGIT)
      case 'w':
        return word()
      case 'W':
        return complement(word())
      case 'h':
        return HEX_DIGIT
      case 'H':
        return complement(HEX_DIGIT)
      case 'p':
      case 'P':
        // to Oniguruma \pL is the letters p and L
        if (this.dialect === 'oniguruma' && !this.peek('{')) return of(codePoint)
        return this.propertySet(at, letter === 'P')
      case 'x':
      case 'u':
        return of(this.hexadecimal(at, letter))
    }
    if (letter in CONTROL_ESCAPES) return of(CONTROL_ESCAPES[letter])
    const isBorder = this.dialect === 'fancy-regex' && (letter === '<' || letter === '>')
    if (isBorder || /[A-Za-z0-9]/.test(letter)) throw this.error(`escape \\${letter} (not supported)`, at)
    return of(codePoint)
  }

  private hexadecimal(at: number, kind: string): number {
    const rest = this.text.slice(this.at, this.at + 12)
    const braced = kind === 'u' && this.dialect === 'oniguruma' ? null : /^\{([0-9A-Fa-f]{1,6})\}/.exec(rest)
    const found = braced ?? (kind === 'x' ? /^([0-9A-Fa-f]{2})/ : /^([0-9A-Fa-f]{4})/).exec(rest)
    if (found === null) throw this.error(`incomplete \\${kind}`, at)
    this.at += found[0].length
    const codePoint = parseInt(found[1], 16)
    if (!has(EVERYTHING, codePoint)) throw this.error(`\\${kind}${found[0]} is no character`, at)
    return codePoint
  }

  private propertySet(at: number, negated: boolean): CodePointSet {
    const found = /^(?:\{(\^?)([^}]*)\}|()([A-Z]))/.exec(this.text.slice(this.at))
    if (found === null) throw this.error('incomplete \\p', at)
    this.at += found[0].length
    const name = found[2] ?? found[4]
    const members = property(name)
    if (members === undefined) throw this.error(`unknown property \\p{${name}}`, at)
    const closed = this.ignoreCase && this.dialect === 'fancy-regex' ? closeOverCase(members) : members
    return (found[1] === '^') !== negated ? complement(closed) : closed
  }

  /** A class, the cursor behind its `[`. Patterns repeat long ones, and to unite large sets takes time: one that was read before is known. */
  private class(at: number): CodePointSet {
    const known = this.knownClasses.find(({ text, ignoreCase }) => ignoreCase === this.ignoreCase && this.peek(text))
    if (known !== undefined) {
      this.at += known.text.length
      return known.set
    }
    const start = this.at
    const members = this.classBody(at)
    this.knownClasses.push({ text: this.text.slice(start, this.at), ignoreCase: this.ignoreCase, set: members })
    return members
  }

  /**
   * A class, the cursor behind its `[`. `&&` binds looser than union; classes may be nested. fancy-regex closes all that is listed over case,
   * Oniguruma only what the outermost class comes to.
   */
  private classBody(at: number, isNested = false): CodePointSet {
    const negated = this.take('^')
    let result: CodePointSet | undefined // what stands before the last `&&`
    let parts: CodePointSet[] = [] // what stands behind it
    let isFirst = true
    const oniguruma = this.dialect === 'oniguruma'
    const inWord = oniguruma ? wordOnigurumaInClass : wordRust
    const listed = (some: CodePointSet): CodePointSet => (oniguruma ? some : this.cased(some, at))
    for (; ; isFirst = false) {
      const itemAt = this.at
      if (this.at >= this.text.length) throw this.error('unclosed class', at)
      if (!isFirst && this.take(']')) break
      if (this.take('&&')) {
        result = result === undefined ? union(...parts) : intersection(result, union(...parts))
        parts = []
        continue
      }
      if (this.peek('[:')) throw this.error('POSIX bracket (not supported: write \\p{…})', itemAt)
      if (this.take('[')) {
        parts.push(this.classBody(itemAt, true))
        continue
      }
      if (this.dialect === 'fancy-regex' && (this.peek('--') || this.peek('~~')))
        throw this.error('set operator -- or ~~ in a class (not supported)', itemAt)
      const low = this.classItem(inWord)
      const isRange = this.peek('-') && !this.peek('-]') && !this.peek('-[') && !this.peek('-&&')
      if (!isRange || size(low) !== 1) {
        parts.push(listed(low))
        continue
      }
      this.at++
      const high = this.classItem(inWord)
      if (size(high) !== 1) throw this.error('range to something that is no single character', itemAt)
      if (low[0] > high[0]) throw this.error('range out of order', itemAt)
      parts.push(listed(fromRanges([[low[0], high[0] + 1]])))
    }
    let members = union(...parts)
    if (result !== undefined) members = intersection(result, members)
    if (oniguruma && !isNested) members = negated && this.ignoreCase ? closeOverCase(members) : this.cased(members, at)
    if (isEmpty(members) && !negated) throw this.error('class without members', at)
    return negated ? complement(members) : members
  }

  /** One escape or character of a class. */
  private classItem(word: () => CodePointSet): CodePointSet {
    const at = this.at
    if (!this.take('\\')) return of(this.codePoint())
    if (this.take('b')) return of(0x08)
    return this.escapedSet(at, word)
  }
}

// The assertions, as look-arounds over sets.

const ahead = (members: CodePointSet, negative: boolean, at: number): LookNode => ({
  type: 'look',
  ahead: true,
  negative,
  body: set(members),
  at,
})
const behind = (members: CodePointSet, negative: boolean, at: number): LookNode => ({
  type: 'look',
  ahead: false,
  negative,
  body: set(members),
  at,
})
const textStart: Node = { type: 'textBorder', border: 'start' }
const textEnd: Node = { type: 'textBorder', border: 'end' }

/** Oniguruma's `^`: at the start, and behind each \n that is not the last character. */
const lineStart = (at: number): Node => alternation(textStart, sequence(behind(NEWLINE, false, at), ahead(EVERYTHING, false, at)))
/** Oniguruma's `$`: at the end, and before each \n. */
const lineEnd = (at: number): Node => alternation(textEnd, ahead(NEWLINE, false, at))
const textEndOrLastNewline = (at: number): Node =>
  alternation(textEnd, { type: 'look', ahead: true, negative: false, body: sequence(set(NEWLINE), textEnd), at })
const textEndOrNewlines = (at: number): Node => ({
  type: 'look',
  ahead: true,
  negative: false,
  body: sequence({ type: 'repeat', body: set(NEWLINE), min: 0, max: Infinity, greedy: true }, textEnd),
  at,
})
const wordBorder = (word: CodePointSet, at: number): Node =>
  alternation(sequence(behind(word, false, at), ahead(word, true, at)), sequence(behind(word, true, at), ahead(word, false, at)))
const notWordBorder = (word: CodePointSet, at: number): Node =>
  alternation(sequence(behind(word, false, at), ahead(word, false, at)), sequence(behind(word, true, at), ahead(word, true, at)))
