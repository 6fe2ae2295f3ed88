import { complement, decodeSet, difference, intersection, of, union, type CodePointSet } from './codePointSet.ts'
import { NUMBER_17, PUNCTUATION_8, SCRIPT_9 } from './generated/preTokenizers.ts'

/*
 * Classes of characters that the pre-tokenizers of HF tokenizers have outside its regex engine, each of a Unicode version of its own. In
 * patterns they are written `\p{HF=Digits}`, `\p{HF=Punctuation}`, `\p{HF=Script_Han}` (names that no engine has).
 */

const unionOf = (sets: Readonly<Record<string, string>>): CodePointSet => Object.values(sets).map(decodeSet).reduce(union)

const ASCII_PUNCTUATION = of(...Buffer.from('!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~'))
/** In the crate's table, and never in the category. */
const ODD_PUNCTUATION = of(0x166d, 0x111c9)

const PROLONGED_SOUND_MARK = of(0x30fc)
const SPACE = of(0x20)

/**
 * Scripts as UnicodeScripts has them (pre_tokenizers/unicode_scripts): Hiragana and Katakana count as Han. `None`: a space, and what has no
 * script.
 */
const scripts = (): Map<string, CodePointSet> => {
  const { Han, Hiragana, Katakana, ...others } = Object.fromEntries(Object.entries(SCRIPT_9).map(([name, line]) => [name, decodeSet(line)]))
  const found = new Map([['Han', [Han, Hiragana, Katakana, PROLONGED_SOUND_MARK].reduce(union)]])
  for (const [name, members] of Object.entries(others)) found.set(name, difference(members, union(PROLONGED_SOUND_MARK, SPACE)))
  return found.set('None', [...found.values()].map(complement).reduce(intersection))
}

const makeClasses = (): Map<string, CodePointSet> =>
  new Map([
    // char::is_numeric of Rust (pre_tokenizers/digits.rs)
    ['Digits', unionOf(NUMBER_17)],
    // is_punctuation of the crate unicode_categories, and is_ascii_punctuation (pre_tokenizers/punctuation.rs, bert.rs)
    ['Punctuation', [unionOf(PUNCTUATION_8), ASCII_PUNCTUATION, ODD_PUNCTUATION].reduce(union)],
    ...[...scripts()].map(([name, members]) => [`Script_${name}`, members] as const),
  ])

let classes: Map<string, CodePointSet> | undefined

/** A class by its name (`Digits`, `Punctuation`, `Script_Han`, …), or undefined. */
export const preTokenizerClass = (name: string): CodePointSet | undefined => (classes ??= makeClasses()).get(name)

/** The scripts of those classes, `None` left out. */
export const SCRIPTS: readonly string[] = Object.keys(SCRIPT_9).filter((name) => name !== 'Hiragana' && name !== 'Katakana')
