import fc from 'fast-check'

type Config = Record<string, unknown>

const flag = fc.boolean()
const BEHAVIORS = ['Removed', 'Isolated', 'MergedWithPrevious', 'MergedWithNext', 'Contiguous']

/** Regexes as tokenizers have them. */
const REGEXES = [
  "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
  '\\p{N}{1,3}',
  '[0-9]',
  '\\s+',
  '\\s+$',
  '[^\\n]+|[\\n]+',
  '[一-龥]+',
  '\\p{Lu}+|\\p{Ll}+',
  '[\\p{P}\\p{S}]',
  '.',
]
const LITERALS = [' ', '\n', 'a', "'s", '(a|b)', '--', '.']

const patternOf = (regexes: readonly string[]): fc.Arbitrary<Config> =>
  fc.oneof(
    fc.constantFrom(...regexes).map((Regex): Config => ({ Regex })),
    fc.constantFrom(...LITERALS).map((text): Config => ({ String: text })),
  )

const preTokenizer = (byteLevel: fc.Arbitrary<Config>): fc.Arbitrary<Config> =>
  fc.oneof(
    fc.record({
      type: fc.constant('Split'),
      pattern: patternOf([...REGEXES, '(?=[A-Z])', '^']),
      behavior: fc.constantFrom(...BEHAVIORS),
      invert: flag,
    }),
    fc.constantFrom<Config>({ type: 'Whitespace' }, { type: 'WhitespaceSplit' }, { type: 'BertPreTokenizer' }, { type: 'UnicodeScripts' }),
    fc.record({ type: fc.constant('Punctuation'), behavior: fc.constantFrom(...BEHAVIORS) }),
    fc.record({ type: fc.constant('Digits'), individual_digits: flag }),
    fc.record({ type: fc.constant('CharDelimiterSplit'), delimiter: fc.constantFrom(' ', '-', 'é') }),
    fc.record({ type: fc.constant('FixedLength'), length: fc.integer({ min: 1, max: 6 }) }),
    byteLevel,
  )

const byteLevelWith = (prefix: fc.Arbitrary<boolean>): fc.Arbitrary<Config> =>
  fc.record({ type: fc.constant('ByteLevel'), add_prefix_space: prefix, trim_offsets: flag, use_regex: flag })

const metaspace = fc.record({
  type: fc.constant('Metaspace'),
  replacement: fc.constantFrom('▁', '_'),
  prepend_scheme: fc.constantFrom('always', 'first', 'never'),
  split: flag,
})

/** Pre-tokenizers of one to four components, as tokenizers have them: text is put in front of pieces before a byte map, if at all. */
export const randomPreTokenizer = (): fc.Arbitrary<Config> => {
  const cuts = (min: number, max: number) =>
    fc.array(preTokenizer(fc.constant({ type: 'WhitespaceSplit' })), { minLength: min, maxLength: max })
  const parts = fc.oneof(
    cuts(1, 3),
    fc.tuple(cuts(0, 2), byteLevelWith(flag), cuts(0, 2)).map(([before, byteLevel, after]) => [...before, byteLevel, ...after]),
    fc.tuple(cuts(0, 2), metaspace).map(([before, last]) => [...before, last]),
  )
  return parts.map((pretokenizers) => (pretokenizers.length === 1 ? pretokenizers[0] : { type: 'Sequence', pretokenizers }))
}

/** Normalizers of one to three components. */
export const randomNormalizer = (): fc.Arbitrary<Config | null> => {
  const one: fc.Arbitrary<Config> = fc.oneof(
    fc.constantFrom('NFC', 'NFD', 'NFKC', 'NFKD', 'Lowercase', 'StripAccents', 'Nmt').map((type): Config => ({ type })),
    fc.record({ type: fc.constant('Strip'), strip_left: flag, strip_right: flag }),
    fc.record({ type: fc.constant('Prepend'), prepend: fc.constantFrom('▁', ' ', 'ab') }),
    // no empty matches: what follows them makes the official engine panic
    fc.record({ type: fc.constant('Replace'), pattern: patternOf(REGEXES), content: fc.constantFrom('', ' ', '▁', 'é') }),
    fc.record({
      type: fc.constant('BertNormalizer'),
      clean_text: flag,
      handle_chinese_chars: flag,
      strip_accents: fc.constantFrom(true, false, null),
      lowercase: flag,
    }),
  )
  return fc.oneof(
    fc.constant(null),
    one,
    fc.array(one, { maxLength: 3 }).map((normalizers) => ({ type: 'Sequence', normalizers })),
  )
}

/** The same object with a field that is missing, null, of another type, or unknown. */
export const spoiled = (config: Config): fc.Arbitrary<Config> =>
  fc.tuple(fc.constantFrom(...Object.keys(config)), fc.constantFrom<unknown>(undefined, null, 'x', 3, {}, [])).map(([name, value]) => {
    const changed = { ...config, [name]: value }
    return JSON.parse(JSON.stringify(changed)) as Config
  })
