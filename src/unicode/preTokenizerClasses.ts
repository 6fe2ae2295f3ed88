import { complement, decodeSet, difference, of, union, type CodePointSet } from './codePointSet.ts'
import { NUMBER_17, PUNCTUATION_8, SCRIPT_9 } from './generated/preTokenizers.ts'

/*
 * Classes of characters that the pre-tokenizers of HF tokenizers have outside its regex engine, each of a Unicode version of its own. In
 * patterns they are written `\p{HF=Digits}`, `\p{HF=Punctuation}`, `\p{HF=Script_Han}` (names that no engine has).
 */

const unionOf = (sets: Readonly<Record<string, string>>): CodePointSet => union(...Object.values(sets).map(decodeSet))

const ASCII_PUNCTUATION = of(...Buffer.from('!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~'))
/** In the crate's table, and never in the category. */
const ODD_PUNCTUATION = of(0x166d, 0x111c9)

const PROLONGED_SOUND_MARK = of(0x30fc)
const SPACE = of(0x20)

/** The scripts that `\p{HF=Script_…}` knows, `None` left out. */
export const SCRIPTS: readonly string[] = Object.keys(SCRIPT_9).filter((name) => name !== 'Hiragana' && name !== 'Katakana')

/** A script as UnicodeScripts has it (pre_tokenizers/unicode_scripts): Hiragana and Katakana count as Han. */
const script = (name: string): CodePointSet =>
  name === 'Han'
    ? union(...['Han', 'Hiragana', 'Katakana'].map((one) => decodeSet(SCRIPT_9[one])), PROLONGED_SOUND_MARK)
    : difference(decodeSet(SCRIPT_9[name]), union(PROLONGED_SOUND_MARK, SPACE))

/** Each is made when it is asked for: nobody asks for all of them. */
const MAKERS: ReadonlyMap<string, () => CodePointSet> = new Map([
  // char::is_numeric of Rust (pre_tokenizers/digits.rs)
  ['Digits', () => unionOf(NUMBER_17)],
  // is_punctuation of the crate unicode_categories, and is_ascii_punctuation (pre_tokenizers/punctuation.rs, bert.rs)
  ['Punctuation', () => union(unionOf(PUNCTUATION_8), ASCII_PUNCTUATION, ODD_PUNCTUATION)],
  ...SCRIPTS.map((name) => [`Script_${name}`, () => script(name)] as const),
  // a space, and what has no script
  ['Script_None', () => complement(union(...SCRIPTS.map(script)))],
])

const made = new Map<string, CodePointSet | undefined>()

/** A class by its name (`Digits`, `Punctuation`, `Script_Han`, …), or undefined. */
export const preTokenizerClass = (name: string): CodePointSet | undefined => {
  if (!made.has(name)) made.set(name, MAKERS.get(name)?.())
  return made.get(name)
}
