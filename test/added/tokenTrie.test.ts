import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createTokenTrie, NONE, UNDECIDED } from '../../src/added/tokenTrie.ts'

/** The longest string at a place, by looking for each. */
const longestByDefinition = (strings: readonly Uint8Array[], text: Buffer, at: number, isEnd: boolean, end: number): number => {
  const rest = text.subarray(at, end)
  const mayGoOn = strings.some((string) => string.length > rest.length && rest.equals(string.subarray(0, rest.length)))
  if (!isEnd && mayGoOn) return UNDECIDED
  const found = strings.filter((string) => string.length <= rest.length && rest.subarray(0, string.length).equals(string))
  const longest = Math.max(...found.map(({ length }) => length))
  return strings.findIndex((string) => string.length === longest && found.includes(string))
}

const byte = fc.constantFrom(0, 1, 0x3c, 0x7c, 0x7f, 0x80, 0xff)
const bytes = (minLength: number, maxLength: number) => fc.array(byte, { minLength, maxLength }).map((list) => Buffer.from(list))

test('finds the longest string at each place, or that more text must come', () => {
  const strings = fc.array(bytes(1, 6), { maxLength: 40 })
  fc.assert(
    fc.property(strings, bytes(0, 40), fc.boolean(), fc.nat(40), (list, text, isEnd, cutOff) => {
      const trie = createTokenTrie(list)
      const end = Math.max(0, text.length - cutOff)
      for (let at = 0; at < end; at++) expect(trie.longestAt(text, at, isEnd, end)).toBe(longestByDefinition(list, text, at, isEnd, end))
      expect(trie.maxLength).toBe(Math.max(0, ...list.map(({ length }) => length)))
    }),
    { numRuns: 2000 },
  )
})

test('the search passes over no place where a string begins, or may', () => {
  const part = fc.oneof(
    bytes(0, 6),
    fc.constantFrom(100, 200).map((length) => Buffer.alloc(length, 0x61)),
  )
  fc.assert(
    fc.property(fc.array(bytes(1, 6), { maxLength: 8 }), fc.array(part, { maxLength: 6 }), (list, parts) => {
      const text = Buffer.concat(parts)
      const trie = createTokenTrie(list)
      const search = trie.searchIn(text)
      let at = 0
      for (let place = 0; place < text.length; place++) {
        if (place >= at) at = search(place)
        if (place < at) expect(longestByDefinition(list, text, place, false, text.length)).toBe(NONE)
      }
    }),
    { numRuns: 1000 },
  )
})

/** Another number each time, and the same ones in each run. */
const numbers = (): (() => number) => {
  let state = 1
  return () => (state = Math.imul(state, 1664525) + 1013904223) >>> 8
}

test('many strings of any alphabet take memory in proportion to their bytes', () => {
  const next = numbers()
  const strings = Array.from({ length: 20_000 }, () =>
    Buffer.from(Array.from({ length: 2 + (next() % 10) }, () => String.fromCodePoint(0x100 + (next() % 0xd000))).join('')),
  )
  const trie = createTokenTrie(strings)
  const { nodes, labels, steps } = trie.packed
  const total = strings.reduce((sum, { length }) => sum + length, 0)
  expect(nodes.byteLength + labels.byteLength + steps.byteLength).toBeLessThan(8 * total)
  strings.forEach((string, i) => {
    expect(trie.longestAt(string, 0, true)).toBe(i)
    expect(trie.longestAt(string, 0, false, string.length - 1)).toBe(UNDECIDED)
  })
})

test('strings that all begin alike, each the beginning of the next one', () => {
  const whole = Buffer.alloc(2000, 'ab')
  const strings = Array.from({ length: 2000 }, (_, i) => whole.subarray(0, i + 1))
  const trie = createTokenTrie(strings)
  expect(trie.longestAt(whole, 0, true)).toBe(1999)
  expect(trie.longestAt(whole, 0, false, 1000)).toBe(UNDECIDED)
  expect(trie.longestAt(whole, 0, true, 1000)).toBe(999)
  expect(trie.longestAt(whole, 2, true)).toBe(1997)
})
