import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createTokenCutter, type TokenCutter } from '../../src/added/tokenCutter.ts'
import type { TokenSet } from '../../src/added/tokenSet.ts'
import { IGNORING_SINK } from '../../src/format/records.ts'
import { createSeparators, selectDocuments, separatorsFor } from '../../src/select/selectDocuments.ts'

/** Cuts text and notes separators as numbers and what is between them as strings, each document once. */
const createNotes = (separators: TokenSet): { notes: (string | number)[]; cutter: TokenCutter } => {
  const notes: (string | number)[] = []
  const cutter = createTokenCutter(separators, {
    text(bytes) {
      const before = typeof notes.at(-1) === 'string' ? (notes.pop() as string) : ''
      notes.push(before + bytes.toString())
    },
    token: (number) => void notes.push(number),
  })
  return { notes, cutter }
}

test('separators are found again as they stand in the source, whatever is left out between them', () => {
  const separator = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 3 })
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 60 })
  fc.assert(
    fc.property(
      fc.uniqueArray(separator, { minLength: 1, maxLength: 4 }),
      text,
      fc.integer({ min: 1, max: 3 }),
      (contents, source, step) => {
        const separators = createSeparators(contents)
        const isWanted = (place: number): boolean => place % step === 0
        const all = createNotes(separators.set)
        all.cutter.push(Buffer.from(source))
        all.cutter.end()
        let place = 0
        const expected = all.notes.filter((note) => {
          const start = place
          place += typeof note === 'string' ? note.length : contents[note].length
          return typeof note === 'number' || isWanted(start)
        })

        const { notes, cutter } = createNotes(separators.set)
        const { sink } = selectDocuments(
          { ...IGNORING_SINK, text: (bytes) => cutter.push(bytes), endText: () => cutter.end(), endDocument: () => cutter.end() },
          { isWanted, separators, onFiltered: () => {} },
        )
        sink.startDocument(0)
        sink.text(Buffer.from(source), 0)
        sink.endDocument()
        expect(notes).toEqual(expected)
      },
    ),
    { numRuns: 1000 },
  )
})

test('separators go on with whose end another one begins, in whole or in part', () => {
  const goesOn = (separator: string, separators: readonly string[]): boolean =>
    separators.some((other) =>
      Array.from({ length: other.length - 1 }, (_, i) => other.slice(0, i + 1)).some(
        (beginning) => separator.endsWith(beginning) || beginning.endsWith(separator),
      ),
    )
  expect(createSeparators(['baa', 'a']).goOn).toEqual(new Set([1]))
  const separator = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 5 })
  fc.assert(
    fc.property(fc.uniqueArray(separator, { maxLength: 8 }), (separators) => {
      const expected = separators.flatMap((one, number) => (goesOn(one, separators) ? [number] : []))
      expect([...createSeparators(separators).goOn].sort((a, b) => a - b)).toEqual(expected)
    }),
    { numRuns: 2000 },
  )
})

test('thousands of separators are made in no time, and once for all sources', () => {
  const separatorsIn = separatorsFor(
    'file',
    Array.from({ length: 5000 }, (_, i) => `<|reserved_special_token_${i}|>`),
  )
  const source = { path: '', size: 0, modified: 0, format: 'text', compression: 'none' } as const
  const before = performance.now()
  const separators = separatorsIn(source)
  expect(performance.now() - before).toBeLessThan(2000) // one by one: minutes
  expect(separators!.goOn.size).toBe(0)
  expect(separatorsIn({ ...source })).toBe(separators)
  expect(separatorsIn({ ...source, format: 'jsonl' })).toBeUndefined()
})
