import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createTokenCutter } from '../../src/added/tokenCutter.ts'
import { createSpecialTokens, createTokenSet, type TokenSet } from '../../src/added/tokenSet.ts'
import type { AddedToken } from '../../src/types.ts'
import { anyText, anyTokens, naiveSections, token, type Section } from '../support/addedTokens.ts'

/** What is cut out of a text that comes in feeds of `size` code points. */
const cut = (set: TokenSet, text: string, size: number, maxKept?: number): Section[] => {
  const sections: Section[] = []
  const sink = {
    text(bytes: Buffer) {
      const last = sections.at(-1)
      if (last?.length === 1) last[0] += bytes.toString()
      else sections.push([bytes.toString()])
    },
    token: (i: number, bytes: Buffer) => sections.push([bytes.toString(), set.tokens[i].content]),
  }
  const cutter = createTokenCutter(set, sink, maxKept)
  const characters = [...text]
  // a buffer that is used again, as the reader does
  const buffer = Buffer.alloc(4 * size)
  for (let i = 0; i < characters.length; i += size) cutter.push(buffer.subarray(0, buffer.write(characters.slice(i, i + size).join(''))))
  cutter.end()
  return sections
}

const contents = (sections: readonly Section[]): string[] => sections.map(([text, found]) => (found === undefined ? text : `[${text}]`))

describe('special tokens', () => {
  test('the longest first, as the CS336 assignment expects', () => {
    const special = createSpecialTokens(['<|endoftext|>', '<|endoftext|><|endoftext|>'])
    expect(contents(cut(special, 'a<|endoftext|><|endoftext|>b<|endoftext|>', 5))).toEqual([
      'a',
      '[<|endoftext|><|endoftext|>]',
      'b',
      '[<|endoftext|>]',
    ])
  })

  test('what cannot be one is refused', () => {
    expect(() => createSpecialTokens([''])).toThrow('special tokens: the empty string cannot be one')
    expect(() => createSpecialTokens(['\ud800'])).toThrow('special tokens: "\\ud800" holds a lone surrogate')
  })

  test('the same given twice counts once', () => {
    expect(createSpecialTokens(['<a>', '<a>']).tokens).toEqual([token('<a>', { special: true })])
  })
})

describe('flags', () => {
  test('white space is taken along, by the first of two tokens that could', () => {
    const set = createTokenSet([token('<a>', { lstrip: true, rstrip: true })])
    expect(contents(cut(set, 'q  <a> \u3000\u0085 <a>\ufeff b', 1))).toEqual(['q', '[  <a> \u3000\u0085 ]', '[<a>]', '\ufeff b'])
  })

  test('a token must be a word; one that is not hides those in it', () => {
    const set = createTokenSet([token('ab', { singleWord: true }), token('b'), token('a')])
    expect(contents(cut(set, 'ab abc ab-aab', 1))).toEqual(['[ab]', ' abc ', '[ab]', '-', '[a]', 'ab'])
  })

  test('white space that was stripped is found again as a token, and as text, as in the reference', () => {
    const set = createTokenSet([token('<a>', { rstrip: true }), token('  ')])
    expect(contents(cut(set, 'q<a>     b', 2))).toEqual(['q', '[<a>     ]', '[  ]', '[  ]', ' b'])
  })

  test('where the reference fails, this is an error', () => {
    const set = createTokenSet([token('<a>', { rstrip: true }), token('  ', { lstrip: true })])
    expect(() => cut(set, 'q<a>     b', 100)).toThrow(expect.objectContaining({ code: 'tokenizer' }))
  })
})

describe('equals the definition, for every feed size', () => {
  test('tokens with any flags', () => {
    fc.assert(
      fc.property(anyTokens(), anyText(40), fc.integer({ min: 1, max: 9 }), (tokens, text, size) => {
        const expected = naiveSections(tokens, text)
        const set = createTokenSet(tokens)
        if (expected === undefined) expect(() => cut(set, text, size)).toThrow(expect.objectContaining({ code: 'tokenizer' }))
        else expect(cut(set, text, size)).toEqual(expected)
      }),
      { numRuns: 10_000 },
    )
  })

  test('many tokens, in texts that are long enough for every way of looking for them', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'd', '<'), minLength: 1, maxLength: 6 })
    const filling = fc.integer({ min: 0, max: 200 }).map((length) => 'x'.repeat(length))
    fc.assert(
      fc.property(
        fc.uniqueArray(word, { minLength: 1, maxLength: 12 }),
        fc.array(fc.oneof(filling, word, fc.constantFrom('a', 'ab', '<')), { maxLength: 12 }),
        fc.integer({ min: 1, max: 300 }),
        (words, parts, size) => {
          const tokens = words.map((content) => token(content))
          expect(cut(createTokenSet(tokens), parts.join(''), size)).toEqual(naiveSections(tokens, parts.join('')))
        },
      ),
      { numRuns: 2000 },
    )
  })
})

describe('what must wait', () => {
  const NEVER = { text: () => {}, token: () => {} }

  test('white space beside a token that strips is kept up to a limit', () => {
    for (const [flags, text] of [
      [{ lstrip: true }, 'a'],
      [{ rstrip: true }, '<a>'],
    ] as const) {
      const set = createTokenSet([token('<a>', flags)])
      expect(contents(cut(set, `${text}${' '.repeat(90)}<a>`, 7, 100)).join('')).toContain(' '.repeat(90))
      const cutter = createTokenCutter(set, NEVER, 100)
      cutter.push(Buffer.from(text))
      expect(() => {
        for (let i = 0; i < 101; i++) cutter.push(Buffer.from(' '))
      }).toThrow(expect.objectContaining({ code: 'piece-too-long' }))
    }
  })

  test.each<Partial<AddedToken>>([{}, { lstrip: true }, { rstrip: true }, { lstrip: true, rstrip: true }, { singleWord: true }])(
    'text waits for no longer than it must, beside a token with %j',
    (flags) => {
      const set = createTokenSet([token('<a>', flags)])
      const text = 'bc <a> <a>de. '.repeat(30)
      for (let size = 1; size <= 5; size++) expect(cut(set, text, size, 4 + size)).toEqual(naiveSections(set.tokens, text))
    },
  )

  test('white space that no token can strip is not kept', () => {
    const cutter = createTokenCutter(createTokenSet([token('<a>', { singleWord: true }), token(' <')]), NEVER, 100)
    for (let i = 0; i < 1000; i++) cutter.push(Buffer.from(' '))
  })

  test('waiting for long takes time in proportion', () => {
    for (const flags of [{ lstrip: true }, { rstrip: true }, { lstrip: true, rstrip: true }]) {
      const got: number[] = []
      const cutter = createTokenCutter(createTokenSet([token('<a>', flags)]), {
        text: () => {},
        token: (_, bytes) => got.push(bytes.length),
      })
      const spaces = Buffer.alloc(1000, ' ')
      // were all that is kept looked at again at each push, this would take hours
      for (let i = 0; i < 20_000; i++) cutter.push(spaces)
      cutter.push(Buffer.from('<a>'))
      for (let i = 0; i < 20_000; i++) cutter.push(spaces)
      cutter.end()
      expect(got).toEqual([3 + (flags.lstrip === true ? 20_000_000 : 0) + ('rstrip' in flags ? 20_000_000 : 0)])
    }
  })
})
