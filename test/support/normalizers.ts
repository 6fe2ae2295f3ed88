import type { Normalizer } from '../../src/types.ts'
import { keyOf, makeCharsmap } from './charsmap.ts'

const bert = (options: Partial<Normalizer & { kind: 'bert' }>): Normalizer[] => [
  { kind: 'bert', cleanText: false, handleChineseChars: false, stripAccents: false, lowercase: false, ...options },
]
const literal = (pattern: string, content: string): Normalizer => ({ kind: 'replace', pattern, isRegex: false, content })
const regex = (pattern: string, content: string): Normalizer => ({ kind: 'replace', pattern, isRegex: true, content })

/** A charsmap that shows what is taken for a cluster, and which of several keys counts. */
const CLUSTERS: Normalizer = {
  kind: 'precompiled',
  charsmap: makeCharsmap([
    ['\r\n', 'N'],
    ['\t', ' '],
    [keyOf('é'), 'e'],
    [keyOf('日'), '[day]'],
    [keyOf('😀'), ''],
    ['ab', '!'], // in no cluster: never used
    ['a\xcc', '<a with a mark>'], // an incomplete code point: each cluster that begins with these bytes
    [keyOf('a\u0301\u0323'), 'longer, never used'],
    [keyOf('e\u0301'), 'é'],
    ['1\xe2', '<1 and a joiner>'],
    [keyOf('\u0600'), '<number>'],
    [keyOf('가\u0301'), '<ga>'],
    [keyOf('ष\u0301'), '<ssa>'],
    [keyOf('©\u200d'), '<c>'],
    ['\xf0\x91\x82\xbda', '<prepended>'],
    // marks with which keys begin, of two bytes and of three; a key of three bytes in front of one of two
    [keyOf('\u0344'), '<\u0308\u0301>'],
    [keyOf('\u0e33'), '\u0e4d\u0e32'],
    [keyOf('\u0e48\u0301'), '<e48>'],
    [keyOf('\uff76'), 'カ'],
    [keyOf('A\u0301'), 'Á'],
    [keyOf('A\u0323'), 'Ạ'],
    [keyOf('A\u20dd'), '日'], // which is replaced itself, elsewhere
  ]),
}

/** A charsmap that makes spaces, alone and in front of other characters, and nothing. */
const SPACES_BEFORE: readonly [string, string][] = [
  ['\t', ' '],
  ['\n', ' '],
  ['\r', ''],
  ['\x01', ''],
  [keyOf('\u00a8'), ' \u0308'],
  [keyOf('\u2000'), '  '],
  [keyOf('か'), ' b  c'],
  [keyOf('①'), ' '],
  [keyOf('e\u0301'), 'é'],
  [keyOf('E\u0301'), ' '],
]
const STRIPPABLE: Normalizer = { kind: 'precompiled', charsmap: makeCharsmap(SPACES_BEFORE) }
/** Behind others, too. */
const SPACES: Normalizer = { kind: 'precompiled', charsmap: makeCharsmap([...SPACES_BEFORE, [keyOf('日'), 'a '], [keyOf('か'), ' b  c ']]) }

/** One list of normalizers or more of each kind, by name. */
export const NORMALIZERS: readonly (readonly [name: string, normalizers: readonly Normalizer[]])[] = [
  ['NFC', [{ kind: 'nfc' }]],
  ['NFD', [{ kind: 'nfd' }]],
  ['NFKC', [{ kind: 'nfkc' }]],
  ['NFKD', [{ kind: 'nfkd' }]],
  ['Lowercase', [{ kind: 'lowercase' }]],
  ['StripAccents', [{ kind: 'strip-accents' }]],
  ['Nmt', [{ kind: 'nmt' }]],
  ['ByteLevel', [{ kind: 'byte-level' }]],
  ['BertNormalizer, clean_text', bert({ cleanText: true })],
  ['BertNormalizer, handle_chinese_chars', bert({ handleChineseChars: true })],
  ['BertNormalizer, strip_accents', bert({ stripAccents: true })],
  ['BertNormalizer, uncased', bert({ cleanText: true, handleChineseChars: true, stripAccents: true, lowercase: true })],
  ['BertNormalizer, clean_text, then runs', [...bert({ cleanText: true }), regex(' +', ' ')]],
  ['BertNormalizer, cased', bert({ cleanText: true, handleChineseChars: true })],
  ['Strip', [{ kind: 'strip', left: true, right: true }]],
  ['Strip, left', [{ kind: 'strip', left: true, right: false }]],
  ['Strip, right', [{ kind: 'strip', left: false, right: true }]],
  ['Prepend', [{ kind: 'prepend', text: '▁' }]],
  ['Prepend of nothing', [{ kind: 'prepend', text: '' }]],
  ['Replace of a character', [literal(' ', '▁')]],
  ['Replace by characters whose halves are marks of ours', [literal('a', '𐀀𐐀'), literal('b', '𐐁𐠂x')]],
  ['the same beside runs', [literal('a', '𐐀𐐁'), literal('b', '𐠁'), regex('[ c]+', '𐀀'), literal('x', '𐠂')]],
  ['Replace of a text', [literal('aa', 'b')]],
  ['Replace of a text that begins again in itself', [literal("'s's.", '<>')]],
  ['Replace of nothing', [literal('', '-')]],
  ['Replace of a class', [regex('[\\r\\x00]', '')]],
  ['Replace of white space', [regex('\\s+', ' ')]],
  ['Replace of runs', [regex('[a-cé日 ]+', 'a')]],
  ['Replace of runs by a longer text', [regex('\\s+', '<é>')]],
  ['Replace of runs by nothing', [regex('\\s+', '')]],
  ['Replace of two spaces and more', [regex(' {2,}', '▁')]],
  ['Replace of matches that may be empty', [regex('b*', '$1')]],
  ['Replace of repetitions of what may be empty', [regex('-(?:a??)*', '#'), regex('x(?:|a)?', '#'), regex('\\n(?: *?)*', '#')]],
  ['Replace with a look-ahead without end', [regex(' (?=[a ]*日)', '#')]],
  ['Replace of line starts', [regex('^', '> ')]],
  ['Replace at the end', [regex('\\s+$|(?<=[a-z日]\\n)\\S|\\b', '|')]],
  ['Precompiled', [CLUSTERS]],
  ['Precompiled, then two spaces and more', [SPACES, regex(' {2,}', ' ')]],
  ['Precompiled, then runs by a longer text, and maps', [SPACES, { kind: 'lowercase' }, regex(' +', '<É>'), { kind: 'lowercase' }]],
  ['Precompiled, then two spaces and more that become the same as one', [SPACES, regex(' {2,}', '▁'), literal(' ', '▁')]],
  ['Precompiled, then two spaces and more that do not', [SPACES, regex(' {2,}', '▁')]],
  ['Precompiled, Strip of the right, then two spaces and more', [STRIPPABLE, { kind: 'strip', left: false, right: true }, regex(' {2,}', ' ')]],
  ['the same by a longer text', [STRIPPABLE, { kind: 'strip', left: false, right: true }, { kind: 'lowercase' }, regex('[ E]+', '<É>'), literal('<', '>')]],
  ['NFKC, Strip of the right, a map', [{ kind: 'nfkc' }, { kind: 'strip', left: false, right: true }, literal(' ', '▁')]],
  ['NFC, Strip of neither side, a map', [{ kind: 'nfc' }, { kind: 'strip', left: false, right: false }, literal(' ', '▁')]],
  ['a map, then runs that a map takes away', [literal('a', ''), regex('[ \\0]+', 'a'), literal('a', '')]],
  ['gpt-neox', [{ kind: 'nfc' }]],
  ['NFC, then runs and a map', [{ kind: 'nfc' }, regex('\\s+', '<É>'), { kind: 'lowercase' }]],
  ['NFC, then runs of what combines', [{ kind: 'nfc' }, regex('[e\\s]+', ' ')]],
  ['NFKC, then runs of white space', [{ kind: 'nfkc' }, regex('\\s+', ' ')]],
  ['NFC, then a map', [{ kind: 'nfc' }, { kind: 'lowercase' }, literal(' ', '▁')]],
  ['clip', [{ kind: 'nfc' }, regex('\\s+', ' '), { kind: 'lowercase' }]],
  ['lucie', [{ kind: 'nfc' }, regex('[\\r\\x00]', '')]],
  ['llama 2', [{ kind: 'prepend', text: '▁' }, literal(' ', '▁')]],
  [
    'albert',
    [
      literal('``', '"'),
      literal("''", '"'),
      { kind: 'nfkd' },
      { kind: 'strip-accents' },
      { kind: 'lowercase' },
      CLUSTERS,
      regex(' {2,}', ' '),
    ],
  ],
  ['deberta', [{ kind: 'strip', left: true, right: true }, CLUSTERS, regex(' {2,}', ' ')]],
  ['deberta, uncased', [{ kind: 'lowercase' }, { kind: 'strip', left: true, right: true }, CLUSTERS, regex(' {2,}', ' ')]],
  ['Strip behind a map that makes white space', [literal('x', ' '), { kind: 'strip', left: true, right: true }]],
  [
    'maps and forms in turn',
    [{ kind: 'lowercase' }, { kind: 'nmt' }, { kind: 'nfkc' }, { kind: 'strip-accents' }, literal(' ', '▁'), { kind: 'nfd' }],
  ],
  ['what is stripped is not there', [{ kind: 'strip', left: true, right: true }, { kind: 'prepend', text: '_' }, { kind: 'byte-level' }]],
]
