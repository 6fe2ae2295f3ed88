import { describe, expect, test } from 'vitest'
import { parseTokenizerJson, readTokenizerJson } from '../../src/tokenizer/tokenizerJson.ts'
import type { SplitStage } from '../../src/types.ts'
import { officialLoads } from '../support/officialTokenizer.ts'
import { makeCharsmap } from '../support/charsmap.ts'
import { addedToken, tokenizerJson } from '../support/tokenizerJson.ts'

const read = (parts: Record<string, unknown>) => readTokenizerJson(tokenizerJson(parts), 'tokenizer.json')

const split = (fields: Partial<SplitStage>): SplitStage => ({
  kind: 'split',
  pattern: '-',
  dialect: 'oniguruma',
  behavior: 'isolated',
  invert: false,
  refusesEmptyMatches: false,
  ...fields,
})
const SPLIT = { type: 'Split', pattern: { Regex: '-' }, behavior: 'Isolated', invert: false }
const BYTE_LEVEL = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true }
const METASPACE = { type: 'Metaspace', replacement: '▁' }

describe('pre-tokenizers', () => {
  test.each([
    ['null is no stage', null, []],
    ['Split by a regex', { ...SPLIT, pattern: { Regex: 'a|b' } }, [split({ pattern: 'a|b' })]],
    ['Split by a text, which is no regex', { ...SPLIT, pattern: { String: 'a|b.' } }, [split({ pattern: 'a\\|b\\.' })]],
    ['Split by an empty text: between all characters', { ...SPLIT, pattern: { String: '' } }, [split({ pattern: '' })]],
    ['Removed', { ...SPLIT, behavior: 'Removed' }, [split({ behavior: 'removed' })]],
    ['MergedWithPrevious', { ...SPLIT, behavior: 'MergedWithPrevious' }, [split({ behavior: 'merged-with-previous' })]],
    ['MergedWithNext', { ...SPLIT, behavior: 'MergedWithNext' }, [split({ behavior: 'merged-with-next' })]],
    ['Contiguous', { ...SPLIT, behavior: 'Contiguous' }, [split({ behavior: 'contiguous' })]],
    ['invert', { ...SPLIT, invert: true }, [split({ invert: true })]],
    ['fields without meaning', { ...SPLIT, pre: 1 }, [split({})]],
    ['ByteLevel without regex, at the end', { ...BYTE_LEVEL, use_regex: false }, []],
    ['an empty Sequence', { type: 'Sequence', pretokenizers: [] }, []],
    [
      'Sequences in Sequences',
      { type: 'Sequence', pretokenizers: [SPLIT, { type: 'Sequence', pretokenizers: [{ ...SPLIT, invert: true }] }] },
      [split({}), split({ invert: true })],
    ],
    [
      'ByteLevel before others',
      { type: 'Sequence', pretokenizers: [{ ...BYTE_LEVEL, use_regex: false }, SPLIT] },
      [{ kind: 'byte-map' }, split({})],
    ],
    [
      'Metaspace of today',
      { ...METASPACE, prepend_scheme: 'first', split: false },
      [
        { kind: 'replace', from: ' ', to: '▁' },
        { kind: 'prepend', text: '▁', where: 'first' },
      ],
    ],
    [
      'Metaspace of old files: always, and split',
      { ...METASPACE, add_prefix_space: true, str_rep: 'ignored' },
      [
        { kind: 'replace', from: ' ', to: '▁' },
        { kind: 'prepend', text: '▁', where: 'every' },
        split({ pattern: '▁', behavior: 'merged-with-next' }),
      ],
    ],
    [
      'Metaspace that puts nothing in front',
      { ...METASPACE, prepend_scheme: 'never', add_prefix_space: false, split: null },
      [{ kind: 'replace', from: ' ', to: '▁' }, split({ pattern: '▁', behavior: 'merged-with-next' })],
    ],
  ])('%s', (_, pre_tokenizer, stages) => {
    expect(read({ pre_tokenizer }).stages).toEqual(stages)
    expect(officialLoads({ pre_tokenizer })).toBe(true)
  })

  test('ByteLevel has its regex when use_regex is missing, and puts a space before each piece', () => {
    const [prefix, words, ...more] = read({ pre_tokenizer: { ...BYTE_LEVEL, add_prefix_space: true } }).stages
    expect(prefix).toEqual({ kind: 'prepend', text: ' ', where: 'every' })
    expect(words).toMatchObject({ kind: 'split', behavior: 'isolated', pattern: expect.stringMatching(/^'s\|'t/) })
    expect(more).toEqual([])
  })

  test('missing fields that this loader knows how to fill in, though the reference does not', () => {
    expect(read({ pre_tokenizer: { type: 'Split', pattern: { Regex: '-' }, behavior: 'Isolated' } }).stages).toEqual([split({})])
  })
})

describe('normalizers', () => {
  test.each([
    ['null', null, []],
    ['NFC', { type: 'NFC' }, [{ kind: 'nfc' }]],
    ['NFKD', { type: 'NFKD' }, [{ kind: 'nfkd' }]],
    ['Lowercase', { type: 'Lowercase' }, [{ kind: 'lowercase' }]],
    ['StripAccents', { type: 'StripAccents' }, [{ kind: 'strip-accents' }]],
    ['Nmt', { type: 'Nmt' }, [{ kind: 'nmt' }]],
    ['ByteLevel', { type: 'ByteLevel' }, [{ kind: 'byte-level' }]],
    ['Strip', { type: 'Strip', strip_left: true, strip_right: false }, [{ kind: 'strip', left: true, right: false }]],
    [
      'Strip by its old name',
      { type: 'StripNormalizer', strip_left: true, strip_right: true },
      [{ kind: 'strip', left: true, right: true }],
    ],
    ['Prepend', { type: 'Prepend', prepend: '▁' }, [{ kind: 'prepend', text: '▁' }]],
    [
      'Replace',
      { type: 'Replace', pattern: { String: '``' }, content: '"' },
      [{ kind: 'replace', pattern: '``', isRegex: false, content: '"' }],
    ],
    [
      'Replace by a regex',
      { type: 'Replace', pattern: { Regex: ' {2,}' }, content: '$1' },
      [{ kind: 'replace', pattern: ' {2,}', isRegex: true, content: '$1' }],
    ],
    [
      'BertNormalizer that leaves the accents to lowercase',
      { type: 'BertNormalizer', clean_text: true, handle_chinese_chars: false, strip_accents: null, lowercase: true },
      [{ kind: 'bert', cleanText: true, handleChineseChars: false, stripAccents: true, lowercase: true }],
    ],
    [
      'BertNormalizer without strip_accents',
      { type: 'BertNormalizer', clean_text: true, handle_chinese_chars: true, lowercase: false },
      [{ kind: 'bert', cleanText: true, handleChineseChars: true, stripAccents: false, lowercase: false }],
    ],
    [
      'Sequences in Sequences',
      { type: 'Sequence', normalizers: [{ type: 'NFD' }, { type: 'Sequence', normalizers: [{ type: 'Lowercase' }] }] },
      [{ kind: 'nfd' }, { kind: 'lowercase' }],
    ],
  ])('%s', (_, normalizer, steps) => {
    expect(read({ normalizer }).normalizers).toEqual(steps)
    expect(officialLoads({ normalizer })).toBe(true)
  })

  test('Precompiled keeps its table', () => {
    const charsmap = makeCharsmap([['a', 'b']])
    expect(read({ normalizer: { type: 'Precompiled', precompiled_charsmap: charsmap } }).normalizers).toEqual([
      { kind: 'precompiled', charsmap },
    ])
  })
})

describe('added tokens', () => {
  test('with all their rules; the special ones are the special tokens', () => {
    const added_tokens = [
      addedToken('<s>'),
      addedToken('  ', { special: false, normalized: true }),
      addedToken('<mask>', { lstrip: true, rstrip: true, single_word: true }),
    ]
    expect(officialLoads({ added_tokens })).toBe(true)
    expect(read({ added_tokens })).toMatchObject({
      specialTokens: ['<s>', '<mask>'],
      addedTokens: [
        { content: '<s>', special: true, normalized: false, lstrip: false, rstrip: false, singleWord: false },
        { content: '  ', special: false, normalized: true, lstrip: false, rstrip: false, singleWord: false },
        { content: '<mask>', special: true, normalized: false, lstrip: true, rstrip: true, singleWord: true },
      ],
    })
  })

  test('empty ones do not count, and the last of two does', () => {
    const added_tokens = [addedToken(''), addedToken('<s>'), addedToken('<s>', { lstrip: true })]
    expect(officialLoads({ added_tokens })).toBe(true)
    expect(read({ added_tokens }).addedTokens).toMatchObject([{ content: '<s>', lstrip: true }])
  })

  test('a file without the field has none', () => {
    expect(readTokenizerJson({ pre_tokenizer: null }, 'x').addedTokens).toEqual([])
  })
})

describe('what is refused, with file, place and value', () => {
  const inSequence = (config: unknown) => ({ pre_tokenizer: { type: 'Sequence', pretokenizers: [SPLIT, config] } })
  test.each([
    [
      inSequence({ type: 'Foo' }),
      'reading tokenizer.json: pre_tokenizer.pretokenizers[1].type is "Foo"; there are BertPreTokenizer, ByteLevel',
    ],
    [inSequence({}), 'pre_tokenizer.pretokenizers[1].type is missing'],
    [inSequence('ByteLevel'), 'pre_tokenizer.pretokenizers[1] is "ByteLevel"; an object is needed'],
    [inSequence(null), 'pre_tokenizer.pretokenizers[1] is null; an object is needed'],
    [{ pre_tokenizer: { type: 'Sequence' } }, 'pre_tokenizer.pretokenizers is missing; a list is needed'],
    [{ pre_tokenizer: { ...SPLIT, pattern: '-' } }, 'pre_tokenizer.pattern is "-"; an object is needed'],
    [{ pre_tokenizer: { ...SPLIT, pattern: {} } }, 'pre_tokenizer.pattern is {}; either {"Regex": …} or {"String": …} is needed'],
    [{ pre_tokenizer: { ...SPLIT, pattern: { Regex: 'a', String: 'a' } } }, 'pre_tokenizer.pattern is {"Regex":"a","String":"a"}'],
    [{ pre_tokenizer: { ...SPLIT, behavior: 'isolated' } }, 'pre_tokenizer.behavior is "isolated"; there are Removed, Isolated, Merged'],
    [{ pre_tokenizer: { ...SPLIT, invert: null } }, 'pre_tokenizer.invert is null; true or false is needed'],
    [{ pre_tokenizer: { ...BYTE_LEVEL, use_regex: null } }, 'pre_tokenizer.use_regex is null'],
    [{ pre_tokenizer: { type: 'ByteLevel' } }, 'pre_tokenizer.add_prefix_space is missing; true or false is needed'],
    [
      { pre_tokenizer: { ...METASPACE, add_prefix_space: false } },
      'pre_tokenizer.add_prefix_space is false; that goes only with prepend_scheme "never", and here it is "always"',
    ],
    [{ pre_tokenizer: { ...METASPACE, replacement: '▁▁' } }, 'pre_tokenizer.replacement is "▁▁"; one character is needed'],
    [{ pre_tokenizer: { ...METASPACE, prepend_scheme: null } }, 'pre_tokenizer.prepend_scheme is null; there are always, first, never'],
    [{ pre_tokenizer: { type: 'FixedLength', length: 2.5 } }, 'pre_tokenizer.length is 2.5; a whole number above 0 is needed'],
    [{ pre_tokenizer: { type: 'CharDelimiterSplit', delimiter: '--' } }, 'pre_tokenizer.delimiter is "--"; one character is needed'],
    [{ normalizer: { type: 'Foo' } }, 'normalizer.type is "Foo"; there are NFC'],
    [{ normalizer: { type: 'Strip', strip_left: true } }, 'normalizer.strip_right is missing'],
    [{ normalizer: { type: 'Sequence', normalizers: [{ type: 'Prepend' }] } }, 'normalizer.normalizers[0].prepend is missing'],
    [{ normalizer: { type: 'Replace', pattern: 'a', content: 'b' } }, 'normalizer.pattern is "a"; an object is needed'],
    [{ added_tokens: null }, 'added_tokens is null; a list is needed'],
    [{ added_tokens: [addedToken('a'), { content: 'b', id: 1 }] }, 'added_tokens[1].special is missing'],
    [{ added_tokens: [addedToken('a', { lstrip: null })] }, 'added_tokens[0].lstrip is null'],
    [{ version: '2.0' }, 'version is "2.0"; "1.0" is the version that is known'],
    [{ pre_tokenizers: null }, 'pre_tokenizers is null; a tokenizer.json has only the fields version'],
  ])('%j', (parts, message) => {
    expect(() => read(parts)).toThrow(message)
    expect(officialLoads(parts)).toBe(false)
  })

  test('what the reference loads and this loader does not: it cannot be mapped back to bytes', () => {
    const bytes = { ...BYTE_LEVEL, use_regex: true }
    expect(() => read({ pre_tokenizer: { type: 'Sequence', pretokenizers: [bytes, bytes, SPLIT] } })).toThrow(
      'a ByteLevel after a ByteLevel, with more after it, is not supported',
    )
    expect(() => read({ pre_tokenizer: { type: 'Sequence', pretokenizers: [bytes, METASPACE] } })).toThrow(
      'text put in front of pieces after a ByteLevel is not supported',
    )
  })

  test.each([
    [
      { pre_tokenizer: { type: 'Sequence', pretokenizers: [BYTE_LEVEL, { ...SPLIT, pattern: { Regex: 'b(a' } }] } },
      'reading tokenizer.json: pre_tokenizer.pretokenizers[1].pattern.Regex: pattern: unclosed group at 1 in "b(a"',
    ],
    [
      { normalizer: { type: 'Replace', pattern: { Regex: '(?<=a.*)b' }, content: '' } },
      'reading tokenizer.json: normalizer.pattern.Regex: pattern: look-behind of unbounded length at 0 in "(?<=a.*)b"',
    ],
  ])('a regex that cannot be honoured, with its place: %j', (parts, message) => {
    expect(() => read(parts)).toThrow(expect.objectContaining({ code: 'pattern', message }) as Error)
  })

  test.each([
    ['AAAA', '3 bytes of precompiled_charsmap are damaged, or of another kind'],
    ['<the map>', 'the precompiled_charsmap is no base64'],
  ])('a charsmap that is none, with its place: %s', (charsmap, reason) => {
    const normalizer = { type: 'Sequence', normalizers: [{ type: 'Precompiled', precompiled_charsmap: charsmap }] }
    const message = `reading tokenizer.json: normalizer.normalizers[0].precompiled_charsmap: normalizing: ${reason}`
    expect(() => read({ normalizer })).toThrow(expect.objectContaining({ code: 'tokenizer', message }) as Error)
  })

  test('lone surrogates, which no text of UTF-8 has', () => {
    expect(() => read({ pre_tokenizer: { ...SPLIT, pattern: { String: '\ud800' } } })).toThrow('a text is needed')
  })

  test('long values are quoted in part', () => {
    expect(() => read({ normalizer: 'x'.repeat(1000) })).toThrow(/^reading tokenizer.json: normalizer is "x{59}…; an object is needed$/)
  })
})

describe('what is no JSON', () => {
  test.each([
    ['{"a":1,\n }', /it is no JSON: .* \(line 2, column 2\)$/],
    ['{"a":1', /it is no JSON: .* \(line 1, column 7\)$/],
    ['', /it is no JSON: Unexpected end of JSON input \(line 1, column 1\)$/],
    ['hello', /it is no JSON: Unexpected token/],
  ])('%j', (text, message) => {
    expect(() => parseTokenizerJson(text, 'some.json')).toThrow(message)
  })
})
