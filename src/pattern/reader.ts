import { isUtf8 } from 'node:buffer'
import type { PretokError } from '../errors.ts'
import {
  complement,
  difference,
  EMPTY,
  EVERYTHING,
  fromRanges,
  has,
  intersection,
  of,
  symmetricDifference,
  union,
  type CodePointSet,
} from '../unicode/codePointSet.ts'
import { POSIX_NAMES, posixBracketOniguruma, posixBracketRust, posixPropertyOniguruma } from '../unicode/posixBrackets.ts'
import {
  closeOverCase,
  DIGIT,
  foldsToSeveral,
  isOfRustOnly,
  property,
  propertyOniguruma,
  propertyRust,
  WHITE_SPACE,
  wordOnigurumaInClass,
  wordRust,
} from '../unicode/properties.ts'
import type { Dialect } from './ast.ts'
import { INITIAL_FLAGS, type Flags } from './flags.ts'
import { patternError } from './patternError.ts'

const HEX_DIGIT = fromRanges([
  [0x30, 0x3a],
  [0x41, 0x47],
  [0x61, 0x67],
])
const CONTROL_ESCAPES: Readonly<Record<string, number>> = { n: 0x0a, r: 0x0d, t: 0x09, f: 0x0c, v: 0x0b, a: 0x07, e: 0x1b }
const COMMENT = /\(\?#(?:[^)\\]|\\[^])*\)/y
/** With (?x). */
const EXTENDED: Readonly<Record<Dialect, RegExp>> = {
  oniguruma: /\(\?#(?:[^)\\]|\\[^])*\)|[ \t\n\f\r]|#[^\n]*/y,
  'fancy-regex': /\(\?#(?:[^)\\]|\\[^])*\)|[ \t\r\n]|#[^\n]*/y,
}
/** How deep groups and classes may stand in one another. */
const MAX_DEPTH = 500
const POSIX_BRACKET = /^\[:(\^?)([a-z]+|[^:\]]{0,20})((?::\])?)/

/** What an escape, or an item of a class, stands for: one character that is written somehow, or a set that may have any number of members. */
export interface Item {
  set: CodePointSet
  isCharacter: boolean
  /** A byte that is no character. */
  byte?: number
}

const character = (codePoint: number): Item => ({ set: of(codePoint), isCharacter: true })
const setItem = (set: CodePointSet): Item => ({ set, isCharacter: false })

/** Reads a pattern from the left: what stands for sets of characters. How those are put together is the parser's (parse.ts). */
export class PatternReader {
  protected readonly text: string
  protected readonly dialect: Dialect
  protected at = 0
  protected flags: Flags
  private depth = 0
  /** Where a byte was read in a class that is no character. */
  private byteAt: number | undefined
  private readonly knownClasses: { text: string; ignoreCase: boolean; set: CodePointSet }[] = []

  constructor(text: string, dialect: Dialect) {
    this.text = text
    this.dialect = dialect
    this.flags = INITIAL_FLAGS[dialect]
  }

  /** Goes into a group or a class. */
  protected enter(at: number): void {
    if (++this.depth > MAX_DEPTH) throw this.error(`more than ${MAX_DEPTH} groups or classes in one another`, at)
  }

  protected leave(): void {
    this.depth--
  }

  protected error(what: string, at: number): PretokError {
    return patternError(what, this.text, at)
  }

  protected peek(words: string): boolean {
    return this.text.startsWith(words, this.at)
  }

  protected take(words: string): boolean {
    if (!this.peek(words)) return false
    this.at += words.length
    return true
  }

  /** The code point at the cursor; the cursor moves past it. */
  protected codePoint(): number {
    const codePoint = this.text.codePointAt(this.at)!
    if (codePoint >= 0xd800 && codePoint < 0xe000) throw this.error('lone surrogate', this.at)
    this.at += codePoint > 0xffff ? 2 : 1
    return codePoint
  }

  /** Moves past comments, and past white space where it does not count. */
  protected skipIgnored(): void {
    const ignored = !this.flags.extended ? COMMENT : EXTENDED[this.dialect]
    for (;;) {
      ignored.lastIndex = this.at
      const found = ignored.exec(this.text)
      if (found === null) break
      this.at += found[0].length
    }
    if (this.peek('(?#')) throw this.error('unclosed comment', this.at)
  }

  /** A character, or what a class lists, with its case variants if they count. */
  protected cased(members: CodePointSet, at: number): CodePointSet {
    if (!this.flags.ignoreCase) return members
    const closed = closeOverCase(members)
    const several = this.dialect === 'oniguruma' ? foldsToSeveral(closed) : undefined
    if (several !== undefined) throw this.fullFoldingError(String.fromCodePoint(several), at)
    return closed
  }

  protected fullFoldingError(text: string, at: number): PretokError {
    return this.error(`"${text}" in (?i:…): Oniguruma's multi-character case folding is not supported here`, at)
  }

  /**
   * What an escape that may stand inside or outside a class stands for; a character without its case variants. The cursor is after the
   * backslash.
   */
  protected escaped(at: number, word: () => CodePointSet): Item {
    if (this.at >= this.text.length) throw this.error('backslash at the end', at)
    const codePoint = this.codePoint()
    const letter = String.fromCodePoint(codePoint)
    switch (letter) {
      case 's':
        return setItem(WHITE_SPACE)
      case 'S':
        return setItem(complement(WHITE_SPACE))
      case 'd':
        return setItem(DIGIT)
      case 'D':
        return setItem(complement(DIGIT))
      case 'w':
        return setItem(word())
      case 'W':
        return setItem(complement(word()))
      case 'h':
        return setItem(HEX_DIGIT)
      case 'H':
        return setItem(complement(HEX_DIGIT))
      case 'p':
      case 'P':
        // to Oniguruma \pL is the letters p and L
        if (this.dialect === 'oniguruma' && !this.peek('{')) return character(codePoint)
        return setItem(this.propertySet(at, letter === 'P', word))
      case 'x':
      case 'u':
        return character(this.hexadecimal(at, letter))
      case '0':
        return character(this.octal(at))
    }
    if (letter in CONTROL_ESCAPES) return character(CONTROL_ESCAPES[letter])
    // fancy-regex keeps all others for itself, \< and \> among them
    const isUnknown = this.dialect === 'fancy-regex' && !/[!-;=?-~ ]/.test(letter)
    if (isUnknown || /[A-Za-z0-9]/.test(letter)) throw this.error(`escape \\${letter} (not supported)`, at)
    return character(codePoint)
  }

  /** `\0`, `\07`, `\012`: up to two more digits, in Oniguruma. */
  private octal(at: number): number {
    if (this.dialect === 'fancy-regex') throw this.error('escape \\0 (not supported)', at)
    const [digits] = /^[0-7]{0,2}/.exec(this.text.slice(this.at, this.at + 2))!
    this.at += digits.length
    return digits === '' ? 0 : parseInt(digits, 8)
  }

  private hexadecimal(at: number, kind: string): number {
    const rest = this.text.slice(this.at, this.at + 12)
    const braced = kind === 'u' && this.dialect === 'oniguruma' ? null : /^\{([0-9A-Fa-f]{1,6})\}/.exec(rest)
    const found = braced ?? (kind === 'x' ? /^([0-9A-Fa-f]{2})/ : /^([0-9A-Fa-f]{4})/).exec(rest)
    if (found === null) throw this.error(`incomplete \\${kind}`, at)
    this.at += found[0].length
    const codePoint = parseInt(found[1], 16)
    if (this.dialect === 'oniguruma' && kind === 'x' && braced === null && codePoint >= 0x80) return this.characterOfBytes(codePoint, at)
    if (!has(EVERYTHING, codePoint)) throw this.error(`\\${kind}${found[0]} is no character`, at)
    return codePoint
  }

  /** To Oniguruma, `\xHH` from 80 up is a byte: `\xe4\xb8\x80` is one character. The cursor is after the first one. */
  private characterOfBytes(first: number, at: number): number {
    const length = first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
    const found = new RegExp(`^(?:\\\\x[0-9A-Fa-f]{2}){${length - 1}}`).exec(this.text.slice(this.at, this.at + 12))
    const bytes = Buffer.from(`${first.toString(16)}${found?.[0].replaceAll('\\x', '') ?? ''}`, 'hex')
    if (found === null || !isUtf8(bytes))
      throw this.error(`\\x${first.toString(16)} (a byte to Oniguruma, where \\x{${first.toString(16)}} is a character)`, at)
    this.at += found[0].length
    return bytes.toString().codePointAt(0)!
  }

  /**
   * A byte of a class that begins no character. Only ASCII can be in such a range: `[\x7f-\x9f]` is `[\x7f]`, and `[\xa0]` matches nothing.
   */
  private loneByte(): Item | undefined {
    const found = this.dialect === 'oniguruma' ? /^\\x([89ABab][0-9A-Fa-f]|[Ff][5-9A-Fa-f])/.exec(this.text.slice(this.at, this.at + 4)) : null
    if (found === null) return undefined
    this.byteAt = this.at
    this.at += found[0].length
    return { set: EMPTY, isCharacter: true, byte: parseInt(found[1], 16) }
  }

  private propertySet(at: number, negated: boolean, word: () => CodePointSet): CodePointSet {
    const found = /^(?:\{(\^?)([^}]*)\}|()([A-Za-z]))/.exec(this.text.slice(this.at))
    if (found === null) throw this.error('incomplete \\p', at)
    this.at += found[0].length
    const name = found[2] ?? found[4]
    const members =
      this.dialect === 'oniguruma'
        ? (posixPropertyOniguruma(name, word) ?? propertyOniguruma(name))
        : this.propertyOfRust(`${found[1] ?? ''}${name}`, at)
    if (members === undefined) throw this.error(`unknown property \\p{${name}}`, at)
    const closed = this.flags.ignoreCase && this.dialect === 'fancy-regex' ? closeOverCase(members) : members
    return (found[1] === '^') !== negated ? complement(closed) : closed
  }

  private propertyOfRust(name: string, at: number): CodePointSet | undefined {
    if (name.startsWith('^')) throw this.error('\\p{^…} (\\P{…} is what fancy-regex has)', at)
    if (name.includes('!=')) throw this.error('\\p{…!=…} (fancy-regex takes it for \\p{…=…}; \\P{…=…} is the complement)', at)
    if (isOfRustOnly(name)) throw this.error(`property \\p{${name}} (not supported)`, at)
    return name.startsWith('HF=') ? property(name) : propertyRust(name)
  }

  /** A class, the cursor after its `[`. Patterns repeat long ones, and to unite large sets takes time: one that was read before is known. */
  protected class(at: number): CodePointSet {
    const known = this.knownClasses.find(({ text, ignoreCase }) => ignoreCase === this.flags.ignoreCase && this.peek(text))
    if (known !== undefined) {
      this.at += known.text.length
      return known.set
    }
    const start = this.at
    this.byteAt = undefined
    const members = this.classBody(at)
    this.knownClasses.push({ text: this.text.slice(start, this.at), ignoreCase: this.flags.ignoreCase, set: members })
    return members
  }

  /**
   * A class, the cursor after its `[`. Operators bind looser than union and go from left to right; classes may be nested. fancy-regex closes
   * all that is listed over case, Oniguruma only what the outermost class comes to.
   */
  private classBody(at: number, isNested = false): CodePointSet {
    const negated = this.take('^')
    let combine: ((right: CodePointSet) => CodePointSet) | undefined // by the last operator, with what stands before it
    let parts: CodePointSet[] = [] // what stands after it
    const united = (): CodePointSet => (combine === undefined ? union(...parts) : combine(union(...parts)))
    const oniguruma = this.dialect === 'oniguruma'
    while (!oniguruma && this.take('-')) parts.push(of(0x2d)) // at the start they are neither ranges nor operators
    let isFirst = parts.length === 0
    let hasNested = false
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
      else if (this.take('[')) {
        this.enter(itemAt)
        hasNested = true
        parts.push(this.classBody(itemAt, true))
        this.leave()
      } else parts.push(listed(this.classRange(itemAt)))
    }
    if (!isNested && this.byteAt !== undefined && (negated || hasNested || combine !== undefined || this.flags.ignoreCase))
      throw this.error(`${this.text.slice(this.byteAt, this.byteAt + 4)} (a byte to Oniguruma) in a class of this kind`, this.byteAt)
    let members = united()
    if (oniguruma && !isNested) members = this.flags.ignoreCase ? closeOverCase(members) : members
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
    if (this.dialect === 'oniguruma' && this.peek('-') && !this.isLiteralHyphen())
      throw this.error('range from something that is no single character', at)
    const members = listed(this.dialect === 'oniguruma' ? posixBracketOniguruma(name) : posixBracketRust(name))
    parts.push(caret === '' ? members : complement(members))
    return true
  }

  /**
   * A character, a range of them, or what an escape stands for. `-` is itself before the end of the class; before `&&` also in Oniguruma; and
   * before another `-` in fancy-regex, where the two are an operator.
   */
  private classRange(at: number): CodePointSet {
    const inWord = this.dialect === 'oniguruma' ? wordOnigurumaInClass : wordRust
    const low = this.classItem(inWord)
    if (!this.peek('-') || this.isLiteralHyphen()) return low.set
    if (!low.isCharacter) throw this.error('range from something that is no single character', at)
    this.at++
    // Oniguruma forgets about the start of the range then: `[ab-[z]]` is [az]
    if (this.dialect === 'oniguruma' && this.peek('[')) {
      if (POSIX_BRACKET.test(this.text.slice(this.at, this.at + 32))) throw this.error('range to a POSIX bracket', at)
      return EMPTY
    }
    const high = this.classItem(inWord)
    if (!high.isCharacter) throw this.error('range to something that is no single character', at)
    if (low.byte !== undefined || high.byte !== undefined) return this.rangeOfBytes(low, high, at)
    if (low.set[0] > high.set[0]) throw this.error('range out of order', at)
    return fromRanges([[low.set[0], high.set[0] + 1]])
  }

  private rangeOfBytes(low: Item, high: Item, at: number): CodePointSet {
    const start = low.byte ?? low.set[0]
    if (high.byte === undefined || (low.byte === undefined && start >= 0x80)) throw this.error('range between a byte and a character', at)
    if (start > high.byte) throw this.error('range out of order', at)
    return start < 0x80 ? fromRanges([[start, 0x80]]) : EMPTY
  }

  private isLiteralHyphen(): boolean {
    return this.peek('-]') || this.peek(this.dialect === 'oniguruma' ? '-&&' : '--')
  }

  /** One escape or character of a class. */
  private classItem(word: () => CodePointSet): Item {
    const at = this.at
    const byte = this.loneByte()
    if (byte !== undefined) return byte
    if (!this.take('\\')) return character(this.codePoint())
    if (this.dialect === 'oniguruma' && this.take('b')) return character(0x08)
    return this.escaped(at, word)
  }
}
