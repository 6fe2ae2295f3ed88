import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createSpecialTokens, plainToken } from '../../src/added/tokenSet.ts'
import { createAddedTokens } from '../../src/added/addedTokens.ts'
import { createTokenCutter } from '../../src/added/tokenCutter.ts'
import { canBeInKernel, canBeMarked, createDocumentsMarker, createTokenMarker, DOCUMENT_END, type Marks } from '../../src/added/tokenMarker.ts'

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

test('finds in many whole documents what it finds in each', () => {
  const text = fc.string({ unit: fc.constantFrom('<', '|', 'a', 'b', 'é', '\n'), maxLength: 12 })
  const string = fc.string({ unit: fc.constantFrom('<', '|', 'a', 'b', 'é', '\n'), maxLength: 5, minLength: 1 })
  fc.assert(
    fc.property(fc.uniqueArray(string, { maxLength: 6 }), fc.array(text, { maxLength: 60 }), (tokens, documents) => {
      const set = createSpecialTokens(tokens)
      const each: Part[] = []
      for (const document of documents) {
        const cutter = createTokenCutter(set, { text: (bytes) => each.push(bytes.toString()), token: (token) => each.push(token) })
        cutter.push(Buffer.from(document))
        cutter.end()
        each.push(DOCUMENT_END)
      }
      const all: Part[] = []
      let end = 0
      const mark = createDocumentsMarker(set, (bytes, { starts, ends, tokens: found, count }) => {
        for (let i = 0; i < count; i++) all.push(bytes.subarray(i === 0 ? 0 : ends[i - 1], starts[i]).toString(), found[i])
      })
      mark(Buffer.from(documents.join('')), Uint32Array.from(documents.map((document) => (end += Buffer.byteLength(document)))))
      expect(join(all)).toEqual(join(each))
    }),
    { numRuns: 1000 },
  )
})

test('there may be very many of them in a text', () => {
  const set = createSpecialTokens(['<|>', '<'])
  const tokens = Array.from({ length: 5000 }, (_, i) => (i % 3 === 0 ? 1 : 0))
  const text = Buffer.from(tokens.map((token, i) => `${i}${set.tokens[token].content}`).join(''))
  const found: Part[] = []
  const take = (bytes: Buffer, { starts, ends, tokens, count }: Marks): void => {
    for (let i = 0; i < count; i++) found.push(bytes.subarray(i === 0 ? 0 : ends[i - 1], starts[i]).toString(), tokens[i])
  }
  const expected = tokens.flatMap((token, i) => [`${i}`, token])
  const marker = createTokenMarker(set, take)
  marker.push(text)
  marker.end()
  expect(found).toEqual(expected)
  found.length = 0
  createDocumentsMarker(set, take)(text, Uint32Array.of(text.length))
  expect(found).toEqual([...expected, '', DOCUMENT_END])
})

test('is for raw tokens without flags only', () => {
  const isMarked = (change: object): boolean => canBeMarked(createAddedTokens([{ ...plainToken('<x>'), ...change }], (text) => text))
  for (const change of [{}, { special: false }]) expect(isMarked(change)).toBe(true)
  for (const change of [{ normalized: true }, { lstrip: true }, { rstrip: true }, { singleWord: true }])
    expect(isMarked(change)).toBe(false)
})

test('the kernel looks for raw tokens, and for separators that strip if there is no white space in any token', () => {
  const isInKernel = (...changes: object[]): boolean =>
    canBeInKernel(createAddedTokens(changes.map((change, i) => ({ ...plainToken(`<${i}>`), ...change })), (text) => text))
  for (const changes of [[{}], [{ special: false }], [{ content: '\n\n' }], [{ lstrip: true }, { rstrip: true }, { special: false }]])
    expect(isInKernel(...changes)).toBe(true)
  for (const changes of [[{ normalized: true }], [{ singleWord: true }], [{ lstrip: true, special: false }], [{ rstrip: true, special: false }]])
    expect(isInKernel({}, ...changes)).toBe(false)
  for (const content of ['\n', 'a b', '\x85', '\u3000'])
    for (const flag of ['lstrip', 'rstrip']) expect(isInKernel({ [flag]: true }, { content })).toBe(false)
})
