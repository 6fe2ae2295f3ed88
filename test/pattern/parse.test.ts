import { describe, expect, test } from 'vitest'
import { parsePattern } from '../../src/pattern/parse.ts'
import { huggingFace, tiktoken } from '../../src/tokenizer/patternPipeline.ts'
import { createPipelineSplitter } from '../../src/split/splitText.ts'
import { property } from '../../src/unicode/properties.ts'
import { size } from '../../src/unicode/codePointSet.ts'
import { withStages } from '../support/stages.ts'

const split = (stage: ReturnType<typeof huggingFace>, text: string): string[] => createPipelineSplitter(withStages('', [stage])).split(text)

describe('what cannot be is refused, with construct and offset', () => {
  test.each([
    ['a(b', 'unclosed group at 1 in "a(b"'],
    ['a)b', 'unmatched ) at 1'],
    ['[ab', 'unclosed class at 0'],
    ['*a', 'quantifier without anything before it at 0'],
    ['a|+', 'quantifier without anything before it at 2'],
    ['[z-a]', 'range out of order at 1'],
    ['[a-\\d]', 'range to something that is no single character at 1'],
    ['\\p{Foo}', 'unknown property \\p{Foo} at 0'],
    ['\\p{L', 'incomplete \\p at 0'],
    ['\\x4', 'incomplete \\x at 0'],
    ['\\x{d800}', '\\x{d800} is no character at 0'],
    ['\\u{61}', 'incomplete \\u at 0'],
    ['\\K', 'escape \\K (not supported) at 0'],
    ['a\\', 'backslash at the end at 1'],
    ['(?s:a)', '"(?s:" (not supported) at 0'],
    ['(?i-:a)', '"(?i" (not supported) at 0'],
    ['(?)a', '"(?)" (not supported) at 0'],
    ['(?P<n>a)', '"(?P" (not supported) at 0'],
    ['(?<1>a)', '"(?<" (not supported) at 0'],
    ['a(?#b', 'unclosed comment at 1'],
    ['\\b.+b', 'assertion before a run of dots (Oniguruma does not try it at all places; write [^\\n] for the dot) at 0'],
    ['(?:(?>(?=a*b)(?:.?)+)c|(?<!a)(\\N{2,}b)+)', 'assertion before a run of dots'],
    ['(?m)^.+b', 'assertion before a run of dots'],
    ['[\\d-a]', 'range from something that is no single character at 1'],
    ['[a\\p{Zl}-\\x{2030}]', 'range from something that is no single character at 2'],
    ['[[:digit:]-a]', 'range from something that is no single character at 1'],
    ['[a-\\p{Zl}]', 'range to something that is no single character at 1'],
    ['[a-[:digit:]]', 'range to a POSIX bracket at 1'],
    ['a\\xa0', '\\xa0 (a byte to Oniguruma, where \\x{a0} is a character) at 1'],
    ['[^\\x00-\\xff]', '\\xff (a byte to Oniguruma) in a class of this kind at 7'],
    ['[\\xe4-é]', '\\xe4 (a byte to Oniguruma, where \\x{e4} is a character) at 1'],
    ['[\\xa0-é]', 'range between a byte and a character at 1'],
    [`${'(?:'.repeat(501)}a${')'.repeat(501)}`, 'more than 500 groups or classes in one another at 1500'],
    [`${'['.repeat(600)}a${']'.repeat(600)}`, 'more than 500 groups or classes in one another'],
    ['a|{2}', 'quantifier without anything before it at 2'],
    ['(?<n>[ab])(c)\\2', 'back-reference by number beside groups with names (Oniguruma does not number groups then) at 13'],
    ['(?<n>a)\\k<m>', 'back-reference \\k<m>: no group before it has that name at 7'],
    ['(?<n>a)(?<n>b)\\k<n>', 'back-reference \\k<n> (not supported: several groups have that name) at 14'],
    ['[[:foo:]]', 'unknown POSIX bracket [:foo:] at 1'],
    ['[[:alpha]]', 'unknown POSIX bracket [:alpha at 1'],
    ['(?<=a+)b', 'look-behind of unbounded length at 0'],
    ['(\\p{L})\\1', 'back-reference \\1 (not supported'],
    ['(?i:([a-s])\\1)', 'back-reference \\1 (not supported: "K" has a case of another length in UTF-8) at 11'],
    ['([ß])(?i:\\1)', 'back-reference \\1 (not supported: "ß" has a case of another length in UTF-8) at 9'],
    ['a{5,2}', '{5,2}: the minimum is above the maximum at 1'],
    ['a{200000}', '{200000}: more than 100000 repetitions at 1'],
    ['(?i:s[s])', '"ss" in (?i:…): Oniguruma\'s multi-character case folding is not supported here at 4'],
    ['(?i:a(?i:s)s)', '"ss" in (?i:…): Oniguruma\'s multi-character case folding is not supported here at 4'],
    ['(?i:(?:.ss)t)', '"st" in (?i:…): Oniguruma\'s multi-character case folding is not supported here at 4'],
    ['(?i:ŉ)', '"ŉ" in (?i:…): Oniguruma\'s multi-character case folding is not supported here at 4'],
    ['a\\G', '\\G elsewhere than at the start (not supported) at 1'],
    ['(?:b|\\G)?a', '\\G elsewhere than at the start (not supported) at 5'],
    ['(?=\\G)a', '\\G elsewhere than at the start (not supported) at 3'],
    ['(?=a)*', 'quantifier after something that takes no text at 5'],
  ])('%s', (pattern, message) => expect(() => parsePattern(pattern, 'oniguruma')).toThrow(message))
})

describe('a very long pattern', () => {
  test('is refused before it is read', () => {
    const pattern = 'a'.repeat(2 ** 16)
    expect(() => parsePattern(`${pattern}(`, 'oniguruma')).toThrow(/^pattern: more than 65536 characters in a pattern of 65537 characters, which begins "a{400}"$/)
    expect(parsePattern(pattern, 'oniguruma').root.type).toBe('sequence')
  })

  test('is shown around what is wrong with it', () => {
    const long = 'ab'.repeat(2500)
    expect(() => parsePattern(`${long}(?<1>c)${long}`, 'oniguruma')).toThrow(
      /^pattern: "\(\?<" \(not supported\) at 5000 in a pattern of 10007 characters, where it says "(ab){50}\(\?<1>c\)(ab){146}a"$/,
    )
    const short = 'a'.repeat(3999)
    expect(() => parsePattern(`${short}(`, 'oniguruma')).toThrow(` in "${short}("`)
  })
})

describe('the two engines read the same text differently', () => {
  test('{n,m}+ is stacked in Oniguruma, possessive in fancy-regex', () => {
    expect(split(huggingFace('\\p{N}{1,3}+'), '1234567')).toEqual(['1234567'])
    expect(split(tiktoken('\\p{N}{1,3}+'), '1234567')).toEqual(['123', '456', '7'])
  })

  test('$ is a line end in Oniguruma, the text end in fancy-regex', () => {
    expect(split(huggingFace('\\s+$'), 'b  \r\n c ')).toEqual(['b', '  \r', '\n c', ' '])
    expect(split(tiktoken('\\s+$|\\S+|\\s'), 'b \n c \n')).toEqual(['b', ' ', '\n', ' ', 'c', ' \n'])
  })

  test('^ is a line start in Oniguruma, and cuts where it matches nothing', () =>
    expect(split(huggingFace('^'), 'ab\ncd')).toEqual(['ab\n', 'cd']))

  test('gaps are pieces in a Split, and in no piece for tiktoken', () => {
    expect(split(huggingFace('\\p{L}+'), 'ab, cd')).toEqual(['ab', ', ', 'cd'])
    expect(split(tiktoken('\\p{L}+'), 'ab, cd')).toEqual(['ab', 'cd'])
  })

  test('a flag within a pattern holds for the other branches, too, and in Oniguruma makes them branches of a group', () => {
    expect(split(huggingFace('a(?i)b|c'), 'aBacC')).toEqual(['aB', 'ac', 'C'])
    expect(split(tiktoken('a(?i)b|c'), 'aBacC')).toEqual(['aB', 'c', 'C'])
  })

  test('(?i:…) and properties', () => {
    expect(split(huggingFace('(?i:\\p{Lu}+)'), 'abABab')).toEqual(['ab', 'AB', 'ab'])
    expect(split(tiktoken('(?i:\\p{Lu}+)'), 'abABab')).toEqual(['abABab'])
    expect(split(huggingFace('(?i:[^\\p{Lu}]+)'), 'abAB12')).toEqual(['abAB', '12'])
    expect(split(tiktoken('(?i:[\\P{Lu}]+)'), 'abAB12')).toEqual(['12'])
  })

  test('(?i:…) and what folds to several characters: those, too, in Oniguruma', () => {
    expect(split(huggingFace('(?i:^[ß]$)'), 'SS')).toEqual(['SS'])
    expect(split(huggingFace('(?i:[ßx]s)'), 'ssa')).toEqual(['ssa'])
    expect(split(huggingFace('(?i:[ßx]s)'), 'sssa')).toEqual(['sss', 'a'])
    expect(split(tiktoken('(?i:[ßx]s)'), 'sssaßs')).toEqual(['ßs'])
  })

  test('(?i:…) and nested classes', () => {
    expect(split(huggingFace('(?i:[^[^ab]]+)'), 'aAb')).toEqual(['aAb'])
    expect(split(huggingFace('(?i:[a-z&&[^s]]+)'), 'aSſsb')).toEqual(['a', 'Sſs', 'b'])
    expect(split(tiktoken('(?i:[^[^a]])'), 'aAb')).toEqual(['a', 'A'])
  })

  test('\\pL is p and L in Oniguruma, a property in fancy-regex', () => {
    expect(split(huggingFace('\\pL'), 'apLb')).toEqual(['a', 'pL', 'b'])
    expect(split(tiktoken('\\pL'), 'a1b')).toEqual(['a', 'b'])
  })

  test('\\Z lets one newline follow in Oniguruma, any number in fancy-regex', () => {
    expect(split(huggingFace('a\\Z'), 'aa\n')).toEqual(['a', 'a', '\n'])
    expect(split(huggingFace('a\\Z'), 'aa\n\n')).toEqual(['aa\n\n'])
    expect(split(tiktoken('a\\Z'), 'aa\n\n')).toEqual(['a'])
  })

  test('a flag within a group holds behind it in fancy-regex only', () => {
    expect(split(huggingFace('(a(?i)b)c'), 'aBcaBC')).toEqual(['aBc', 'aBC'])
    expect(split(tiktoken('(a(?i)b)c'), 'aBcaBC')).toEqual(['aBc', 'aBC'])
    expect(split(tiktoken('(?:a(?i:b))c'), 'aBcaBC')).toEqual(['aBc'])
  })

  test('. takes \\n with (?m) in Oniguruma and with (?s) in fancy-regex, where (?m) is for ^ and $', () => {
    expect(split(huggingFace('(?m:b.)'), 'ab\nc')).toEqual(['a', 'b\n', 'c'])
    expect(split(tiktoken('(?s:b.)'), 'ab\nc')).toEqual(['b\n'])
    expect(split(tiktoken('(?m:^.|b$)'), 'ab\nc\n')).toEqual(['a', 'b', 'c'])
    expect(split(huggingFace('^'), 'a\n')).toEqual(['a\n'])
    expect(split(tiktoken('(?m)a|\\n(?=^)'), 'a\n')).toEqual(['a', '\n'])
  })

  test('(?x) ignores some white space, form feeds in Oniguruma only, and comments', () => {
    expect(split(huggingFace('(?x) a\fb # and\n [c ]+'), 'abc d')).toEqual(['abc ', 'd'])
    expect(split(tiktoken('(?x: a b # and\n [c ] +?)'), 'abc d')).toEqual(['abc'])
    expect(split(tiktoken('(?x: a\fb)'), 'aba\fb')).toEqual(['a\fb'])
    expect(split(huggingFace('(?x:a{2} ?)b'), 'abaab')).toEqual(['a', 'b', 'aab'])
    expect(split(tiktoken('(?x:a{1,2} ?)b'), 'aab')).toEqual(['aab'])
  })

  test('[:alpha:] is of Unicode in Oniguruma, of ASCII in fancy-regex', () => {
    expect(split(huggingFace('[[:alpha:]1]+'), 'aé1-')).toEqual(['aé1', '-'])
    expect(split(tiktoken('[[:alpha:]1]+'), 'aé1-')).toEqual(['a', '1'])
    expect(split(huggingFace('[[:^punct:]]+'), 'a$.b')).toEqual(['a', '$.', 'b'])
    expect(split(tiktoken('[[:foo]f]+'), 'a:f')).toEqual([':f'])
  })

  test('-- and ~~ in a class are operators in fancy-regex only', () => {
    expect(split(tiktoken('[a-d--bc]+'), 'abcd-')).toEqual(['a', 'd'])
    expect(split(tiktoken('[a-c~~b-d]+'), 'abcd-')).toEqual(['a', 'd'])
    expect(split(tiktoken('[--b]+'), 'a-b')).toEqual(['-b'])
    expect(split(huggingFace('[a~~]+'), 'a~b')).toEqual(['a~', 'b'])
  })

  test('groups with names, and back-references to them', () => {
    expect(split(huggingFace("(?<one>[ab])\\k<one>+|(?'two'c)\\k'two'"), 'aabbbccd')).toEqual(['aa', 'bbb', 'cc', 'd'])
    expect(split(tiktoken('(c)?(?P<one>[ab])\\k<one>\\2'), 'aaacbbbab')).toEqual(['aaa', 'cbbb'])
    expect(split(huggingFace('(?i:([a-d])\\1)|(?i:(e))\\2'), 'aAbbcEEeE')).toEqual(['aA', 'bb', 'c', 'EE', 'eE'])
    expect(() => split(tiktoken('(?i:(a)\\1)'), 'aA')).toThrow('back-reference \\1 in (?i:…) (not supported')
  })

  test('\\xHH from 80 up is a byte in Oniguruma, a character in fancy-regex', () => {
    const text = 'a\x7f\x85\u00a0一b'
    expect(split(huggingFace('[\\x00-\\x1f\\x7f-\\x9f]'), text)).toEqual(['a', '\x7f', '\x85\u00a0一b'])
    expect(split(huggingFace('[\\xa0]|\\xe4\\xb8\\x80|[\\xc2\\xa0b]'), text)).toEqual(['a\x7f\x85', '\u00a0', '一', 'b'])
    expect(split(tiktoken('[\\x7f-\\x9f]|\\xa0'), text)).toEqual(['\x7f', '\x85', '\u00a0'])
  })

  test('several groups that are referred to, one after another and one in the other', () => {
    for (const dialect of [huggingFace, tiktoken]) {
      expect(split(dialect('([ab])\\1([cd])\\2|.'), 'aaccabcdbbdd')).toEqual(['aacc', 'a', 'b', 'c', 'd', 'bbdd'])
      expect(split(dialect('([ab])([cd])\\2\\1|.'), 'accabddaacca')).toEqual(['acca', 'b', 'd', 'd', 'a', 'acca'])
    }
  })

  test('U makes quantifiers lazy in fancy-regex', () => expect(split(tiktoken('(?U)a+?|b+'), 'aabb')).toEqual(['aa', 'b', 'b']))

  test('line breaks of Oniguruma', () => {
    expect(split(huggingFace('\\R'), 'a\r\nb\u0085\n')).toEqual(['a', '\r\n', 'b', '\u0085', '\n'])
    expect(split(huggingFace('\\N\\O'), 'a\nb')).toEqual(['a\n', 'b'])
  })

  test.each(['\\b{start}a', '\\<a', 'a\\>', '(?:a??)*', '\\R', '(?W:a)'])('%s is refused for fancy-regex', (pattern) =>
    expect(() => parsePattern(pattern, 'fancy-regex')).toThrow('not supported'),
  )

  test('an empty match is an error for tiktoken only', () => {
    expect(() => split(tiktoken('a*'), 'b')).toThrow('it matches the empty string')
    expect(split(huggingFace('a*'), 'baab')).toEqual(['b', 'aa', 'b'])
  })
})

describe('traps', () => {
  test('\\s is White_Space: U+0085 yes, U+FEFF, U+180E, U+200B and U+001C no', () => {
    expect(split(tiktoken('\\s|\\S'), '\u0085\ufeff').length).toBe(2)
    expect(split(tiktoken('\\s+'), 'a\u0085\u00a0\u3000b\ufeffc\u180ed\u200be\u001c')).toEqual(['\u0085\u00a0\u3000'])
  })
  test('(?i:s) matches U+017F, (?i:k) matches U+212A', () =>
    expect(split(tiktoken('(?i:s|k)'), 'sSſkK\u212ax')).toEqual(['s', 'S', 'ſ', 'k', 'K', '\u212a']))
  test('the first alternative wins, not the longest', () =>
    expect(split(huggingFace("'s|'\\p{L}+|\\p{L}+"), "'start")).toEqual(["'s", 'tart']))
  test('&& binds looser than union, and classes nest', () => {
    expect(split(tiktoken('[\\p{Lo}a-z&&[^\\p{Han}b]]+'), '日abcカ')).toEqual(['a', 'cカ'])
    expect(split(tiktoken('[^(\\s|[.,])]+'), 'a.b (c|d')).toEqual(['a', 'b', 'c', 'd'])
  })
  test('a class without members matches nothing', () => {
    expect(split(huggingFace('a[b&&c]|[b&&c]*d|[^\\s\\S]'), 'ad')).toEqual(['a', 'd'])
    expect(split(tiktoken('a[b&&c]|[b&&c]*d'), 'ad')).toEqual(['d'])
  })
  test('look-behind sees what the match before took', () =>
    expect(split(huggingFace('(?<=[a-z])[0-9]|[a-z]'), 'a12')).toEqual(['a', '1', '2']))
  test('what stands before a group that is referred to is tried as ever', () => {
    expect(split(huggingFace('[a-c ]+([ab])c?\\1'), 'b caabbcb ')).toEqual(['b caabbcb', ' '])
    expect(() => split(huggingFace('\\1([ab])'), 'aa')).toThrow('back-reference \\1 (not supported')
  })
  test('a brace that starts no interval is a brace', () =>
    expect(split(tiktoken('a{|b{x}|c{,2}'), 'a{b{x}cc')).toEqual(['a{', 'b{x}', 'cc']))
})

test.each([
  ['x(?:|a)*', 'xaa', ['x', 'aa']],
  ['x(?:a??)*', 'xaa', ['x', 'aa']],
  ['x(?:b??a?)*', 'xaab', ['xaa', 'b']],
  ['x(?:a?b??)*', 'xaab', ['xaa', 'b']],
  ['x(?:(?:b??a?)*c?)*', 'xaabcab', ['xaa', 'bcab']],
  ['x(?:a|b?)*?c', 'xabc', ['xabc']],
])('a turn of %s that takes nothing is the last one', (pattern, text, pieces) => expect(split(huggingFace(pattern), text)).toEqual(pieces))

test('the sizes of the classes are those of Unicode 16.0', () => {
  expect(['L', 'N', 'M', 'P', 'S', 'White_Space', 'Nd'].map((name) => size(property(name)!))).toEqual([
    141028, 1911, 2501, 855, 8514, 25, 760,
  ])
})
