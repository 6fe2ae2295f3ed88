import { EVERYTHING, of, type CodePointSet } from '../unicode/codePointSet.ts'
import { closeOverCase, fullFoldingsOf, wordOniguruma, wordRust } from '../unicode/properties.ts'
import {
  lineBreak,
  lineEnd,
  lineStart,
  notLineStart,
  NOT_NEWLINE,
  notWordBorder,
  TEXT_END,
  TEXT_START,
  textEndOrLastNewline,
  textEndOrNewlines,
  wordBorder,
} from './assertions.ts'
import type { Dialect, LookNode, Node, Pattern } from './ast.ts'
import { expandBackreferences } from './backreferences.ts'
import { mayBeOverlooked } from './dotRuns.ts'
import { changeFlags } from './flags.ts'
import { createFoldedLetters } from './foldedLetters.ts'
import { alternation, children, holdsLookOrBackreference, isString, maxLength, minLength, sequence, set } from './nodes.ts'
import { patternError } from './patternError.ts'
import { PatternReader } from './reader.ts'

/**
 * Parses the regex subset that real pre-tokenizers use.
 *
 * The same text means different things to the two reference engines; `dialect` says whose reading holds:
 * - `X{n,m}+` repeats the repetition in Oniguruma and is possessive in fancy-regex; `X{n}?` is optional in Oniguruma, lazy in fancy-regex
 * - `^` and `$` are line borders (only \n counts) in Oniguruma and text borders in fancy-regex, where (?m) makes them line borders; what (?m)
 *   is in Oniguruma, (?s) is in fancy-regex
 * - `\w` outside a class has six more members in Oniguruma, and Join_Control in fancy-regex
 * - after `\Z` there may be one last \n in Oniguruma, any number in fancy-regex
 * - `a(?i)b|c` is `a(?i:b|c)` in Oniguruma, `(?:a(?i:b)|(?i:c))` in fancy-regex, where it also holds after the group that it stands in: `(a(?i)b)c`
 *   is `(a(?i:b))(?i:c)`
 * - in `(?i:…)` properties outside of classes take part in fancy-regex only, and `[^[^a]]` is `[aA]` there, nothing in Oniguruma
 * - `\pL` is a property in fancy-regex only
 * - `\012` is octal, and `\xHH` from 80 up a byte of UTF-8, in Oniguruma only; `[a-[b]]` is [b] there, and a range to `[` in fancy-regex
 * - `[:alpha:]` and the like are of Unicode in Oniguruma and of ASCII in fancy-regex; `--` and `~~` in a class are operators in fancy-regex only
 * - beside groups with names, those without are numbered in fancy-regex only
 * - "ss" in `(?i:…)` is also ß in Oniguruma (foldedLetters.ts)
 *
 * Throws a `PretokError` with code 'pattern' that names the construct and its offset.
 */
export const parsePattern = (text: string, dialect: Dialect): Pattern => {
  if (text.length > MOST_CHARACTERS) throw patternError(`more than ${MOST_CHARACTERS} characters`, text)
  const parser = new Parser(text, dialect)
  return { text, dialect, root: expandBackreferences(parser.parse(), text) }
}

/** Far more than any tier could do something with, and few enough for parts of it to be arguments. */
const MOST_CHARACTERS = 2 ** 16

export const MAX_REPEAT = 100_000
const GROUP_NAME: Readonly<Record<Dialect, RegExp>> = {
  oniguruma: /^\?(?:<([A-Za-z_]\w*)>|'([A-Za-z_]\w*)')/,
  'fancy-regex': /^\?P?<([A-Za-z_]\w*)>/,
}
const BACKREFERENCE: Readonly<Record<Dialect, RegExp>> = {
  oniguruma: /^(?:([1-9]\d*)|k<(\w+)>|k'(\w+)')/,
  'fancy-regex': /^(?:([1-9]\d*)|k<(\w+)>)/,
}

/** What a quantifier says. */
interface Bounds {
  min: number
  max: number
  /** `*`, `{2}`, or one with a comma. */
  kind: 'sign' | 'number' | 'range'
}

class Parser extends PatternReader {
  private groups = 0
  private readonly named = new Map<string, number[]>()
  /** Where the first one is. */
  private numberedBackreference: number | undefined
  private readonly letters = createFoldedLetters()
  private readonly dots = new Set<Node>()
  private readonly lineStarts = new Set<Node>()

  parse(): Node {
    const root = this.alternatives()
    if (this.at < this.text.length) throw this.error('unmatched )', this.at)
    this.refuseLateSearchStart(root, true)
    if (this.dialect === 'oniguruma' && this.named.size > 0 && this.numberedBackreference !== undefined)
      throw this.error('back-reference by number beside groups with names (Oniguruma does not number groups then)', this.numberedBackreference)
    if (this.dialect === 'oniguruma' && mayBeOverlooked(root, this.dots, this.lineStarts))
      throw this.error('assertion before a run of dots (Oniguruma does not try it at all places; write [^\\n] for the dot)', 0)
    return root
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

  private quantified(): Node {
    const start = this.at
    const node = this.atom()
    return this.dialect === 'oniguruma' ? this.quantifiers(node, start) : this.quantifier(node, start)
  }

  /** Of Oniguruma: quantifiers stack, `X{3}+` is `(?:X{3})+`. */
  private quantifiers(node: Node, start: number): Node {
    let isForgotten = false
    for (;;) {
      this.skipIgnored()
      const at = this.at
      const bounds = this.bounds()
      if (bounds === undefined) return node
      if (isForgotten) throw this.error('quantifier behind {1} of several letters (Oniguruma takes it for one of the last letter)', at)
      const { min, max, kind } = bounds
      this.checkRepetition(node, min, max, start, at)
      isForgotten = kind !== 'sign' && min === 1 && max === 1 && isString(node)
      const greedy: Node = { type: 'repeat', body: node, min, max, greedy: true }
      // `X{n}`, but not `X{n,n}`, is greedy only: `X{n}?` is `(?:X{n})?`
      if (kind !== 'number' && !isForgotten && this.take('?')) node = { ...greedy, greedy: false }
      else node = kind === 'sign' && this.take('+') ? { type: 'atomic', body: greedy } : greedy
    }
  }

  /** Of fancy-regex, which refuses a second one. */
  private quantifier(node: Node, start: number): Node {
    this.skipIgnored()
    const at = this.at
    const bounds = this.bounds()
    if (bounds === undefined) return node
    const { min, max } = bounds
    this.checkRepetition(node, min, max, start, at)
    this.skipIgnored()
    const isLazy = this.take('?')
    const repeat: Node = { type: 'repeat', body: node, min, max, greedy: isLazy === this.flags.swapGreed }
    return this.take('+') ? { type: 'atomic', body: repeat } : repeat
  }

  /**
   * What is repeated and may be empty is refused where engines do not agree with themselves: `(a?){2,3}`, but not `(a?)*`. Oniguruma ends a counted
   * repetition at a turn that takes nothing, unless its program is so small that it is written out; fancy-regex has two engines inside, of which
   * one ends all repetitions there.
   *
   * @param start where the node begins
   * @param at where its quantifier does
   */
  private checkRepetition(node: Node, min: number, max: number, start: number, at: number): void {
    if (min > max) throw this.error(`{${min},${max}}: the minimum is above the maximum`, at)
    if (node.type === 'look' || node.type === 'textBorder' || node.type === 'searchStart')
      throw this.error('quantifier after something that takes no text', at)
    if (minLength(node) === 0 && max > 1 && (this.dialect === 'oniguruma' ? min > 1 || max < Infinity : min !== max))
      throw this.error('repetition of something that may be empty (not supported)', start)
  }

  /** `?`, `*`, `+` or an interval; `undefined` (and no move) if there is none. A `{` that starts no interval is a literal. */
  private bounds(): Bounds | undefined {
    if (this.take('?')) return { min: 0, max: 1, kind: 'sign' }
    if (this.take('*')) return { min: 0, max: Infinity, kind: 'sign' }
    if (this.take('+')) return { min: 1, max: Infinity, kind: 'sign' }
    const found = !this.peek('{') ? null : /^\{(\d*)(,?)(\d*)\}/.exec(this.text.slice(this.at, this.at + 32))
    if (found === null || (found[1] === '' && found[3] === '')) return undefined
    const [all, low, comma, high] = found
    const min = low === '' ? 0 : Number(low)
    const max = comma === '' ? min : high === '' ? Infinity : Number(high)
    if (min > MAX_REPEAT || (max > MAX_REPEAT && max !== Infinity)) throw this.error(`${all}: more than ${MAX_REPEAT} repetitions`, this.at)
    this.at += all.length
    return { min, max, kind: comma === '' ? 'number' : 'range' }
  }

  private atom(): Node {
    const at = this.at
    if (this.take('(')) return this.group(at)
    if (this.take('[')) return this.classNode(at)
    if (this.take('.')) return this.dot(this.flags.dotAll)
    if (this.take('^')) return this.flags.multiLine ? this.lineStart(at) : TEXT_START
    if (this.take('$')) return this.flags.multiLine ? lineEnd(at) : TEXT_END
    if (this.take('\\')) return this.escapeOutsideClass(at)
    const isLiteralBrace = this.dialect === 'fancy-regex' && this.peek('{')
    if (!isLiteralBrace && this.bounds() !== undefined) throw this.error('quantifier without anything before it', at)
    return this.letter(of(this.codePoint()), at)
  }

  private dot(isAll: boolean): Node {
    const node = set(isAll ? EVERYTHING : NOT_NEWLINE)
    this.dots.add(node)
    return node
  }

  private lineStart(at: number): Node {
    const node = lineStart(this.dialect === 'fancy-regex', at)
    this.lineStarts.add(node)
    return node
  }

  /**
   * A class. Where case does not count, one with a character that folds to several is also those several to Oniguruma, if it is not negated:
   * `(?i:[ß])` is `(?:[ßẞ]|(?i:ss))` (regparse.c, i_apply_case_fold).
   */
  private classNode(at: number): Node {
    const isNegated = this.peek('^')
    const members = this.class(at)
    if (!this.flags.ignoreCase || isNegated || this.dialect !== 'oniguruma') return set(members)
    const several = fullFoldingsOf(members).map((folding) => sequence(...folding.map((letter) => set(closeOverCase(of(letter))))))
    return alternation(set(members), ...several)
  }

  /** A character that is written as itself, or as an escape. */
  private letter(character: CodePointSet, at: number): Node {
    const node = set(this.cased(character, at))
    if (this.flags.ignoreCase) this.letters.addLetter(node)
    return node
  }

  private group(at: number): Node {
    this.enter(at)
    const node = this.groupInside(at)
    this.leave()
    return node
  }

  private groupInside(at: number): Node {
    const wrap = this.groupKind(at)
    if (wrap === undefined) return this.flagGroup(at)
    const node = wrap(this.alternatives())
    if (!this.take(')')) throw this.error('unclosed group', at)
    return node.type === 'look' ? this.look(node) : node
  }

  /** A look-around. Whole branches of a look-behind may be `^`: `(?<=^|\s)` is `(?:^|(?<=\s))`, and `(?<!^|\s)` is `(?!^)(?<!\s)`. */
  private look(node: LookNode): Node {
    const { ahead, negative, body, at } = node
    const isStart = (branch: Node): boolean => !ahead && this.lineStarts.has(branch)
    const branches = body.type === 'alternation' && !isStart(body) ? body.branches : [body]
    const start = branches.find(isStart)
    const others = alternation(...branches.filter((branch) => !isStart(branch)))
    if (!ahead && maxLength(others) === Infinity) throw this.error('look-behind of unbounded length', at)
    if (holdsLookOrBackreference(others, !ahead)) throw this.error('look-around or back-reference inside a look-around', at)
    if (start === undefined) return node
    const rest = branches.every(isStart) ? [] : [{ ...node, body: others }]
    return negative ? sequence(notLineStart(this.dialect === 'fancy-regex', at), ...rest) : alternation(start, ...rest)
  }

  /** What is made of the body of a group, the cursor after its `(` and what follows that; `undefined` (and no move) for flags. */
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
    const found = GROUP_NAME[this.dialect].exec(this.text.slice(this.at))
    if (found === null) return undefined
    this.at += found[0].length
    return found[1] ?? found[2]
  }

  /** `(?i:…)` and `(?i)`, the cursor after the `(`. */
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

  /** What stands after a flag `(?i)`. To Oniguruma that is one group up to the end of the enclosing one: `a(?i)b|c` is `a(?i:b|c)`. */
  private rest(): Node {
    return this.dialect === 'oniguruma' ? this.alternatives() : sequence()
  }

  private escapeOutsideClass(at: number): Node {
    const node = this.escapedNode(this.text[this.at], at)
    if (node !== undefined) {
      this.at++
      return node
    }
    const reference = BACKREFERENCE[this.dialect].exec(this.text.slice(this.at))
    if (reference !== null) {
      const [all, number, name, quoted] = reference
      this.at += all.length
      return this.backreference(number ?? name ?? quoted, at)
    }
    const item = this.escaped(at, this.word())
    return item.isCharacter ? this.letter(item.set, at) : set(item.set)
  }

  private word(): () => CodePointSet {
    return this.dialect === 'oniguruma' ? wordOniguruma : wordRust
  }

  /** What a letter behind a backslash stands for that means something else in a class, or nothing; `undefined` for others. */
  private escapedNode(letter: string, at: number): Node | undefined {
    const isOniguruma = this.dialect === 'oniguruma'
    const word = this.word()
    switch (letter) {
      case 'b':
        if (!isOniguruma && this.peek('b{')) throw this.error('\\b{…} (not supported)', at)
        return wordBorder(word(), at)
      case 'B':
        return notWordBorder(word(), at)
      case 'A':
        return TEXT_START
      case 'z':
        return TEXT_END
      case 'Z':
        return isOniguruma ? textEndOrLastNewline(at) : textEndOrNewlines(at)
      case 'G':
        return { type: 'searchStart', at }
      case 'R':
        return isOniguruma ? lineBreak(at) : undefined
      case 'N':
        return isOniguruma ? this.dot(false) : undefined
      case 'O':
        return isOniguruma ? this.dot(true) : undefined
    }
    return undefined
  }

  /** @param group its number or name; the cursor is after all of the back-reference */
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
}
