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
import { POSIX_NAMES, posixBracketOniguruma, posixBracketRust, posixPropertyOniguruma } from '../unicode/posixBrackets.ts'
import {
  complement,
  difference,
  EVERYTHING,
  fromRanges,
  has,
  intersection,
  of,
  size,
  symmetricDifference,
  union,
  type CodePointSet,
} from '../unicode/codePointSet.ts'
import {
  alternation,
  lineBreak,
  lineEnd,
  lineStart,
  NOT_NEWLINE,
  notWordBorder,
  sequence,
  set,
  TEXT_END,
  TEXT_START,
  textEndOrLastNewline,
  textEndOrNewlines,
  wordBorder,
} from './assertions.ts'
import type { Dialect, Node, Pattern, SetNode } from './ast.ts'
import { expandBackreferences } from './backreferences.ts'
import { changeFlags, INITIAL_FLAGS, type Flags } from './flags.ts'
import { createFoldedLetters } from './foldedLetters.ts'
import { children, holdsLookOrBackreference, maxLength, minLength } from './nodes.ts'

/**
 * Parses the regex subset that real pre-tokenizers use.
 *
 * The same text means different things to the two reference engines; `dialect` says whose reading holds:
 * - `X{n,m}+` repeats the repetition in Oniguruma and is possessive in fancy-regex; `X{n}?` is optional in Oniguruma, lazy in fancy-regex
 * - `^` and `$` are line borders (only \n counts) in Oniguruma and text borders in fancy-regex, where (?m) makes them line borders; what (?m)
 *   is in Oniguruma, (?s) is in fancy-regex
 * - `\w` outside a class has six more members in Oniguruma, and Join_Control in fancy-regex
 * - behind `\Z` there may be one last \n in Oniguruma, any number in fancy-regex
 * - `a(?i)b|c` is `a(?i:b|c)` in Oniguruma, `(?:a(?i:b)|(?i:c))` in fancy-regex, where it also holds behind the group that it stands in: `(a(?i)b)c`
 *   is `(a(?i:b))(?i:c)`
 * - in `(?i:…)` properties outside of classes take part in fancy-regex only, and `[^[^a]]` is `[aA]` there, nothing in Oniguruma
 * - `\pL` is a property in fancy-regex only
 * - `[:alpha:]` and the like are of Unicode in Oniguruma and of ASCII in fancy-regex; `--` and `~~` in a class are operators in fancy-regex only
 * - beside groups with names, those without are numbered in fancy-regex only
 * - "ss" in `(?i:…)` is also ß in Oniguruma (foldedLetters.ts)
 *
 * Throws a `PretokError` with code 'pattern' that names the construct and its offset.
 */
export const parsePattern = (text: string, dialect: Dialect): Pattern => {
  const parser = new Parser(text, dialect)
  return { text, dialect, root: expandBackreferences(parser.parse(), text) }
}

const HEX_DIGIT = fromRanges([
  [0x30, 0x3a],
  [0x41, 0x47],
  [0x61, 0x67],
])
const CONTROL_ESCAPES: Readonly<Record<string, number>> = { n: 0x0a, r: 0x0d, t: 0x09, f: 0x0c, v: 0x0b, a: 0x07, e: 0x1b, 0: 0x00 }
const MAX_REPEAT = 100_000
const COMMENT = /\(\?#(?:[^)\\]|\\[^])*\)/y
/** With (?x). */
const EXTENDED: Readonly<Record<Dialect, RegExp>> = {
  oniguruma: /\(\?#(?:[^)\\]|\\[^])*\)|[\s\x85]|#[^\n]*/y,
  'fancy-regex': /\(\?#(?:[^)\\]|\\[^])*\)|[ \t\r\n]|#[^\n]*/y,
}
const POSIX_BRACKET = /^\[:(\^?)([a-z]+|[^:\]]{0,20})((?::\])?)/

class Parser {
  private readonly text: string
  private readonly dialect: Dialect
  private at = 0
  private flags: Flags
  private groups = 0
  private readonly named = new Map<string, number[]>()
  /** Where the first one is. */
  private numberedBackreference: number | undefined
  private readonly letters = createFoldedLetters()
  private readonly knownClasses: { text: string; ignoreCase: boolean; set: CodePointSet }[] = []

  constructor(text: string, dialect: Dialect) {
    this.text = text
    this.dialect = dialect
    this.flags = INITIAL_FLAGS[dialect]
  }

  parse(): Node {
    const root = this.alternatives()
    if (this.at < this.text.length) throw this.error('unmatched )', this.at)
    this.refuseLateSearchStart(root, true)
    if (this.dialect === 'oniguruma' && this.named.size > 0 && this.numberedBackreference !== undefined)
      throw this.error('back-reference by number beside groups with names (Oniguruma does not number groups then)', this.numberedBackreference)
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

  /** Moves behind comments, and behind white space where it does not count. */
  private skipIgnored(): void {
    const ignored = !this.flags.extended ? COMMENT : EXTENDED[this.dialect]
    for (;;) {
      ignored.lastIndex = this.at
      const found = ignored.exec(this.text)
      if (found === null) break
      this.at += found[0].length
    }
    if (this.peek('(?#')) throw this.error('unclosed comment', this.at)
  }

  private alternatives(): Node {
    const { flags } = this
    const branches = [this.branch()]
    while (this.take('|')) branches.push(this.branch())
    if (this.dialect === 'oniguruma') this.flags = flags // those set with (?i) end with their group
    return alternation(...branches)
  }

  private branch(): Node {
    const parts: Node[] = []
    const start = this.at
    for (;;) {
      this.skipIgnored()
      if (this.at === this.text.length || this.peek('|') || this.peek(')')) break
      parts.push(this.quantified())
    }
    if (!this.flags.ignoreCase || this.dialect !== 'oniguruma') return sequence(...parts)
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
      this.skipIgnored()
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
      if (!oniguruma) return this.quantifiedOnce(node, min, max)
      if (this.take('?')) {
        // a fixed interval is greedy only, `X{n}?` is `(?:X{n})?`
        if (interval && min === max)
          node = { type: 'repeat', body: { type: 'repeat', body: node, min, max, greedy: true }, min: 0, max: 1, greedy: true }
        else node = { type: 'repeat', body: node, min, max, greedy: false }
      } else if (!interval && this.take('+')) node = { type: 'atomic', body: { type: 'repeat', body: node, min, max, greedy: true } }
      else node = { type: 'repeat', body: node, min, max, greedy: true } // quantifiers stack: `X{3}+` is `(?:X{3})+`
    }
  }

  /** In fancy-regex, which refuses a second quantifier. */
  private quantifiedOnce(body: Node, min: number, max: number): Node {
    this.skipIgnored()
    const isLazy = this.take('?')
    const node: Node = { type: 'repeat', body, min, max, greedy: isLazy === this.flags.swapGreed }
    return this.take('+') ? { type: 'atomic', body: node } : node
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
    if (!this.flags.ignoreCase) return members
    const closed = closeOverCase(members)
    const several = this.dialect === 'oniguruma' ? foldsToSeveral(closed) : undefined
    if (several !== undefined) throw this.fullFoldingError(String.fromCodePoint(several), at)
    return closed
  }

  private atom(): Node {
    const at = this.at
    if (this.take('(')) return this.group(at)
    if (this.take('[')) return set(this.class(at))
    if (this.take('.')) return set(this.flags.dotAll ? EVERYTHING : NOT_NEWLINE)
    if (this.take('^')) return this.flags.multiLine ? lineStart(this.dialect === 'fancy-regex', at) : TEXT_START
    if (this.take('$')) return this.flags.multiLine ? lineEnd(at) : TEXT_END
    if (this.take('\\')) return this.escapeOutsideClass(at)
    if (this.peek('*') || this.peek('+') || this.peek('?')) throw this.error('quantifier without anything before it', at)
    return this.letter(of(this.codePoint()), at)
  }

  /** A character that is written as itself, or as an escape. */
  private letter(character: CodePointSet, at: number): Node {
    const node: SetNode = { type: 'set', set: this.cased(character, at) }
    if (this.flags.ignoreCase) this.letters.addLetter(node)
    return node
  }

  private group(at: number): Node {
    const wrap = this.groupKind(at)
    if (wrap === undefined) return this.flagGroup(at)
    const node = wrap(this.alternatives())
    if (!this.take(')')) throw this.error('unclosed group', at)
    if (node.type === 'look' && !node.ahead && maxLength(node.body) === Infinity) throw this.error('look-behind of unbounded length', at)
    if (node.type === 'look' && holdsLookOrBackreference(node.body, !node.ahead))
      throw this.error('look-around or back-reference inside a look-around', at)
    return node
  }

  /** What is made of the body of a group, the cursor behind its `(` and what follows that; `undefined` (and no move) for flags. */
  private groupKind(at: number): ((body: Node) => Node) | undefined {
    const look =
      (ahead: boolean, negative: boolean) =>
      (body: Node): Node => ({ type: 'look', ahead, negative, body, at })
    if (this.take('?:')) return (body) => body
    if (this.take('?=')) return look(true, false)
    if (this.take('?!')) return look(true, true)
    if (this.take('?<=')) return look(false, false)
    if (this.take('?<!')) return look(false, true)
    if (this.take('?>')) return (body) => ({ type: 'atomic', body })
    const name = this.takeGroupName()
    if (name === undefined && this.peek('?')) return undefined
    const index = ++this.groups
    if (name !== undefined) this.named.set(name, [...(this.named.get(name) ?? []), index])
    return (body) => ({ type: 'group', body, index })
  }

  /** `(?<name>…)`, in Oniguruma also `(?'name'…)`, in fancy-regex also `(?P<name>…)`. */
  private takeGroupName(): string | undefined {
    const found = (this.dialect === 'oniguruma' ? /^\?(?:<([\p{L}_]\w*)>|'([\p{L}_]\w*)')/u : /^\?P?<([\p{L}_]\w*)>/u).exec(this.text.slice(this.at))
    if (found === null) return undefined
    this.at += found[0].length
    return found[1] ?? found[2]
  }

  /** `(?i:…)` and `(?i)`, the cursor behind the `(`. */
  private flagGroup(at: number): Node {
    const found = /^\?([A-Za-z]*)(-[A-Za-z]+)?([:)])/.exec(this.text.slice(this.at))
    const [all, on, off = '', end] = found ?? ['', '', '']
    const before = this.flags
    const flags = all === '' || on + off === '' ? undefined : changeFlags(before, this.dialect, on, off.slice(1))
    if (flags === undefined)
      throw this.error(`"(${found === null ? this.text.slice(this.at, this.at + 2) : all}" (not supported)`, at)
    this.at += all.length
    this.flags = flags
    // a flag is a border between strings of letters, whether it changes anything or not
    const close = (body: Node): Node => {
      this.letters.closeString(body)
      return body
    }
    if (end === ')') return close(this.rest())
    const body = this.alternatives()
    if (!this.take(')')) throw this.error('unclosed group', at)
    this.flags = before
    return close(body)
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
        return TEXT_START
      case 'z':
        this.at++
        return TEXT_END
      case 'Z':
        this.at++
        return this.dialect === 'oniguruma' ? textEndOrLastNewline(at) : textEndOrNewlines(at)
      case 'G':
        this.at++
        return { type: 'searchStart', at }
    }
    const beyond = this.dialect === 'oniguruma' ? this.escapeOfOniguruma(next) : undefined
    if (beyond !== undefined) return beyond
    const found = /^(?:([1-9]\d*)|k<(\w+)>)/.exec(this.text.slice(this.at)) ?? (this.dialect === 'oniguruma' ? /^()k'(\w+)'/.exec(this.text.slice(this.at)) : null)
    if (found !== null) {
      this.at += found[0].length
      return this.backreference(found[1] || found[2], at)
    }
    const members = this.escapedSet(at, word)
    return size(members) === 1 ? this.letter(members, at) : set(members)
  }

  private escapeOfOniguruma(letter: string): Node | undefined {
    switch (letter) {
      case 'R':
        this.at++
        return lineBreak()
      case 'N':
        this.at++
        return set(NOT_NEWLINE)
      case 'O':
        this.at++
        return set(EVERYTHING)
    }
    return undefined
  }

  /** @param group its number or name; the cursor is behind all of the back-reference */
  private backreference(group: string, at: number): Node {
    const text = this.text.slice(at, this.at)
    const isNumber = /^\d+$/.test(group)
    const { ignoreCase } = this.flags
    const known = isNumber ? [Number(group)] : this.named.get(group)
    if (known === undefined) throw this.error(`back-reference ${text}: no group before it has that name`, at)
    if (known.length > 1) throw this.error(`back-reference ${text} (not supported: several groups have that name)`, at)
    if (ignoreCase && this.dialect === 'fancy-regex')
      throw this.error(`back-reference ${text} in (?i:…) (not supported: versions of fancy-regex do not agree)`, at)
    if (isNumber) this.numberedBackreference ??= at
    return { type: 'backreference', index: known[0], text, ignoreCase, at }
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
        return this.propertySet(at, letter === 'P', word)
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

  private propertySet(at: number, negated: boolean, word: () => CodePointSet): CodePointSet {
    const found = /^(?:\{(\^?)([^}]*)\}|()([A-Z]))/.exec(this.text.slice(this.at))
    if (found === null) throw this.error('incomplete \\p', at)
    this.at += found[0].length
    const name = found[2] ?? found[4]
    const members = (this.dialect === 'oniguruma' ? posixPropertyOniguruma(name, word) : undefined) ?? property(name)
    if (members === undefined) throw this.error(`unknown property \\p{${name}}`, at)
    const closed = this.flags.ignoreCase && this.dialect === 'fancy-regex' ? closeOverCase(members) : members
    return (found[1] === '^') !== negated ? complement(closed) : closed
  }

  /** A class, the cursor behind its `[`. Patterns repeat long ones, and to unite large sets takes time: one that was read before is known. */
  private class(at: number): CodePointSet {
    const known = this.knownClasses.find(({ text, ignoreCase }) => ignoreCase === this.flags.ignoreCase && this.peek(text))
    if (known !== undefined) {
      this.at += known.text.length
      return known.set
    }
    const start = this.at
    const members = this.classBody(at)
    this.knownClasses.push({ text: this.text.slice(start, this.at), ignoreCase: this.flags.ignoreCase, set: members })
    return members
  }

  /**
   * A class, the cursor behind its `[`. Operators bind looser than union and go from left to right; classes may be nested. fancy-regex closes
   * all that is listed over case, Oniguruma only what the outermost class comes to.
   */
  private classBody(at: number, isNested = false): CodePointSet {
    const negated = this.take('^')
    let combine: ((right: CodePointSet) => CodePointSet) | undefined // by the last operator, with what stands before it
    let parts: CodePointSet[] = [] // what stands behind it
    const united = (): CodePointSet => (combine === undefined ? union(...parts) : combine(union(...parts)))
    const oniguruma = this.dialect === 'oniguruma'
    while (!oniguruma && this.take('-')) parts.push(of(0x2d)) // at the start they are neither ranges nor operators
    let isFirst = parts.length === 0
    const listed = (some: CodePointSet): CodePointSet => (oniguruma ? some : this.cased(some, at))
    for (; ; isFirst = false) {
      const itemAt = this.at
      if (this.at >= this.text.length) throw this.error('unclosed class', at)
      if (!isFirst && this.take(']')) break
      const operator = this.takeClassOperator()
      if (operator !== undefined) {
        const left = united()
        combine = (right) => operator(left, right)
        parts = []
      } else if (this.peek('[:') && this.takePosixBracket(itemAt, parts, listed)) continue
      else if (this.take('[')) parts.push(this.classBody(itemAt, true))
      else parts.push(listed(this.classRange(itemAt)))
    }
    let members = united()
    if (oniguruma && !isNested) members = negated && this.flags.ignoreCase ? closeOverCase(members) : this.cased(members, at)
    return negated ? complement(members) : members
  }

  private takeClassOperator(): ((left: CodePointSet, right: CodePointSet) => CodePointSet) | undefined {
    if (this.take('&&')) return intersection
    if (this.dialect === 'oniguruma') return undefined
    if (this.take('--')) return difference
    return this.take('~~') ? symmetricDifference : undefined
  }

  /** `[:name:]` or `[:^name:]`. False (and no move) if it is none; both engines take it for a class in a class then. */
  private takePosixBracket(at: number, parts: CodePointSet[], listed: (set: CodePointSet) => CodePointSet): boolean {
    const found = POSIX_BRACKET.exec(this.text.slice(this.at, this.at + 32))
    if (found === null) return false
    const [all, caret, name, isClosed] = found
    const isKnown = POSIX_NAMES.includes(name)
    if (!isKnown || isClosed === '') {
      if (this.dialect === 'fancy-regex') return false
      if (isKnown || isClosed !== '') throw this.error(`unknown POSIX bracket ${all}`, at)
      return false
    }
    this.at += all.length
    const members = listed(this.dialect === 'oniguruma' ? posixBracketOniguruma(name) : posixBracketRust(name))
    parts.push(caret === '' ? members : complement(members))
    return true
  }

  /** A character, a range of them, or what an escape stands for. */
  private classRange(at: number): CodePointSet {
    const inWord = this.dialect === 'oniguruma' ? wordOnigurumaInClass : wordRust
    const low = this.classItem(inWord)
    const isRange =
      this.peek('-') && !this.peek('-]') && !this.peek('-[') && !this.peek('-&&') && !(this.dialect === 'fancy-regex' && this.peek('--'))
    if (!isRange || size(low) !== 1) return low
    this.at++
    const high = this.classItem(inWord)
    if (size(high) !== 1) throw this.error('range to something that is no single character', at)
    if (low[0] > high[0]) throw this.error('range out of order', at)
    return fromRanges([[low[0], high[0] + 1]])
  }

  /** One escape or character of a class. */
  private classItem(word: () => CodePointSet): CodePointSet {
    const at = this.at
    if (!this.take('\\')) return of(this.codePoint())
    if (this.take('b')) return of(0x08)
    return this.escapedSet(at, word)
  }
}
