import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createSpecialTokens, plainToken } from '../../src/added/tokenSet.ts'
import { createAddedTokens } from '../../src/added/addedTokens.ts'
import { createTokenCutter } from '../../src/added/tokenCutter.ts'
import { canBeMarked, createTokenMarker } from '../../src/added/tokenMarker.ts'

type Part = string | number

/** Text between tokens as strings, tokens as numbers. */
const join = (parts: readonly Part[]): Part[] =>
  parts.reduce<Part[]>((joined, part) => {
    if (typeof part === 'string' && typeof joined.at(-1) === 'string') joined[joined.length - 1] += part
    else if (part !== '') joined.push(part)
    return joined
  }, [])

test('finds the tokens that the cutter finds, at every feed size', () => {
  const string = fc.string({ unit: fc.constantFrom('<', '|', 'a', 'b', 'é', '\n'), maxLength: 4, minLength: 1 })
  fc.assert(
    fc.property(
      fc.uniqueArray(string, { maxLength: 6 }),
      fc.string({ unit: fc.constantFrom('<', '|', 'a', 'b', 'é', '\n'), maxLength: 400 }),
      fc.constantFrom(1, 2, 5, 1000),
      (tokens, text, feed) => {
        const set = createSpecialTokens(tokens)
        const cut: Part[] = []
        const marked: Part[] = []
        const cutter = createTokenCutter(set, { text: (bytes) => cut.push(bytes.toString()), token: (token) => cut.push(token) })
        const marker = createTokenMarker(set, (bytes, { starts, ends, tokens: found, count }) => {
          let from = 0
          for (let i = 0; i < count; i++) {
            marked.push(bytes.subarray(from, starts[i]).toString(), found[i])
            from = ends[i]
          }
          marked.push(bytes.subarray(from).toString())
        })
        const codePoints = [...text]
        for (let at = 0; at < codePoints.length; at += feed)
          for (const stage of [cutter, marker]) stage.push(Buffer.from(codePoints.slice(at, at + feed).join('')))
        for (const stage of [cutter, marker]) stage.end()
        expect(join(marked)).toEqual(join(cut))
      },
    ),
    { numRuns: 1000 },
  )
})

test('is for special tokens without flags only', () => {
  const isMarked = (change: object): boolean => canBeMarked(createAddedTokens([{ ...plainToken('<x>'), ...change }], (text) => text))
  expect(isMarked({})).toBe(true)
  for (const change of [{ special: false }, { normalized: true }, { lstrip: true }, { rstrip: true }, { singleWord: true }])
    expect(isMarked(change)).toBe(false)
})
