import { readCharsmap } from '../normalize/charsmap.ts'
import { holdsSearchStart } from '../pattern/nodes.ts'
import { parsePattern } from '../pattern/parse.ts'
import type { Normalizer } from '../types.ts'
import { choice, field, flag, isMissingOrNull, inPlace, items, refuse, text, type Field } from './fields.ts'

/*
 * The normalizers of tokenizer.json (tokenizers/src/normalizers/mod.rs). Fields that are not read here are of no account, as in the
 * reference.
 */

const simple =
  (kind: 'nfc' | 'nfd' | 'nfkc' | 'nfkd' | 'lowercase' | 'strip-accents' | 'nmt' | 'byte-level') => (): readonly Normalizer[] => [{ kind }]

const strip = (config: Field): readonly Normalizer[] => [
  { kind: 'strip', left: flag(field(config, 'strip_left')), right: flag(field(config, 'strip_right')) },
]

/** strip_accents that is null, or missing, goes with lowercase (normalizers/bert.rs). */
const bert = (config: Field): readonly Normalizer[] => {
  const lowercase = flag(field(config, 'lowercase'))
  const stripAccents = field(config, 'strip_accents')
  return [
    {
      kind: 'bert',
      cleanText: flag(field(config, 'clean_text')),
      handleChineseChars: flag(field(config, 'handle_chinese_chars')),
      stripAccents: isMissingOrNull(stripAccents) ? lowercase : flag(stripAccents),
      lowercase,
    },
  ]
}

const replace = (config: Field): readonly Normalizer[] => {
  const given = field(config, 'pattern')
  const found = readPattern(given)
  if (found.isRegex && holdsSearchStart(parsePattern(found.pattern, 'oniguruma').root)) refuse(given, '\\G in a Replace (not supported)')
  return [{ kind: 'replace', ...found, content: text(field(config, 'content')) }]
}

const precompiled = (config: Field): readonly Normalizer[] => {
  const given = field(config, 'precompiled_charsmap')
  const charsmap = text(given)
  inPlace(given, () => readCharsmap(charsmap))
  return [{ kind: 'precompiled', charsmap }]
}

const READERS: Readonly<Record<string, (config: Field) => readonly Normalizer[]>> = {
  NFC: simple('nfc'),
  NFD: simple('nfd'),
  NFKC: simple('nfkc'),
  NFKD: simple('nfkd'),
  Lowercase: simple('lowercase'),
  StripAccents: simple('strip-accents'),
  Nmt: simple('nmt'),
  ByteLevel: simple('byte-level'),
  BertNormalizer: bert,
  Strip: strip,
  StripNormalizer: strip, // its name in old files
  Prepend: (config) => [{ kind: 'prepend', text: text(field(config, 'prepend')) }],
  Replace: replace,
  Precompiled: precompiled,
  Sequence: (config) => items(field(config, 'normalizers')).flatMap(readNormalizer),
}

/** The steps of a `normalizer`; none for null. Throws 'tokenizer' for what is unknown or malformed. */
export const readNormalizer = (config: Field): readonly Normalizer[] =>
  isMissingOrNull(config) ? [] : choice(field(config, 'type'), READERS)(config)

/** `{"Regex": …}`, or `{"String": …}`, which is literal even if it looks like a regex. */
export const readPattern = (pattern: Field): { pattern: string; isRegex: boolean } => {
  const regex = field(pattern, 'Regex')
  const literal = field(pattern, 'String')
  if ((regex.value === undefined) === (literal.value === undefined))
    return refuse(pattern, 'either {"Regex": …} or {"String": …} is needed')
  return literal.value === undefined ? { pattern: readRegex(regex), isRegex: true } : { pattern: text(literal), isRegex: false }
}

/** Parsed here already, so that a regex that cannot be honoured is named with its place in the file. */
const readRegex = (given: Field): string => {
  const regex = text(given)
  inPlace(given, () => parsePattern(regex, 'oniguruma'))
  return regex
}
