import { areDisjoint, complement, decodeSet, difference, EMPTY, EVERYTHING, fromRanges, has, intersection, members, of, size, union, type CodePointSet } from './codePointSet.ts'
import { BLOCK, MORE_BINARY_PROPERTY, SCRIPT_EXTENSIONS } from './generated/moreProperties16.ts'
import { BINARY_PROPERTY, CASE_FOLDING, FULL_CASE_FOLDING, GENERAL_CATEGORY, SCRIPT } from './generated/unicode16.ts'
import { preTokenizerClass } from './preTokenizerClasses.ts'
import { SCRIPT_ALIASES } from './scriptAliases.ts'

/*
 * Character data of Unicode 16.0: the version of HF tokenizers' Oniguruma and of tiktoken's regex-syntax. The host's own `\p{…}` is
 * never used: Node's ICU is of another version and would move some 5,000 letters.
 */

const memo = <Value>(make: (key: string) => Value): ((key: string) => Value) => {
  const made = new Map<string, Value>()
  return (key) => {
    if (!made.has(key)) made.set(key, make(key))
    return made.get(key)!
  }
}

const once = <Value>(make: () => Value): (() => Value) => {
  let made: Value | undefined
  return () => (made ??= make())
}

/** Groups that real patterns do not ask for; the others are in the data, since to unite large sets takes time. */
const GROUPS: Readonly<Record<string, readonly string[]>> = {
  LC: ['Lu', 'Ll', 'Lt'],
  Z: ['Zs', 'Zl', 'Zp'],
  C: ['Cc', 'Cf', 'Co', 'Cn'],
}

const LONG_NAMES: Readonly<Record<string, string>> = {
  letter: 'L',
  casedletter: 'LC',
  uppercaseletter: 'Lu',
  lowercaseletter: 'Ll',
  titlecaseletter: 'Lt',
  modifierletter: 'Lm',
  otherletter: 'Lo',
  mark: 'M',
  combiningmark: 'M',
  nonspacingmark: 'Mn',
  spacingmark: 'Mc',
  enclosingmark: 'Me',
  number: 'N',
  decimalnumber: 'Nd',
  digit: 'Nd',
  letternumber: 'Nl',
  othernumber: 'No',
  punctuation: 'P',
  punct: 'P',
  connectorpunctuation: 'Pc',
  dashpunctuation: 'Pd',
  openpunctuation: 'Ps',
  closepunctuation: 'Pe',
  initialpunctuation: 'Pi',
  finalpunctuation: 'Pf',
  otherpunctuation: 'Po',
  symbol: 'S',
  mathsymbol: 'Sm',
  currencysymbol: 'Sc',
  modifiersymbol: 'Sk',
  othersymbol: 'So',
  separator: 'Z',
  spaceseparator: 'Zs',
  lineseparator: 'Zl',
  paragraphseparator: 'Zp',
  other: 'C',
  control: 'Cc',
  cntrl: 'Cc',
  format: 'Cf',
  privateuse: 'Co',
  unassigned: 'Cn',
}

const loose = (name: string): string => name.replace(/[\s_-]/g, '').toLowerCase()
const byLooseName = (names: Readonly<Record<string, string>>): ReadonlyMap<string, string> =>
  new Map(Object.keys(names).map((name) => [loose(name), name]))

const categoryNames = once(
  () =>
    new Map([
      ...byLooseName({ ...GENERAL_CATEGORY, ...Object.fromEntries(Object.keys(GROUPS).map((name) => [name, ''])) }),
      ...Object.entries(LONG_NAMES),
    ]),
)
const scriptNames = once(
  () => new Map([...byLooseName(SCRIPT), ...[...SCRIPT_ALIASES].map(([short, long]) => [loose(short), long] as const)]),
)
const binaryNames = once(
  () => new Map([...byLooseName(BINARY_PROPERTY), ...byLooseName(MORE_BINARY_PROPERTY), ...Object.entries(BINARY_ALIASES)]),
)

const blockNames = once(() => byLooseName(BLOCK))

/** Short names of binary properties (PropertyAliases.txt) that are no names of something else. */
const BINARY_ALIASES: Readonly<Record<string, string>> = {
  ahex: 'ASCII_Hex_Digit',
  alpha: 'Alphabetic',
  bidic: 'Bidi_Control',
  ci: 'Case_Ignorable',
  dep: 'Deprecated',
  di: 'Default_Ignorable_Code_Point',
  dia: 'Diacritic',
  ebase: 'Emoji_Modifier_Base',
  ecomp: 'Emoji_Component',
  emod: 'Emoji_Modifier',
  epres: 'Emoji_Presentation',
  ext: 'Extender',
  extpict: 'Extended_Pictographic',
  grbase: 'Grapheme_Base',
  grext: 'Grapheme_Extend',
  grlink: 'Grapheme_Link',
  hex: 'Hex_Digit',
  idc: 'ID_Continue',
  ideo: 'Ideographic',
  ids: 'ID_Start',
  idsb: 'IDS_Binary_Operator',
  idst: 'IDS_Trinary_Operator',
  idsu: 'IDS_Unary_Operator',
  joinc: 'Join_Control',
  loe: 'Logical_Order_Exception',
  lower: 'Lowercase',
  mcm: 'Modifier_Combining_Mark',
  nchar: 'Noncharacter_Code_Point',
  oalpha: 'Other_Alphabetic',
  odi: 'Other_Default_Ignorable_Code_Point',
  ogrext: 'Other_Grapheme_Extend',
  oidc: 'Other_ID_Continue',
  oids: 'Other_ID_Start',
  olower: 'Other_Lowercase',
  omath: 'Other_Math',
  oupper: 'Other_Uppercase',
  patsyn: 'Pattern_Syntax',
  patws: 'Pattern_White_Space',
  pcm: 'Prepended_Concatenation_Mark',
  qmark: 'Quotation_Mark',
  ri: 'Regional_Indicator',
  sd: 'Soft_Dotted',
  space: 'White_Space',
  sterm: 'Sentence_Terminal',
  term: 'Terminal_Punctuation',
  uideo: 'Unified_Ideograph',
  upper: 'Uppercase',
  vs: 'Variation_Selector',
  wspace: 'White_Space',
  xidc: 'XID_Continue',
  xids: 'XID_Start',
}

/** What is no property in the database, but has a name in all engines. */
const COMPUTED: Readonly<Record<string, () => CodePointSet>> = {
  any: () => EVERYTHING,
  ascii: () => fromRanges([[0, 0x80]]),
  assigned: () => complement(category('Cn')),
}

/** A general category by its short name ('L', 'Nd', …). */
export const category: (name: string) => CodePointSet = memo((name) =>
  name in GROUPS ? union(...GROUPS[name].map(category)) : decodeSet(GENERAL_CATEGORY[name]),
)
const script = memo((name) => decodeSet(SCRIPT[name]))
const binary = memo((name) => decodeSet(BINARY_PROPERTY[name] ?? MORE_BINARY_PROPERTY[name]))

/**
 * The set that `\p{name}` names: a general category (short or long), a script, or a binary property, matched loosely (case, `_`, `-` and
 * spaces ignored; Unicode Standard Annex 44, rule LM3). `undefined` if there is none of that name.
 */
export const property = (name: string): CodePointSet | undefined => {
  if (name.startsWith('HF=')) return preTokenizerClass(name.slice(3))
  const [key, value] = name.includes('=') ? name.split('=', 2).map(loose) : ['', loose(name)]
  if (key === '' || isOfCategory(key)) {
    const found = categoryNames().get(value)
    if (found !== undefined) return category(found)
  }
  if (key === '' || key === 'script' || key === 'sc') {
    const found = scriptNames().get(value)
    if (found !== undefined) return script(found)
  }
  if (key !== '') return undefined
  if (Object.hasOwn(COMPUTED, value)) return COMPUTED[value]()
  const found = binaryNames().get(value)
  return found === undefined ? undefined : binary(found)
}

/**
 * The set that `\p{name}` names in Rust's regex crates: as `property`, and of scripts also with the characters that are used in several
 * (Script_Extensions). They leave out an "is" in front of each name, take `:` for `=`, and know no script Unknown.
 */
export const propertyRust = (name: string): CodePointSet | undefined => {
  const [key, value] = /[:=]/.test(name) ? name.split(/[:=]([^]*)/, 2).map(withoutIs) : ['', withoutIs(name)]
  const ofScript = scriptNames().get(value)
  if (ofScript === 'Unknown' || /\s/.test(key + value)) return undefined
  if (key === 'scx' || key === 'scriptextensions') return ofScript === undefined ? undefined : scriptExtended(ofScript)
  const isBare = key === '' || (isOfCategory(key) && Object.hasOwn(COMPUTED, value))
  return property(isBare ? value : `${key}=${value}`)
}

const isOfCategory = (key: string): boolean => key === 'generalcategory' || key === 'gc'

/** Rust's loose matching: of white space it leaves out spaces only. */
const withoutIs = (name: string): string => {
  const is = /^is/i.test(name)
  const rest = (is ? name.slice(2) : name).replace(/[ _-]/g, '').toLowerCase()
  return is && rest === 'c' ? 'isc' : rest
}

/** A script with what has it among its Script_Extensions; Common and Inherited without what has others. */
const scriptExtended = memo((name) => {
  const own: CodePointSet[] = []
  const without: CodePointSet[] = []
  for (const [scripts, members] of Object.entries(SCRIPT_EXTENSIONS)) (scripts.split(' ').includes(name) ? own : without).push(decodeSet(members))
  return union(difference(script(name), union(...without)), ...own)
})

/** Properties that Rust's regex crates have and nobody has asked for. */
const NOT_HERE = new Set(
  (
    'age gcb graphemeclusterbreak wb wordbreak sb sentencebreak bidim bidimirrored cwcf cwcm cwl cwt cwu changeswhencasefolded ' +
    'changeswhencasemapped changeswhenlowercased changeswhentitlecased changeswhenuppercased'
  ).split(' '),
)

/** Whether `propertyRust` does not have what Rust's regex crates have. */
export const isOfRustOnly = (name: string): boolean => NOT_HERE.has(withoutIs(name.split(/[:=]/)[0]))

/** `\p{In_Name}` of Oniguruma, with the name of a block (Blocks.txt), or with No_Block; matched loosely. `undefined` if there is none of that name. */
const blockOniguruma = (name: string): CodePointSet | undefined => {
  const found = /^in(.+)/.exec(loose(name))?.[1]
  if (found === undefined) return undefined
  if (/^(high|highprivateuse|low)surrogates$/.test(found)) return EMPTY
  if (found === 'noblock') return complement(union(...Object.values(BLOCK).map(decodeSet)))
  const block = blockNames().get(found)
  return block === undefined ? undefined : decodeSet(BLOCK[block])
}

/** What Oniguruma alone has a name for. Surrogates are in no text. */
const OF_ONIGURUMA: Readonly<Record<string, () => CodePointSet>> = {
  cs: () => EMPTY,
  surrogate: () => EMPTY,
  newline: () => of(0x0a),
  zzzz: () => script('Unknown'),
}

/** The set that `\p{name}` names in Oniguruma: as `property`, and what it alone has. */
export const propertyOniguruma = (name: string): CodePointSet | undefined => {
  const key = loose(name)
  return Object.hasOwn(OF_ONIGURUMA, key) ? OF_ONIGURUMA[key]() : (blockOniguruma(name) ?? property(name))
}

/** `\s`: White_Space (25 code points: U+0085 yes, U+FEFF no), as Oniguruma, Rust and python's `regex` have it. */
export const WHITE_SPACE: CodePointSet = binary('White_Space')

/** `\d`: Nd. */
export const DIGIT: CodePointSet = category('Nd')

// \w is asked for by few patterns, and made only for them

/** `\w` of Oniguruma inside a class: Alphabetic, M, Nd, Pc. */
export const wordOnigurumaInClass: () => CodePointSet = once(() =>
  union(binary('Alphabetic'), category('M'), DIGIT, category('Pc')),
)

/** `\w` and `\b` of Oniguruma outside a class: also ² ³ ¹ ¼ ½ ¾ (measured on tokenizers 0.23.2). */
export const wordOniguruma: () => CodePointSet = once(() => union(wordOnigurumaInClass(), of(0xb2, 0xb3, 0xb9, 0xbc, 0xbd, 0xbe)))

/** `\w` and `\b` of Rust's regex crates (Unicode Technical Standard 18, annex C): also Join_Control. */
export const wordRust: () => CodePointSet = once(() => union(wordOnigurumaInClass(), binary('Join_Control')))

/** Simple case folding: `from[i]`, in ascending order, folds to `to[i]`, which folds to itself. */
const caseFolding = once(() => {
  const words = CASE_FOLDING.split(' ')
  const from = new Int32Array(words.length / 2)
  const to = new Int32Array(from.length)
  for (let i = 0, at = 0; i < from.length; i++) {
    from[i] = at += parseInt(words[2 * i], 36)
    to[i] = at + parseInt(words[2 * i + 1], 36)
  }
  return { from, to }
})

/** What the members of a set fold to, if that is something else or if something else folds to them. */
const foldingsIn = (set: CodePointSet): ReadonlySet<number> => {
  const { from, to } = caseFolding()
  const found = new Set<number>()
  if (size(set) < MANY_MEMBERS)
    for (const member of members(set)) {
      const at = from.indexOf(member)
      if (at !== -1) found.add(to[at])
      else if (to.includes(member)) found.add(member)
    }
  else for (let i = 0; i < from.length; i++) if (has(set, from[i]) || has(set, to[i])) found.add(to[i])
  return found
}

/** With fewer, to look for each of them takes less time than to ask of each that folds whether it is a member. */
const MANY_MEMBERS = 256

/**
 * The set closed under simple case folding (CaseFolding.txt, C and S): what `(?i:…)` matches. So `s` brings U+017F and `k` U+212A, as in
 * Oniguruma, fancy-regex and python's `regex`.
 */
export const closeOverCase = (set: CodePointSet): CodePointSet => {
  const { from, to } = caseFolding()
  const cased: number[] = []
  for (const folding of foldingsIn(set)) {
    cased.push(folding)
    for (let i = to.indexOf(folding); i !== -1; i = to.indexOf(folding, i + 1)) cased.push(from[i])
  }
  return cased.length === 0 ? set : union(set, of(...cased))
}

/*
 * Full case folding (CaseFolding.txt, status F): a character that folds to several, such as ß to "ss". Oniguruma takes the one for the
 * others; nobody else does.
 */

interface FullFolding {
  characters: CodePointSet
  /** Foldings and what folds to them, by the first of the folding; the longer ones first. */
  byFirst: ReadonlyMap<number, readonly (readonly [folding: readonly number[], character: number])[]>
}

const fullFolding = once((): FullFolding => {
  const entries = FULL_CASE_FOLDING.split(',').map((one) => one.split(' ').map((word) => parseInt(word, 36)))
  const byFirst = new Map<number, [number[], number][]>()
  for (const [character, ...folding] of entries.sort((a, b) => b.length - a.length)) {
    const known = byFirst.get(folding[0])
    if (known === undefined) byFirst.set(folding[0], [[folding, character]])
    else known.push([folding, character])
  }
  return { characters: of(...entries.map(([character]) => character)), byFirst }
})

/** The first character of a set that folds to several; undefined if there is none. */
export const foldsToSeveral = (set: CodePointSet): number | undefined =>
  areDisjoint(set, fullFolding().characters) ? undefined : intersection(set, fullFolding().characters)[0]

/** The full foldings of the members of a set that fold to several characters, each once, the shorter ones first. */
export const fullFoldingsOf = (set: CodePointSet): (readonly number[])[] => {
  const found = new Map<string, readonly number[]>()
  for (const entries of fullFolding().byFirst.values())
    for (const [folding, character] of entries) if (has(set, character)) found.set(folding.join(), folding)
  return [...found.values()].sort((a, b) => a.length - b.length)
}

/**
 * The longest full folding that letters, each given with its cases, begin with from `from` on: how long it is, and the characters that fold
 * to it.
 */
export const longestFolding = (
  letters: readonly CodePointSet[],
  from: number,
): { length: number; characters: CodePointSet } | undefined => {
  const candidates = members(letters[from]).flatMap((first) => fullFolding().byFirst.get(first) ?? [])
  const found = candidates.filter(([folding]) => folding.every((one, i) => from + i < letters.length && has(letters[from + i], one)))
  if (found.length === 0) return undefined
  const [[longest]] = found
  return { length: longest.length, characters: of(...found.flatMap(([folding, character]) => (folding.join() === longest.join() ? character : []))) }
}

/** One of either list that are the first two of what some character folds to. */
export const foldedPair = (firsts: readonly number[], seconds: readonly number[]): readonly [number, number] | undefined => {
  for (const first of firsts)
    for (const [[, second]] of fullFolding().byFirst.get(first) ?? []) if (seconds.includes(second)) return [first, second]
  return undefined
}
